import assert from 'node:assert/strict';
import { isCancelled } from '../../../src/core/cancellation.ts';
import { BackupError } from '../../../src/core/errors.ts';
import { createInventory, type LiveInventory } from '../../../src/inventory/inventory.ts';
import type { InventoryNode } from '../../../src/inventory/types.ts';
import {
  fakeCloud,
  idOf,
  jobJson,
  now,
  operation,
  protectableVm,
  refusal,
  sqlItem,
  subscriptionKey,
  subscriptionOf,
  vaultId,
  vaultJson,
  vaultsPath,
  vmItem,
  type FakeCloud,
} from './fakeCloud.ts';

const signal = new AbortController().signal;

describe('inventory', () => {
  let cloud: FakeCloud;
  let inventory: LiveInventory;

  beforeEach(() => {
    cloud = fakeCloud();
    cloud.set(vaultsPath, [vaultJson('vault-a')]);
    inventory = createInventory({ connection: cloud.connection, now: () => now });
  });
  afterEach(() => inventory.dispose());

  /** Walks down by labels. */
  async function at(...labels: readonly string[]): Promise<InventoryNode> {
    let node: InventoryNode | undefined;
    for (const label of labels) {
      const { nodes } = await inventory.children(node, { signal });
      node = nodes.find((one) => one.label === label);
      assert.ok(node, `no ${label} among ${nodes.map((one) => one.label).join(', ')}`);
    }
    return node as InventoryNode;
  }
  const vault = ['Subscription 1', 'Recovery Services vaults', 'vault-a'] as const;
  const labels = async (parent: InventoryNode | undefined): Promise<readonly string[]> =>
    (await inventory.children(parent, { signal })).nodes.map((node) => node.label);

  it('reaches the first items of a vault with three requests: subscriptions, vaults, items', async () => {
    cloud.set(`${vaultId}/backupProtectedItems`, [vmItem('web-01')]);
    const items = await at(...vault, 'Protected items', 'Azure virtual machines');
    assert.deepEqual(await labels(items), ['web-01']);
    assert.deepEqual(cloud.asked, ['subscriptions', vaultsPath.toLowerCase(), `${vaultId}/backupProtectedItems`.toLowerCase()]);
  });

  it('asks for a level once while it is kept, and again after a refresh', async () => {
    const group = await at(...vault, 'Jobs');
    await inventory.children(group, { signal });
    cloud.clear();
    await inventory.children(group, { signal });
    assert.deepEqual(cloud.asked, []);
    inventory.refresh(group);
    await inventory.children(group, { signal });
    assert.equal(cloud.asked.length, 1);
  });

  it('shares one request between callers, and aborts it only when each of them has left', async () => {
    const group = await at(...vault, 'Jobs');
    cloud.clear();
    cloud.hold();
    const first = new AbortController();
    const second = new AbortController();
    const one = inventory.children(group, { signal: first.signal });
    const two = inventory.children(group, { signal: second.signal });
    first.abort();
    await assert.rejects(one, isCancelled);
    assert.equal(cloud.asked.length, 1);
    assert.equal(cloud.signals.at(-1)?.aborted, false);
    second.abort();
    await assert.rejects(two, isCancelled);
    assert.equal(cloud.signals.at(-1)?.aborted, true);
    cloud.release();
    assert.deepEqual((await inventory.children(group, { signal })).nodes, []);
  });

  it('groups items by workload in a fixed order and counts them', async () => {
    cloud.set(`${vaultId}/backupProtectedItems`, [
      sqlItem('msdb'),
      vmItem('web-10'),
      vmItem('web-9'),
      { id: `${vaultId}/x/protectedItems/tape`, name: 'tape', properties: { protectedItemType: 'Something.New' } },
    ]);
    const group = await at(...vault, 'Protected items');
    const { nodes } = await inventory.children(group, { signal });
    assert.deepEqual(
      nodes.map((node) => [node.label, node.description]),
      [
        ['Azure virtual machines', '2'],
        ['SQL Server in Azure VMs', '1'],
        ['Other workloads', '1'],
      ],
    );
    assert.deepEqual(await labels(nodes[0]), ['web-9', 'web-10'], 'natural order');
  });

  it('keeps pages apart: all that is loaded, then the next one alone, without repeating an id', async () => {
    const rows = Array.from({ length: 450 }, (_, index) => vmItem(`vm-${String(index).padStart(4, '0')}`));
    cloud.set(`${vaultId}/backupProtectedItems`, [...rows.slice(0, 250), rows[249], ...rows.slice(250)]);
    const vms = await at(...vault, 'Protected items', 'Azure virtual machines');
    const first = await inventory.children(vms, { signal });
    assert.equal(first.nodes.length, 200);
    assert.equal(vms.description, '200 loaded, there are more');
    const second = await inventory.children(vms, { signal, more: first.more as string });
    assert.equal(second.nodes.length, 199);
    const third = await inventory.children(vms, { signal, more: second.more as string });
    assert.equal(third.more, undefined);
    const all = await inventory.children(vms, { signal });
    assert.equal(all.nodes.length, 450);
    assert.equal(new Set(all.nodes.map((node) => node.key)).size, 450);
  });

  it('goes on until a page brings something for the workload that was asked', async () => {
    const rows = [sqlItem('a'), ...Array.from({ length: 10 }, (_, index) => vmItem(`vm-${index}`)), sqlItem('z')];
    cloud.set(`${vaultId}/backupProtectedItems`, rows, 2);
    const sql = await at(...vault, 'Protected items', 'SQL Server in Azure VMs');
    const first = await inventory.children(sql, { signal });
    const next = await inventory.children(sql, { signal, more: first.more as string });
    assert.deepEqual(
      next.nodes.map((node) => node.label),
      ['z'],
    );
  });

  it('does not take an empty page in the middle of a list for its end', async () => {
    const page = cloud.connection.arm().page.bind(cloud.connection.arm());
    const group = await at(...vault, 'Jobs');
    cloud.set(`${vaultId}/backupJobs`, [jobJson('job-1')]);
    const arm = cloud.connection.arm() as { page: typeof page };
    arm.page = async (url, options) => (url.includes('$skip') ? page(url, options) : { items: [], nextLink: `${url}&$skip=0` });
    assert.deepEqual(await labels(group), ['Backup: web-01']);
  });

  it('stops with what came where a list leads back to a page of its own, and says so', async () => {
    const group = await at(...vault, 'Jobs');
    const arm = cloud.connection.arm() as { page: unknown };
    let count = 0;
    arm.page = (url: string) =>
      Promise.resolve({ items: count++ === 0 ? [jobJson('job-1')] : [], nextLink: `${url.split('&$')[0]}&$round=1` });
    const first = await inventory.children(group, { signal });
    const next = await inventory.children(group, { signal, more: first.more as string });
    assert.equal(next.more, undefined);
    const all = await inventory.children(group, { signal });
    assert.equal(all.nodes.length, 1);
    assert.equal(all.problems?.[0]?.facts.code, 'EndlessList');
  });

  it('throws what a list was refused with, and asks anew the next time', async () => {
    const group = await at(...vault, 'Policies');
    cloud.set(`${vaultId}/backupPolicies`, refusal(500, 'InternalServerError'));
    await assert.rejects(inventory.children(group, { signal }), /InternalServerError/);
    assert.equal(inventory.loaded(group), undefined);
    cloud.set(`${vaultId}/backupPolicies`, [{ id: `${vaultId}/backupPolicies/Daily`, name: 'Daily', properties: {} }]);
    assert.deepEqual(await labels(group), ['Daily']);
  });

  it('keeps what came of a list that is asked in parts, and tells of the part that was refused', async () => {
    cloud.set(`${vaultId}/backupProtectableItems?backupManagementType eq 'AzureIaasVM'`, [protectableVm('new-01')]);
    cloud.set(`${vaultId}/backupProtectableItems?backupManagementType eq 'AzureStorage'`, refusal(400, 'BadRequest'));
    const group = await at(...vault, 'Protectable items');
    const page = await inventory.children(group, { signal });
    assert.deepEqual(
      page.nodes.map((node) => node.label),
      ['new-01'],
    );
    assert.deepEqual(
      page.problems?.map((problem) => problem.facts.code),
      ['BadRequest'],
    );
  });

  it('tells of records that cannot be read beside those that can', async () => {
    cloud.set(`${vaultId}/backupProtectedItems`, [vmItem('web-01'), { name: 'no id' }, 42]);
    const group = await at(...vault, 'Protected items');
    const page = await inventory.children(group, { signal });
    assert.equal(page.nodes.length, 1);
    assert.deepEqual(
      page.problems?.map((problem) => problem.facts.code),
      ['MalformedRecord', 'MalformedRecord'],
    );
  });

  it('marks a subscription whose vaults may not be listed, until they may', async () => {
    cloud.set(vaultsPath, refusal(403, 'AuthorizationFailed'));
    const changed: (InventoryNode | undefined)[] = [];
    inventory.onDidChange((node) => changed.push(node));
    const vaults = await at('Subscription 1', 'Recovery Services vaults');
    await assert.rejects(inventory.children(vaults, { signal }), (error) => error instanceof BackupError && error.facts.status === 403);
    const marked = changed.find((node) => node?.kind === 'subscription');
    assert.equal(marked?.description, 'no access');
    assert.equal(marked?.icon.id, 'lock');
    cloud.set(vaultsPath, [vaultJson('vault-a')]);
    inventory.refresh(vaults);
    await inventory.children(vaults, { signal });
    assert.equal((await at('Subscription 1')).description, undefined);
  });

  it('says why a level is empty and what to do next', async () => {
    const protectable = await inventory.children(await at(...vault, 'Protectable items'), { signal });
    assert.equal(protectable.empty?.command, 'azureBackup.discoverVms');
    const items = await inventory.children(await at(...vault, 'Protected items'), { signal });
    assert.match(items.empty?.message ?? '', /Nothing is protected/);
    cloud.setSubscriptions([]);
    inventory.refresh();
    assert.match((await inventory.children(undefined, { signal })).empty?.message ?? '', /No subscriptions/);
  });

  it('gives actions their targets: the resource itself, the vault for "Protectable items"', async () => {
    cloud.set(`${vaultId}/backupProtectedItems`, [vmItem('web-01')]);
    const item = await at(...vault, 'Protected items', 'Azure virtual machines', 'web-01');
    assert.equal(item.target?.kind, 'protectedItem');
    assert.equal(item.target?.id, vmItem('web-01')['id']);
    assert.equal(item.target?.tenantId, 'tenant-1');
    const group = await at(...vault, 'Protectable items');
    assert.equal(group.target?.kind, 'vault');
    assert.ok(group.tokens.includes('discover'));
  });

  it('shows what runs on an item, and what Azure says of its progress', async () => {
    cloud.set(`${vaultId}/backupProtectedItems`, [vmItem('web-01')]);
    const id = idOf(vmItem('web-01'));
    await at(...vault, 'Protected items', 'Azure virtual machines', 'web-01');
    const changed: (InventoryNode | undefined)[] = [];
    inventory.onDidChange((node) => changed.push(node));
    inventory.noteOperation(operation({ target: { id: id.toUpperCase(), name: 'web-01', kind: 'VM' }, progress: { percent: 42.6 } }));
    assert.equal(changed.at(-1)?.description, 'running 42 % · Back Up Now · DailyPolicy');
    assert.ok(changed.at(-1)?.tokens.includes('busy'));
    const before = changed.length;
    inventory.noteOperation(operation({ target: { id, name: 'web-01', kind: 'VM' }, progress: { percent: 42.6 } }));
    assert.equal(changed.length, before, 'the same step changes nothing');
  });

  it('reads the vault again once an operation has ended, and only then', async () => {
    cloud.set(`${vaultId}/backupProtectedItems`, [vmItem('web-01', { protectionState: 'IRPending', lastBackupStatus: '' })]);
    const where = [...vault, 'Protected items', 'Azure virtual machines', 'web-01'] as const;
    assert.match((await at(...where)).description ?? '', /^first backup pending/);
    const target = { id: idOf(vmItem('web-01')), name: 'web-01', kind: 'VM', containerId: vaultId };
    cloud.set(`${vaultId}/backupProtectedItems`, [vmItem('web-01')]);
    inventory.noteOperation(operation({ target }));
    cloud.clear();
    assert.match((await at(...where)).description ?? '', /^running · Back Up Now/);
    assert.deepEqual(cloud.asked, []);
    inventory.noteOperation(operation({ target, status: 'succeeded' }));
    assert.match((await at(...where)).description ?? '', /^healthy · last backup 3 h ago · DailyPolicy$/);
    assert.equal(cloud.asked.length, 1);
  });

  it('shows the end of an operation that was looked for again after its outcome was unknown', async () => {
    cloud.set(`${vaultId}/backupProtectedItems`, [vmItem('web-01')]);
    const where = [...vault, 'Protected items', 'Azure virtual machines', 'web-01'] as const;
    const target = { id: idOf(vmItem('web-01')), name: 'web-01', kind: 'VM', containerId: vaultId };
    await at(...where);
    for (const status of ['running', 'unknown', 'sending', 'running'] as const) {
      inventory.noteOperation(operation({ target, status }));
    }
    assert.match((await at(...where)).description ?? '', /^running · Back Up Now/);
    inventory.noteOperation(operation({ target, status: 'succeeded' }));
    assert.match((await at(...where)).description ?? '', /^healthy/);
  });

  it('shows nothing as running that was taken off the list, or that ran in another cloud', async () => {
    cloud.set(`${vaultId}/backupProtectedItems`, [vmItem('web-01')]);
    const where = [...vault, 'Protected items', 'Azure virtual machines', 'web-01'] as const;
    const target = { id: idOf(vmItem('web-01')), name: 'web-01', kind: 'VM', containerId: vaultId };
    await at(...where);
    const changed: (InventoryNode | undefined)[] = [];
    inventory.noteOperation(operation({ target }));
    inventory.onDidChange((node) => changed.push(node));
    inventory.noteRemoval('another');
    assert.equal(changed.length, 0);
    inventory.noteRemoval('operation-1');
    assert.match(changed.at(0)?.description ?? '', /^healthy/);
    inventory.noteOperation(operation({ target }));
    assert.match((await at(...where)).description ?? '', /^running/);
    // A sandbox that was started anew has the same ids.
    cloud.setState(cloud.connection.state);
    assert.match((await at(...where)).description ?? '', /^healthy/);
  });

  it('takes a VM off the protectable items once it is protected, though Azure still lists it, until a refresh', async () => {
    cloud.set(`${vaultId}/backupProtectableItems?backupManagementType eq 'AzureIaasVM'`, [
      protectableVm('web-01'),
      protectableVm('web-02'),
    ]);
    const group = await at(...vault, 'Protectable items');
    assert.deepEqual(await labels(group), ['web-01', 'web-02']);
    const target = { id: idOf(vmItem('web-01')), name: 'web-01', kind: 'VM', containerId: vaultId };
    inventory.noteOperation(operation({ actionId: 'protectVm', title: 'Protect', target }));
    const [busy] = (await inventory.children(group, { signal })).nodes;
    assert.equal(busy?.description, 'running · Protect');
    inventory.noteOperation(operation({ actionId: 'protectVm', title: 'Protect', target, status: 'succeeded' }));
    assert.deepEqual(await labels(await at(...vault, 'Protectable items')), ['web-02']);
    inventory.refresh(group);
    assert.deepEqual(await labels(group), ['web-01', 'web-02']);
  });

  it('keeps a VM among the protectable items where protecting it failed', async () => {
    cloud.set(`${vaultId}/backupProtectableItems?backupManagementType eq 'AzureIaasVM'`, [protectableVm('web-01')]);
    const group = await at(...vault, 'Protectable items');
    await inventory.children(group, { signal });
    const target = { id: idOf(vmItem('web-01')), name: 'web-01', kind: 'VM', containerId: vaultId };
    inventory.noteOperation(operation({ actionId: 'protectVm', target, status: 'failed' }));
    assert.deepEqual(await labels(await at(...vault, 'Protectable items')), ['web-01']);
  });

  it('reads the jobs again where one began that is not among them', async () => {
    const group = await at(...vault, 'Jobs');
    await inventory.children(group, { signal });
    cloud.set(`${vaultId}/backupJobs`, [jobJson('job-7')]);
    cloud.clear();
    const target = { id: idOf(vmItem('web-01')), name: 'web-01', kind: 'VM', containerId: vaultId };
    const job = { id: `${vaultId}/backupJobs/job-7`, name: 'job-7' };
    inventory.noteOperation(operation({ target, job, progress: { percent: 12 } }));
    const { nodes } = await inventory.children(group, { signal });
    assert.match(nodes[0]?.description ?? '', /^running · 12 % · started .* · 12 min$/);
    inventory.noteOperation(operation({ target, job, progress: { percent: 13 } }));
    await inventory.children(group, { signal });
    assert.equal(cloud.asked.length, 1, 'known by now');
  });

  it('finds a resource by its id, in any spelling, loading what lies on the way', async () => {
    cloud.set(
      `${vaultId}/backupProtectedItems`,
      [vmItem('web-01'), sqlItem('msdb'), ...Array.from({ length: 5 }, (_, i) => vmItem(`x-${i}`))],
      3,
    );
    const last = idOf(vmItem('x-4'));
    cloud.set(`${last}/recoveryPoints`, [
      { id: `${last}/recoveryPoints/781`, name: '781', properties: { recoveryPointTime: '2026-02-28T10:00:00Z' } },
    ]);
    const point = await inventory.find(`${last}/recoveryPoints/781`.toUpperCase(), signal);
    assert.equal(point?.kind, 'recoveryPoint');
    const parents: string[] = [];
    for (let node = point && inventory.parentOf(point); node; node = inventory.parentOf(node)) {
      parents.push(node.label);
    }
    assert.deepEqual(parents, [
      'x-4',
      'Azure virtual machines',
      'Protected items',
      'vault-a',
      'Recovery Services vaults',
      'Subscription 1',
    ]);
    assert.equal((await inventory.find(vaultId, signal))?.kind, 'vault');
    assert.equal(await inventory.find(`${vaultId}/backupJobs/none`, signal), undefined);
    assert.equal(await inventory.find(vaultId.replace('0001', '0002'), signal), undefined);
  });

  it('finds the protected item that a protectable one has become', async () => {
    cloud.set(`${vaultId}/backupProtectedItems`, [vmItem('web-01')]);
    const found = await inventory.find(idOf(protectableVm('web-01')), signal);
    assert.equal(found?.kind, 'protectedItem');
  });

  it('forgets everything when the connection changes', async () => {
    await at(...vault);
    cloud.setSubscriptions([subscriptionOf(2, 'Other')]);
    cloud.setState(cloud.connection.state);
    assert.deepEqual(await labels(undefined), ['Other']);
  });

  it('refuses to list below a row of another cloud, instead of calling it empty', async () => {
    const group = await at(...vault, 'Jobs');
    cloud.setState(cloud.connection.state);
    await assert.rejects(
      inventory.children(group, { signal }),
      (error) => error instanceof BackupError && error.facts.code === 'NotInTree',
    );
  });

  it('refreshes at every level: what is forgotten is what is below', async () => {
    cloud.set(`${vaultId}/backupProtectedItems`, [vmItem('web-01')]);
    const item = await at(...vault, 'Protected items', 'Azure virtual machines', 'web-01');
    await inventory.children(item, { signal });
    await inventory.children(await at(...vault, 'Policies'), { signal });
    const requestsAfter = async (node: InventoryNode): Promise<readonly string[]> => {
      inventory.refresh(node);
      cloud.clear();
      const again = await at(...vault, 'Protected items', 'Azure virtual machines', 'web-01');
      await inventory.children(again, { signal });
      await inventory.children(await at(...vault, 'Policies'), { signal });
      return cloud.asked.map((path) => path.slice(path.lastIndexOf('/') + 1)).sort();
    };
    assert.deepEqual(await requestsAfter(item), ['backupprotecteditems', 'recoverypoints']);
    assert.deepEqual(await requestsAfter(await at(...vault, 'Protected items', 'Azure virtual machines')), [
      'backupprotecteditems',
      'recoverypoints',
    ]);
    assert.deepEqual(await requestsAfter(await at(...vault, 'Policies')), ['backuppolicies']);
    assert.deepEqual(await requestsAfter(await at(...vault)), ['backuppolicies', 'backupprotecteditems', 'recoverypoints']);
    const all = ['backuppolicies', 'backupprotecteditems', 'recoverypoints', 'vaults'];
    assert.deepEqual(await requestsAfter(await at('Subscription 1', 'Recovery Services vaults')), all);
    assert.deepEqual(await requestsAfter(await at('Subscription 1')), all);
  });

  it('takes ten times as long for ten times as many siblings, not a hundred times', async function () {
    this.timeout(30_000);
    const msFor = async (count: number): Promise<number> => {
      cloud.set(
        `${vaultId}/backupProtectedItems`,
        Array.from({ length: count }, (_, index) => vmItem(`vm-${index}`)),
        count,
      );
      let best = Infinity;
      for (let round = 0; round < 3; round++) {
        inventory.refresh();
        const before = performance.now();
        const { nodes } = await inventory.children(await at(...vault, 'Protected items', 'Azure virtual machines'), { signal });
        assert.equal(nodes.length, count);
        best = Math.min(best, performance.now() - before);
      }
      return best;
    };
    const few = await msFor(1000);
    const many = await msFor(10_000);
    assert.ok(many < few * 40, `1 000 took ${few.toFixed(1)} ms, 10 000 took ${many.toFixed(1)} ms`);
  });

  it('knows a subscription by its key', async () => {
    assert.equal((await at('Subscription 1')).key, subscriptionKey);
  });
});
