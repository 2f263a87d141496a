/** The appliances of this installation: which there are, their sign-ins, and the client of each. Sends nothing unasked. */
import { BackupError } from '../../core/errors.ts';
import { Emitter, type Disposable } from '../../core/events.ts';
import { createServiceClient } from '../armClient.ts';
import type { RemediesFor } from '../armErrors.ts';
import type { RequestLog } from '../requestLog.ts';
import type { ApplianceClient, ServiceEndpoint } from '../types.ts';
import { hostOf, readVersionSetting, type Appliance } from './appliance.ts';
import { ApplianceList, type Memory } from './applianceList.ts';
import { certificateChanged, type PinnedCertificate } from './certificate.ts';
import { appliancePage } from './pages.ts';
import { SecretKeeper, type SecretStore } from './secretKeeper.ts';
import { refusedCodes, requestTokens, type ApplianceTokens, type SignInDoor, type SignInStep } from './signIn.ts';
import { TokenKeeper } from './tokenKeeper.ts';
import { detectVersion } from './version.ts';
import type { ApplianceWire } from './wire.ts';

export interface ApplianceHost {
  readonly memory: Memory;
  readonly secrets: SecretStore;
  readonly log: RequestLog;
  readonly remediesFor: RemediesFor;
  /** The setting `azureBackup.veeam.apiVersion`, as it is. */
  versionSetting(): unknown;
  /** Milliseconds since the epoch, UTC. */
  now(): number;
}

export interface Entrance {
  /** As `readAddress` gives it. */
  readonly origin: string;
  /** The one that the person looked at and trusts. */
  readonly certificate: PinnedCertificate;
  readonly user: string;
  readonly password: string;
  readonly sandbox?: string;
  /** Asks the person for the code of the authenticator app; `refused`: why the one before did not do. @throws CancelledError */
  askCode(refused: string | undefined): Promise<string>;
}

interface Opened {
  readonly certificate: PinnedCertificate;
  readonly client: ApplianceClient;
  /** What was presented in its place: from then on nothing is sent until a person has looked. */
  other?: PinnedCertificate;
  dispose(): void;
}

const codeTries = 3;

export class Appliances implements Disposable {
  readonly #host: ApplianceHost;
  readonly #list: ApplianceList;
  readonly #opened = new Map<string, Opened>();
  readonly #changes = new Emitter<string>();

  /** The origin of one that was added, removed, signed in, or whose certificate is another now. */
  readonly onDidChange = this.#changes.event;

  constructor(host: ApplianceHost) {
    this.#host = host;
    this.#list = new ApplianceList(host.memory);
  }

  all(): readonly Appliance[] {
    return this.#list.all();
  }

  get(origin: string): Appliance | undefined {
    return this.#list.get(origin);
  }

  /** Undefined for one that nobody added. Nothing is sent before something is asked of it. */
  client(origin: string): ApplianceClient | undefined {
    const appliance = this.get(origin);
    return appliance && this.#openedOf(appliance).client;
  }

  /** The certificate that was presented instead of the trusted one; undefined where none was. */
  otherCertificate(origin: string): PinnedCertificate | undefined {
    return this.#opened.get(origin)?.other;
  }

  /** Looks at what is presented now. Sends nothing. @throws BackupError; CancelledError */
  async look(origin: string, signal: AbortSignal): Promise<PinnedCertificate> {
    const { lookAtCertificate } = await import('./lookAtCertificate.ts');
    return lookAtCertificate(endpointOf(origin), signal);
  }

  /**
   * Signs in, finds out the version, and keeps the appliance; the one of the same origin is replaced.
   * @throws BackupError where one of it fails: then nothing is kept, and what was kept before stays; CancelledError
   */
  async enter(entrance: Entrance, signal: AbortSignal): Promise<Appliance> {
    const { origin, certificate, user, password, sandbox } = entrance;
    const endpoint = endpointOf(origin);
    const fixed = readVersionSetting(this.#host.versionSetting());
    const wire = await this.#newWire(endpoint, certificate, () => undefined);
    try {
      const door: SignInDoor = { endpoint, pipeline: wire.door, now: () => this.#host.now() };
      const first = await requestTokens(door, { type: 'Password', user, password }, signal);
      const tokens = 'tokens' in first ? first.tokens : await this.#withCode(door, first, entrance, signal);
      const token = { token: tokens.accessToken, expiresAt: tokens.expiresAt };
      const pipeline = wire.pipeline({ getToken: () => Promise.resolve(token) });
      const client = createServiceClient({ environment: endpoint, pipeline: () => Promise.resolve(pipeline), pageIn: appliancePage });
      const detected = await detectVersion(client, endpoint.label, fixed, {
        signal,
        attempted: 'find out its version',
        resource: endpoint.label,
      });
      const appliance: Appliance = { origin, user, certificate, ...detected, ...(sandbox === undefined ? {} : { sandbox }) };
      const secrets = new SecretKeeper(this.#host.secrets, origin);
      await secrets.write({ user, password, ...tokens });
      await this.#list.put(appliance);
      this.#close(origin);
      this.#changes.fire(origin);
      return appliance;
    } finally {
      wire.dispose();
    }
  }

  /** From now on this certificate is the trusted one. */
  async trust(origin: string, certificate: PinnedCertificate): Promise<void> {
    const appliance = this.get(origin);
    if (appliance) {
      await this.#list.put({ ...appliance, certificate });
      this.#close(origin);
      this.#changes.fire(origin);
    }
  }

  /** Forgets it and its secrets. Nothing is sent. */
  async remove(origin: string): Promise<void> {
    await this.#list.drop(origin);
    await this.#forget(origin);
  }

  /** Drops those whose sandbox has ended with all it held. @returns their origins */
  async dropGone(isGone: (resourceManagerEndpoint: string) => Promise<boolean>): Promise<readonly string[]> {
    const dropped: string[] = [];
    for (const { origin, sandbox } of this.all()) {
      if (sandbox !== undefined && (await isGone(sandbox))) {
        await this.#list.dropGone(origin);
        await this.#forget(origin);
        dropped.push(origin);
      }
    }
    return dropped;
  }

  /** True for one of a sandbox that has ended: nobody will ever answer for it. */
  isGone(origin: string): boolean {
    return this.#list.isGone(origin);
  }

  dispose(): void {
    [...this.#opened.keys()].forEach((origin) => this.#close(origin));
    this.#changes.dispose();
  }

  async #forget(origin: string): Promise<void> {
    this.#close(origin);
    await new SecretKeeper(this.#host.secrets, origin).forget();
    this.#changes.fire(origin);
  }

  async #withCode(door: SignInDoor, first: SignInStep, entrance: Entrance, signal: AbortSignal): Promise<ApplianceTokens> {
    let step = first;
    let refused: string | undefined;
    for (let tries = 1; 'needsCode' in step; tries++) {
      const code = await entrance.askCode(refused);
      try {
        step = await requestTokens(door, { type: 'Mfa', mfaToken: step.needsCode.mfaToken, code: code.trim() }, signal);
      } catch (error) {
        if (tries >= codeTries || !(error instanceof BackupError) || error.facts.code !== refusedCodes.code) {
          throw error;
        }
        refused = error.message;
      }
    }
    return step.tokens;
  }

  #openedOf(appliance: Appliance): Opened {
    const { origin, certificate } = appliance;
    const known = this.#opened.get(origin);
    // Another window may have trusted another certificate.
    if (known?.certificate.fingerprint === certificate.fingerprint) {
      return known;
    }
    this.#close(origin);
    const opened = this.#open(appliance);
    this.#opened.set(origin, opened);
    return opened;
  }

  #open({ origin, certificate }: Appliance): Opened {
    const endpoint = endpointOf(origin);
    let wire: Promise<ApplianceWire> | undefined;
    const load = (): Promise<ApplianceWire> => {
      if (opened.other) {
        return Promise.reject(certificateChanged(endpoint.label, certificate, opened.other));
      }
      return (wire ??= this.#newWire(endpoint, certificate, (presented) => {
        opened.other = presented;
        this.#changes.fire(origin);
      }).catch((error: unknown) => {
        wire = undefined;
        throw error;
      }));
    };
    const tokens = new TokenKeeper({
      door: async () => ({ endpoint, pipeline: (await load()).door, now: () => this.#host.now() }),
      secrets: new SecretKeeper(this.#host.secrets, origin),
      label: endpoint.label,
      now: () => this.#host.now(),
    });
    const client = createServiceClient({
      environment: endpoint,
      remediesFor: this.#host.remediesFor,
      pageIn: appliancePage,
      pipeline: async () => (await load()).pipeline(tokens),
    });
    const opened: Opened = {
      certificate,
      client: { ...client, apiVersion: () => this.#versionOf(origin) },
      dispose: () =>
        void wire?.then(
          (made) => made.dispose(),
          () => undefined,
        ),
    };
    return opened;
  }

  #versionOf(origin: string): string {
    const version = readVersionSetting(this.#host.versionSetting()) ?? this.get(origin)?.apiVersion;
    if (version === undefined) {
      throw new BackupError(`The appliance ${hostOf(origin)} was removed.`, { code: 'NotConnected', remedies: ['Add it again.'] });
    }
    return version;
  }

  async #newWire(
    endpoint: ServiceEndpoint,
    certificate: PinnedCertificate,
    onOther: (presented: PinnedCertificate) => void,
  ): Promise<ApplianceWire> {
    const { ApplianceWire } = await import('./wire.ts');
    return new ApplianceWire({ endpoint, certificate, log: this.#host.log, onOther });
  }

  #close(origin: string): void {
    this.#opened.get(origin)?.dispose();
    this.#opened.delete(origin);
  }
}

function endpointOf(origin: string): ServiceEndpoint {
  return { kind: 'appliance', label: `Veeam appliance ${hostOf(origin)}`, resourceManagerEndpoint: origin };
}
