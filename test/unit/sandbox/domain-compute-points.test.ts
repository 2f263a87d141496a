// Restore points of machines: what Azure answers, in which order, and what it refuses.
import assert from 'node:assert/strict';
import { ComputeDomain, refusal } from './computeSupport.ts';
import { day, minute, second } from './domainSupport.ts';

const crash = { consistencyMode: 'CrashConsistent' };

describe('sandbox domain: restore points', () => {
  let domain: ComputeDomain;
  beforeEach(() => (domain = new ComputeDomain()));

  it('a point is answered as recorded: 201 with a body, a status to look at, no type, disks only once it is made', async () => {
    const collection = await domain.newCollection('vm-web-01');
    const made = await domain.compute('PUT', `${collection}/restorePoints/p1`, { properties: crash });
    assert.equal(made.status, 201);
    assert.equal(made.headers.Location, undefined);
    assert.match(
      made.headers['Azure-AsyncOperation'] ?? '',
      /\/providers\/Microsoft\.Compute\/locations\/westeurope\/operations\/[0-9a-f-]{36}\?p=[0-9a-f-]{36}&api-version=2026-03-01&t=\d{18}&c=/,
    );
    assert.equal(made.at('type'), undefined);
    assert.equal(made.at('properties.provisioningState'), 'Creating');
    assert.equal(made.at('properties.consistencyMode'), 'CrashConsistent');
    assert.equal(made.at('properties.sourceMetadata.storageProfile.osDisk.diskRestorePoint'), undefined);
    assert.equal(made.at('properties.sourceMetadata.storageProfile.dataDisks.0.lun'), 0);
    const early = await domain.get(made.headers['Azure-AsyncOperation'] ?? '');
    assert.deepEqual([early.at('status'), early.at('endTime')], ['InProgress', undefined]);
    assert.deepEqual((await domain.compute('GET', `${collection}/restorePoints/p1?$expand=instanceView`)).at('properties.instanceView'), {
      diskRestorePoints: [],
    });
    const end = await domain.ended(made, 10 * second);
    assert.equal(end.at('status'), 'Succeeded');
    assert.equal(end.at('properties'), undefined);
    const point = await domain.compute('GET', `${collection}/restorePoints/P1`);
    assert.equal(point.at('properties.provisioningState'), 'Succeeded');
    assert.equal(point.at('properties.instanceView'), undefined, 'only when asked for');
    const diskPoint = String(point.at('properties.sourceMetadata.storageProfile.dataDisks.0.diskRestorePoint.id'));
    assert.match(diskPoint, /\/restorePoints\/p1\/diskRestorePoints\/vm-web-01_DataDisk_0_[0-9a-f-]{36}$/);
    const disk = await domain.compute('GET', diskPoint);
    assert.equal(disk.at('properties.sourceResourceId'), domain.diskIds('vm-web-01')[1]);
    assert.equal(disk.at('properties.completionPercent'), undefined, 'of copies only');
  });

  const modes: readonly [string, string, object, string][] = [
    ['a running Linux machine', 'vm-web-01', {}, 'FileSystemConsistent'],
    ['a running Windows machine', 'fileserver01', {}, 'ApplicationConsistent'],
    ['a machine that is off', 'vm-api-02', {}, 'CrashConsistent'],
    ['whoever asks for it', 'fileserver01', crash, 'CrashConsistent'],
    ['a machine whose guest fails', 'erp-app-01', crash, 'CrashConsistent'],
  ];
  for (const [what, machine, properties, mode] of modes) {
    it(`${mode} for ${what}`, async () => {
      const point = await domain.newPoint(await domain.newCollection(machine), 'p', properties);
      const read = await domain.compute('GET', point);
      assert.equal(read.at('properties.consistencyMode'), mode);
      assert.equal(read.at('properties.provisioningState'), 'Succeeded');
    });
  }

  for (const [machine, code] of [
    ['erp-app-01', 'VMAgentStatusCommunicationError'],
    ['erp-app-02', 'VMRestorePointClientError'],
  ] as const) {
    it(`a failure of the guest of ${machine} comes after the 201, and the failed point stays`, async () => {
      const collection = await domain.newCollection(machine);
      const made = await domain.compute('PUT', `${collection}/restorePoints/p1`, {});
      assert.equal(made.status, 201);
      const end = await domain.ended(made, minute);
      assert.deepEqual([end.at('status'), end.at('error.code')], ['Failed', code]);
      const point = await domain.compute('GET', `${collection}/restorePoints/p1?$expand=instanceView`);
      assert.equal(point.at('properties.provisioningState'), 'Failed');
      assert.deepEqual(point.at('properties.instanceView.diskRestorePoints'), []);
      assert.deepEqual(await domain.diskPoints(`${collection}/restorePoints/p1`), []);
    });
  }

  it('leaves out the disks that are excluded, whatever the spelling of their ids', async () => {
    const [system = '', data = ''] = domain.diskIds('vm-web-01');
    const collection = await domain.newCollection('vm-web-01');
    const point = await domain.newPoint(collection, 'p1', { excludeDisks: [{ id: data.toUpperCase() }] });
    const read = await domain.compute('GET', point);
    assert.deepEqual(read.at('properties.sourceMetadata.storageProfile.dataDisks'), []);
    assert.equal((await domain.diskPoints(point)).length, 1);
    const refused = async (excludeDisks: unknown): Promise<string> =>
      refusal(await domain.compute('PUT', `${collection}/restorePoints/p2`, { properties: { excludeDisks } }));
    assert.equal(await refused([{ id: system }, { id: data }]), '400 InvalidParameter');
    assert.equal(await refused([{ id: domain.diskIds('vm-web-02')[1] }]), '400 InvalidParameter');
    assert.equal(await refused('all'), '400 InvalidParameter');
    assert.equal(await refused([{ name: data }]), '400 InvalidParameter');
    assert.equal((await domain.compute('GET', `${collection}/restorePoints/p2`)).status, 404);
  });

  it('one creation at a time for a machine, whatever the collection', async () => {
    const [one, other] = [await domain.newCollection('vm-web-01', 'rpc-a'), await domain.newCollection('vm-web-01', 'rpc-b')];
    assert.equal((await domain.compute('PUT', `${one}/restorePoints/p1`, {})).status, 201);
    const second_ = await domain.compute('PUT', `${other}/restorePoints/p1`, {});
    assert.equal(refusal(second_), '409 VMRestorePointClientError');
    assert.match(String(second_.at('error.message')), /concurrent 'Create RestorePoint'/);
    domain.pass(minute);
    assert.equal((await domain.compute('PUT', `${other}/restorePoints/p1`, {})).status, 201);
  });

  it('the same PUT again is no error and starts nothing; another one of the name is refused', async () => {
    const point = await domain.newPoint(await domain.newCollection('vm-web-01'), 'p1', crash);
    const again = await domain.compute('PUT', point.replace('p1', 'P1'), { properties: crash });
    assert.deepEqual([again.status, again.headers['Azure-AsyncOperation'], again.at('name')], [201, undefined, 'p1']);
    assert.equal(refusal(await domain.compute('PUT', point, {})), '409 OperationNotAllowed');
  });

  it('500 points are the limit of a machine, over all its collections', async () => {
    const full = domain.collectionId('erp-db-01', 'rpc-erp-db-01-hourly');
    const points = (await domain.compute('GET', `${full}?$expand=restorePoints`)).at('properties.restorePoints') as unknown[];
    assert.equal(points.length, 500);
    const other = await domain.newCollection('erp-db-01');
    const refused = await domain.compute('PUT', `${other}/restorePoints/p1`, {});
    assert.equal(refusal(refused), '409 OperationNotAllowed');
    assert.match(String(refused.at('error.message')), /cannot exceed 500/);
    const gone = await domain.compute('DELETE', `${full}/restorePoints/hourly-001`);
    assert.equal((await domain.ended(gone, 10 * second)).at('status'), 'Succeeded');
    assert.equal((await domain.compute('PUT', `${other}/restorePoints/p1`, {})).status, 201);
  });

  it('consistency modes and names that cannot be asked for', async () => {
    const collection = await domain.newCollection('vm-web-01');
    const put = async (name: string, properties: unknown): Promise<string> =>
      refusal(await domain.compute('PUT', `${collection}/restorePoints/${name}`, { properties }));
    assert.equal(await put('p1', { consistencyMode: 'ApplicationConsistent' }), '400 InvalidParameter');
    assert.equal(await put('-p1', {}), '400 InvalidParameter');
    assert.equal(await put('p'.repeat(81), {}), '400 InvalidParameter');
    assert.equal(await put('p1', 'none'), '400 InvalidParameter');
    assert.equal(await put('p1', { sourceMetadata: 'none' }), '400 InvalidParameter');
    assert.equal(await put('p1', { instantAccessDurationMinutes: 1e12 }), '400 InvalidParameter');
    assert.equal(await put('p1', { sourceRestorePoint: { id: `${collection}/restorePoints/p0` } }), '400 InvalidParameter');
  });

  const special: readonly [string, string, object, string | undefined][] = [
    ['a shared disk', 'cluster-01', {}, '409 VMRestorePointClientError'],
    ['an ephemeral system disk', 'render-01', {}, '409 OperationNotAllowed'],
    ['unmanaged disks', 'legacy-01', {}, '409 OperationNotAllowed'],
    ['a confidential machine', 'secure-01', {}, '409 OperationNotAllowed'],
    ['an Ultra disk, crash consistent', 'lake-01', crash, '409 OperationNotAllowed'],
    ['an Ultra disk, application consistent', 'lake-01', {}, undefined],
    ['a trusted launch machine', 'trusted-01', crash, undefined],
  ];
  for (const [what, machine, properties, code] of special) {
    it(`${what} is ${code === undefined ? 'taken' : 'refused'}`, async () => {
      const collection = await domain.newCollection(machine);
      const made = await domain.compute('PUT', `${collection}/restorePoints/p1`, { properties });
      assert.equal(made.status === 201 ? undefined : refusal(made), code);
    });
  }

  it('what cannot be part of a point can be left out', async () => {
    for (const [machine, at, properties] of [
      ['cluster-01', 1, {}],
      ['render-01', 0, {}],
    ] as const) {
      const excludeDisks = [{ id: domain.diskIds(machine)[at] }];
      await domain.newPoint(await domain.newCollection(machine), 'p1', { ...properties, excludeDisks });
    }
    const [, ultra, fast] = domain.diskIds('lake-01');
    await domain.newPoint(await domain.newCollection('lake-01'), 'p1', { ...crash, excludeDisks: [{ id: ultra }, { id: fast }] });
  });

  it('snapshots of Ultra and Premium SSD v2 disks are filled in the background, or can be used at once with instant access', async () => {
    const slow = await domain.newPoint(await domain.newCollection('lake-01', 'rpc-slow'), 'p1');
    const quick = await domain.newPoint(await domain.newCollection('lake-01', 'rpc-quick', { instantAccess: true }), 'p1', {
      instantAccessDurationMinutes: 300,
    });
    const states = async (id: string): Promise<unknown[]> => {
      const view = (await domain.compute('GET', `${id}?$expand=instanceView`)).at('properties.instanceView.diskRestorePoints');
      return (view as { snapshotAccessState: string }[]).map((disk) => disk.snapshotAccessState);
    };
    assert.deepEqual(await states(slow), ['Available', 'Pending', 'Pending']);
    assert.deepEqual(await states(quick), ['Available', 'InstantAccess', 'InstantAccess']);
    domain.pass(120 * minute);
    assert.deepEqual(await states(slow), ['Available', 'Available', 'Available']);
    assert.deepEqual(await states(quick), ['Available', 'AvailableWithInstantAccess', 'AvailableWithInstantAccess']);
    domain.pass(day);
    assert.deepEqual(await states(quick), ['Available', 'Available', 'Available']);
  });

  it('a machine that is deleted leaves its collections, its points and its disks; a new point is refused', async () => {
    const collection = await domain.newCollection('vm-web-01');
    const point = await domain.newPoint(collection, 'p1');
    const disks = domain.diskIds('vm-web-01');
    const machine = domain.machineId('vm-web-01');
    const gone = await domain.compute('DELETE', machine);
    assert.equal(gone.status, 202);
    assert.equal((await domain.compute('GET', machine)).status, 200, 'not at once');
    assert.equal((await domain.ended(gone, minute)).at('status'), 'Succeeded');
    assert.equal(refusal(await domain.compute('GET', machine)), '404 ResourceNotFound');
    assert.equal((await domain.compute('DELETE', machine)).status, 204);
    assert.equal((await domain.compute('GET', collection)).at('properties.source.id'), machine);
    assert.equal((await domain.compute('GET', point)).at('properties.provisioningState'), 'Succeeded');
    assert.equal(refusal(await domain.compute('PUT', `${collection}/restorePoints/p2`, {})), '404 ResourceNotFound');
    for (const disk of disks) {
      const left = await domain.compute('GET', disk);
      assert.deepEqual([left.at('managedBy'), left.at('properties.diskState')], [undefined, 'Unattached']);
    }
    const restored = await domain.compute('PUT', disks[0]?.replace(/[^/]+$/, 'restored') ?? '', {
      location: 'westeurope',
      properties: { creationData: { createOption: 'Restore', sourceResourceId: (await domain.diskPoints(point))[0] } },
    });
    assert.equal(restored.status, 202, 'what was made can still be used');
  });

  it('a machine that is switched off gives crash consistent points, one that is on again others', async () => {
    const collection = await domain.newCollection('vm-web-01');
    const modeAfter = async (action: string, name: string): Promise<unknown> => {
      const done = await domain.compute('POST', `${domain.machineId('vm-web-01')}/${action}`);
      assert.equal(done.status, 202);
      assert.equal((await domain.ended(done, minute)).at('status'), 'Succeeded');
      return (await domain.compute('GET', await domain.newPoint(collection, name))).at('properties.consistencyMode');
    };
    assert.equal(await modeAfter('powerOff', 'p1'), 'CrashConsistent');
    assert.equal(await modeAfter('deallocate', 'p2'), 'CrashConsistent');
    assert.equal(await modeAfter('start', 'p3'), 'FileSystemConsistent');
    const none = await domain.compute('POST', `${domain.machineId('vm-web-01')}0/start`);
    assert.equal(refusal(none), '404 ResourceNotFound');
  });

  it('a delete: Deleting, then gone; of what is not there 204; not while it is being made', async () => {
    const collection = await domain.newCollection('vm-web-01');
    const id = `${collection}/restorePoints/p1`;
    await domain.compute('PUT', id, {});
    assert.equal(refusal(await domain.compute('DELETE', id)), '409 OperationNotAllowed');
    domain.pass(minute);
    const gone = await domain.compute('DELETE', id);
    assert.equal(gone.status, 202);
    assert.match(gone.headers.Location ?? '', /[?&]monitor=true&api-version=/);
    assert.equal((await domain.get(gone.headers.Location ?? '')).status, 202);
    assert.equal((await domain.compute('GET', id)).at('properties.provisioningState'), 'Deleting');
    assert.equal((await domain.ended(gone, 6 * second)).at('status'), 'Succeeded');
    assert.deepEqual([(await domain.get(gone.headers.Location ?? '')).status, (await domain.compute('GET', id)).status], [200, 404]);
    assert.equal((await domain.compute('DELETE', id)).status, 204);
  });

  it('is not there for older api-versions, nor expands anything else', async () => {
    const id = domain.collectionId('vm-web-01', 'rpc-vm-web-01');
    const old = await domain.call('GET', id, undefined, '2020-12-01');
    assert.deepEqual(
      [refusal(old), old.at('error.message')],
      ['400 BadRequest', "This request can be made with api-version '2021-03-01' or newer."],
    );
    assert.equal(refusal(await domain.compute('GET', `${id}?$expand=instanceView`)), '400 InvalidParameter');
    assert.equal(refusal(await domain.compute('GET', `${id}/restorePoints/daily-1?$expand=restorePoints`)), '400 InvalidParameter');
  });
});
