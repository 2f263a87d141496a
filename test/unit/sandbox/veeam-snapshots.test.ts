import assert from 'node:assert/strict';
import { armIdKey } from '../../../src/core/armId.ts';
import { machineId } from '../../../src/sandbox/world/entities.ts';
import { Appliances, ask, minute, second, type ApplianceAnswer } from './veeamSupport.ts';

type Call = ReturnType<Appliances['caller']>;

describe('sandbox veeam: machines and snapshots', () => {
  let appliances: Appliances;
  let call: Call;
  beforeEach(async () => {
    appliances = await Appliances.start();
    call = appliances.caller(await appliances.signIn());
  });
  afterEach(() => appliances.close());

  const names = (answer: ApplianceAnswer): unknown[] => (answer.at('results') as { name: string }[]).map(({ name }) => name);
  const nested = (...machines: string[]) => ({
    backupItems: { virtualMachines: machines.map((name) => ({ id: appliances.machineId(name) })) },
  });
  const flat = (...machines: string[]) => ({ virtualMachines: machines.map((name) => ({ id: appliances.machineId(name) })) });
  /** Starts the snapshot of one machine with the newest version; the session's own link. */
  const start = async (machine: string): Promise<string> => {
    const answer = await call('POST', '/api/v8.1/virtualMachines/takeSnapshot', nested(machine));
    assert.equal(answer.status, 202, answer.text);
    return String(answer.at('results.0._links.self.href'));
  };
  const statusOf = async (session: string): Promise<unknown> => (await call('GET', session)).at('status');
  const logOf = async (session: string) => (await call('GET', `${session}/log`)).at('log') as { message: string; status: string }[];

  it('lists machines in pages, by what their names contain, with their resource ids in lower case', async () => {
    const all = await call('GET', '/api/v8.1/virtualMachines?Limit=-1');
    const total = Number(all.at('totalCount'));
    assert.equal(names(all).length, total);
    const first = await call('GET', '/api/v8.1/virtualMachines?Offset=0&Limit=3');
    const next = await call('GET', '/api/v8.1/virtualMachines?offset=3&limit=3');
    assert.deepEqual([...names(first), ...names(next)], names(all).slice(0, 6));
    assert.deepEqual([first.at('offset'), first.at('limit'), first.at('totalCount')], [0, 3, total]);
    assert.deepEqual(names(await call('GET', `/api/v8.1/virtualMachines?Offset=${total}`)), []);
    const found = await call('GET', '/api/v8.1/virtualMachines?SearchPattern=WEB-0');
    assert.deepEqual(names(found), ['tst-web-01', 'tst-web-02', 'vm-web-01', 'vm-web-02', 'vm-web-03']);
    const azureId = String(found.at('results.2.azureId'));
    assert.equal(azureId, azureId.toLowerCase());
    const inAzure = appliances.world.machine(azureId);
    assert.ok(inAzure !== undefined && machineId(inAzure) !== azureId && armIdKey(machineId(inAzure)) === azureId);
    assert.match(String(found.at('results.2.id')), /^[a-z2-7]{52}$/);
    assert.equal((await call('GET', String(found.at('results.2._links.self.href')))).at('name'), 'vm-web-01');
  });

  it('knows machines that Azure’s own subscriptions do not have', async () => {
    const { at } = await call('GET', '/api/v8.1/virtualMachines?SearchPattern=logi-');
    assert.equal(at('totalCount'), 3);
    assert.equal(appliances.world.machine(String(at('results.0.azureId'))), undefined);
    assert.equal(at('results.0.isDeleted'), false);
  });

  it('says which parameter of a list cannot be', async () => {
    for (const [query, field] of [
      ['Offset=-1', 'Offset'],
      ['Limit=many', 'Limit'],
    ] as const) {
      const answer = await call('GET', `/api/v8.1/virtualMachines?${query}`);
      assert.equal(answer.status, 400);
      assert.deepEqual(Object.keys(answer.at('errors') as object), [field]);
    }
    const status = await call('GET', '/api/v8.1/jobSessions?Status=Broken');
    assert.deepEqual([status.status, Object.keys(status.at('errors') as object)], [400, ['Status']]);
  });

  it('a snapshot is Pending, Running and Success; its log grows, and a restore point continues the chain', async () => {
    const machine = appliances.machineId('vm-web-01');
    const points = async (query = '') =>
      Number((await call('GET', `/api/v8.1/restorePoints/virtualMachines?VirtualMachineId=${machine}${query}`)).at('totalCount'));
    const before = await points();
    const session = await start('vm-web-01');
    assert.equal(await statusOf(session), 'Pending');
    const lengths = [(await logOf(session)).length];
    appliances.pass(5 * second);
    assert.equal(await statusOf(session), 'Running');
    lengths.push((await logOf(session)).length);
    assert.equal((await logOf(session)).at(-1)?.status, 'Running');
    appliances.pass(30 * second);
    lengths.push((await logOf(session)).length);
    appliances.pass(10 * second);
    const ended = await call('GET', session);
    assert.equal(ended.at('status'), 'Success');
    assert.match(String(ended.at('executionDuration')), /^00:00:45(\.\d{7})?$/);
    assert.deepEqual(lengths, [0, 2, 3]);
    assert.ok((await logOf(session)).every(({ status }) => status === 'Success'));
    assert.equal(await points(), before + 1);
    assert.equal(await points('&OnlyLatest=true'), 1);
    const newest = await call('GET', `/api/v8.1/restorePoints/virtualMachines?VirtualMachineId=${machine}&Limit=1`);
    assert.deepEqual([newest.at('results.0.type'), newest.at('results.0.backupDestination')], ['Incremental', 'ManualSnapshot']);
    assert.equal(newest.at('results.0.jobSessionId'), ended.at('id'));
  });

  it('the first point of a machine is a full one', async () => {
    await start('jumpbox');
    appliances.pass(minute);
    const { at } = await call('GET', `/api/v8.1/restorePoints/virtualMachines?VirtualMachineId=${appliances.machineId('jumpbox')}`);
    assert.deepEqual([at('totalCount'), at('results.0.type')], [1, 'Full']);
  });

  for (const { machine, running, ended, says } of [
    { machine: 'erp-report-01', running: 'RunningWithWarning', ended: 'Warning', says: /crash-consistent/ },
    { machine: 'render-01', running: 'RunningWithWarning', ended: 'Warning', says: /ephemeral OS disk/ },
    { machine: 'erp-db-01', running: 'RunningWithError', ended: 'Error', says: /limit/ },
    { machine: 'legacy-01', running: 'RunningWithError', ended: 'Error', says: /unmanaged/ },
  ]) {
    it(`of ${machine} it is ${running} and ends with ${ended}`, async () => {
      const session = await start(machine);
      appliances.pass(35 * second);
      assert.equal(await statusOf(session), running);
      appliances.pass(10 * second);
      assert.equal(await statusOf(session), ended);
      const line = (await logOf(session)).find(({ message }) => says.test(message));
      assert.equal(line?.status, ended);
      const items = await call('GET', `${session}/protectedItems`);
      assert.deepEqual([items.at('results.0.resource.name'), items.at('results.0.runs.0.status')], [machine, ended]);
    });
  }

  it('of a machine that has gone from Azure since it was listed, it fails and says so', async () => {
    const session = await start('vm-cache-01');
    const gone = appliances.world.machine(appliances.server().appliance.machine(appliances.machineId('vm-cache-01'))?.azureId ?? '');
    assert.ok(gone);
    appliances.world.removeMachine(gone);
    appliances.pass(minute);
    assert.equal(await statusOf(session), 'Error');
    assert.ok((await logOf(session)).some(({ message }) => message.includes('was not found')));
    const listed = await call('GET', '/api/v8.1/virtualMachines?SearchPattern=vm-cache-01');
    assert.equal(listed.at('results.0.isDeleted'), true);
  });

  it('a machine that the appliance does not know is refused, and nothing of the request is begun', async () => {
    const before = Number((await call('GET', '/api/v8.1/jobSessions')).at('totalCount'));
    const { backupItems } = nested('vm-web-01');
    const body = { backupItems: { virtualMachines: [...backupItems.virtualMachines, { id: 'gone' }] } };
    const answer = await call('POST', '/api/v8.1/virtualMachines/takeSnapshot', body);
    assert.equal(answer.status, 400);
    assert.match(String(answer.at('errors.virtualMachines.0')), /'gone' was not found/);
    assert.equal((await call('GET', '/api/v8.1/jobSessions')).at('totalCount'), before);
  });

  it('several machines are one session in the older versions, and one session each in the newest', async () => {
    const one = await call('POST', '/api/v7/virtualMachines/takeSnapshot', flat('vm-web-01', 'erp-db-01', 'vm-web-02'));
    assert.deepEqual([one.status, one.at('type'), one.at('status')], [200, 'ManualSnapshot', 'Pending']);
    const session = String(one.at('_links.self.href'));
    const seen: unknown[] = [];
    for (let step = 0; step < 4; step++) {
      appliances.pass(step === 0 ? 6 * second : 30 * second);
      seen.push(await statusOf(session));
    }
    appliances.pass(minute);
    assert.deepEqual([...seen, await statusOf(session)], ['Running', 'Running', 'RunningWithError', 'RunningWithError', 'Error']);
    const items = await call('GET', `${session}/protectedItems?Limit=-1`);
    const runs = (items.at('results') as { runs: { status: string }[] }[]).map(({ runs: [run] }) => run?.status);
    assert.deepEqual(runs, ['Success', 'Error', 'Success']);
    const each = await call('POST', '/api/v8/virtualMachines/takeSnapshot', nested('vm-web-01', 'vm-web-02'));
    assert.deepEqual([each.status, each.at('totalCount')], [202, 2]);
  });

  it('wants each version’s own body, and says what is missing', async () => {
    const wrong = await call('POST', '/api/v8.1/virtualMachines/takeSnapshot', flat('vm-web-01'));
    assert.deepEqual([wrong.status, Object.keys(wrong.at('errors') as object)], [400, ['backupItems']]);
    const empty = await call('POST', '/api/v7/virtualMachines/takeSnapshot', { virtualMachines: [] });
    assert.deepEqual([empty.status, Object.keys(empty.at('errors') as object)], [400, ['virtualMachines']]);
    const account = { ...nested('vm-web-01'), azureAccountId: 'nobody' };
    const refused = await call('POST', '/api/v8.1/virtualMachines/takeSnapshot', account);
    assert.deepEqual(Object.keys(refused.at('errors') as object), ['azureAccountId']);
    const accounts = await call('GET', '/api/v8.1/accounts/azure/service');
    const known = { ...account, azureAccountId: accounts.at('results.0.accountId') };
    assert.equal((await call('POST', '/api/v8.1/virtualMachines/takeSnapshot', known)).status, 202);
    const { endpoint } = appliances.server();
    const token = await appliances.signIn();
    const form = await ask(endpoint, 'POST', '/api/v8.1/virtualMachines/takeSnapshot', { token, body: 'id=1' });
    assert.equal(form.status, 415);
    const text = await ask(endpoint, 'POST', '/api/v8.1/virtualMachines/takeSnapshot', {
      token,
      body: '{',
      contentType: 'application/json',
    });
    assert.equal(text.status, 400);
  });

  it('is stopped: Canceling, Canceled, and what was not done stays undone', async () => {
    const answer = await call('POST', '/api/v7/virtualMachines/takeSnapshot', flat('vm-web-01', 'vm-web-02'));
    const session = String(answer.at('_links.self.href'));
    appliances.pass(36 * second);
    assert.equal((await call('POST', `${session}/stop`)).status, 204);
    assert.equal(await statusOf(session), 'Canceling');
    assert.equal((await call('POST', `${session}/stop`)).status, 400);
    appliances.pass(15 * second);
    assert.equal(await statusOf(session), 'Canceled');
    appliances.pass(minute);
    assert.equal(await statusOf(session), 'Canceled');
    const again = await call('POST', `${session}/stop`);
    assert.deepEqual([again.status, /Canceled/.test(String(again.at('detail')))], [400, true]);
    const made = appliances
      .server()
      .appliance.points()
      .filter(({ sessionId }) => sessionId === answer.at('id'));
    assert.deepEqual(
      made.map(({ machine }) => machine.name),
      ['vm-web-01'],
    );
    assert.ok((await logOf(session)).some(({ status }) => status === 'Canceled'));
  });

  it('lists sessions newest first, by status, type, machine and time', async () => {
    const session = await start('vm-web-02');
    const id = String((await call('GET', session)).at('id'));
    const ids = async (query: string) =>
      ((await call('GET', `/api/v8.1/jobSessions?Limit=-1&${query}`)).at('results') as { id: string }[]).map((one) => one.id);
    assert.equal((await ids(''))[0], id);
    assert.deepEqual(await ids('Status=Pending,Running'), [id]);
    assert.deepEqual(await ids('Status=Pending&Status=Running'), [id]);
    const from = new Date(appliances.now - second).toISOString();
    assert.deepEqual(await ids(`Types=ManualSnapshot&ResourceId=${appliances.machineId('vm-web-02')}&FromUtc=${from}`), [id]);
    assert.deepEqual(await ids(`ResourceId=${appliances.machineId('jumpbox')}&FromUtc=${from}`), []);
    assert.deepEqual((await ids('Types=ManualSnapshot')).length, 3, 'this one, and a warned and a failed one of the past');
    assert.ok((await ids('Types=PolicySnapshot')).length >= 5);
  });

  it('who may only restore may look, but neither take nor stop', async () => {
    const session = await start('vm-web-01');
    const restorer = appliances.caller(await appliances.signIn('veeam-restore'));
    assert.equal((await restorer('GET', session)).status, 200);
    assert.equal((await restorer('POST', '/api/v8.1/virtualMachines/takeSnapshot', nested('vm-web-01'))).status, 403);
    assert.equal((await restorer('POST', `${session}/stop`)).status, 403);
  });

  it('answers 404 with a problem for what it does not have', async () => {
    for (const path of ['virtualMachines/none', 'jobSessions/none', 'jobSessions/none/log', 'restorePoints/virtualMachines/none']) {
      const answer = await call('GET', `/api/v8.1/${path}`);
      assert.deepEqual([answer.status, answer.type, answer.at('title')], [404, 'application/problem+json; charset=utf-8', 'Not Found']);
      assert.match(String(answer.at('traceId')), /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    }
  });
});
