import assert from 'node:assert/strict';
import { CloudConnection, type ConnectionHost } from '../../../src/cloud/connection.ts';
import type { ArmToken, Credential, TokenRequest } from '../../../src/cloud/credentials/types.ts';
import type { RequestLogEntry } from '../../../src/cloud/requestLog.ts';
import type { SandboxProcess } from '../../../src/cloud/sandboxProcess.ts';
import { readSettings, type ConnectionSettings } from '../../../src/cloud/settings.ts';
import type { ConnectionState } from '../../../src/cloud/types.ts';
import { BackupError } from '../../../src/core/errors.ts';
import { Emitter } from '../../../src/core/events.ts';
import { startSandbox, type RunningSandbox } from '../../../src/sandbox/server/start.ts';
import { createTestBed, json, type SeenRequest, type TestBed, type TestServer } from './support/httpsServer.ts';

const [home, other, closed] = ['aaaaaaaa', 'bbbbbbbb', 'cccccccc'].map((start) => `${start}-0000-4000-8000-000000000000`) as [
  string,
  string,
  string,
];
const id = (number: number): string => `00000000-0000-4000-8000-00000000000${number}`;
const signal = (): AbortSignal => new AbortController().signal;

/** A token that names its tenant, as Microsoft's do. */
function tokenOf(tenantId: string): ArmToken {
  const payload = Buffer.from(JSON.stringify({ tid: tenantId })).toString('base64url');
  return { token: `h.${payload}.s`, expiresAt: Date.now() + 3_600_000 };
}

function tenantOf(request: SeenRequest): string {
  const payload = request.headers.authorization?.split('.')[1] ?? '';
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { tid: string }).tid;
}

describe('connection', () => {
  let bed: TestBed;
  let server: TestServer;
  let connection: CloudConnection;
  let settings: Record<string, unknown>;
  let credential: Credential | undefined;
  let asked: TokenRequest[];
  let states: ConnectionState['kind'][];

  before(async () => {
    bed = await createTestBed();
    server = await bed.start();
  });
  after(() => bed[Symbol.asyncDispose]());
  afterEach(() => connection.dispose());

  beforeEach(() => {
    asked = [];
    server.requests.length = 0;
    server.replies = [
      (request, response, socket) => {
        const tenant = tenantOf(request);
        const subscriptions: Record<string, object[]> = {
          [home]: [
            { subscriptionId: id(2), id: `/subscriptions/${id(2)}`, displayName: 'Beta', state: 'Enabled', tenantId: home },
            { subscriptionId: id(1), id: `/subscriptions/${id(1)}`, displayName: 'alpha', state: 'Disabled', tenantId: home },
            { subscriptionId: id(3), id: `/subscriptions/${id(3)}`, displayName: 'Shared', state: 'Enabled', tenantId: other },
          ],
          [other]: [{ subscriptionId: id(3), id: `/subscriptions/${id(3)}`, displayName: 'Shared', state: 'Enabled', tenantId: other }],
        };
        const list = request.url.startsWith('/tenants')
          ? [home, other, closed].map((tenantId) => ({ tenantId, displayName: `Tenant ${tenantId[0]}` }))
          : (subscriptions[tenant] ?? []);
        json(200, { value: list })(request, response, socket);
      },
    ];
    settings = {
      cloud: 'custom',
      customCloud: { resourceManagerEndpoint: server.origin, authorityHost: server.origin, certificateAuthorityFile: bed.authorityFile },
    };
    credential = {
      kind: 'vscode',
      label: 'a test',
      account: 'me@example',
      manyTenants: true,
      getToken: (request) => {
        asked.push(request);
        return request.tenantId === closed
          ? Promise.reject(new BackupError('Another factor is needed.', { code: 'SignInNeeded' }))
          : Promise.resolve(tokenOf(request.tenantId ?? home));
      },
    };
    make();
  });

  function make(more: Partial<ConnectionHost> = {}): void {
    connection = new CloudConnection({
      log: { request: () => undefined },
      settings: (): ConnectionSettings => readSettings((name) => settings[name]),
      credential: () => Promise.resolve(credential),
      startSandbox: () => Promise.reject(new Error('no sandbox here')),
      ...more,
    });
    states = [];
    connection.onDidChange((state) => states.push(state.kind));
  }

  it('sends nothing and asks for no token before somebody connects', async () => {
    assert.equal(connection.state.kind, 'disconnected');
    assert.throws(() => connection.arm(), { facts: { code: 'NotConnected', remedies: ['Sign in, or use the sandbox.'] } });
    assert.equal(asked.length + server.bytes(), 0);
    await connection.connect();
    assert.deepEqual(states, ['connecting', 'connected']);
    assert.equal(server.bytes(), 0, 'connecting itself asks the resource manager nothing');
  });

  it('is one attempt for all who ask, those too who ask because it began', async () => {
    let late: Promise<ConnectionState> | undefined;
    connection.onDidChange((state) => {
      late ??= state.kind === 'connecting' ? connection.connect() : undefined;
    });
    const all = await Promise.all([connection.connect(), connection.connect()]);
    assert.deepEqual([...all, await late].map((state) => state?.kind), ['connected', 'connected', 'connected']); // prettier-ignore
    assert.equal(asked.length, 1);
  });

  it('lists the subscriptions of all tenants once each, by name, each with the tenant whose token opens it', async () => {
    const list = await connection.subscriptions(signal());
    assert.deepEqual(
      list.map(({ name, tenantId, state }) => [name, tenantId, state]),
      [
        ['alpha', home, 'Disabled'],
        ['Beta', home, 'Enabled'],
        ['Shared', other, 'Enabled'],
      ],
    );
    server.requests.length = 0;
    await connection.arm().get(`/subscriptions/${id(3)}/resourceGroups?api-version=1`);
    await connection.arm().get(`/Subscriptions/${id(1).toUpperCase()}/resourceGroups?api-version=1`);
    assert.deepEqual(server.requests.map(tenantOf), [other, home]);
  });

  it('keeps a tenant that lets nobody in as one problem, asked once, beside those that do', async () => {
    await connection.subscriptions(signal());
    assert.deepEqual(
      connection.problems.map(({ tenantId, tenantName, error }) => [tenantId, tenantName, error.facts.code]),
      [[closed, 'Tenant c', 'SignInNeeded']],
    );
    assert.equal(asked.filter((request) => request.tenantId === closed).length, 1);
  });

  it('fails with the reason where no tenant at all lets us in', async () => {
    settings['tenants'] = [closed];
    await assert.rejects(connection.subscriptions(signal()), /Another factor is needed/);
  });

  it('asks only the chosen tenants, and not for their list', async () => {
    settings['tenants'] = [other];
    const list = await connection.subscriptions(signal());
    assert.deepEqual(list.map((subscription) => subscription.subscriptionId), [id(3)]); // prettier-ignore
    assert.deepEqual(server.requests.map((request) => request.url.split('?')[0]), ['/subscriptions']); // prettier-ignore
  });

  it('applies the filter before anything else, whatever the casing', async () => {
    settings['subscriptions'] = [id(1).toUpperCase(), id(9)];
    const list = await connection.subscriptions(signal());
    assert.deepEqual(list.map((subscription) => subscription.subscriptionId), [id(1)]); // prettier-ignore
    assert.ok(server.requests.every((request) => !request.url.includes(id(2))));
    assert.equal((await connection.allSubscriptions(signal())).length, 3);
  });

  it('uses one token for the home tenant, whether it is named or not', async () => {
    await connection.connect();
    await connection.arm().get('/x', { tenantId: home.toUpperCase() });
    assert.equal(asked.length, 1);
  });

  it('is signed out where nobody is signed in, says so, and does not try again until somebody wants it', async () => {
    credential = undefined;
    assert.equal((await connection.connect()).kind, 'signedOut');
    await assert.rejects(connection.subscriptions(signal()), { facts: { code: 'SignedOut', remedies: ['Sign in.'] } });
    await connection.connect();
    assert.deepEqual(states, ['connecting', 'signedOut']);
  });

  it('that has failed stays failed for those who only look, and is tried again on retry', async () => {
    settings['cloud'] = 'nowhere';
    const state = await connection.connect();
    assert.ok(state.kind === 'failed' && state.error instanceof BackupError && state.error.facts.resource === 'azureBackup.cloud');
    await connection.connect();
    await assert.rejects(connection.subscriptions(signal()), /azureBackup\.cloud/);
    assert.equal(states.length, 1);
    settings['cloud'] = 'custom';
    assert.equal((await connection.connect({ retry: true })).kind, 'connected');
  });

  it('fails where the sign-in does, without a request to the resource manager', async () => {
    credential = { ...(credential as Credential), getToken: () => Promise.reject(new BackupError('Expired.', { code: 'SecretExpired' })) };
    const state = await connection.connect();
    assert.ok(state.kind === 'failed' && state.error.message === 'Expired.');
    assert.equal(server.requests.length, 0);
  });

  it('that is ended while it begins does not come up afterwards', async () => {
    const pending = connection.connect();
    await Promise.resolve();
    connection.disconnect({ rest: true });
    assert.equal((await pending).kind, 'disconnected');
    assert.equal((await connection.connect()).kind, 'disconnected', 'it rests until a person connects');
    assert.equal((await connection.connect({ retry: true })).kind, 'connected');
  });

  it('takes up changed settings when it is begun anew', async () => {
    await connection.connect();
    connection.disconnect();
    settings['customCloud'] = { resourceManagerEndpoint: 'https://other.example', authorityHost: server.origin };
    const state = await connection.connect();
    assert.ok(state.kind === 'connected' && state.environment.resourceManagerEndpoint === 'https://other.example');
  });

  describe('to the sandbox', () => {
    let sandbox: RunningSandbox;
    let left: number;
    let stopped: number;
    let breaks: Emitter<BackupError>;
    let log: RequestLogEntry[];

    before(async () => {
      sandbox = await startSandbox({ speed: 60, seed: 3 });
    });
    after(() => sandbox.close());

    beforeEach(() => {
      left = 0;
      stopped = 0;
      log = [];
      breaks = new Emitter();
      settings = { cloud: 'sandbox' };
      make({
        log: { request: (entry) => log.push(entry) },
        startSandbox: (): Promise<SandboxProcess> =>
          Promise.resolve({
            details: sandbox.endpoint,
            environment: {
              kind: 'sandbox',
              label: 'Sandbox',
              resourceManagerEndpoint: sandbox.endpoint.resourceManagerEndpoint,
              authorityHost: sandbox.endpoint.authorityHost,
              audience: `${sandbox.endpoint.resourceManagerEndpoint}/`,
              certificateAuthorityFile: sandbox.endpoint.certificateAuthorityFile,
            },
            onDidBreak: breaks.event,
            leave: () => left++,
            stop: () => {
              stopped++;
              return Promise.resolve();
            },
          }),
      });
    });

    it('counts what its limits leave, in hours that are as short as the sandbox’s', async () => {
      const production = (await connection.subscriptions(signal())).find(({ name }) => name === 'Northwind Production');
      const arm = connection.arm();
      const group = `${production?.id}/resourceGroups/rg-backup-prod/providers/Microsoft.RecoveryServices`;
      const jobs = `${group}/vaults/rsv-webshop-weu/backupJobs?api-version=2023-06-01`;
      assert.equal(arm.pace?.(jobs), 0);
      await arm.get(jobs);
      const pace = arm.pace?.(jobs.replace('rsv-webshop-weu', 'rsv-erp-weu')) ?? 0;
      assert.ok(pace > 500 && pace < 540, `${pace}: 180 seconds at speed 20 for 449 requests, but for a quarter of them`);
    });

    it('signs in with client credentials and lists its subscriptions: no request more than that takes', async () => {
      const list = await connection.subscriptions(signal());
      assert.deepEqual(new Set(list.map((subscription) => subscription.subscriptionId)), new Set(sandbox.endpoint.subscriptionIds));
      assert.deepEqual(
        log.map(({ method, path, status }) => [method, path, status]),
        [
          ['GET', '/adfs/.well-known/openid-configuration', 200],
          ['POST', '/adfs/oauth2/token', 200],
          ['GET', '/subscriptions', 200],
        ],
      );
      const [first] = list;
      await connection
        .arm()
        .get(`${first?.id}/resourceGroups?api-version=2021-04-01`, { ...(first?.tenantId ? { tenantId: first.tenantId } : {}) });
      assert.equal(log.length, 4, 'the tenant’s GUID asked for another token');
    });

    it('ends it when a person signs out or chooses another cloud or another sandbox', async () => {
      await connection.connect();
      connection.disconnect({ rest: true });
      assert.deepEqual({ left, stopped }, { left: 0, stopped: 1 });
      await connection.connect({ retry: true });
      settings['sandbox'] = { speed: 33 };
      connection.disconnect();
      assert.deepEqual({ left, stopped }, { left: 0, stopped: 2 });
      await connection.connect();
      settings['cloud'] = 'public';
      connection.disconnect();
      assert.deepEqual({ left, stopped }, { left: 0, stopped: 3 });
    });

    it('keeps it for a window that reloads, and for settings that ask for the same one', async () => {
      await connection.connect();
      settings['subscriptions'] = [id(1)];
      connection.disconnect();
      assert.deepEqual({ left, stopped }, { left: 1, stopped: 0 });
      await connection.connect();
      connection.dispose();
      assert.deepEqual({ left, stopped }, { left: 2, stopped: 0 });
    });

    it('fails when it breaks, and comes up again on retry', async () => {
      await connection.connect();
      breaks.fire(new BackupError('The sandbox ended.', { code: 'SandboxEnded' }));
      assert.equal(connection.state.kind, 'failed');
      assert.equal((await connection.connect({ retry: true })).kind, 'connected');
    });
  });
});
