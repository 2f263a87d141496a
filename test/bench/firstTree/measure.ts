/**
 * One sample, in a process of its own, as a window has it: our tree and the bare requests, each against a sandbox that
 * serves already. Prints one JSON line. Arguments: `tree` or `bare`, and the sandbox's own line.
 */
import { readFileSync } from 'node:fs';
import { Agent, request, type RequestOptions } from 'node:https';
import { CloudConnection } from '../../../src/cloud/connection.ts';
import type { SandboxDetails } from '../../../src/cloud/sandboxProcess.ts';
import type { CloudEnvironment } from '../../../src/cloud/types.ts';
import { arrayAt, isObject, stringAt, type Json } from '../../../src/core/json.ts';
import { createInventory } from '../../../src/inventory/inventory.ts';
import { apiVersions } from '../../../src/cloud/apiVersions.ts';
import type { NodeRow, Row } from '../../../src/tree/rows.ts';
import { TreeModel } from '../../../src/tree/treeModel.ts';

/** Milliseconds, and what was asked: `GET /subscriptions`. */
export interface Sample {
  /** From nothing: sign-in, connection and all, code that is not loaded yet included. */
  readonly coldMs: number;
  /** The part of it after the sign-in. */
  readonly signedInMs: number;
  /** Again, connected, after a refresh of everything. The best of some. */
  readonly warmMs: number;
  readonly coldRequests: readonly string[];
  readonly warmRequests: readonly string[];
  /** Protected items in the answer, or rows in the tree: what there was to show. */
  readonly items: number;
}

const warmRounds = 10;
const [way, line = '{}'] = process.argv.slice(2);
const details = JSON.parse(line) as SandboxDetails;
const sample = way === 'bare' ? await bare() : await tree();
process.stdout.write(`${JSON.stringify(sample)}\n`);
process.exit(0);

/** Opens the view's first level and goes down to the items of the first vault, as clicks would. */
async function tree(): Promise<Sample> {
  const requests: string[] = [];
  const environment: CloudEnvironment = {
    kind: 'sandbox',
    label: 'Sandbox',
    resourceManagerEndpoint: details.resourceManagerEndpoint,
    authorityHost: details.authorityHost,
    audience: `${details.resourceManagerEndpoint}/`,
    certificateAuthorityFile: details.certificateAuthorityFile,
  };
  const connection = new CloudConnection({
    log: { request: (entry) => void requests.push(`${entry.method} ${entry.path}`) },
    settings: () => ({
      cloud: 'sandbox',
      customCloud: undefined,
      credential: 'vscode',
      servicePrincipal: { tenantId: '', clientId: '' },
      tenants: [],
      subscriptions: [],
      sandbox: { speed: 1, latency: 0 },
    }),
    credential: () => Promise.resolve(undefined),
    startSandbox: () =>
      Promise.resolve({
        details,
        environment,
        onDidBreak: () => ({ dispose: () => undefined }),
        leave: () => undefined,
        stop: () => Promise.resolve(),
      }),
  });
  let connectedAt = 0;
  connection.onDidChange(({ kind }) => {
    connectedAt = kind === 'connected' ? performance.now() : 0;
  });
  const inventory = createInventory({ connection });
  const model = new TreeModel({ connection, inventory, patienceMs: 60_000 });

  const open = async (row: Row | undefined, label: string | undefined): Promise<NodeRow> => {
    const rows = await model.children(row);
    const found = rows.find((one): one is NodeRow => one.type === 'node' && (label === undefined || one.node.label === label));
    if (!found) {
      throw new Error(`Expected ${label ?? 'a node'}, got ${JSON.stringify(rows)}`);
    }
    return found;
  };
  const walk = async (): Promise<number> => {
    // VS Code asks for the first level, and again when the connection stands.
    await model.children(undefined);
    await connection.connect();
    const vaults = await open(await open(undefined, undefined), 'Recovery Services vaults');
    const group = await open(await open(vaults, undefined), 'Protected items');
    const workload = await open(group, undefined);
    return (await model.children(workload)).length;
  };
  const begin = performance.now();
  const items = await walk();
  const end = performance.now();
  const coldRequests = requests.splice(0);
  const warmMs = await best(async () => {
    model.refresh();
    requests.splice(0);
    await walk();
  });
  return { coldMs: end - begin, signedInMs: end - connectedAt, warmMs, coldRequests, warmRequests: requests, items };
}

/** The same answers by node's own HTTPS and nothing else, each request as soon as the answer that it needs is there. */
async function bare(): Promise<Sample> {
  const requests: string[] = [];
  const agent = new Agent({ keepAlive: true, ca: readFileSync(details.certificateAuthorityFile) });
  const ask = (method: string, url: string, body?: string, headers: Record<string, string> = {}): Promise<Json> => {
    requests.push(`${method} ${new URL(url).pathname}`);
    return send(url, { method, agent, headers }, body);
  };
  let token = '';
  const signIn = async (): Promise<void> => {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: details.clientId,
      client_secret: details.clientSecret,
      scope: `${details.resourceManagerEndpoint}/.default`,
    });
    // A client that follows OpenID Connect is told where tokens are given.
    const authority = `${new URL(details.authorityHost).origin}/${details.tenantId}`;
    const discovery = await ask('GET', `${authority}/.well-known/openid-configuration`);
    const url = stringAt(discovery, 'token_endpoint') ?? '';
    token =
      stringAt(await ask('POST', url, form.toString(), { 'content-type': 'application/x-www-form-urlencoded' }), 'access_token') ?? '';
  };
  const list = async (path: string, version: string): Promise<Json[]> =>
    arrayAt(
      await ask('GET', `${details.resourceManagerEndpoint}${path}?api-version=${version}`, undefined, { authorization: `Bearer ${token}` }),
      'value',
    );
  const byName = (member: string) => (a: Json, b: Json) => (stringAt(a, member) ?? '').localeCompare(stringAt(b, member) ?? '');
  const walk = async (): Promise<number> => {
    const [subscription] = (await list('/subscriptions', apiVersions.subscriptions)).sort(byName('displayName'));
    const scope = stringAt(subscription, 'id') ?? '';
    const [vault] = (await list(`${scope}/providers/Microsoft.RecoveryServices/vaults`, apiVersions.vaults)).sort(byName('name'));
    return (await list(`${stringAt(vault, 'id') ?? ''}/backupProtectedItems`, apiVersions.backup)).length;
  };
  const begin = performance.now();
  await signIn();
  const signedIn = performance.now();
  const items = await walk();
  const end = performance.now();
  const coldRequests = requests.splice(0);
  const warmMs = await best(async () => {
    requests.splice(0);
    await walk();
  });
  return { coldMs: end - begin, signedInMs: end - signedIn, warmMs, coldRequests, warmRequests: requests, items };
}

function send(url: string, options: RequestOptions, body: string | undefined): Promise<Json> {
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        if (response.statusCode !== 200) {
          reject(new Error(`${options.method} ${url}: ${response.statusCode} ${text}`));
          return;
        }
        const value = JSON.parse(text) as Json;
        resolve(isObject(value) ? value : null);
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function best(work: () => Promise<void>): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < warmRounds; round++) {
    const begin = performance.now();
    await work();
    least = Math.min(least, performance.now() - begin);
  }
  return least;
}
