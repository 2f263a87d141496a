/** Operations whose own address fails for ever, in a real sandbox: they come to an end, and to the right one. */
import assert from 'node:assert/strict';
import type { ActionTarget } from '../../../src/providers/action.ts';
import * as api from '../../../src/providers/recoveryServices/api.ts';
import type { ProtectedItem, Vault } from '../../../src/providers/recoveryServices/model.ts';
import type { FaultInput } from '../../../src/sandbox/faults/schema.ts';
import { SpoiledCloud } from './spoiledCloud.ts';

const internalError = (path: string, count: number | 'unlimited' = 'unlimited'): FaultInput => ({
  kind: 'error',
  method: 'GET',
  path,
  status: 500,
  code: 'CloudInternalError',
  message: 'Microsoft Azure Backup encountered an internal error.',
  count,
});
/** Addresses of operations, as Azure gives them for containers and items. */
const ownAddresses = ['**/operationsStatus/*', '**/operationResults/*', '**/backupOperations/*', '**/backupOperationResults/*'];

describe('operations on whose failure the service insists', function () {
  this.timeout(120_000);
  let cloud: SpoiledCloud;
  let vaults: readonly Vault[];
  before(async () => {
    cloud = await SpoiledCloud.open(600, 10_000);
    const lists = await Promise.all(cloud.sandbox.endpoint.subscriptionIds.map((id) => api.listVaults(cloud.arm, `/subscriptions/${id}`)));
    vaults = lists.flatMap(({ items }) => items);
  });
  after(() => cloud?.close());

  const vault = (name: string): Vault => vaults.find((one) => one.name === name) ?? assert.fail(name);

  async function registrable(): Promise<{ vault: Vault; target: ActionTarget }> {
    for (const one of vaults) {
      const { items } = await api.listProtectableContainers(cloud.arm, one.id);
      const model = items.find(({ containerType }) => /VMAppContainer/i.test(containerType ?? ''));
      if (model) {
        return { vault: one, target: { kind: 'protectableContainer', id: model.id, name: model.friendlyName, model } };
      }
    }
    return assert.fail('no vault has a machine to register');
  }
  async function containerNamed(of: Vault, name: string): Promise<ActionTarget | undefined> {
    const { items } = await api.listContainers(cloud.arm, of.id, { types: ['AzureWorkload'] });
    const model = items.find(({ friendlyName }) => friendlyName.toLowerCase() === name.toLowerCase());
    return model && { kind: 'container', id: model.id, name: model.friendlyName, model };
  }

  it('an unregistration that was done ends with a warning, and sends its request once', async () => {
    const { vault: of, target } = await registrable();
    const registered = await cloud.run('registerContainer', target, {}, () => []);
    assert.match(registered.record.status, /^succeeded/, registered.record.error?.message);
    const container = (await containerNamed(of, target.name)) ?? assert.fail('it is not registered');
    const { record, attempts } = await cloud.run('unregisterContainer', container, {}, () =>
      ownAddresses.map((path) => internalError(path)),
    );
    assert.equal(record.status, 'succeededWithWarnings', record.error?.message);
    const [warning] = record.warnings ?? [];
    assert.equal(warning?.code, 'CloudInternalError');
    assert.match(warning.requestId ?? '', /^[0-9a-f-]{36}$/);
    assert.equal(attempts, 1);
    assert.equal(await containerNamed(of, target.name), undefined);
  });

  it('one that was not done ends as failed, with the service’s error', async () => {
    const { vault: of, target } = await registrable();
    await cloud.run('registerContainer', target, {}, () => []);
    const container = (await containerNamed(of, target.name)) ?? assert.fail('it is not registered');
    const states: (string | undefined)[] = [];
    const listening = cloud.engine.onDidChange(({ trouble }) => states.push(trouble?.insists?.code));
    // Reading back finds what was there before.
    const get = cloud.arm.get.bind(cloud.arm);
    const before = new Map<string, ReturnType<typeof get>>();
    cloud.arm.get = (url, options) => {
      if (!decodeURIComponent(url).toLowerCase().includes(container.id.toLowerCase())) {
        return get(url, options);
      }
      const answer = before.get(url) ?? get(url, options);
      before.set(url, answer);
      return answer;
    };
    try {
      const { record, attempts } = await cloud.run('unregisterContainer', container, {}, () =>
        ownAddresses.map((path) => internalError(path)),
      );
      assert.equal(record.status, 'failed');
      assert.equal(record.error?.code, 'CloudInternalError');
      assert.equal(record.error.status, 500);
      assert.ok(record.error.remedies?.length);
      assert.match(record.outcome ?? '', /should not be registered any more/);
      assert.equal(attempts, 1);
      assert.ok(states.includes('CloudInternalError'), 'nobody was told meanwhile');
    } finally {
      cloud.arm.get = get;
      listening.dispose();
    }
  });

  it('a backup whose operation tells nothing is followed by its job, which is looked for', async () => {
    const target = await item('vm-web-02');
    const answers = { expiry: new Date(Date.now() + 30 * 86_400_000).toISOString() };
    const { record, attempts } = await cloud.run('backUpNow', target, answers, () => ownAddresses.map((path) => internalError(path)));
    assert.match(record.status, /^succeeded/, record.error?.message);
    assert.ok(record.job);
    assert.equal(attempts, 1);
  });

  it('a job that cannot be read now and then ends as it ends', async () => {
    const target = await item('vm-web-01');
    const answers = { expiry: new Date(Date.now() + 30 * 86_400_000).toISOString() };
    // Each question is asked four times over by the pipeline: three that stay unanswered.
    const { record } = await cloud.run('backUpNow', target, answers, () => [internalError('**/backupJobs/*', 12)]);
    assert.match(record.status, /^succeeded/, record.error?.message);
  });

  async function item(name: string): Promise<ActionTarget<ProtectedItem>> {
    const { items } = await api.listProtectedItems(cloud.arm, vault('rsv-webshop-weu').id, { backupManagementType: 'AzureIaasVM' });
    const model = items.find(({ friendlyName }) => friendlyName === name);
    assert.ok(model, `${name} is not among ${items.map(({ friendlyName }) => friendlyName).join(', ')}`);
    return { kind: 'protectedItem', id: model.id, name, model };
  }
});
