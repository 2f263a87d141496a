import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ChangeResult } from '../../replay/changes/changes.ts';
import { replayFiles } from '../../replay/main.ts';

const cloud = 'https://management.azure.com';
const subscription = '/subscriptions/s1';
const compute = `${subscription}/resourceGroups/rg/providers/Microsoft.Compute`;
const machine = `${compute}/virtualMachines/web`;
const own = `${compute}/restorePointCollections/own`;
const far = `${compute}/restorePointCollections/far`;
const point = `${own}/restorePoints/p1`;
const copy = `${far}/restorePoints/p1`;
const diskPoint = `${point}/diskRestorePoints/os_5f0f2e0a-0000-4000-8000-000000000001`;
const service = `${subscription}/resourceGroups/rg/providers/Microsoft.ApiManagement/service/apim`;

type Recorded = Record<string, unknown>;

function call(method: string, url: string, sent: unknown, status: number, body: unknown = null, headers: object = {}): Recorded {
  return { request: { method, url: `${cloud}${url}?api-version=2024-11-01`, body: sent }, response: { status, headers, body } };
}

const get = (url: string, body: unknown, status = 200): Recorded => call('GET', url, null, status, body);
const operation = `${subscription}/providers/Microsoft.Compute/locations/westus/operations/o1`;
const followed = { 'Azure-AsyncOperation': `${cloud}${operation}?p=1&api-version=2024-11-01` };
const poll = (status: string, more: object = {}): Recorded => get(operation, { name: 'o1', status, ...more });
const results = `${service}/operationresults/b1`;
const location = { Location: `${cloud}${results}?api-version=2022-08-01` };

const collection = (id: string, source: string, region: string): Recorded =>
  get(id, { id, name: id.split('/').at(-1), location: region, properties: { source: { id: source }, provisioningState: 'Succeeded' } });
const pointBody = (id: string, properties: object): object => ({ id, name: 'p1', properties });
const storage = {
  osDisk: {
    name: 'os',
    diskSizeGB: 30,
    managedDisk: { id: `${compute}/disks/os`, storageAccountType: 'Premium_LRS' },
    diskRestorePoint: { id: diskPoint },
  },
};
const ready = get(point, pointBody(point, { provisioningState: 'Succeeded', sourceMetadata: { storageProfile: storage } }));
const madeVm = get(machine, {
  id: machine,
  name: 'web',
  location: 'westus',
  properties: { storageProfile: { osDisk: { name: 'os', managedDisk: { id: `${compute}/disks/os` } } }, provisioningState: 'Succeeded' },
});
const replicated = (state: string): object =>
  pointBody(copy, {
    provisioningState: 'Succeeded',
    sourceRestorePoint: { id: point },
    instanceView: {
      diskRestorePoints: [{ id: `${copy}/diskRestorePoints/os`, replicationStatus: { status: { code: `ReplicationState/${state}` } } }],
    },
  });
const disk = (properties: object, more: object = {}): object => ({
  location: 'westus',
  sku: { name: 'Premium_LRS' },
  tags: {},
  properties: { creationData: { createOption: 'Restore', sourceResourceId: diskPoint }, ...properties },
  ...more,
});
const backup = { storageAccount: 'account1', containerName: 'backups', backupName: 'apim-1' };

interface Expected {
  readonly what: string;
  readonly end?: RegExp;
  readonly differs?: RegExp;
}

const cases: readonly [string, readonly Recorded[], Expected][] = [
  [
    'a collection of a VM that nobody looked at',
    [call('PUT', own, { location: 'West US', tags: {}, properties: { source: { id: machine } } }, 201, { id: own })],
    { what: 'createCollection', end: /^succeeded/ },
  ],
  [
    'a collection for copies',
    [collection(own, machine, 'westus'), call('PUT', far, { location: 'eastus', properties: { source: { id: own } } }, 201, { id: far })],
    { what: 'createCollection', end: /^succeeded/ },
  ],
  [
    'a collection in another region than its VM, which ours never asks for',
    [madeVm, call('PUT', own, { location: 'eastus', properties: { source: { id: machine } } }, 201, { id: own })],
    { what: 'createCollection', differs: /the body's location: recorded "eastus", ours "westus"/ },
  ],
  [
    'new tags',
    [collection(own, machine, 'westus'), call('PATCH', own, { tags: { owner: 'a;b=c' } }, 200, { id: own })],
    { what: 'editCollectionTags', end: /^succeeded/ },
  ],
  [
    'a restore point without a disk, in an old spelling of its ids',
    [
      madeVm,
      collection(own, machine, 'westus'),
      call(
        'PUT',
        point.replace('resourceGroups', 'RESOURCEGROUPS'),
        { properties: { consistencyMode: 'CrashConsistent', excludeDisks: [{ id: `${compute}/disks/DATA` }] } },
        201,
        pointBody(point, { provisioningState: 'Creating' }),
        followed,
      ),
      { ...poll('InProgress'), repeat: 40 },
      poll('Succeeded'),
      ready,
    ],
    { what: 'addRestorePoint', end: /^succeeded$/ },
  ],
  [
    'a restore point whose operation fails',
    [call('PUT', point, {}, 201, pointBody(point, {}), followed), poll('Failed', { error: { code: 'VMAgentNotReady', message: 'No.' } })],
    { what: 'addRestorePoint', end: /^failed \(VMAgentNotReady\)/ },
  ],
  [
    'a restore point that the recording leaves before it is there',
    [call('PUT', point, { properties: {} }, 201, pointBody(point, {}), followed), poll('InProgress'), poll('Succeeded')],
    { what: 'addRestorePoint', end: /^not recorded/ },
  ],
  [
    'a restore point that is refused',
    [call('PUT', point, {}, 409, { error: { code: 'OperationNotAllowed', message: 'No.' } })],
    { what: 'addRestorePoint', end: /^failed \(OperationNotAllowed\)/ },
  ],
  [
    'a copy into another region',
    [
      collection(far, own, 'eastus'),
      collection(own, machine, 'westus'),
      ready,
      call('PUT', copy, { properties: { sourceRestorePoint: { id: point } } }, 201, pointBody(copy, {}), followed),
      poll('Succeeded'),
      get(copy, replicated('inprogress')),
      get(copy, replicated('succeeded')),
    ],
    { what: 'copyRestorePoint', end: /^succeeded$/ },
  ],
  [
    'a copy that fails once its operation has succeeded',
    [
      call('PUT', copy, { properties: { sourceRestorePoint: { id: point } } }, 201, pointBody(copy, {}), followed),
      poll('Succeeded'),
      get(copy, replicated('failed')),
    ],
    { what: 'copyRestorePoint', end: /^failed/ },
  ],
  [
    'a restore point deleted, and gone',
    [ready, call('DELETE', point, null, 202, null, followed), poll('Succeeded'), get(point, { error: { code: 'NotFound' } }, 404)],
    { what: 'deleteRestorePoint', end: /^succeeded$/ },
  ],
  ['a collection deleted', [call('DELETE', own, null, 202, null, followed), poll('Succeeded')], { what: 'deleteCollection', end: /^succ/ }],
  [
    'a disk, of a name that is none of ours',
    [ready, call('PUT', `${compute}/disks/mine`, disk({ diskSizeGB: 30 }), 202, {}, followed), poll('Succeeded')],
    { what: 'restoreDisks', end: /^succeeded/ },
  ],
  [
    'a disk in a zone, of a point that nobody looked at',
    [call('PUT', `${compute}/disks/os-new`, disk({}, { zones: ['2'] }), 200, { id: `${compute}/disks/os-new` })],
    { what: 'restoreDisks', end: /^succeeded/ },
  ],
  [
    'a link, and its end',
    [
      call('POST', `${diskPoint}/beginGetAccess`, { access: 'Read', durationInSeconds: 600 }, 200, { accessSAS: 'REDACTED' }),
      call('POST', `${diskPoint}/endGetAccess`, null, 200),
    ],
    { what: 'getDiskLink', end: /^succeeded$/ },
  ],
  [
    'a link that is refused',
    [
      call('POST', `${diskPoint}/beginGetAccess`, { access: 'Read', durationInSeconds: 1 }, 409, {
        error: { code: 'Conflict', message: '' },
      }),
    ],
    { what: 'getDiskLink', end: /^failed \(Conflict\)$/ },
  ],
  [
    'a backup of API Management with a key, as older tools ask for it',
    [
      call('POST', `${service}/backup`, { ...backup, accessKey: 'REDACTED' }, 202, null, location),
      { ...call('GET', results, null, 202), repeat: 12 },
      get(results, { id: service, name: 'apim', properties: { provisioningState: 'Succeeded' } }),
    ],
    { what: 'backUpService', end: /^succeeded/ },
  ],
  [
    'a backup with the service’s own identity that fails',
    [
      call('POST', `${service}/backup`, { ...backup, accessType: 'SystemAssignedManagedIdentity' }, 202, null, location),
      get(results, { error: { code: 'InvalidOperation', message: 'No access.' } }, 400),
    ],
    { what: 'backUpService', end: /^failed \(InvalidOperation\)/ },
  ],
  [
    'a restore with an identity',
    [
      call('POST', `${service}/restore`, { ...backup, accessType: 'UserAssignedManagedIdentity', clientId: 'c-1' }, 202, null, location),
      get(results, { id: service, name: 'apim', properties: {} }),
    ],
    { what: 'restoreService', end: /^succeeded/ },
  ],
  ['a disk of nothing', [call('PUT', `${compute}/disks/x`, { properties: { creationData: { createOption: 'Empty' } } }, 202)], foreign()],
  ['a larger disk', [ready, call('PUT', `${compute}/disks/x`, disk({ diskSizeGB: 31 }), 202)], foreign()],
  ['a point with keys of its own', [call('PUT', point, { properties: { sourceMetadata: { x: 1 } } }, 201)], foreign()],
  [
    'a collection with tags',
    [call('PUT', own, { location: 'x', tags: { a: 'b' }, properties: { source: { id: machine } } }, 201)],
    foreign(),
  ],
  ['a new service', [call('PUT', service, {}, 201)], foreign()],
  ['a link that writes', [call('POST', `${diskPoint}/beginGetAccess`, { access: 'Write', durationInSeconds: 60 }, 200)], foreign()],
];

function foreign(): Expected {
  return { what: 'unsupported' };
}

describe('Replay of changes of restore points and API Management', function () {
  this.timeout(60_000);
  let folder: string;
  const files = cases.map((_, index) => `${String(index).padStart(2, '0')}.json`);
  let results: readonly (readonly ChangeResult[])[];

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'replay-'));
    await Promise.all(
      cases.map(([, interactions], index) => writeFile(path.join(folder, files[index] ?? ''), JSON.stringify({ interactions }))),
    );
    results = (await replayFiles(files.map((file) => path.join(folder, file)))).map(({ changes }) => changes);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  cases.forEach(([title, interactions, expected], index) => {
    const verb = expected.differs ? 'tells of' : expected.end ? 'makes anew' : 'names';
    it(`${verb} ${title}`, () => {
      const [change, ...others] = results[index] ?? [];
      assert.ok(change);
      if (expected.end === undefined && expected.differs === undefined) {
        assert.equal(change.outcome, 'unsupported');
        assert.match(change.what, /^(PUT|POST) Microsoft\.\w+\/\w+/);
        return;
      }
      assert.equal(change.what, expected.what, JSON.stringify(change));
      if (expected.differs) {
        assert.equal(change.outcome, 'failed');
        assert.match(change.differences.join('\n'), expected.differs);
        return;
      }
      assert.deepEqual(change.differences, []);
      assert.match(change.end ?? '', expected.end ?? /^$/);
      assert.deepEqual(
        others.map(({ what, outcome }) => [what, outcome]),
        interactions.some(({ request }) => JSON.stringify(request).includes('endGetAccess')) ? [['revokeDiskLink', 'passed']] : [],
      );
    });
  });
});
