import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { messageOf } from '../../core/errors.ts';
import { Gateway } from '../arm/gateway.ts';
import { type LimitOptions, Limits } from '../arm/limits.ts';
import { TemplateRouter } from '../arm/router.ts';
import { createToolbox } from '../arm/toolbox.ts';
import { FaultPlan } from '../faults/plan.ts';
import type { FaultsFile } from '../faults/schema.ts';
import { Authentication } from '../identity/authentication.ts';
import type { AzuriteProgram } from '../storage/azurite/find.ts';
import { makeCertificates } from '../identity/certificates.ts';
import { adfsTenant, Audiences, type Directory } from '../identity/directory.ts';
import { TokenIssuer } from '../identity/tokens.ts';
import type { ApplianceEndpoint } from '../veeam/applianceServer.ts';
import { startAppliances } from '../veeam/start.ts';
import { createApp } from './app.ts';
import { armStandIns } from './armStandIns.ts';
import { writeAuthorityFile } from './authorityFile.ts';
import { createClock, type HeldClock } from './clock.ts';
import { type Compose, composeWorld } from './compose.ts';
import { Ledger } from './ledger.ts';
import { Lifelines } from './lifelines.ts';
import { host, type Listener, listen, StartError } from './listen.ts';
import { createRandom } from './random.ts';
import { recorded, TrafficFile, trafficVariable } from './traffic.ts';

export interface SandboxOptions {
  /** 0, or left out: a free one. */
  readonly port?: number;
  /** Of the first Veeam appliance; 0, or left out: free ones for all of them. The others follow it. */
  readonly veeamPort?: number;
  /** Milliseconds that every answer is held back. */
  readonly latencyMs?: number;
  /** 60 makes a minute of Azure a second. */
  readonly speed?: number;
  /** Vaults beside those of the standing world, and items in each. */
  readonly vaults?: number;
  readonly items?: number;
  readonly faults?: FaultsFile;
  readonly seed?: number;
  /** Where the authority's certificate is written; a new temporary directory where left out. */
  readonly dataDirectory?: string;
  /** Milliseconds without a lifeline after which it counts as abandoned; never where left out. */
  readonly lingerMs?: number;
  /** 3600 where left out. */
  readonly tokenLifetimeSeconds?: number;
  /** `real`: requests beyond Azure's limits are refused. `off` where left out. */
  readonly quota?: Quota;
  /** In place of Azure's limits. */
  readonly limits?: LimitOptions;
  /** The program that holds blobs; looked for where left out, when it is first needed. `none`: not even looked for. */
  readonly azurite?: AzuriteProgram | 'none';
  /** Folder where the resource manager's traffic is recorded; that of the environment variable where left out. `none`: nowhere. */
  readonly record?: string;
  /** What stands behind the resource manager; the sandbox's own world where left out. */
  readonly compose?: Compose;
  /** Told of mistakes of the sandbox itself; written to stderr where left out. */
  readonly onError?: (error: unknown) => void;
}

/** What a client needs to know: the line that `npm run sandbox` prints. */
export interface SandboxEndpoint {
  /** Origin without trailing slash. */
  readonly resourceManagerEndpoint: string;
  /** For `authorityHost` of Azure's identity libraries, and an ADFS authority as it is. */
  readonly authorityHost: string;
  /** `adfs`: the one tenant name with which those libraries ask this host, and not Microsoft's, where to sign in. */
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly subscriptionIds: readonly string[];
  /** Absolute path of a PEM file. */
  readonly certificateAuthorityFile: string;
  /** Veeam appliances, each on a port of its own with a certificate of its own; passwords are new with each start. */
  readonly veeam: readonly ApplianceEndpoint[];
}

export interface RunningSandbox {
  readonly endpoint: SandboxEndpoint;
  /** The PEM file's text. */
  readonly certificateAuthority: string;
  readonly faults: FaultPlan;
  readonly ledger: Ledger;
  readonly clock: HeldClock;
  /** Resolves when nobody holds a lifeline any more and none came back in time; only with `lingerMs`. */
  readonly abandoned: Promise<void>;
  /** Ends connections and refuses new ones, on all ports; the world goes on. Resolves with what takes them again. */
  unplug(): Promise<() => Promise<void>>;
  /** Ends connections, frees the port, removes the temporary directory. Safe to call twice. */
  close(): Promise<void>;
  /** Removes the temporary directory only, at once: for `exit` handlers. */
  removeFiles(): void;
}

/** Whether Azure's limits are enforced, or counted only. */
export type Quota = 'off' | 'real';

/** Seed, speed and sizes of a sandbox that was told nothing. */
export const defaults = { seed: 1, speed: 1, latencyMs: 0, tokenLifetimeSeconds: 3600, quota: 'off' as Quota };

/**
 * Starts a sandbox in this process, on 127.0.0.1.
 * @throws StartError where it cannot listen, or cannot write the certificate or the record of its traffic.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<RunningSandbox> {
  const seed = options.seed ?? defaults.seed;
  const clock = createClock(options.speed ?? defaults.speed);
  const random = createRandom(seed);
  const onError = options.onError ?? ((error: unknown) => console.error(error));
  const toolbox = createToolbox(clock, random);
  const traffic = trafficFile(options.record ?? process.env[trafficVariable]);
  const certificates = await makeCertificates(clock.now());
  const principal = principalOf(seed);
  const blobService = { clock, tls: certificates.blobs, authority: certificates.authorityPem, program: options.azurite };
  const { vaults, items } = options;
  const composition = (options.compose ?? composeWorld)({ vaults, items, toolbox, principalId: principal.objectId, blobService });
  const chainPem = certificates.serverPem + certificates.authorityPem;
  const listener = await listen(options.port ?? 0, { keyPem: certificates.serverKeyPem, chainPem });
  const origins = [`https://${host}:${listener.port}`, `https://localhost:${listener.port}`] as const;
  const directory = directoryOf(principal, composition.tenantId);
  const audiences = new Audiences(origins);
  const tokens = await TokenIssuer.create(directory, clock, options.tokenLifetimeSeconds ?? defaults.tokenLifetimeSeconds);
  const authorityHost = `${origins[0]}/${adfsTenant}`;
  const authentication = new Authentication({ tokens, audiences, clock, authorizationUri: authorityHost });
  const authenticate = (headers: Readonly<Record<string, string>>): Promise<void> => authentication.check(headers);
  const router = new TemplateRouter();
  for (const provider of composition.providers) {
    provider.register(router);
  }
  const faults = new FaultPlan(options.faults?.faults);
  const ledger = new Ledger();
  const lifelines = new Lifelines(options.lingerMs);
  const closing = new AbortController();
  const region = 'WESTEUROPE';
  const limits = new Limits(clock, options.limits ?? { enforced: options.quota === 'real' || options.faults?.enforceLimits === true });
  const latencyMs = options.latencyMs ?? defaults.latencyMs;
  const startedAt = new Date(clock.now()).toISOString();
  const common = { faults, ledger, clock, latencyMs, closing: closing.signal };
  const appliances = await startAppliances(composition.appliances ?? [], { ...common, port: options.veeamPort ?? 0, onError }).catch(
    async (error: unknown) => {
      await listener.close();
      throw error;
    },
  );
  const gateway = new Gateway({ router, limits, clock, authenticate, region, onError });
  const app = createApp({
    origins,
    gateway: traffic === undefined ? gateway : recorded(gateway, traffic),
    control: {
      faults,
      ledger,
      lifelines,
      clock,
      limits,
      clientSecret: directory.clientSecret,
      authenticate,
      ...(composition.changes === undefined ? {} : { changes: composition.changes }),
      ...(composition.storage === undefined ? {} : { storage: { ...composition.storage, origin: origins[0] } }),
      appliances,
      facts: () => ({ startedAt, seed, speed: clock.speed, held: clock.held, latencyMs, quota: limits.state().quota }),
    },
    faults: { ...common, connections: listener.connections, standIns: armStandIns({ tokens, authentication, clock, region }) },
    identity: { directory, audiences, tokens, clock },
    blobs: composition.blobs,
    storage: composition.storage && {
      ...composition.storage,
      authorizationUri: authorityHost,
      verify: async (token) => {
        const verdict = await tokens.verify(token);
        return verdict.kind === 'valid' ? verdict : undefined;
      },
    },
    onError,
  });
  listener.serve(app);
  const file = await writeAuthorityFile(certificates.authorityPem, options.dataDirectory).catch(async (error: unknown) => {
    await Promise.all([listener, ...appliances].map((server) => server.close()));
    throw new StartError(
      `The certificate cannot be written to ${JSON.stringify(options.dataDirectory ?? tmpdir())}: ${messageOf(error)}. Give a directory that you can write to with --data.`,
      { cause: error },
    );
  });
  return {
    endpoint: {
      resourceManagerEndpoint: origins[0],
      authorityHost,
      tenantId: adfsTenant,
      clientId: directory.clientId,
      clientSecret: directory.clientSecret,
      subscriptionIds: composition.subscriptionIds,
      certificateAuthorityFile: file.path,
      veeam: appliances.map((appliance) => appliance.endpoint),
    },
    certificateAuthority: certificates.authorityPem,
    faults,
    ledger,
    clock,
    abandoned: lifelines.abandoned,
    removeFiles: () => file.remove(),
    unplug: async () => {
      const servers = [listener, ...appliances];
      await Promise.all(servers.map((server) => server.unplug()));
      return async () => void (await Promise.all(servers.map((server) => server.plugIn())));
    },
    close: () => {
      lifelines.close();
      composition.storage?.service.close();
      return close([listener, ...appliances], closing, () => file.remove());
    },
  };
}

async function close(servers: readonly Pick<Listener, 'close'>[], closing: AbortController, removeFiles: () => void): Promise<void> {
  closing.abort();
  await Promise.all(servers.map((server) => server.close()));
  removeFiles();
}

function trafficFile(folder: string | undefined): TrafficFile | undefined {
  try {
    return folder === undefined || folder === '' || folder === 'none' ? undefined : TrafficFile.in(folder);
  } catch (error) {
    throw new StartError(
      `Traffic cannot be recorded in ${JSON.stringify(folder)}: ${messageOf(error)}. Give a folder that you can write to with --record.`,
      { cause: error },
    );
  }
}

/** The same seed names the same service principal; its secret is new with each start. */
function principalOf(seed: number): Principal {
  const random = createRandom(seed ^ 0x5ea5);
  return { clientId: random.guid(), objectId: random.guid() };
}

function directoryOf(principal: Principal, tenantGuid: string): Directory {
  return { tenantGuid, ...principal, clientSecret: randomBytes(30).toString('base64url') };
}

type Principal = Pick<Directory, 'clientId' | 'objectId'>;
