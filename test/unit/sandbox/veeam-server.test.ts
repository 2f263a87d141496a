import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { Agent, get } from 'node:https';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { parseFaults, type FaultInput } from '../../../src/sandbox/faults/schema.ts';
import { secretHeader } from '../../../src/sandbox/server/controlRoutes.ts';
import { type RunningSandbox, startSandbox } from '../../../src/sandbox/server/start.ts';
import { send } from './platformSupport.ts';
import { ask, type ApplianceAnswer, type Pin } from './veeamSupport.ts';

describe('sandbox veeam: beside the sandbox’s Azure', () => {
  let sandbox: RunningSandbox;
  let pin: RunningSandbox['endpoint']['veeam'][number];
  beforeEach(async () => {
    sandbox = await startSandbox({ speed: 2000 });
    const [first] = sandbox.endpoint.veeam;
    assert.ok(first);
    pin = first;
  });
  afterEach(() => sandbox.close());

  const inject = (...faults: FaultInput[]): void => sandbox.faults.replace(parseFaults(faults).faults);
  const control = (method: string, path: string, body?: object) =>
    send(sandbox, method, `/_sandbox/${path}`, {
      token: null,
      headers: { [secretHeader]: sandbox.endpoint.clientSecret },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const signIn = async (to: Pin = pin): Promise<string> => {
    const [user] = pin.users;
    const body = new URLSearchParams({ grant_type: 'Password', username: user?.username ?? '', password: user?.password ?? '' });
    const answer = await ask(to, 'POST', '/api/oauth2/token', { body: body.toString() });
    assert.equal(answer.status, 200, answer.text);
    return String(answer.at('access_token'));
  };
  const about = (token: string, to: Pin = pin): Promise<ApplianceAnswer> => ask(to, 'GET', '/api/v8.1/system/about', { token });

  it('the start line names both appliances: address, fingerprint, users', () => {
    const { veeam } = sandbox.endpoint;
    assert.deepEqual(
      veeam.map(({ name, apiVersions }) => [name, apiVersions.at(-1)]),
      [
        ['veeam', 'v8.1'],
        ['veeam-old', 'v2'],
      ],
    );
    for (const { url, fingerprint, certificate, users } of veeam) {
      assert.match(url, /^https:\/\/127\.0\.0\.1:\d+$/);
      assert.equal(new X509Certificate(certificate).fingerprint256, fingerprint);
      assert.deepEqual(
        users.map(({ username }) => username),
        ['veeam-admin', 'veeam-operator', 'veeam-restore', 'veeam-mfa', 'veeam-locked'],
      );
    }
    assert.equal(new Set(veeam.map(({ fingerprint }) => fingerprint)).size, 2);
  });

  it('each has a certificate of its own making, which neither the sandbox’s authority nor any other knows', async () => {
    for (const { certificate, url } of sandbox.endpoint.veeam) {
      const own = new X509Certificate(certificate);
      assert.ok(own.verify(own.publicKey) && own.subject === own.issuer && !own.ca);
      const trusting = { ...pin, url, certificate: sandbox.certificateAuthority };
      await assert.rejects(ask(trusting, 'GET', '/'), /self.signed certificate/i);
    }
    const [newest, old] = sandbox.endpoint.veeam.map(({ certificate }) => new X509Certificate(certificate));
    assert.deepEqual([newest?.checkIP('127.0.0.1'), old?.checkIP('127.0.0.1')], ['127.0.0.1', undefined]);
  });

  it('another certificate is shown at once, also to who has been connected, and the old one is good for nothing', async () => {
    const token = await signIn();
    const agent = new Agent({ keepAlive: true, ca: pin.certificate });
    const connected = (): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        get(`${pin.url}/api/v8.1/system/serviceIsUp`, { agent }, (answer) =>
          answer.resume().on('end', () => resolve(answer.statusCode)),
        ).on('error', reject);
      });
    try {
      assert.equal(await connected(), 200);
      const changed = await control('POST', 'veeam/change-certificate', { appliance: 'veeam' });
      assert.equal(changed.status, 200, changed.text);
      assert.notEqual(changed.at('fingerprint'), pin.fingerprint);
      await assert.rejects(connected(), /self.signed certificate|socket hang up|ECONNRESET/i);
      await assert.rejects(connected(), /self.signed certificate/i);
      await assert.rejects(about(token), /self.signed certificate/i);
      const renewed = { ...pin, fingerprint: String(changed.at('fingerprint')), certificate: String(changed.at('certificate')) };
      assert.equal((await about(token, renewed)).status, 200, 'it is the same appliance');
    } finally {
      agent.destroy();
    }
  });

  it('spoils answers as the plan says, in the appliance’s own forms', async () => {
    const token = await signIn();
    const path = '/api/*/system/about';
    inject({ kind: 'htmlError', path, status: 502 }, { kind: 'error', path, status: 503, retryAfterSeconds: 7 });
    const html = await about(token);
    assert.deepEqual([html.status, html.type], [502, 'text/html; charset=utf-8']);
    const failed = await about(token);
    assert.deepEqual([failed.status, failed.type, failed.headers['retry-after']], [503, 'application/problem+json; charset=utf-8', '7']);
    inject({ kind: 'throttle', path, retryAfterSeconds: 3 }, { kind: 'truncate', path }, { kind: 'resetBefore', path });
    const throttled = await about(token);
    assert.deepEqual([throttled.status, throttled.headers['retry-after']], [429, '3']);
    const half = await about(token);
    assert.throws(() => half.at('serverVersion'), SyntaxError);
    await assert.rejects(about(token), /hang up|ECONNRESET/);
    inject({ kind: 'expireToken', path });
    assert.deepEqual([(await about(token)).status, (await about(token)).status], [401, 401], 'the token is really over');
    assert.equal((await about(await signIn())).status, 200);
  });

  it('a lost answer to takeSnapshot leaves a session that can be found', async () => {
    const token = await signIn();
    const { at } = await ask(pin, 'GET', '/api/v8.1/virtualMachines?SearchPattern=vm-web-01', { token });
    const id = String(at('results.0.id'));
    const since = new Date().toISOString();
    inject({ kind: 'resetAfter', method: 'POST', path: '**/takeSnapshot' });
    const body = { backupItems: { virtualMachines: [{ id }] } };
    await assert.rejects(ask(pin, 'POST', '/api/v8.1/virtualMachines/takeSnapshot', { token, body }), /hang up|ECONNRESET/);
    const found = await ask(pin, 'GET', `/api/v8.1/jobSessions?Types=ManualSnapshot&ResourceId=${id}&FromUtc=${since}`, { token });
    assert.equal(found.at('totalCount'), 1);
    const entry = sandbox.ledger.list().find(({ method, path }) => method === 'POST' && path.endsWith('/takeSnapshot'));
    assert.deepEqual([entry?.server, entry?.tookEffect, entry?.answered, entry?.fault], ['veeam', true, false, 'resetAfter']);
  });

  it('control endpoints lock and unlock users, end tokens, forget machines, set outcomes and the address in links', async () => {
    const token = await signIn();
    await control('POST', 'veeam/expire-tokens', { username: 'veeam-admin' });
    assert.equal((await about(token)).status, 401);
    await control('POST', 'veeam/lock-user', { username: 'veeam-admin' });
    await assert.rejects(signIn(), /is locked/);
    await control('POST', 'veeam/unlock-user', { username: 'veeam-admin' });
    const again = await signIn();
    await control('POST', 'veeam/set-link-origin', { origin: 'https://veeam.example:8443/anything' });
    const listed = await ask(pin, 'GET', '/api/v8.1/virtualMachines?SearchPattern=vm-web-01', { token: again });
    const self = String(listed.at('results.0._links.self.href'));
    assert.ok(self.startsWith('https://veeam.example:8443/api/v8.1/'), self);
    await control('POST', 'veeam/set-link-origin', { origin: null });
    await control('POST', 'veeam/set-outcome', { machine: 'vm-web-01', outcome: 'fails' });
    await control('POST', 'veeam/remove-machine', { machine: 'vm-web-02' });
    const id = String(listed.at('results.0.id'));
    const body = { backupItems: { virtualMachines: [{ id }] } };
    const started = await ask(pin, 'POST', '/api/v8.1/virtualMachines/takeSnapshot', { token: again, body });
    const session = String(started.at('results.0._links.self.href'));
    let status: unknown;
    while (status !== 'Error') {
      status = (await ask(pin, 'GET', session, { token: again })).at('status');
      assert.ok(['Pending', 'Running', 'RunningWithError', 'Error'].includes(String(status)), String(status));
    }
    const view = await control('GET', 'veeam');
    assert.ok(!JSON.stringify(view.at('appliances.0.machines')).includes('vm-web-02'));
    assert.equal(view.at('appliances.0.sessions.0.status'), 'Error');
  });

  it('control endpoints refuse what cannot be, and strangers', async () => {
    const cases: [string, object, RegExp][] = [
      ['change-certificate', { appliance: 'none' }, /no appliance "none"; there are veeam, veeam-old/],
      ['lock-user', { username: 'none' }, /no user "none"; there are veeam-admin/],
      ['lock-user', {}, /username/],
      ['remove-machine', { machine: 'none' }, /no machine "none"/],
      ['set-link-origin', { origin: 'http://plain.example' }, /origin/],
    ];
    for (const [path, body, says] of cases) {
      const answer = await control('POST', `veeam/${path}`, body);
      assert.deepEqual([answer.status, answer.at('error.code')], [400, 'InvalidVeeamChange'], path);
      assert.match(answer.textAt('error.message'), says);
    }
    assert.equal((await send(sandbox, 'GET', '/_sandbox/veeam', { token: null })).status, 401);
  });

  it('a port that is taken is named with its flag, and nothing is left behind', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    try {
      await assert.rejects(startSandbox({ veeamPort: port }), new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is in use.*--veeam-port`));
    } finally {
      taken.close();
    }
  });
});
