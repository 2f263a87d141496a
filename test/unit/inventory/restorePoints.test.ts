import assert from 'node:assert/strict';
import { Emitter } from '../../../src/core/events.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import type { OperationRecord } from '../../../src/core/operation.ts';
import { createInventory, type LiveInventory } from '../../../src/inventory/inventory.ts';
import { localTime } from '../../../src/inventory/text.ts';
import { contextValueOf } from '../../../src/inventory/tokens.ts';
import type { InventoryNode } from '../../../src/inventory/types.ts';
import { appliesTo, type Given } from '../../../src/providers/action.ts';
import { actionTable } from '../../../src/providers/actionTable.ts';
import { fakeCloud, now, operation, refusal, subscriptionKey, vaultJson, vaultsPath, type FakeCloud } from './fakeCloud.ts';
import {
  arrived,
  collectionId,
  collectionJson,
  collectionsPath,
  copyJson,
  diskPointId,
  lost,
  machineId,
  machineJson,
  machinesPath,
  onItsWay,
  pointId,
  pointJson,
  pointsPath,
  viewPath,
  withPoints,
} from './restorePointRecords.ts';

const signal = new AbortController().signal;

describe('inventory: VM restore points', () => {
  let cloud: FakeCloud;
  let inventory: LiveInventory;
  let given: readonly Given[];
  const linksChanged = new Emitter<void>();
  const own = collectionJson('own', machineId('web-01'), { tags: { owner: 'shop' } });

  beforeEach(() => {
    given = [];
    cloud = fakeCloud();
    cloud.set(vaultsPath, [vaultJson('vault-a')]);
    cloud.set(machinesPath, [machineJson('web-01'), machineJson('web-02')]);
    // Azure spells ids of one resource in several ways.
    cloud.set(collectionsPath, [
      collectionJson('own', machineId('web-01').toUpperCase(), { tags: { owner: 'shop' } }),
      collectionJson('elsewhere', collectionId('own'), { location: 'northeurope' }),
      collectionJson('left', machineId('gone-01')),
      collectionJson('AzureBackup_web-02_123', machineId('web-02')),
    ]);
    cloud.setOne(
      pointsPath('own'),
      withPoints(own, [pointJson('own', 'first'), pointJson('own', 'second', { timeCreated: '2026-03-01T09:30:00Z' })]),
    );
    cloud.setOne(viewPath('own', 'first'), pointJson('own', 'first'));
    cloud.setOne(
      pointsPath('elsewhere'),
      withPoints(collectionJson('elsewhere', collectionId('own'), { location: 'northeurope' }), [copyJson('elsewhere', 'first')]),
    );
    inventory = createInventory({
      connection: cloud.connection,
      links: { list: () => given, onDidChange: linksChanged.event },
      now: () => now,
    });
  });
  afterEach(() => inventory.dispose());

  async function at(...labels: readonly string[]): Promise<InventoryNode> {
    let node: InventoryNode | undefined;
    for (const label of ['Subscription 1', ...labels]) {
      const { nodes } = await inventory.children(node, { signal });
      node = nodes.find((one) => one.label === label);
      assert.ok(node, `no ${label} among ${nodes.map((one) => one.label).join(', ')}`);
    }
    return node as InventoryNode;
  }
  const machines = 'Virtual machines';
  const collections = 'Restore point collections';
  const rows = async (...labels: readonly string[]): Promise<readonly string[]> =>
    (await inventory.children(await at(...labels), { signal })).nodes.map(({ label, description }) => `${label} | ${description ?? ''}`);
  const about = (id: string, members: Partial<OperationRecord> & { readonly target?: OperationRecord['target'] } = {}): OperationRecord =>
    operation({ target: { id, name: 'it', kind: 'VM' }, ...members });

  describe('levels', () => {
    it('ask for nothing before somebody opens them', async () => {
      const subscription = await at();
      const groups = await inventory.children(subscription, { signal });
      assert.deepEqual(
        groups.nodes.map(({ label }) => label),
        ['Recovery Services vaults', machines, collections, 'API Management services'],
      );
      assert.deepEqual(cloud.asked, ['subscriptions']);
      await inventory.children(await at('Recovery Services vaults'), { signal });
      assert.ok(!cloud.asked.some((path) => path.includes('microsoft.compute')));
    });

    it('show VMs with their regions, and how many collections they have once that is known', async () => {
      assert.deepEqual(await rows(machines), ['web-01 | westeurope · app-rg', 'web-02 | westeurope · app-rg']);
      assert.equal(cloud.asked.filter((path) => path.includes('restorepoint')).length, 0);
      await rows(collections);
      assert.deepEqual(await rows(machines), [
        'web-01 | 2 collections · westeurope · app-rg',
        'web-02 | 1 collection · westeurope · app-rg',
      ]);
    });

    it('show the collections of a VM below it, with the copies of them, from the one list of the subscription', async () => {
      assert.deepEqual(await rows(machines, 'web-01'), ['elsewhere | northeurope · copies of own · app-rg', 'own | westeurope · app-rg']);
      const fired: (string | undefined)[] = [];
      inventory.onDidChangeLooks((node) => fired.push(`${node.label} ${node.description}`));
      await rows(machines, 'web-02');
      inventory.refresh(await at(machines, 'web-02'));
      cloud.clear();
      await rows(machines, 'web-02');
      assert.ok(fired.includes('Restore point collections 4'), 'the group beside tells how many there are');
      await rows(collections);
      assert.equal(cloud.asked.filter((path) => path === collectionsPath.toLowerCase()).length, 1);
      assert.ok(!cloud.asked.some((path) => path.includes('$expand')));
    });

    it('look for the collections of a VM on later pages when a person asks for more, and say how far they have looked', async () => {
      const others = Array.from({ length: 250 }, (_, at) => collectionJson(`a-${String(at).padStart(3, '0')}`, machineId('web-02')));
      cloud.set(collectionsPath, [...others, collectionJson('z-own', machineId('web-01'))], 50);
      const machine = await at(machines, 'web-01');
      const first = await inventory.children(machine, { signal });
      assert.deepEqual(first.nodes, []);
      assert.equal(first.empty, undefined, 'nobody knows that it has none');
      assert.equal(first.soFar, '0 of this VM among 200 read');
      const next = await inventory.children(machine, { signal, more: first.more ?? '' });
      assert.deepEqual(
        next.nodes.map(({ label }) => label),
        ['z-own'],
      );
      assert.equal(next.more, undefined);
      assert.equal((await inventory.children(machine, { signal })).nodes.length, 1);
    });

    it('offer to make the first restore point of a VM, and of a subscription by asking which VM', async () => {
      cloud.set(collectionsPath, []);
      const ofMachine = await inventory.children(await at(machines, 'web-01'), { signal });
      assert.equal(ofMachine.empty?.command, 'azureBackup.createRestorePoint');
      assert.equal(ofMachine.empty?.asks, undefined);
      const ofAll = await inventory.children(await at(collections), { signal });
      assert.equal(ofAll.empty?.command, 'azureBackup.createRestorePoint');
      assert.equal(ofAll.empty?.asks, true);
    });

    it('read the points of a collection with one request, the newest first, whichever of its rows is opened', async () => {
      const expected = [
        'second | usable · 2026-03-01 09:30 · application-consistent',
        'first | usable · 2026-03-01 09:00 · application-consistent',
      ];
      assert.deepEqual(await rows(collections, 'own'), expected.map(local));
      assert.deepEqual(await rows(machines, 'web-01', 'own'), expected.map(local));
      assert.equal(cloud.asked.filter((path) => path.includes('$expand')).length, 1);
      assert.match((await at(collections, 'own')).description ?? '', /· 2 points ·/);
      const below = await at(machines, 'web-01', 'own', 'first');
      const beside = await at(collections, 'own', 'first');
      assert.notEqual(below.key, beside.key);
      assert.equal(below.resourceId, beside.resourceId);
      assert.deepEqual(below.target, beside.target);
    });

    it('offer a restore point in an empty collection of a VM, and not in one of copies or of Azure Backup', async () => {
      const command = async (name: string, json: JsonObject): Promise<string | undefined> => {
        cloud.setOne(pointsPath(name), withPoints(json, []));
        return (await inventory.children(await at(collections, name), { signal })).empty?.command;
      };
      assert.equal(await command('own', own), 'azureBackup.addRestorePoint');
      assert.equal(await command('elsewhere', collectionJson('elsewhere', collectionId('own'))), 'azureBackup.refreshNode');
      assert.equal(
        await command('AzureBackup_web-02_123', collectionJson('AzureBackup_web-02_123', machineId('web-02'))),
        'azureBackup.refreshNode',
      );
    });

    it('show the disks of a point with one request, when it is opened', async () => {
      assert.deepEqual(await rows(collections, 'own', 'first'), ['os | OS disk, 30 GB, Premium_LRS', 'data | LUN 0, 70 GB, Premium_LRS']);
      assert.equal(cloud.asked.filter((path) => path.includes('instanceview')).length, 1);
    });

    it('are errors where they are refused, and problems where one record is broken', async () => {
      cloud.set(machinesPath, refusal(403, 'AuthorizationFailed'));
      await assert.rejects(inventory.children(await at(machines), { signal }), /AuthorizationFailed/);
      assert.notEqual((await at()).description, 'no access');
      cloud.setOne(pointsPath('own'), withPoints(own, [pointJson('own', 'first'), { name: 'broken' }]));
      const page = await inventory.children(await at(collections, 'own'), { signal });
      assert.deepEqual(
        page.nodes.map(({ label }) => label),
        ['first'],
      );
      assert.equal(page.problems?.length, 1);
    });
  });

  describe('where only some resource groups of the subscription may be read', () => {
    const groupId = (name: string): string => `${subscriptionKey}/resourceGroups/${name}`;
    const listOf = (name: string): string => `${groupId(name)}/providers/Microsoft.Compute/restorePointCollections`;
    const groups = (...names: readonly string[]): void =>
      cloud.set(
        `${subscriptionKey}/resourcegroups`,
        names.map((name) => ({ id: groupId(name), name })),
      );

    beforeEach(() => cloud.set(collectionsPath, refusal(403, 'AuthorizationFailed')));

    it('collections are read group by group, a few groups a page, each page when it is asked for', async () => {
      const names = Array.from({ length: 9 }, (_, index) => `group-${index}`);
      groups(...names);
      names.forEach((name) =>
        cloud.set(
          listOf(name),
          Array.from({ length: 60 }, (_, index) => collectionJson(`${name}-${index}`, machineId('web-01'))),
        ),
      );
      const node = await at(collections);
      const first = await inventory.children(node, { signal });
      assert.equal(first.nodes.length, 240);
      assert.equal(cloud.asked.filter((path) => path.startsWith(groupId('group-').toLowerCase())).length, 4);
      assert.ok(first.more !== undefined);
      const second = await inventory.children(node, { signal, more: first.more });
      const third = await inventory.children(node, { signal, more: second.more ?? '' });
      assert.equal(third.more, undefined);
      assert.equal(new Set([...first.nodes, ...second.nodes, ...third.nodes].map(({ label }) => label)).size, 540);
      assert.equal(cloud.asked.filter((path) => path === collectionsPath.toLowerCase()).length, 1, 'the refused list is not asked again');
    });

    it('says which of them refuse, beside what the others have; a group that has gone is none of them', async () => {
      groups('open', 'closed', 'gone');
      cloud.set(listOf('open'), [collectionJson('mine', machineId('web-01'))]);
      cloud.set(listOf('closed'), refusal(403, 'AuthorizationFailed'));
      cloud.set(listOf('gone'), refusal(404, 'ResourceGroupNotFound'));
      const page = await inventory.children(await at(collections), { signal });
      assert.deepEqual(
        page.nodes.map(({ label }) => label),
        ['mine'],
      );
      assert.deepEqual(
        page.problems?.map(({ message }) => message),
        ['1 of 3 resource groups do not let you list the restore point collections.'],
      );
    });

    it('is an error where every group refuses, and the subscription’s own where it has no group to see', async () => {
      groups('closed');
      cloud.set(listOf('closed'), refusal(403, 'AuthorizationFailed'));
      await assert.rejects(inventory.children(await at(collections), { signal }), /None of the 1 resource groups that you can see/);
      groups();
      await assert.rejects(inventory.children(await at(collections), { signal }), /AuthorizationFailed/);
    });
  });

  describe('collections', () => {
    it('say what they are of, their region and group, and their tags', async () => {
      const node = await at(collections, 'own');
      assert.equal(node.description, 'of WEB-01 · westeurope · app-rg');
      assert.ok(node.tooltip?.includes('Tag owner: shop'));
      assert.ok(node.tokens.includes('ofMachine') && !node.tokens.includes('azureBackup'));
    });

    it('of Azure Backup are marked, and what would harm them is not offered as if it were nothing', async () => {
      const node = await at(collections, 'AzureBackup_web-02_123');
      assert.match(node.description ?? '', /^made by Azure Backup · of web-02/);
      assert.equal(node.icon.id, 'lock');
      assert.ok(node.tokens.includes('azureBackup'));
      assert.ok(!offeredOn(node).includes('addRestorePoint'));
    });

    it('say that their VM is not there only when all VMs are known', async () => {
      assert.doesNotMatch((await at(collections, 'left')).description ?? '', /not found/);
      await inventory.children(await at(machines), { signal });
      const left = await at(collections, 'left');
      assert.match(left.description ?? '', /^VM not found · of gone-01/);
      assert.equal(left.icon.id, 'warning');
      assert.doesNotMatch((await at(collections, 'own')).description ?? '', /not found/);
      cloud.set(
        machinesPath,
        Array.from({ length: 250 }, (_, at) => machineJson(`m-${at}`)),
        200,
      );
      inventory.refresh(await at(machines));
      await inventory.children(await at(machines), { signal });
      assert.doesNotMatch((await at(collections, 'left')).description ?? '', /not found/, 'there are more VMs');
    });
  });

  describe('copies', () => {
    const copies = (disks: Readonly<Record<string, JsonObject>>): void =>
      cloud.setOne(viewPath('elsewhere', 'first'), copyJson('elsewhere', 'first', disks));
    const copy = (): Promise<InventoryNode> => at(collections, 'elsewhere', 'first');

    it('are not called usable before somebody looked', async () => {
      const node = await copy();
      assert.match(node.description ?? '', /^copy, open it to see whether it is complete/);
      assert.ok(node.tokens.includes('otherPointState') && node.tokens.includes('copied') && !node.tokens.includes('usable'));
    });

    it('say how far they are as soon as their collection is opened, whoever made them, also where one cannot be asked', async () => {
      const more = { sourceRestorePoint: { id: pointId('own', 'first') } };
      cloud.setOne(
        pointsPath('elsewhere'),
        withPoints(
          collectionJson('elsewhere', collectionId('own'), { location: 'northeurope' }),
          ['first', 'second'].map((name) => pointJson('elsewhere', name, more)),
        ),
      );
      copies({ os: arrived, data: arrived });
      assert.match((await copy()).description ?? '', /^usable/);
      assert.match((await at(collections, 'elsewhere', 'second')).description ?? '', /^copy, open it/);
    });

    it('are usable when every disk has come, and not before; the percentage is weighted by size', async () => {
      copies({ os: arrived, data: onItsWay(40) });
      assert.deepEqual(await rows(collections, 'elsewhere', 'first'), [
        'os | complete · OS disk, 30 GB, Premium_LRS',
        'data | copying 40 % · LUN 0, 70 GB, Premium_LRS',
      ]);
      let node = await copy();
      assert.match(node.description ?? '', /^copying 58 %/);
      assert.ok(node.tokens.includes('copying'));
      assert.deepEqual(offeredOn(node), ['deleteRestorePoint']);
      const disk = await at(collections, 'elsewhere', 'first', 'os');
      assert.ok(!offeredOn(disk).includes('getDiskLink'), 'nothing of it can be used yet');
      copies({ os: arrived, data: arrived });
      inventory.refresh(node);
      await inventory.children(node, { signal });
      node = await copy();
      assert.match(node.description ?? '', /^usable/);
      assert.ok(offeredOn(node).includes('restoreDisks') && !offeredOn(node).includes('copyRestorePoint'));
    });

    it('tell when what they are of was taken, once that was read, beside the time that Azure gives them', async () => {
      cloud.setOne(pointsPath('own'), withPoints(own, [pointJson('own', 'first', { timeCreated: '2026-02-20T08:00:00Z' })]));
      const unknown = await copy();
      const taken = localTime('2026-02-20T08:00:00Z');
      assert.ok(!unknown.description?.includes('taken') && !unknown.tooltip?.some((line) => line.startsWith('Source taken')));
      await inventory.children(await at(collections, 'own'), { signal });
      const known = await copy();
      assert.match(known.description ?? '', new RegExp(` · taken ${taken} · `));
      const { tooltip = [] } = known;
      assert.ok(tooltip.includes(`Source taken: ${taken}`) && tooltip.includes('Copy of: first in own'));
      assert.ok(tooltip.some((line) => line.startsWith('Time of the copy, as Azure gives it: 2026-')));
    });

    it('name the disks that failed', async () => {
      copies({ os: arrived, data: lost });
      await inventory.children(await copy(), { signal });
      const node = await copy();
      assert.match(node.description ?? '', /^failed: disk data/);
      assert.ok(node.tooltip?.some((line) => line.includes('The copy was ended.')));
      assert.ok(node.tokens.includes('failedPoint'));
      assert.deepEqual(offeredOn(node), ['deleteRestorePoint']);
    });

    it('are what their operation came to, without another request', async () => {
      const id = pointId('elsewhere', 'first');
      const record = about(pointId('own', 'first'), {
        actionId: 'copyRestorePoint',
        intent: { pointId: id, collectionId: collectionId('elsewhere') },
        progress: { percent: 42 },
      });
      await copy();
      cloud.clear();
      inventory.noteOperation(record);
      assert.match((await copy()).description ?? '', /^copying 42 %/);
      inventory.noteOperation({
        ...record,
        status: 'failed',
        error: { code: 'DiskCopyFailed', message: 'It was ended.', detail: { disk: 'data' } },
      });
      assert.match((await copy()).description ?? '', /^failed: disk data/);
      inventory.noteOperation({ ...record, id: 'operation-2' });
      inventory.noteOperation({ ...record, id: 'operation-2', status: 'succeeded' });
      assert.match((await copy()).description ?? '', /^usable/);
      assert.ok(!cloud.asked.some((path) => path.includes('instanceview')));
    });
  });

  describe('local points', () => {
    const first = async (properties: JsonObject): Promise<InventoryNode> => {
      cloud.setOne(pointsPath('own'), withPoints(own, [pointJson('own', 'first', properties)]));
      return at(collections, 'own', 'first');
    };

    it('are being made, have failed, are being deleted', async () => {
      const making = await first({ provisioningState: 'Creating', timeCreated: null });
      assert.match(making.description ?? '', /^creating/);
      assert.deepEqual(offeredOn(making), ['deleteRestorePoint']);
    });

    it('have failed', async () => {
      const failed = await first({ provisioningState: 'Failed' });
      assert.match(failed.description ?? '', /^failed ·/);
      assert.equal(failed.icon.id, 'error');
    });

    it('are being deleted, and nothing is done to them then', async () => {
      assert.deepEqual(offeredOn(await first({ provisioningState: 'Deleting' })), []);
    });

    it('of a state that nobody knows are not usable', async () => {
      const odd = await first({ provisioningState: 'Hibernating' });
      assert.match(odd.description ?? '', /^hibernating/);
      assert.ok(!odd.tokens.includes('usable'));
    });

    it('tell which disks were left out', async () => {
      const node = await first({ excludeDisks: [{ id: `${machineId('x')}/../disks/scratch` }] });
      assert.match(node.description ?? '', /1 disk left out/);
      assert.ok(node.tooltip?.includes('Left out: scratch'));
    });
  });

  it('show disks by a short name, and are acted on by the whole one', async () => {
    const name = 'web-01_OsDisk_1_ec773f379c2946f796aaceb2ea4474de';
    const disks = { osDisk: { name, diskSizeGB: 30, diskRestorePoint: { id: diskPointId('own', 'first', 'os') } } };
    cloud.setOne(viewPath('own', 'first'), pointJson('own', 'first', { sourceMetadata: { storageProfile: disks } }));
    const disk = await at(collections, 'own', 'first', 'web-01_OsDisk_1_ec77…');
    assert.equal(disk.target?.name, name);
    assert.equal(disk.tooltip?.[0], name);
  });

  describe('links to disks', () => {
    it('are marked as long as they are in force', async () => {
      const id = diskPointId('own', 'first', 'os');
      const disk = (): Promise<InventoryNode> => at(collections, 'own', 'first', 'os');
      await disk();
      const fired: string[] = [];
      inventory.onDidChange((node) => fired.push(node?.key ?? ''));
      given = [{ target: { id: id.toUpperCase(), name: 'os', kind: 'disk' }, expiresAtMs: now + 3_600_000, revokedBy: 'revokeDiskLink' }];
      linksChanged.fire();
      assert.match((await disk()).description ?? '', /^link until 2026-03-01 \d\d:00/);
      assert.deepEqual(fired, [id.toLowerCase()]);
      given = [];
      linksChanged.fire();
      assert.doesNotMatch((await disk()).description ?? '', /link/);
      assert.equal(fired.length, 2);
    });
  });

  describe('operations', () => {
    it('show on the VM and its collection; those that wait say so, and one that runs comes first', async () => {
      const make = (id: string, members: Partial<OperationRecord>): OperationRecord =>
        about(machineId('web-01'), {
          id,
          actionId: 'createRestorePoint',
          title: 'Create Restore Point',
          intent: { pointId: pointId('own', id), collectionId: collectionId('own'), machineId: machineId('web-01') },
          ...members,
        });
      await at(collections, 'own');
      const lane = { key: 'web-01', waiting: 'Waiting for another restore point of web-01' };
      inventory.noteOperation(make('b', { status: 'planned', lane }));
      assert.match((await at(machines, 'web-01')).description ?? '', /^running · /, 'one that is alone does not wait');
      inventory.noteOperation(make('b', { status: 'planned', lane: { ...lane, waitsSince: '2026-03-01T12:00:00Z' } }));
      assert.match((await at(machines, 'web-01')).description ?? '', /^waiting · Create Restore Point/);
      assert.ok((await at(machines, 'web-01')).tooltip?.some((line) => line.endsWith('Waiting for another restore point of web-01')));
      inventory.noteOperation(make('a', { status: 'running' }));
      for (const node of [await at(machines, 'web-01'), await at(collections, 'own'), await at(machines, 'web-01', 'own')]) {
        assert.match(node.description ?? '', /^running · Create Restore Point/);
        assert.ok(node.tokens.includes('busy'));
      }
      inventory.noteOperation(make('a', { status: 'succeeded' }));
      assert.match((await at(machines, 'web-01')).description ?? '', /^waiting/);
      inventory.noteRemoval('b');
      assert.equal((await at(machines, 'web-01')).description, '2 collections · westeurope · app-rg');
    });

    it('bring a point into its collection once Azure has taken it, and show it finished at the end', async () => {
      await at(collections, 'own', 'first');
      const point = pointJson('own', 'third', { provisioningState: 'Creating', timeCreated: null });
      const record = about(collectionId('own'), {
        actionId: 'addRestorePoint',
        intent: { pointId: pointId('own', 'third'), collectionId: collectionId('own'), machineId: machineId('web-01') },
        status: 'sending',
      });
      inventory.noteOperation(record);
      cloud.clear();
      cloud.setOne(pointsPath('own'), withPoints(own, [pointJson('own', 'first'), point]));
      inventory.noteOperation({ ...record, status: 'accepted' });
      assert.match((await at(collections, 'own', 'third')).description ?? '', /^creating/);
      inventory.noteOperation({ ...record, status: 'running' });
      inventory.noteOperation({ ...record, status: 'running', progress: { message: 'Azure is taking the snapshots' } });
      await at(collections, 'own', 'third');
      assert.equal(cloud.asked.filter((path) => path.includes('$expand')).length, 1, 'no request at each step');
      cloud.setOne(pointsPath('own'), withPoints(own, [pointJson('own', 'first'), pointJson('own', 'third')]));
      inventory.noteOperation({ ...record, status: 'succeeded' });
      assert.match((await at(collections, 'own', 'third')).description ?? '', /^usable/);
    });

    it('bring a collection that was made first, before its point is', async () => {
      await at(collections, 'own');
      const record = about(machineId('web-02'), {
        actionId: 'createRestorePoint',
        intent: { pointId: pointId('fresh', 'p'), collectionId: collectionId('fresh'), machineId: machineId('web-02') },
        first: { request: { method: 'PUT', url: 'https://arm.test/x', headers: {} }, tracker: 'arm', title: 'Creating the collection' },
        status: 'accepted',
      });
      inventory.noteOperation(record);
      cloud.set(collectionsPath, [own, collectionJson('fresh', machineId('web-02'))]);
      assert.ok(!(await rows(collections)).some((row) => row.startsWith('fresh')), 'the first request has not ended');
      inventory.noteOperation({
        ...record,
        first: { ...(record.first as NonNullable<typeof record.first>), done: true },
        status: 'planned',
      });
      assert.ok((await rows(collections)).some((row) => row.startsWith('fresh')));
    });

    it('that end leave nothing old: points, tags, collections', async () => {
      await at(collections, 'own', 'first');
      cloud.setOne(pointsPath('own'), withPoints(own, []));
      inventory.noteOperation(
        about(pointId('own', 'first'), {
          actionId: 'deleteRestorePoint',
          intent: { pointId: pointId('own', 'first') },
          status: 'succeeded',
        }),
      );
      assert.deepEqual(await rows(collections, 'own'), []);
      cloud.set(collectionsPath, [collectionJson('own', machineId('web-01'), { tags: { owner: 'sales' } })]);
      const tagged = { actionId: 'editCollectionTags', intent: { collectionId: collectionId('own') } };
      inventory.noteOperation(about(collectionId('own'), { id: 'tags', ...tagged, status: 'succeeded' }));
      assert.ok((await at(collections, 'own')).tooltip?.includes('Tag owner: sales'));
      cloud.set(collectionsPath, []);
      const deleted = { actionId: 'deleteCollection', intent: { collectionId: collectionId('own') } };
      inventory.noteOperation(about(collectionId('own'), { id: 'delete', ...deleted, status: 'succeeded' }));
      assert.deepEqual(await rows(collections), []);
    });

    it('on restore points leave the lists of vaults alone', async () => {
      await inventory.children(await at('Recovery Services vaults', 'vault-a', 'Policies'), { signal });
      cloud.clear();
      inventory.noteOperation(about(pointId('own', 'first'), { actionId: 'deleteRestorePoint', status: 'succeeded' }));
      await inventory.children(await at('Recovery Services vaults', 'vault-a', 'Policies'), { signal });
      assert.deepEqual(cloud.asked, []);
    });
  });

  describe('refresh', () => {
    const asks = async (refreshed: readonly string[], ...opened: readonly string[]): Promise<readonly string[]> => {
      await at(...opened, '').catch(() => undefined);
      const node = await at(...refreshed);
      cloud.clear();
      inventory.refresh(node);
      await at(...opened, '').catch(() => undefined);
      return cloud.asked.map((path) => path.replace(subscriptionKey, '').replace(/^.*microsoft\.compute\//, ''));
    };

    it('of a VM reads its collections and their points anew, and not the VMs', async () => {
      assert.deepEqual(await asks([machines, 'web-01'], machines, 'web-01', 'own'), [
        'restorepointcollections',
        'restorepointcollections/own?$expand=restorepoints',
      ]);
    });

    it('of the VMs reads all of it', async () => {
      assert.equal((await asks([machines], machines, 'web-01', 'own')).length, 3);
    });

    it('of a collection reads its points, wherever it is refreshed', async () => {
      const expected = ['restorepointcollections/own?$expand=restorepoints'];
      assert.deepEqual(await asks([collections, 'own'], collections, 'own'), expected);
      assert.deepEqual(await asks([machines, 'web-01', 'own'], collections, 'own'), expected);
    });

    it('of the vaults leaves restore points alone', async () => {
      assert.deepEqual(await asks(['Recovery Services vaults'], collections, 'own'), []);
    });

    it('tells both rows of a collection', async () => {
      await at(machines, 'web-01', 'own', 'first');
      await at(collections, 'own', 'first');
      const fired: string[] = [];
      inventory.onDidChange((node) => fired.push(node?.key ?? ''));
      inventory.refresh(await at(collections, 'own'));
      assert.equal(new Set(fired).size, 2);
      assert.ok(fired.every((key) => key.endsWith(collectionId('own').toLowerCase())));
    });
  });

  it('finds VMs, collections, points and disks by their ids, in any spelling', async () => {
    for (const id of [machineId('web-02'), collectionId('own'), pointId('own', 'first'), diskPointId('own', 'first', 'data')]) {
      const odd = id.replace('resourceGroups/app-rg', 'RESOURCEGROUPS/APP-RG').replace('microsoft.compute', 'Microsoft.COMPUTE');
      assert.equal((await inventory.find(odd, signal))?.resourceId?.toLowerCase(), id.toLowerCase());
    }
    assert.equal(await inventory.find(pointId('own', 'never'), signal), undefined);
    assert.equal(await inventory.find(machineId('never'), signal), undefined);
    assert.equal(await inventory.find(`${collectionId('own')}/restorePoints/first/other/thing`, signal), undefined);
    assert.equal(await inventory.find(machineId('x').replace('virtualMachines', 'disks'), signal), undefined);
  });

  describe('names that try to be something else', () => {
    for (const name of ['x;;usable;', '\u202Egpj.exe', '$(flame) <b>', '数据库🦄', 'a#b', '100%', 'restorePoints']) {
      it(JSON.stringify(name), async () => {
        const part = encodeURIComponent(name);
        const collection = collectionJson(part, machineId(part), { name, tags: { [name]: name } });
        cloud.set(machinesPath, [machineJson(part, {}), { ...machineJson(part), name }]);
        cloud.set(collectionsPath, [collection]);
        const point = { ...pointJson(part, part), name };
        cloud.setOne(pointsPath(part), withPoints(collection, [point]));
        cloud.setOne(viewPath(part, part), point);
        const keys = new Set<string>();
        const visit = async (node: InventoryNode): Promise<void> => {
          assert.ok(!keys.has(node.key), node.key);
          keys.add(node.key);
          assert.doesNotThrow(() => contextValueOf(node.tokens));
          const page = node.expandable ? await inventory.children(node, { signal }) : { nodes: [] };
          for (const child of page.nodes) {
            await visit(child);
          }
        };
        await visit(await at(machines));
        await visit(await at(collections));
        assert.equal(keys.size, 1 + 1 + 1 + 1 + 2 + 1 + 1 + 1 + 2);
      });
    }
  });
});

/** The actions that the menu of a row offers. */
function offeredOn(node: InventoryNode): readonly string[] {
  return actionTable.filter((action) => appliesTo(action, node.tokens)).map(({ id }) => id);
}

/** Rows tell local time. */
function local(row: string): string {
  return row.replace(/(\d{4}-\d\d-\d\d) (\d\d:\d\d)/, (_, day: string, time: string) => {
    const at = new Date(`${day}T${time}:00Z`);
    const two = (part: number): string => String(part).padStart(2, '0');
    return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
  });
}
