import assert from 'node:assert/strict';
import { BackupError } from '../../../src/core/errors.ts';
import type { Json, JsonObject } from '../../../src/core/json.ts';
import type { OperationRecord } from '../../../src/core/operation.ts';
import { answerOfMany, type Action, type ActionTarget, type Answers, type Settlement } from '../../../src/providers/action.ts';
import { restorePointActionIds } from '../../../src/providers/actionIds.ts';
import { restorePointActions } from '../../../src/providers/restorePoints/actions.ts';
import { addRestorePoint, createRestorePoint } from '../../../src/providers/restorePoints/actions/createPoints.ts';
import { copyRestorePoint } from '../../../src/providers/restorePoints/actions/copyPoints.ts';
import { createCollection } from '../../../src/providers/restorePoints/actions/createCollection.ts';
import { deleteCollection } from '../../../src/providers/restorePoints/actions/deletions.ts';
import { editCollectionTags } from '../../../src/providers/restorePoints/actions/editTags.ts';
import { restoreDisks } from '../../../src/providers/restorePoints/actions/restoreDisks.ts';
import {
  readCollection,
  readRestorePoint,
  readVirtualMachine,
  type RestorePoint,
  type RestorePointCollection,
  type VirtualMachine,
} from '../../../src/providers/restorePoints/model.ts';
import { bodyOf, contextOf, lineOf, recordOf } from './actionsSupport.ts';
import { serverTime, type Answer } from './fakeArm.ts';

const group = '/subscriptions/s1/resourceGroups/web-rg';
const compute = `${group}/providers/Microsoft.Compute`;
const vmId = `${compute}/virtualMachines/web-01`;
const diskId = (name: string): string => `${compute}/disks/${name}`;
const own = `${compute}/restorePointCollections/own`;
const far = `${compute}/restorePointCollections/far`;
const listPath = '/subscriptions/s1/providers/Microsoft.Compute/restorePointCollections';

const vmJson = (properties: JsonObject = {}): JsonObject => ({
  id: vmId,
  name: 'web-01',
  location: 'West Europe',
  properties: {
    storageProfile: {
      osDisk: { name: 'os', osType: 'Linux', diskSizeGB: 30, managedDisk: { id: diskId('os'), storageAccountType: 'Premium_LRS' } },
      dataDisks: [{ lun: 3, name: 'data', managedDisk: { id: diskId('data') } }],
    },
    ...properties,
  },
});
const collectionJson = (
  id: string,
  location: string,
  sourceId: string,
  points?: readonly JsonObject[],
  more: JsonObject = {},
): JsonObject => ({
  id,
  name: id.split('/').at(-1),
  location,
  properties: {
    source: { id: sourceId, location: 'westeurope' },
    provisioningState: 'Succeeded',
    ...(points ? { restorePoints: [...points] } : {}),
  },
  ...more,
});
const pointJson = (id: string, properties: JsonObject = {}): JsonObject => ({
  id,
  name: id.split('/').at(-1),
  properties: {
    provisioningState: 'Succeeded',
    timeCreated: '2026-03-01T10:00:03Z',
    sourceMetadata: {
      storageProfile: {
        osDisk: {
          name: 'os',
          diskSizeGB: 30,
          managedDisk: { id: diskId('os'), storageAccountType: 'Premium_LRS' },
          diskRestorePoint: { id: `${id}/diskRestorePoints/os_1` },
        },
      },
    },
    ...properties,
  },
});

/** A VM with a collection of its own in West Europe, and one of copies in North Europe. */
const world = (more: Readonly<Record<string, Answer>> = {}): Record<string, Answer> => ({
  [vmId]: vmJson(),
  [diskId('os')]: { id: diskId('os'), properties: { diskSizeGB: 30 } },
  [diskId('data')]: { id: diskId('data'), sku: { name: 'Premium_LRS' }, properties: { diskSizeGB: 512 } },
  [own]: collectionJson(own, 'westeurope', vmId, []),
  [far]: collectionJson(far, 'northeurope', own.toUpperCase(), []),
  [listPath]: { value: [collectionJson(own, 'westeurope', vmId.toUpperCase()), collectionJson(far, 'northeurope', own)] },
  ...more,
});

const machine: ActionTarget<VirtualMachine> = { kind: 'virtualMachine', id: vmId, name: 'web-01', model: readVirtualMachine(vmJson()) };
const collection = (raw = collectionJson(own, 'westeurope', vmId)): ActionTarget<RestorePointCollection> => {
  const model = readCollection(raw);
  return { kind: 'restorePointCollection', id: model.id, name: model.name, model };
};
const point = (raw: JsonObject): ActionTarget<RestorePoint> => {
  const model = readRestorePoint(raw);
  return { kind: 'restorePoint', id: model.id, name: model.name, model };
};
const p1 = `${own}/restorePoints/p1`;
const into: Answers = { collection: own, pointName: 'p1', consistency: 'CrashConsistent' };

async function refused<Model>(
  action: Action<Model>,
  target: ActionTarget<Model>,
  answers: Answers,
  routes: Readonly<Record<string, Answer>>,
): Promise<string> {
  const { context } = contextOf(routes);
  try {
    await (action.buildEach ? action.buildEach(context, target, answers) : action.build(context, target, answers));
  } catch (error) {
    assert.ok(error instanceof BackupError, String(error));
    assert.ok((error.facts.remedies?.length ?? 0) > 0, 'it says nothing that can be done');
    return `${error.facts.code}: ${error.message}`;
  }
  throw new Error('It was not refused');
}

describe('Actions on restore points', () => {
  it('stand beside the table, under ids of their own', () => {
    assert.deepEqual(
      restorePointActions.map(({ id }) => id),
      [...restorePointActionIds],
    );
  });

  it('make a point in a collection that there is', async () => {
    const { context } = contextOf(world());
    const answers = { ...into, excludeDisks: answerOfMany([diskId('data').toUpperCase()]) };
    const built = await createRestorePoint.build(context, machine, answers);
    assert.equal(lineOf(built.request), `PUT ${p1}`);
    assert.deepEqual(bodyOf(built.request), { properties: { excludeDisks: [{ id: diskId('data') }], consistencyMode: 'CrashConsistent' } });
    assert.equal(built.first, undefined);
    assert.equal(built.lane?.key, vmId.toLowerCase());
    assert.deepEqual([built.intent['pointId'], built.intent['seenAt'], built.intent['diskSizes']], [p1, serverTime, { os: 30, data: 512 }]);
  });

  it('say nothing of consistency where Azure makes it by itself', async () => {
    const { context } = contextOf(world());
    const built = await addRestorePoint.build(context, collection(), { ...into, consistency: 'ApplicationConsistent' });
    assert.equal(built.request.body, '{}');
  });

  it('plan the collection first where there is none', async () => {
    const { context } = contextOf(world());
    const built = await createRestorePoint.build(context, machine, { ...into, collection: 'new', collectionName: 'brand-new' });
    assert.equal(built.first && lineOf(built.first.request), `PUT ${compute}/restorePointCollections/brand-new`);
    assert.deepEqual(built.first && bodyOf(built.first.request), { location: 'West Europe', properties: { source: { id: vmId } } });
    assert.equal(lineOf(built.request), `PUT ${compute}/restorePointCollections/brand-new/restorePoints/p1`);
  });

  const cases: readonly (readonly [string, () => Promise<string>, RegExp])[] = [
    [
      'a VM that is gone',
      () => refused(addRestorePoint, collection(), into, world({ [vmId]: 404 })),
      /^VmGone: .*web-01 does not exist any more.*Nothing was sent/,
    ],
    [
      'all disks left out',
      () => refused(createRestorePoint, machine, { ...into, excludeDisks: answerOfMany([diskId('os'), diskId('data')]) }, world()),
      /^AllDisksExcluded/,
    ],
    [
      'a disk that was detached',
      () => refused(createRestorePoint, machine, { ...into, excludeDisks: answerOfMany([diskId('x')]) }, world()),
      /^DiskGone/,
    ],
    [
      'a shared disk',
      () => refused(createRestorePoint, machine, into, world({ [diskId('data')]: { id: diskId('data'), properties: { maxShares: 2 } } })),
      /^DiskUnsupported: data: .*shared/,
    ],
    [
      'a VM of which no disk can be in it',
      () =>
        refused(
          createRestorePoint,
          machine,
          into,
          world({
            [diskId('os')]: { id: diskId('os'), properties: { maxShares: 2 } },
            [diskId('data')]: { id: diskId('data'), properties: { maxShares: 3 } },
          }),
        ),
      /^UnsupportedVm: web-01 has no disk that can be in a restore point\. os: Must be left out: it is a shared disk.* data: Must be left out/,
    ],
    [
      'crash consistency where no disk can be in such a one',
      () =>
        refused(
          createRestorePoint,
          machine,
          into,
          world(
            Object.fromEntries(
              ['os', 'data'].map((name) => [diskId(name), { id: diskId(name), sku: { name: 'UltraSSD_LRS' }, properties: {} }]),
            ),
          ),
        ),
      /^UnsupportedVm: web-01: None of its disks can be in one: Azure takes no Ultra/,
    ],
    [
      'crash consistency of a confidential VM',
      () => refused(createRestorePoint, machine, into, world({ [vmId]: vmJson({ securityProfile: { securityType: 'ConfidentialVM' } }) })),
      /^UnsupportedVm: web-01: Azure makes no crash consistent restore points of confidential VMs/,
    ],
    [
      'a name that is taken',
      () => refused(createRestorePoint, machine, into, world({ [p1]: pointJson(p1) })),
      /^NameTaken: There is a restore point named p1/,
    ],
    [
      'a collection name that is taken',
      () => refused(createRestorePoint, machine, { ...into, collection: 'new', collectionName: 'FAR' }, world({ [far]: {} })),
      /^NameTaken/,
    ],
    ['a name that Azure refuses', () => refused(createRestorePoint, machine, { ...into, pointName: '-p' }, world()), /^NameRefused/],
    [
      'a collection of another VM',
      () => refused(createRestorePoint, machine, { ...into, collection: far }, world()),
      /^CollectionOfAnother/,
    ],
    [
      'a collection that is being deleted',
      () =>
        refused(
          createRestorePoint,
          machine,
          into,
          world({ [own]: collectionJson(own, 'westeurope', vmId, [], { properties: { provisioningState: 'Deleting' } }) }),
        ),
      /^CollectionBusy/,
    ],
    [
      'a VM that moved to another region',
      () => refused(createRestorePoint, machine, into, world({ [vmId]: { ...vmJson(), location: 'eastus' } })),
      /^CollectionUnfit: .*is in westeurope, and the VM is in eastus/,
    ],
    [
      'a collection of copies',
      () => refused(addRestorePoint, collection(collectionJson(far, 'northeurope', own)), into, world()),
      /^NotOfVm/,
    ],
    [
      'a full VM',
      () =>
        refused(
          createRestorePoint,
          machine,
          into,
          world({
            [own]: collectionJson(
              own,
              'westeurope',
              vmId,
              Array.from({ length: 500 }, (_, at) => pointJson(`${own}/restorePoints/x${at}`)),
            ),
          }),
        ),
      /^TooManyRestorePoints: web-01 has 500/,
    ],
  ];
  for (const [name, run, expected] of cases) {
    it(`refuse ${name}`, async () => assert.match(await run(), expected));
  }

  describe('copies', () => {
    const answers: Answers = { region: 'northeurope', collection: far, pointName: 'p1' };
    const target = point(pointJson(p1));
    const routes = (more: Readonly<Record<string, Answer>> = {}): Record<string, Answer> => world({ [p1]: pointJson(p1), ...more });

    it('go into the collection of the other region', async () => {
      const { context } = contextOf(routes());
      const built = await copyRestorePoint.build(context, target, answers);
      assert.equal(lineOf(built.request), `PUT ${far}/restorePoints/p1`);
      assert.deepEqual(bodyOf(built.request), { properties: { sourceRestorePoint: { id: p1 } } });
    });

    const refusals: readonly (readonly [string, Answers, Record<string, Answer>, RegExp])[] = [
      [
        'of a point that is being made',
        {},
        { [p1]: pointJson(p1, { provisioningState: 'Creating' }) },
        /^RestorePointNotReady: .*still being made/,
      ],
      ['of a point that is gone', {}, { [p1]: 404 }, /^RestorePointGone/],
      ['of a copy', {}, { [p1]: pointJson(p1, { sourceRestorePoint: { id: '/x' } }) }, /^CopyOfCopy/],
      ['of a collection of copies', {}, { [own]: collectionJson(own, 'westeurope', far, []) }, /^CopyOfCopy/],
      ['within the region', { region: 'West Europe' }, {}, /^SameRegion/],
      ['into a collection of another source', { collection: own }, {}, /^CollectionUnfit: .*is not made of own/],
      ['into a collection of another region', { region: 'eastus' }, {}, /^CollectionUnfit: .*is in northeurope, not in eastus/],
      [
        'twice',
        {},
        {
          [far]: collectionJson(far, 'northeurope', own, [
            pointJson(`${far}/restorePoints/c`, { sourceRestorePoint: { id: p1.toUpperCase() } }),
          ]),
        },
        /^CopiedAlready/,
      ],
      [
        'out of their order',
        {},
        {
          [own]: collectionJson(own, 'westeurope', vmId, [
            pointJson(p1),
            pointJson(`${own}/restorePoints/p2`, { timeCreated: '2026-03-02T00:00:00Z' }),
          ]),
          [far]: collectionJson(far, 'northeurope', own, [
            pointJson(`${far}/restorePoints/c`, { sourceRestorePoint: { id: `${own}/restorePoints/p2` } }),
          ]),
        },
        /^CopyOutOfOrder: c, which is later than p1/,
      ],
      [
        'of a confidential VM',
        {},
        { [p1]: pointJson(p1, { sourceMetadata: { securityProfile: { securityType: 'ConfidentialVM' } } }) },
        /^UnsupportedVm/,
      ],
    ];
    for (const [name, other, more, expected] of refusals) {
      it(`refuse ${name}`, async () =>
        assert.match(await refused(copyRestorePoint, target, { ...answers, ...other }, routes(more)), expected));
    }

    it('offer regions with the reason where they cannot go, and those that copies go to first', async () => {
      const region = (name: string, displayName: string, metadata: JsonObject = {}): JsonObject => ({
        ...{ id: `/subscriptions/s1/locations/${name}`, name, displayName, type: 'Region' },
        metadata: { regionType: 'Physical', ...metadata },
      });
      const locations = [
        region('asia', 'Asia', { regionType: 'Logical' }),
        region('westeurope', 'West Europe', { pairedRegion: [{ name: 'northeurope' }] }),
        region('eastus', 'East US'),
        region('northeurope', 'North Europe'),
      ];
      const { context } = contextOf(routes({ '/subscriptions/s1/locations': { value: locations } }));
      const question = copyRestorePoint.questions.find(({ id }) => id === 'region');
      assert.ok(question?.type === 'pick');
      assert.deepEqual(
        (await question.load(context, [target], {})).map(({ label, description, note }) => [label, description, note]),
        [
          ['North Europe', 'paired region · copies go to far', undefined],
          ['East US', undefined, undefined],
          ['West Europe', undefined, true],
        ],
      );
      const locked = pointJson(p1);
      const profile = (locked['properties'] as { sourceMetadata: { storageProfile: { osDisk: { diskRestorePoint: JsonObject } } } })
        .sourceMetadata;
      profile.storageProfile.osDisk.diskRestorePoint['encryption'] = { type: 'EncryptionAtRestWithCustomerKey' };
      const [note] = await question.load(context, [point(locked)], {});
      assert.deepEqual(
        [note?.note, note?.label],
        [true, 'In the copy, disks with keys of your own are encrypted with keys of the platform.'],
      );
    });
  });

  describe('questions', () => {
    const full = (count: number): Record<string, Answer> =>
      world({
        [own]: collectionJson(
          own,
          'westeurope',
          vmId,
          Array.from({ length: count }, (_, at) => pointJson(`${own}/restorePoints/x${at}`)),
        ),
      });
    const choicesOf = async (routes: Record<string, Answer>): Promise<readonly (readonly [string, boolean | undefined])[]> => {
      const question = addRestorePoint.questions.find(({ id }) => id === 'consistency');
      assert.ok(question?.type === 'pick');
      return (await question.load(contextOf(routes).context, [collection()], {})).map(({ label, note }) => [label, note]);
    };

    it('tell how many more there can be of a VM before they ask for much', async () => {
      assert.deepEqual(await choicesOf(full(449)), [
        ['Application consistent', undefined],
        ['Crash consistent', undefined],
      ]);
      assert.deepEqual((await choicesOf(full(450)))[0], ['web-01 has 450 of at most 500 restore points', true]);
      await assert.rejects(choicesOf(full(500)), /web-01 has 500 restore points in 1 collection;/);
    });

    it('offer the collections that can take it before those that cannot, and tell at once of a VM that has none made', async () => {
      const question = createRestorePoint.questions.find(({ id }) => id === 'collection');
      assert.ok(question?.type === 'pick');
      const azures = `${compute}/restorePointCollections/AzureBackup_web-01_123`;
      const routes = world({
        [azures]: collectionJson(azures, 'westeurope', vmId, []),
        [listPath]: { value: [collectionJson(azures, 'westeurope', vmId), collectionJson(own, 'westeurope', vmId)] },
      });
      const choices = await question.load(contextOf(routes).context, [machine], {});
      assert.deepEqual(
        choices.map(({ label, note, recommended }) => [label, note ?? false, recommended ?? false]),
        [
          ['own', false, true],
          ['New collection...', false, false],
          ['AzureBackup_web-01_123', true, false],
        ],
      );
      await assert.rejects(
        Promise.resolve(question.load(contextOf(world({ [vmId]: 404 })).context, [machine], {})),
        /does not exist any more/,
      );
    });

    it('preselect the disks that must be left out, each with its reason, and take no other answer', async () => {
      const question = createRestorePoint.questions.find(({ id }) => id === 'excludeDisks');
      assert.ok(question?.type === 'pickMany');
      const routes = world({
        [diskId('data')]: { id: diskId('data'), sku: { name: 'Premium_LRS' }, properties: { diskSizeGB: 512, maxShares: 2 } },
      });
      const choices = await question.load(contextOf(routes).context, [machine], {});
      assert.deepEqual(
        choices.map(({ label, description, detail, recommended }) => [label, description, detail, recommended]),
        [
          ['os', 'OS disk, 30 GB, Premium_LRS', undefined, undefined],
          ['data', 'LUN 3, 512 GB, Premium_LRS', 'Must be left out: it is a shared disk, and restore points hold none.', true],
        ],
      );
      assert.match(question.refuse?.([], choices, {}) ?? '', /^data cannot be in it: tick it\. Must be left out/);
      assert.match(question.refuse?.([diskId('os'), diskId('data')], choices, {}) ?? '', /At least one disk/);
      assert.equal(question.refuse?.([diskId('data')], choices, {}), undefined);
    });
  });

  it('refuse a collection of copies in the region of its source', async () => {
    const answers = { source: own, region: 'WestEurope', collectionName: 'x' };
    assert.match(await refused(createCollection, machine, answers, world()), /^SameRegion: .*another region than own/);
    assert.match(await refused(createCollection, machine, { ...answers, source: far, region: 'eastus' }, world()), /^CollectionUnfit/);
  });

  it('refuse to replace tags that somebody else has changed', async () => {
    const routes = world({ [own]: collectionJson(own, 'westeurope', vmId, [], { tags: { a: '2' } }) });
    const target = collection(collectionJson(own, 'westeurope', vmId, [], { tags: { a: '1' } }));
    assert.match(await refused(editCollectionTags, target, { tags: 'b=1' }, routes), /^StateChanged/);
    assert.match(await refused(editCollectionTags, target, { tags: 'nonsense' }, routes), /^TagsRefused: .*"nonsense" has no "="/);
  });

  it('refuse disks of a zone that cannot be, and of a point that is not ready', async () => {
    const target = point(pointJson(p1));
    const answers = { disks: answerOfMany([`${p1}/diskRestorePoints/OS_1`]), group, zone: '1', sku: 'Premium_ZRS', ending: '-new' };
    const routes = world({ [p1]: pointJson(p1) });
    assert.match(await refused(restoreDisks, target, answers, routes), /^ZoneRefused/);
    assert.match(
      await refused(restoreDisks, target, { ...answers, sku: 'asItWas' }, world({ [p1]: pointJson(p1), [diskId('os-new')]: {} })),
      /^NameTaken: There is a disk named os-new/,
    );
    assert.match(await refused(restoreDisks, target, { ...answers, disks: '[]' }, routes), /^AnswerMissing/);
    const copying = pointJson(p1, {
      sourceRestorePoint: { id: '/x' },
      instanceView: { diskRestorePoints: [{ id: `${p1}/diskRestorePoints/os_1`, replicationStatus: { completionPercent: 7 } }] },
    });
    assert.match(
      await refused(restoreDisks, target, answers, world({ [p1]: copying })),
      /^RestorePointNotReady: .*\(0 of 1 disks have arrived, 7 percent of it\)/,
    );
    const { context } = contextOf(routes);
    const built = await restoreDisks.build(context, target, { ...answers, sku: 'asItWas' });
    assert.deepEqual(bodyOf(built.request), {
      location: 'westeurope',
      properties: { creationData: { createOption: 'Restore', sourceResourceId: `${p1}/diskRestorePoints/os_1` } },
      sku: { name: 'Premium_LRS' },
      zones: ['1'],
    });
  });

  it('spell out what goes with a collection', async () => {
    const named = `${compute}/restorePointCollections/AzureBackup_web-01_1`;
    const routes = world({ [named]: collectionJson(named, 'westeurope', vmId, [pointJson(p1), pointJson(p1)]) });
    const { context } = contextOf(routes);
    const said = await deleteCollection.consequences?.(context, [collection(collectionJson(named, 'westeurope', vmId))], {});
    assert.match(said?.[0] ?? '', /Azure Backup made it for itself/);
    assert.match(said?.[1] ?? '', /all 2 restore points in it are deleted for good/);
    const other = await deleteCollection.consequences?.(context, [collection()], {});
    assert.deepEqual(other, ['own is deleted; it is empty.', 'The copies in far stay, but no more can be made there.']);
  });
});

describe('After an answer that never came', () => {
  const settle = async <Model>(
    action: Action<Model>,
    target: ActionTarget<Model>,
    answers: Answers,
    then: Readonly<Record<string, Answer>>,
    which: 'settle' | 'settleFirst' = 'settle',
  ): Promise<[Settlement['found'], OperationRecord, Settlement]> => {
    const before = contextOf(world({ [p1]: 404, ...(action.id === 'copyRestorePoint' ? { [p1]: pointJson(p1) } : {}) }));
    const record = await recordOf(action, before.context, target, answers);
    const found = await action[which]?.(contextOf(world(then)).context, record);
    assert.ok(found);
    return [found.found, record, found];
  };

  it('a restore point is ours where it was made since', async () => {
    assert.equal((await settle(createRestorePoint, machine, into, { [p1]: pointJson(p1) }))[0], 'started');
    assert.equal((await settle(createRestorePoint, machine, into, { [p1]: 404 }))[0], 'absent');
    assert.equal(
      (await settle(createRestorePoint, machine, into, { [p1]: pointJson(p1, { timeCreated: '2026-02-01T00:00:00Z' }) }))[0],
      'unclear',
    );
    const [, , found] = await settle(createRestorePoint, machine, into, { [p1]: pointJson(p1) });
    assert.deepEqual(found.found === 'started' && found.tracking, { cloud: 'https://arm.test', pointId: p1, sizes: { os: 30, data: 512 } });
  });

  it('a copy is ours by what it is a copy of, whatever its time', async () => {
    const answers: Answers = { region: 'northeurope', collection: far, pointName: 'p1' };
    const copy = `${far}/restorePoints/p1`;
    const run = async (raw: Json | number): Promise<string> =>
      (await settle(copyRestorePoint, point(pointJson(p1)), answers, { [copy]: raw }))[0];
    assert.equal(
      await run(pointJson(copy, { sourceRestorePoint: { id: p1.toUpperCase() }, timeCreated: '2020-01-01T00:00:00Z' })),
      'started',
    );
    assert.equal(await run(pointJson(copy, { sourceRestorePoint: { id: `${own}/restorePoints/p9` } })), 'unclear');
    assert.equal(await run(404), 'absent');
  });

  it('a collection is ours by its source and region', async () => {
    const answers = { ...into, collection: 'new', collectionName: 'fresh' };
    const fresh = `${compute}/restorePointCollections/fresh`;
    const run = async (raw: Json | number): Promise<string> =>
      (await settle(createRestorePoint, machine, answers, { [fresh]: raw }, 'settleFirst'))[0];
    assert.equal(await run(collectionJson(fresh, 'westeurope', vmId.toUpperCase())), 'started');
    assert.equal(await run(collectionJson(fresh, 'westeurope', `${vmId}2`)), 'unclear');
    assert.equal(await run(404), 'absent');
  });

  it('a deletion took effect where the thing is gone or going', async () => {
    const run = async (raw: Json | number): Promise<string> => (await settle(deleteCollection, collection(), {}, { [own]: raw }))[0];
    assert.equal(await run(404), 'started');
    assert.equal(await run(collectionJson(own, 'westeurope', vmId, [], { properties: { provisioningState: 'Deleting' } })), 'started');
    assert.equal(await run(collectionJson(own, 'westeurope', vmId)), 'absent');
  });

  it('a service that fails first and then says that there is none has said so', async () => {
    const said = [503, 404];
    assert.equal((await settle(createRestorePoint, machine, into, { [p1]: () => said.shift() ?? 404 }))[0], 'absent');
    assert.deepEqual(said, []);
  });

  it('a refusal to look is no proof of anything', async () => {
    await assert.rejects(settle(createRestorePoint, machine, into, { [p1]: 403 }), /Refused with 403/);
  });
});
