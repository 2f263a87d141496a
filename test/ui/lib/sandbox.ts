import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { root } from '../../../scripts/lib/deps.mjs';
import { type FaultInput } from '../../../src/sandbox/faults/schema.ts';
import { composeWorld, type Compose } from '../../../src/sandbox/server/compose.ts';
import { secretHeader } from '../../../src/sandbox/server/controlRoutes.ts';
import { type LedgerEntry } from '../../../src/sandbox/server/ledger.ts';
import { startSandbox, type RunningSandbox, type SandboxEndpoint } from '../../../src/sandbox/server/start.ts';
import { type WindowOptions } from './window.ts';

interface VeeamFacts {
  readonly url: string;
  readonly fingerprint: string;
  readonly users: readonly { readonly username: string; readonly password: string; readonly mfaCode?: string }[];
}

/** The sandbox that the extension started by itself; reached as any caller could reach it. */
export interface OwnSandbox {
  readonly endpoint: string;
  readonly pid: number;
  /** Requests that it received. `path` is a glob over the whole path. */
  ledger(method: string, path: string): Promise<LedgerEntry[]>;
  /** Spoils answers from now on (docs/sandbox.md). */
  spoil(...faults: FaultInput[]): Promise<void>;
  /** Waits until it has received so many. */
  received(method: string, path: string, count: number): Promise<void>;
  /** Something that happens in the world beside backup, such as `drop-database` (docs/sandbox.md). */
  happens(change: string, what: Record<string, string>): Promise<void>;
  /** Its first Veeam appliance as it is now: where it is, its certificate, its users with their passwords and codes. */
  veeam(): Promise<VeeamFacts>;
  /** Something that happens to that appliance, such as `change-certificate` (docs/sandbox.md). */
  veeamHappens(change: string, what?: Record<string, string>): Promise<void>;
  /** Tokens that its appliances have handed out. */
  veeamTokens(): Promise<string[]>;
  /** Gives it the Azurite of this project, as if it had been installed meanwhile. */
  serveBlobs(): Promise<void>;
  /** The first access key of a storage account. @param accountId its ARM id */
  accountKey(accountId: string): Promise<string>;
  /** Nothing that takes time goes on until `release`: what runs still runs when it is looked at or cancelled, however slow the machine is. */
  time(turn: 'hold' | 'release'): Promise<void>;
}

/** @param dataDir of the window */
export function ownSandbox(dataDir: string): OwnSandbox {
  const folder = join(dataDir, 'User', 'globalStorage', 'backup-explorer.backup-explorer', 'sandbox');
  const records = readdirSync(folder).filter((name) => name.endsWith('.json'));
  assert.equal(records.length, 1, `one sandbox should run, and the records are ${records.join(', ')}`);
  const record = JSON.parse(readFileSync(join(folder, records[0] ?? ''), 'utf8')) as {
    pid: number;
    certificateAuthority: string;
    details: SandboxEndpoint;
  };
  const { resourceManagerEndpoint, authorityHost, tenantId, clientId, clientSecret } = record.details;
  const ask = (url: URL, body?: object) => asked(url, record.certificateAuthority, { [secretHeader]: clientSecret }, body);
  const ledger: OwnSandbox['ledger'] = async (method, path) => {
    const url = new URL('/_sandbox/ledger', resourceManagerEndpoint);
    url.search = new URLSearchParams({ method, path }).toString();
    const { entries } = JSON.parse(await ask(url)) as { entries: LedgerEntry[] };
    return entries;
  };
  return {
    endpoint: resourceManagerEndpoint,
    pid: record.pid,
    ledger,
    spoil: async (...faults) => void (await ask(new URL('/_sandbox/faults', resourceManagerEndpoint), faults)),
    received: async (method, path, count) => {
      while ((await ledger(method, path)).length < count) await setTimeout(50);
    },
    time: async (turn) => void (await ask(new URL(`/_sandbox/time/${turn}`, resourceManagerEndpoint), {})),
    happens: async (change, what) => void (await ask(new URL(`/_sandbox/world/${change}`, resourceManagerEndpoint), what)),
    veeam: async () => {
      const { appliances } = JSON.parse(await ask(new URL('/_sandbox/veeam', resourceManagerEndpoint))) as { appliances: VeeamFacts[] };
      assert.ok(appliances[0]);
      return appliances[0];
    },
    veeamHappens: async (change, what = {}) => void (await ask(new URL(`/_sandbox/veeam/${change}`, resourceManagerEndpoint), what)),
    veeamTokens: async () =>
      (JSON.parse(await ask(new URL('/_sandbox/veeam/tokens', resourceManagerEndpoint))) as { tokens: string[] }).tokens,
    serveBlobs: async () =>
      void (await ask(new URL('/_sandbox/blobs/start', resourceManagerEndpoint), { path: join(root, 'node_modules', 'azurite') })),
    accountKey: async (accountId) => {
      const form = {
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: clientSecret,
        scope: `${resourceManagerEndpoint}/.default`,
      };
      const signIn = new URL(`${authorityHost}/${tenantId}/oauth2/token`);
      const token = JSON.parse(await asked(signIn, record.certificateAuthority, {}, new URLSearchParams(form))) as { access_token: string };
      const url = new URL(`${accountId}/listKeys?api-version=2024-01-01`, resourceManagerEndpoint);
      const answer = await asked(url, record.certificateAuthority, { authorization: `Bearer ${token.access_token}` }, {});
      const { keys } = JSON.parse(answer) as { keys: { value: string }[] };
      assert.ok(keys[0], answer);
      return keys[0].value;
    },
  };
}

/** GET; POST where there is a body, a form or else JSON. */
function asked(url: URL, ca: string, headers: Record<string, string>, body?: object): Promise<string> {
  const form = body instanceof URLSearchParams;
  return new Promise((resolve, reject) => {
    const sent = form ? { ...headers, 'content-type': 'application/x-www-form-urlencoded' } : headers;
    request(url, { ca, headers: sent, method: body ? 'POST' : 'GET' }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        if (response.statusCode === 200 || response.statusCode === 204) resolve(text);
        else reject(new Error(`${response.statusCode}: ${text}`));
      });
    })
      .on('error', reject)
      .end(form ? body.toString() : body && JSON.stringify(body));
  });
}

/** A sandbox of the test's own: faults and ledger are at hand, and its world may differ. To a window it is a custom cloud. */
export interface TestSandbox extends RunningSandbox {
  /** For `openWindow`: the cloud, and a service principal in the environment. */
  readonly windowOptions: Pick<WindowOptions, 'machine' | 'env'>;
}

export async function startTestSandbox(options: { speed?: number; compose?: Compose } = {}): Promise<TestSandbox> {
  const sandbox = await startSandbox({ speed: options.speed ?? 60, compose: options.compose ?? composeWorld });
  const { resourceManagerEndpoint, authorityHost, tenantId, clientId, clientSecret, certificateAuthorityFile } = sandbox.endpoint;
  return Object.assign(sandbox, {
    windowOptions: {
      machine: {
        'azureBackup.cloud': 'custom',
        'azureBackup.customCloud': { resourceManagerEndpoint, authorityHost, certificateAuthorityFile },
        'azureBackup.credential': 'environment',
      },
      env: { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: clientSecret },
    },
  });
}
