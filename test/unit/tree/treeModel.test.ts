import assert from 'node:assert/strict';
import { createInventory, type LiveInventory } from '../../../src/inventory/inventory.ts';
import type { LoadMoreRow, NodeRow, Row } from '../../../src/tree/rows.ts';
import { TreeModel } from '../../../src/tree/treeModel.ts';
import {
  fakeCloud,
  idOf,
  jobJson,
  now,
  operation,
  refusal,
  subscriptionOf,
  vaultId,
  vaultJson,
  vaultsPath,
  vmItem,
  type FakeCloud,
} from '../inventory/fakeCloud.ts';
import {
  collectionId,
  collectionJson,
  collectionsPath,
  machineId,
  machineJson,
  machinesPath,
  pointId,
  pointJson,
  pointsPath,
  withPoints,
} from '../inventory/restorePointRecords.ts';
import { paths, sqlContainer, sqlDatabase, sqlInstance } from '../inventory/sqlRecords.ts';

describe('tree model', () => {
  let cloud: FakeCloud;
  let inventory: LiveInventory;
  let model: TreeModel;

  beforeEach(() => {
    cloud = fakeCloud();
    cloud.set(vaultsPath, [vaultJson('vault-a')]);
    inventory = createInventory({ connection: cloud.connection, now: () => now });
    model = new TreeModel({ connection: cloud.connection, inventory, patienceMs: 5 });
  });
  afterEach(() => {
    cloud.release();
    model.dispose();
    inventory.dispose();
  });

  const labelOf = (row: Row): string => (row.type === 'node' ? row.node.label : row.type);
  const labels = async (row?: Row): Promise<readonly string[]> => (await settled(row)).map(labelOf);

  /** The rows once nothing loads any more. */
  async function settled(row?: Row): Promise<readonly Row[]> {
    for (;;) {
      const rows = await model.children(row);
      if (!rows.some((one) => one.type === 'loading')) {
        return rows;
      }
      await changed();
    }
  }

  function changed(): Promise<Row | undefined> {
    return new Promise((resolve) => {
      const subscription = model.onDidChange((row) => {
        subscription.dispose();
        resolve(row);
      });
    });
  }

  async function at(...path: readonly string[]): Promise<NodeRow> {
    let row: Row | undefined;
    for (const label of path) {
      const rows = await settled(row);
      row = rows.find((one) => labelOf(one) === label);
      assert.ok(row, `no ${label} among ${rows.map(labelOf).join(', ')}`);
    }
    return row as NodeRow;
  }
  const vaults = ['Subscription 1', 'Recovery Services vaults'] as const;
  const vault = [...vaults, 'vault-a'] as const;

  it('keeps one row for a node over refreshes, and its parents', async () => {
    const row = await at(...vault);
    model.refresh();
    assert.equal(await at(...vault), row);
    assert.equal(model.parent(row), await at(...vaults));
    assert.equal(model.parent(await at('Subscription 1')), undefined);
  });

  it('shows a refused level as one row with Retry, without asking again by itself', async () => {
    cloud.set(vaultsPath, refusal(403, 'AuthorizationFailed'));
    const group = await at(...vaults);
    const [row] = await settled(group);
    assert.equal(row?.type, 'error');
    cloud.clear();
    await settled(group);
    await settled(group);
    assert.deepEqual(cloud.asked, []);
    cloud.set(vaultsPath, [vaultJson('vault-a')]);
    await model.retry(row);
    assert.deepEqual(await labels(group), ['vault-a']);
  });

  it('asks again for what could not be read while an operation ran, once that has ended', async () => {
    cloud.set(`${vaultId}/backupProtectedItems`, refusal(500, 'InternalServerError'), 200);
    cloud.set(machinesPath, [machineJson('web-01')]);
    cloud.set(collectionsPath, [collectionJson('abroad', machineId('web-01'))]);
    cloud.setOne(pointsPath('abroad'), refusal(500, 'InternalServerError'));
    const items = await at(...vault, 'Protected items');
    const collections = [
      await at('Subscription 1', 'Restore point collections', 'abroad'),
      await at('Subscription 1', 'Virtual machines', 'web-01', 'abroad'),
    ];
    const levels = (): Promise<readonly (readonly string[])[]> => Promise.all([items, ...collections].map((row) => labels(row)));
    assert.deepEqual(await levels(), [['error'], ['error'], ['error']]);
    cloud.set(`${vaultId}/backupProtectedItems`, [vmItem('web-01')], 200);
    cloud.setOne(pointsPath('abroad'), withPoints(collectionJson('abroad', machineId('web-01')), [pointJson('abroad', 'daily')]));
    assert.deepEqual(await levels(), [['error'], ['error'], ['error']], 'not by itself');
    const target = { id: idOf(vmItem('web-01')), name: 'web-01', kind: 'VM', containerId: vaultId };
    inventory.noteOperation(operation({ target }));
    inventory.noteOperation(operation({ target, status: 'succeeded' }));
    const point = { id: pointId('abroad', 'daily'), name: 'daily', kind: 'restore point', containerId: collectionId('abroad') };
    const copies = { id: 'op-2', actionId: 'restorePoints.copy', target: point } as const;
    inventory.noteOperation(operation(copies));
    inventory.noteOperation(operation({ ...copies, status: 'succeeded' }));
    assert.deepEqual(await levels(), [['Azure virtual machines'], ['daily'], ['daily']]);
  });

  it('asks again for what was refused below a row that is refreshed, wherever its keys come from', async () => {
    cloud.set(paths.protectableItems, [sqlInstance('erp-db-01', 'MSSQLSERVER', 1), sqlDatabase('erp-db-01', 'MSSQLSERVER', 'sales')]);
    const group = await at(...vault, 'Protectable items');
    const instance = await at(...vault, 'Protectable items', 'erp-db-01', 'MSSQLSERVER');
    // The list that all levels are made of is forgotten by what happens elsewhere, and then refused.
    inventory.noteOperation(
      operation({ target: { id: idOf(vmItem('web-01')), name: 'web-01', kind: 'VM', containerId: vaultId }, status: 'succeeded' }),
    );
    for (const type of ['AzureIaasVM', 'AzureStorage', 'AzureWorkload']) {
      cloud.set(paths.protectableItems.replace('AzureWorkload', type), refusal(500, 'InternalServerError'));
    }
    assert.deepEqual(await labels(instance), ['error']);
    cloud.set(paths.protectableItems, [sqlInstance('erp-db-01', 'MSSQLSERVER', 1), sqlDatabase('erp-db-01', 'MSSQLSERVER', 'sales')]);
    model.refresh(group);
    await at(...vault, 'Protectable items', 'erp-db-01');
    assert.deepEqual(await labels(instance), ['sales']);
  });

  it('offers to look for databases in a machine that was never looked into, and does it to the machine', async () => {
    cloud.set(paths.containers, [sqlContainer('erp-db-01', {}, {})]);
    const container = await at(...vault, 'Containers', 'erp-db-01');
    const [row] = await settled(container);
    assert.equal(row?.type === 'empty' && row.empty.command, 'azureBackup.inquireContainer');
    assert.equal(row?.type === 'empty' && row.subject, container);
  });

  it('never shows an error as an empty level', async () => {
    cloud.setSubscriptions(refusal(500, 'InternalServerError'));
    assert.deepEqual(await labels(), ['error']);
  });

  it('shows a row for a level that takes long; cancelling it ends the request and offers to retry', async () => {
    cloud.set(`${vaultId}/backupJobs`, [jobJson('job-1')]);
    const group = await at(...vault, 'Jobs');
    cloud.hold();
    const [loading] = await model.children(group);
    assert.equal(loading?.type, 'loading');
    assert.equal(model.loading, true);
    const change = changed();
    model.cancel(loading);
    assert.equal(await change, group);
    assert.equal(cloud.signals.at(-1)?.aborted, true);
    const rows = await model.children(group);
    assert.deepEqual(rows.map(labelOf), ['cancelled']);
    assert.equal(model.loading, false);
    cloud.release();
    await model.retry(rows[0] as Row);
    assert.deepEqual(await labels(group), ['Backup: web-01']);
  });

  it('cancels all that loads at once', async () => {
    const jobs = await at(...vault, 'Jobs');
    const policies = await at(...vault, 'Policies');
    cloud.hold();
    const loads = [model.children(jobs), model.children(policies)];
    await Promise.all(loads);
    model.cancel();
    assert.deepEqual([await labels(jobs), await labels(policies)], [['cancelled'], ['cancelled']]);
  });

  it('fills the level in by itself when what took long has come', async () => {
    cloud.set(`${vaultId}/backupJobs`, [jobJson('job-1')]);
    const group = await at(...vault, 'Jobs');
    cloud.hold();
    assert.deepEqual((await model.children(group)).map(labelOf), ['loading']);
    assert.deepEqual((await model.children(group)).map(labelOf), ['loading'], 'asked again meanwhile: at once, and no second request');
    const change = changed();
    cloud.release();
    await change;
    assert.deepEqual((await model.children(group)).map(labelOf), ['Backup: web-01']);
  });

  it('leaves nobody with a row that loads for ever: who asks again after a refresh of what took long waits for the new answer', async () => {
    const patient = new TreeModel({ connection: cloud.connection, inventory, patienceMs: 200 });
    cloud.set(`${vaultId}/backupJobs`, [jobJson('job-1')]);
    const group = await at(...vault, 'Jobs');
    cloud.hold();
    assert.deepEqual((await patient.children(group)).map(labelOf), ['loading']);
    patient.refresh(group);
    let told = 0;
    patient.onDidChange(() => (told += 1));
    // VS Code may take the answer to either.
    const asked = [patient.children(group), patient.children(group)];
    cloud.release();
    const answers = (await Promise.all(asked)).map((rows) => rows.map(labelOf));
    assert.ok(told > 0 || answers.every(([label]) => label === 'Backup: web-01'), `${JSON.stringify(answers)}, and nothing told`);
    patient.dispose();
  });

  it('loads more on demand, tells of a page that was refused, and retries that page alone', async () => {
    const rows = Array.from({ length: 5 }, (_, index) => jobJson(`job-${index}`, { entityFriendlyName: `vm-${index}` }));
    cloud.set(`${vaultId}/backupJobs`, rows, 2);
    const group = await at(...vault, 'Jobs');
    const first = await settled(group);
    assert.deepEqual(first.map(labelOf), ['Backup: vm-0', 'Backup: vm-1', 'loadMore']);
    await model.loadMore(first.at(-1) as LoadMoreRow);
    const second = await settled(group);
    assert.equal(second.length, 5);
    cloud.set(`${vaultId}/backupJobs`, refusal(429, 'TooManyRequests'));
    await model.loadMore(second.at(-1) as LoadMoreRow);
    const third = await settled(group);
    assert.deepEqual(third.map(labelOf), [...second.slice(0, 4).map(labelOf), 'error']);
    cloud.set(`${vaultId}/backupJobs`, rows, 2);
    cloud.clear();
    await model.retry(third.at(-1) as Row);
    assert.equal((await settled(group)).length, 5);
    assert.equal(cloud.asked.length, 1);
  });

  it('cancels a next page and offers it again', async () => {
    cloud.set(`${vaultId}/backupJobs`, [jobJson('job-1'), jobJson('job-2')], 1);
    const group = await at(...vault, 'Jobs');
    const more = (await settled(group)).at(-1) as LoadMoreRow;
    cloud.hold();
    const done = model.loadMore(more);
    const loading = (await model.children(group)).at(-1) as Row;
    assert.equal(loading.type, 'loading');
    model.cancel(loading);
    await done;
    assert.equal((await model.children(group)).at(-1)?.type, 'loadMore');
  });

  it('shows what could not be read beside what could', async () => {
    cloud.set(`${vaultId}/backupJobs`, [jobJson('job-1'), { nothing: true }]);
    assert.deepEqual(await labels(await at(...vault, 'Jobs')), ['Backup: web-01', 'problem']);
  });

  it('offers the next step of an empty level, done to what actions can be done to', async () => {
    const [row] = await settled(await at(...vault, 'Protected items'));
    assert.equal(row?.type, 'empty');
    assert.equal(row?.type === 'empty' && row.empty.command, 'azureBackup.discoverVms');
    assert.equal(row?.type === 'empty' && row.subject?.node.kind, 'vault');
    const jobs = await at(...vault, 'Jobs');
    const [none] = await settled(jobs);
    assert.equal(none?.type === 'empty' && none.subject, jobs);
  });

  it('says how far it has looked where a level is a part of a list', async () => {
    cloud.set(
      collectionsPath,
      Array.from({ length: 250 }, (_, index) => collectionJson(`c-${index}`, machineId('other'))),
      100,
    );
    cloud.set(machinesPath, [machineJson('web-01')]);
    let row: Row | undefined;
    for (const label of ['Subscription 1', 'Virtual machines', 'web-01']) {
      row = (await settled(row)).find((one) => labelOf(one) === label);
    }
    const [more] = await settled(row);
    assert.equal(more?.type === 'loadMore' && more.soFar, '0 of this VM among 200 read');
    await model.loadMore(more as LoadMoreRow);
    const [empty] = await settled(row);
    assert.equal(empty?.type === 'empty' && empty.empty.command, 'azureBackup.createRestorePoint');
    assert.equal(empty?.type === 'empty' && empty.subject, row, 'it is done to the VM');
  });

  it('tells of rows that look different once a list came, and leaves alone what stands open beside them', async () => {
    cloud.set(machinesPath, [machineJson('web-01'), machineJson('web-02')]);
    cloud.set(collectionsPath, [collectionJson('one', machineId('web-01')), collectionJson('two', machineId('web-02'))]);
    const one = pointsPath('one');
    cloud.setOne(one, withPoints(collectionJson('one', machineId('web-01')), [pointJson('one', 'first')]));
    const machine = await at('Subscription 1', 'Virtual machines', 'web-01');
    await at('Subscription 1', 'Restore point collections');
    const told: (string | undefined)[] = [];
    model.onDidChange((row) => told.push(row && `${labelOf(row)} ${(row as NodeRow).node.description}`));
    assert.deepEqual(await labels(machine), ['one']);
    assert.deepEqual(told.splice(0), [
      'web-01 1 collection · westeurope · app-rg',
      'web-02 1 collection · westeurope · app-rg',
      'Restore point collections 2',
    ]);
    const [collection] = await settled(machine);
    assert.deepEqual(await labels(collection), ['first']);
    assert.deepEqual(told.splice(0), ['one westeurope · 1 point · app-rg']);
    // The other one's are of the list that is there: nothing is different anywhere.
    await labels(await at('Subscription 1', 'Virtual machines', 'web-02'));
    assert.deepEqual(told, []);
  });

  it('leaves it to a command to ask what it is done to, where no row around is that', async () => {
    let row: Row | undefined;
    for (const label of ['Subscription 1', 'Restore point collections']) {
      row = (await settled(row)).find((one) => labelOf(one) === label);
    }
    const [empty] = await settled(row);
    assert.equal(empty?.type === 'empty' && empty.empty.command, 'azureBackup.createRestorePoint');
    assert.equal(empty?.type === 'empty' && empty.subject, undefined);
  });

  describe('without a cloud', () => {
    it('connects when it is looked at, and leaves the first level to the welcome', async () => {
      cloud.setState({ kind: 'disconnected' });
      cloud.clear();
      assert.deepEqual(await labels(), []);
      assert.deepEqual(cloud.asked, ['connect']);
    });

    it('leaves the first level to the welcome when signed out', async () => {
      const { state } = cloud.connection;
      assert.ok(state.kind === 'connected');
      cloud.setState({ kind: 'signedOut', environment: state.environment });
      cloud.clear();
      assert.deepEqual(await labels(), []);
      assert.deepEqual(cloud.asked, []);
    });

    it('says that it connects', async () => {
      cloud.setState({ kind: 'connecting', label: 'Sandbox' });
      const [row] = await model.children(undefined);
      assert.equal(row?.type === 'loading' && row.label, 'Connecting to Sandbox...');
    });

    it('says why it cannot connect, tries again on demand, and offers other ways', async () => {
      cloud.setState({ kind: 'failed', error: new Error('The certificate is not trusted') });
      const rows = await settled();
      assert.deepEqual(rows.map(labelOf), ['error', 'empty', 'empty', 'empty']);
      assert.ok(
        rows.some((row) => row.type === 'empty' && row.argument === 'azureBackup'),
        'the settings are offered',
      );
      cloud.clear();
      await model.retry(rows[0] as Row);
      assert.deepEqual(cloud.asked, ['connect again']);
    });

    it('does not take what the change of cloud ended for something that a person cancelled', async () => {
      cloud.hold();
      const rows = model.children(undefined);
      const { state } = cloud.connection;
      cloud.setState(state);
      cloud.release();
      await rows;
      assert.deepEqual(await labels(), ['Subscription 1']);
    });
  });

  describe('filter', () => {
    beforeEach(() => {
      cloud.setSubscriptions([subscriptionOf(1), subscriptionOf(2, 'Web shop')]);
      cloud.set(vaultsPath, [vaultJson('vault-a'), vaultJson('vault-b')]);
      cloud.set(`${vaultId}/backupProtectedItems`, [vmItem('web-01'), vmItem('web-02', { policyName: 'Weekly' }), vmItem('db-01')], 200);
    });
    const vms = [...vault, 'Protected items', 'Azure virtual machines'] as const;

    it('keeps what matches in name or description, and its ancestors', async () => {
      assert.deepEqual(await labels(await at(...vms)), ['db-01', 'web-01', 'web-02']);
      model.setFilter('WEB daily');
      assert.deepEqual(await labels(await at(...vms)), ['web-01']);
      assert.deepEqual(await labels(), ['Subscription 1']);
      assert.deepEqual(await labels(await at(...vaults)), ['vault-a']);
      model.setFilter(' ');
      assert.equal(model.filterText, undefined);
      assert.deepEqual(await labels(await at(...vms)), ['db-01', 'web-01', 'web-02']);
    });

    it('shows all below a match', async () => {
      await settled(await at(...vms));
      model.setFilter('vault-a');
      assert.deepEqual(await labels(await at(...vms)), ['db-01', 'web-01', 'web-02']);
      assert.deepEqual(await labels(await at(...vaults)), ['vault-a']);
    });

    it('says how much it found, and that not everything is loaded', async () => {
      await settled(await at(...vms));
      model.setFilter('web');
      assert.deepEqual(model.filterResult, { matches: 3, complete: false });
      assert.deepEqual(await labels(), ['Subscription 1', 'Web shop']);
    });

    it('brings rows back folded as they were, and opens what it shows for what is below', async () => {
      const group = await at(...vms);
      const outer = await at(...vault);
      await settled(group);
      assert.equal(model.isOpen(outer), false);
      model.setFilter('web-01');
      assert.equal(model.isOpen(outer), true);
      model.noteFolding(outer, false);
      assert.equal(model.isOpen(outer), false);
      model.setFilter(undefined);
      model.noteFolding(outer, true);
      assert.equal(model.isOpen(outer), true);
    });

    it('keeps what led to a match while it is read anew: after a refresh, and after the end of an operation', async () => {
      await settled(await at(...vms));
      model.setFilter('web-01');
      await settled();
      model.refresh();
      assert.deepEqual(await labels(await at(...vms)), ['web-01']);
      model.refresh(await at(...vault));
      assert.deepEqual(await labels(await at(...vms)), ['web-01']);
      const target = { id: idOf(vmItem('web-01')), name: 'web-01', kind: 'VM', containerId: vaultId };
      inventory.noteOperation(operation({ target, status: 'succeeded' }));
      assert.deepEqual(await labels(await at(...vms)), ['web-01']);
    });

    it('takes what led to a match away once it was read anew and holds none', async () => {
      await settled(await at(...vms));
      model.setFilter('web-01');
      await settled();
      cloud.set(`${vaultId}/backupProtectedItems`, [vmItem('db-01')], 200);
      model.refresh();
      const group = await at(...vault, 'Protected items');
      let drawnAnew = false;
      const listening = model.onDidChange((row) => (drawnAnew ||= row === undefined));
      assert.deepEqual(await labels(group), []);
      listening.dispose();
      assert.ok(drawnAnew, 'the rows above it are drawn without it');
      assert.deepEqual(await labels(), ['empty']);
    });

    it('says so where nothing matches, and offers to clear the filter', async () => {
      await settled();
      model.setFilter('nowhere');
      const [row] = await settled();
      assert.equal(row?.type === 'empty' && row.empty.command, 'azureBackup.clearFilter');
    });

    it('finds what is loaded while it is on', async () => {
      await settled(await at(...vaults));
      model.setFilter('web-02');
      assert.equal(model.filterResult?.matches, 0);
      model.setFilter(undefined);
      await settled(await at(...vms));
      model.setFilter('web-02');
      assert.deepEqual(await labels(await at(...vms)), ['web-02']);
      inventory.noteOperation(operation({ target: { id: idOf(vmItem('web-02')), name: 'web-02', kind: 'VM' } }));
      model.setFilter('running');
      assert.deepEqual(await labels(await at(...vms)), ['web-02']);
    });
  });
});
