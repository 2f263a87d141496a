import assert from 'node:assert/strict';
import { apiVersions } from '../../../src/sandbox/veeam/versions.ts';
import { Appliances, ask, minute } from './veeamSupport.ts';

describe('sandbox veeam: versions', () => {
  let appliances: Appliances;
  before(async () => {
    appliances = await Appliances.start();
  });
  after(() => appliances.close());

  it('whether an appliance has a version shows without signing in; one that it lacks has no routes', async () => {
    for (const [name, newest] of [
      ['veeam', 'v8.1'],
      ['veeam-old', 'v2'],
    ] as const) {
      const { endpoint } = appliances.server(name);
      for (const version of [...apiVersions, 'v9']) {
        const { status, text } = await ask(endpoint, 'GET', `/api/${version}/system/serviceIsUp`);
        const known = (apiVersions as readonly string[]).indexOf(version);
        const expected = known >= 0 && known <= apiVersions.indexOf(newest) ? 200 : 404;
        assert.deepEqual([version, status, text], [version, expected, '']);
      }
    }
  });

  it('every version of the newest appliance signs in, lists, snapshots, follows links within itself', async () => {
    const call = appliances.caller(await appliances.signIn());
    for (const version of apiVersions) {
      const id = String((await call('GET', `/api/${version}/virtualMachines?SearchPattern=vm-web-03`)).at('results.0.id'));
      const machines = { virtualMachines: [{ id }] };
      const newer = version.startsWith('v8');
      const answer = await call('POST', `/api/${version}/virtualMachines/takeSnapshot`, newer ? { backupItems: machines } : machines);
      assert.equal(answer.status, newer ? 202 : 200, version);
      const session = newer ? 'results.0._links' : '_links';
      const self = String(answer.at(`${session}.self.href`));
      assert.ok(self.includes(`/api/${version}/jobSessions/`), self);
      assert.equal((await call('GET', String(answer.at(`${session}.log.href`)))).status, 200, version);
      appliances.pass(minute);
      assert.equal((await call('GET', self)).at('status'), 'Success', version);
    }
  });

  it('restore points, sessions of a machine and service accounts are where each version has them', async () => {
    const call = appliances.caller(await appliances.signIn());
    const id = appliances.machineId('vm-web-01');
    const status = async (path: string) => (await call('GET', path)).status;
    assert.deepEqual([await status('/api/v3/restorePoints'), await status('/api/v3/restorePoints/virtualMachines')], [200, 404]);
    assert.deepEqual([await status('/api/v4/restorePoints'), await status('/api/v4/restorePoints/virtualMachines')], [404, 200]);
    assert.deepEqual([await status('/api/v2/accounts/azure/service'), await status('/api/v3/accounts/azure/service')], [404, 200]);
    const count = async (query: string, version: string) => (await call('GET', `/api/${version}/jobSessions?${query}`)).at('totalCount');
    assert.notEqual(await count(`VmId=${id}`, 'v7'), await count('', 'v7'));
    assert.equal(await count(`VmId=${id}`, 'v8.1'), await count('', 'v8.1'), 'the newest versions know it by another name');
    assert.equal(await count(`ResourceId=${id}`, 'v8.1'), await count(`VmId=${id}`, 'v7'));
  });

  it('the old appliance numbers its sessions, and has the singular path of some pages of the reference', async () => {
    const call = appliances.caller(await appliances.signIn('veeam-admin', 'veeam-old'), 'veeam-old');
    const id = appliances.machineId('dc01', 'veeam-old');
    const answer = await call('POST', '/api/v1/virtualMachines/takeSnapshot', { virtualMachines: [{ id }] });
    assert.equal(answer.status, 200, answer.text);
    const number = String(answer.at('id'));
    assert.match(number, /^\d+$/);
    assert.equal(answer.at('localizedType'), undefined);
    assert.equal((await call('GET', `/api/v2/jobSession/${number}`)).at('id'), number);
    assert.equal((await call('GET', `/api/v1/jobSession/${number}`)).status, 404);
    assert.equal((await call('GET', '/api/v1/system/about')).at('serverVersion'), '2.0.0.283');
  });

  it('beside the API there is a web interface: HTML for every other path', async () => {
    const answer = await ask(appliances.server().endpoint, 'GET', '/sessions');
    assert.deepEqual([answer.status, answer.type], [200, 'text/html; charset=utf-8']);
  });
});
