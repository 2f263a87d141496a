import assert from 'node:assert/strict';
import { targetSteps, type Chosen } from '../../../src/commands/flow/targetSteps.ts';
import { targetsOf } from '../../../src/commands/flow/targets.ts';
import type { PickItem, PickPrompt, StepPrompts } from '../../../src/commands/prompts/prompter.ts';
import { createInventory, type LiveInventory } from '../../../src/inventory/inventory.ts';
import type { InventoryNode } from '../../../src/inventory/types.ts';
import type { AnyAction } from '../../../src/providers/action.ts';
import type { ActionId } from '../../../src/providers/actionIds.ts';
import { actionTable } from '../../../src/providers/actionTable.ts';
import { targetKinds } from '../../../src/providers/tokens.ts';
import { fakeCloud, idOf, now, protectableVm, vaultJson, vaultsPath, vmItem, type FakeCloud } from '../inventory/fakeCloud.ts';
import {
  collectionId,
  collectionJson,
  collectionsPath,
  diskPointId,
  machineId,
  machineJson,
  machinesPath,
  pointId,
  pointJson,
  pointsPath,
  viewPath,
  withPoints,
} from '../inventory/restorePointRecords.ts';
import {
  availabilityGroup,
  hanaSystem,
  paths,
  protectableContainer,
  protectedDatabase,
  sqlContainer,
  sqlDatabase,
  sqlInstance,
} from '../inventory/sqlRecords.ts';

const signal = new AbortController().signal;

/** The palette's way to things that stand below servers. */
describe('palette: targets below servers', () => {
  let cloud: FakeCloud;
  let inventory: LiveInventory;

  beforeEach(() => {
    cloud = fakeCloud();
    cloud.set(vaultsPath, [vaultJson('vault-a')]);
    cloud.set(paths.protectableVms, [protectableVm('web-01')]);
    cloud.set(paths.protectableItems, [
      sqlInstance('erp-db-01', 'MSSQLSERVER', 3),
      sqlDatabase('erp-db-01', 'MSSQLSERVER', 'master'),
      sqlDatabase('erp-db-01', 'MSSQLSERVER', 'sales'),
      availabilityGroup('erp-db-01', 'AG', 1, []),
      sqlDatabase('erp-db-01', 'AG', 'orders'),
      ...hanaSystem('hana-01', 'HXE', ['SYSTEMDB']),
    ]);
    cloud.set(paths.containers, [sqlContainer('erp-db-01'), sqlContainer('hana-01')]);
    cloud.set(paths.protectableContainers, [protectableContainer('new-01')]);
    cloud.set(paths.protectedItems, [protectedDatabase('erp-db-01', 'MSSQLSERVER', 'msdb')]);
    inventory = createInventory({ connection: cloud.connection, now: () => now });
  });
  afterEach(() => inventory.dispose());

  const actionOn = (targetKind: string, all: readonly string[], none: readonly string[] = []): AnyAction =>
    ({ title: 'Do It', nothing: 'Nothing there.', targetKind, when: { all, none }, many: true }) as unknown as AnyAction;

  /** What is offered, and which of it the steps make of a choice. */
  async function offered(
    action: AnyAction,
    choose = /.*/,
  ): Promise<{ readonly rows: readonly string[]; readonly chosen: readonly InventoryNode[] }> {
    const chosen: Chosen = {};
    let rows: readonly PickItem[] = [];
    const prompts: StepPrompts = {
      pickOne: async (prompt: PickPrompt) => (await prompt.load(signal))[0]?.value ?? '',
      pickMany: async (prompt: PickPrompt) => {
        rows = await prompt.load(signal);
        return rows.filter(({ label }) => choose.test(label)).map(({ value }) => value);
      },
      input: () => Promise.reject(new Error('Nothing is typed here')),
    };
    for (const step of targetSteps(inventory, action, chosen)) {
      await step.ask(prompts);
    }
    return { rows: rows.map(({ label, description }) => `${label} | ${description ?? ''}`), chosen: chosen.nodes ?? [] };
  }

  it('databases name their instance and server', async () => {
    const { rows, chosen } = await offered(
      actionOn(targetKinds.protectableItem, ['protectableItem', 'sql', 'database', 'notProtected']),
      /sales/,
    );
    assert.deepEqual(rows, [
      'orders | not protected · AG on erp-db-01',
      'master | not protected · MSSQLSERVER on erp-db-01',
      'sales | not protected · MSSQLSERVER on erp-db-01',
    ]);
    assert.deepEqual(
      chosen.map((node) => node.target?.id),
      [idOf(sqlDatabase('erp-db-01', 'MSSQLSERVER', 'sales'))],
    );
  });

  it('instances and groups are found without opening them', async () => {
    const { rows } = await offered(actionOn(targetKinds.protectableItem, ['protectableItem', 'sql', 'autoProtectable']));
    assert.deepEqual(rows, [
      'AG | availability group · 1 database, 1 not protected · erp-db-01',
      'MSSQLSERVER | 3 databases, 2 not protected · erp-db-01',
    ]);
    assert.ok(!cloud.asked.some((path) => path.endsWith('backupprotecteditems')), 'what is protected in them is not asked for');
  });

  it('VMs are found without looking into servers', async () => {
    const { rows } = await offered(actionOn(targetKinds.protectableItem, ['protectableItem', 'vm', 'notProtected']));
    assert.deepEqual(rows, ['web-01 | not protected']);
    assert.ok(!cloud.asked.some((path) => /backupprotecteditems|intents/.test(path)));
  });

  it('a registered machine is offered once, as the container that it is', async () => {
    const { rows, chosen } = await offered(actionOn(targetKinds.container, ['registrable', 'registered']));
    assert.deepEqual(rows, ['erp-db-01 | SQL · registered · healthy', 'hana-01 | SQL · registered · healthy']);
    assert.ok(chosen.every((node) => node.kind === 'container'));
    assert.ok(!cloud.asked.some((path) => path.includes('protectableitems')));
  });

  it('what could be registered is found in its own list', async () => {
    const { rows } = await offered(actionOn(targetKinds.protectableContainer, ['protectableContainer', 'registrable']));
    assert.deepEqual(rows, ['new-01 | healthy · erp-rg']);
  });

  it('protected databases are found among the protected items, once', async () => {
    const { rows } = await offered(actionOn(targetKinds.protectedItem, ['protectedItem', 'sql', 'changeable']));
    assert.deepEqual(rows, ['msdb | MSSQLSERVER on erp-db-01 · healthy · last backup 1 h ago · HourlyLog']);
  });

  it('items of many pages are offered once', async () => {
    cloud.set(
      paths.protectedItems,
      Array.from({ length: 7 }, (_, index) => protectedDatabase('erp-db-01', 'MSSQLSERVER', `db-${index}`)),
      2,
    );
    const { rows } = await offered(actionOn(targetKinds.protectedItem, ['protectedItem', 'sql']));
    assert.equal(rows.length, 7);
  });

  it('a server and its container, both selected, are one target', async () => {
    const walk = async (...labels: string[]): Promise<InventoryNode> => {
      let node: InventoryNode | undefined;
      for (const label of ['Subscription 1', 'Recovery Services vaults', 'vault-a', ...labels]) {
        node = (await inventory.children(node, { signal })).nodes.find((one) => one.label === label);
      }
      assert.ok(node);
      return node;
    };
    const both = [await walk('Protectable items', 'erp-db-01'), await walk('Containers', 'erp-db-01')];
    const { targets } = targetsOf(actionOn(targetKinds.container, ['registrable', 'registered']), both);
    assert.equal(targets.length, 1);
  });
});

/** The palette's way to VMs and restore points, which stand in no vault. */
describe('palette: targets of restore points', () => {
  let cloud: FakeCloud;
  let inventory: LiveInventory;
  const own = collectionJson('own', machineId('web-01'));

  beforeEach(() => {
    cloud = fakeCloud();
    cloud.set(machinesPath, [machineJson('web-01'), machineJson('web-02')]);
    cloud.set(collectionsPath, [own, collectionJson('AzureBackup_web-02_1', machineId('web-02'))], 1);
    cloud.setOne(pointsPath('own'), withPoints(own, [pointJson('own', 'first'), pointJson('own', 'bad', { provisioningState: 'Failed' })]));
    cloud.setOne(viewPath('own', 'first'), pointJson('own', 'first'));
    inventory = createInventory({ connection: cloud.connection, now: () => now });
  });
  afterEach(() => inventory.dispose());

  /** Walks the steps, choosing the row of the label given for each. */
  async function walked(
    id: ActionId,
    ...choices: readonly string[]
  ): Promise<{ readonly offered: readonly string[]; readonly chosen: Chosen }> {
    const action = actionTable.find((one) => one.id === id) as AnyAction;
    const chosen: Chosen = {};
    let offered: readonly PickItem[] = [];
    let at = 0;
    const pick = async (prompt: PickPrompt): Promise<string> => {
      offered = await prompt.load(signal);
      const row = offered.find(({ label }) => label === choices[at]);
      at++;
      return row?.value ?? '';
    };
    const prompts: StepPrompts = {
      pickOne: pick,
      pickMany: async (prompt) => [await pick(prompt)],
      input: () => Promise.reject(new Error('Nothing is typed here')),
    };
    for (const step of targetSteps(inventory, action, chosen)) {
      await step.ask(prompts);
    }
    return { offered: offered.map(({ label }) => label), chosen };
  }
  const targetOf = ({ nodes }: Chosen): string | undefined => nodes?.[0]?.target?.id;

  it('a VM of a subscription', async () => {
    const { offered, chosen } = await walked('createRestorePoint', 'Subscription 1', 'web-02');
    assert.deepEqual(offered, ['web-01', 'web-02']);
    assert.equal(targetOf(chosen), machineId('web-02'));
    assert.ok(!cloud.asked.some((path) => path.includes('vaults') || path.includes('restorepoint')), 'nothing else is read');
  });

  it('a collection, of all pages, only those that it applies to', async () => {
    assert.deepEqual((await walked('addRestorePoint', 'Subscription 1', 'own')).offered, ['own']);
    const { offered, chosen } = await walked('deleteCollection', 'Subscription 1', 'own');
    assert.deepEqual(offered, ['own', 'AzureBackup_web-02_1']);
    assert.equal(targetOf(chosen), collectionId('own'));
  });

  it('a restore point of a collection, only those that can be used', async () => {
    const { offered, chosen } = await walked('restoreDisks', 'Subscription 1', 'own', 'first');
    assert.deepEqual(offered, ['first']);
    assert.equal(targetOf(chosen), pointId('own', 'first'));
  });

  it('a disk of a restore point of a collection', async () => {
    const { offered, chosen } = await walked('getDiskLink', 'Subscription 1', 'own', 'first', 'data');
    assert.deepEqual(offered, ['os', 'data']);
    assert.equal(targetOf(chosen), diskPointId('own', 'first', 'data'));
    assert.deepEqual(targetsOf(actionTable.find(({ id }) => id === 'getDiskLink') as AnyAction, chosen.nodes ?? []).leftOut, []);
  });

  it('a VM where a vault shows it, protected or not', async () => {
    const id = machineId('web-01');
    cloud.set(vaultsPath, [vaultJson('vault-a')]);
    cloud.set(paths.protectableVms, [protectableVm('web-01', { virtualMachineId: id })]);
    cloud.set(paths.protectedItems, [
      vmItem('web-01', { sourceResourceId: id }),
      vmItem('classic', { sourceResourceId: id.replace('Microsoft.Compute', 'Microsoft.ClassicCompute') }),
    ]);
    const action = actionTable.find((one) => one.id === 'createRestorePoint') as AnyAction;
    const nodeAt = async (...labels: string[]): Promise<InventoryNode> => {
      let node: InventoryNode | undefined;
      for (const label of ['Subscription 1', 'Recovery Services vaults', 'vault-a', ...labels]) {
        node = (await inventory.children(node, { signal })).nodes.find((one) => one.label === label);
      }
      assert.ok(node);
      return node;
    };
    const items = ['Protected items', 'Azure virtual machines'];
    for (const node of [await nodeAt(...items, 'web-01'), await nodeAt('Protectable items', 'web-01')]) {
      assert.ok(node.tokens.includes('ofVm'));
      const [target] = targetsOf(action, [node]).targets;
      assert.equal(target?.id, id);
      assert.equal(target?.kind, 'virtualMachine');
    }
    const classic = await nodeAt(...items, 'classic');
    assert.ok(!classic.tokens.includes('ofVm'));
    assert.throws(() => targetsOf(action, [classic]), /does not apply/);
    const backUp = actionTable.find((one) => one.id === 'backUpNow') as AnyAction;
    assert.equal(targetsOf(backUp, [await nodeAt(...items, 'web-01')]).targets[0]?.kind, 'protectedItem');
  });
});
