// Our requests and our reading against what Azure was recorded to take and to answer. Skipped where there are no recordings.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/core/json.ts';
import type { OperationRecord, PreparedRequest, TrackStep } from '../../../src/core/operation.ts';
import {
  disksOf,
  pointState,
  readCollection,
  readDisk,
  readRestorePoint,
  readVirtualMachine,
} from '../../../src/providers/restorePoints/model.ts';
import * as requests from '../../../src/providers/restorePoints/requests.ts';
import { pointTracker } from '../../../src/providers/restorePoints/tracking/pointTracker.ts';

const folder = join(import.meta.dirname, '../../../../shared/recordings/azure-cli-2025-10');
const cloud = { resourceManagerEndpoint: 'https://management.azure.com', audience: 'https://management.azure.com/' };

interface Interaction {
  readonly request: { readonly method: string; readonly url: string; readonly body?: JsonObject };
  readonly response: { readonly status: number; readonly headers: Record<string, string>; readonly body?: JsonObject };
}

const recording = (name: string): readonly Interaction[] =>
  (JSON.parse(readFileSync(join(folder, `test_${name}.json`), 'utf8')) as { interactions: Interaction[] }).interactions;

/** Without the version, which the SDK chooses; bodies byte for byte, but for the empty tags that the CLI sends. */
function same(ours: PreparedRequest, recorded: Interaction): void {
  assert.equal(ours.method, recorded.request.method);
  assert.equal(ours.url.split('?')[0], recorded.request.url.split('?')[0]);
  const { body } = recorded.request;
  assert.deepEqual(ours.body === undefined ? undefined : JSON.parse(ours.body), body);
}

const find = (all: readonly Interaction[], method: string, path: RegExp): Interaction => {
  const found = all.find(({ request }) => request.method === method && path.test(request.url.split('?')[0] ?? ''));
  assert.ok(found, `${method} ${String(path)} is not recorded`);
  return found;
};

const idOf = ({ request }: Interaction): string => new URL(request.url).pathname;

describe('Restore points as recorded', function () {
  before(function () {
    if (!existsSync(folder)) {
      console.log(`skipped: there are no recordings at ${folder}`);
      this.skip();
    }
  });

  it('sends what the CLI was recorded to send', async () => {
    const all = recording('restore_point');
    const collection = find(all, 'PUT', /restorePointCollections\/[^/]+$/);
    const at = requests.collectionAt(idOf(collection));
    const source = (collection.request.body?.['properties'] as { source: { id: string } }).source.id;
    same(await requests.createCollection(cloud, at, { location: 'eastus2euap', sourceId: source }), collection);
    const point = find(all, 'PUT', /restorePoints\/[^/]+$/);
    same(await requests.createPoint(cloud, at, 'point_000003', { consistency: 'CrashConsistent', excludedDiskIds: [] }), point);
    same(await requests.deletePoint(cloud, idOf(point)), find(all, 'DELETE', /restorePoints\/[^/]+$/));

    const tagged = recording('restore_point_collection');
    const patch = find(tagged, 'PATCH', /restorePointCollections\/[^/]+$/);
    same(await requests.changeTags(cloud, idOf(patch), { tag: 'test' }), patch);
    same(await requests.deleteCollection(cloud, idOf(patch)), find(tagged, 'DELETE', /restorePointCollections\/[^/]+$/));

    const restored = recording('vm_disk_from_restore_point');
    const plain = find(restored, 'PUT', /restorePoints\/[^/]+$/);
    const place = requests.collectionAt(idOf(plain));
    same(await requests.createPoint(cloud, place, 'point_000004', { consistency: 'ApplicationConsistent', excludedDiskIds: [] }), plain);
    const disk = find(restored, 'PUT', /disks\/disk_000006$/);
    // The CLI made it larger at the same time, and sends tags of its own.
    const { tags: _tags, ...body } = disk.request.body ?? {};
    const { diskSizeGB: _size, ...properties } = body['properties'] as { diskSizeGB: number; creationData: { sourceResourceId: string } };
    const made = await requests.restoreDisk(cloud, {
      ...{ subscriptionId: place.subscriptionId, resourceGroup: place.resourceGroup, name: 'disk_000006' },
      ...{ location: 'westus', sku: 'Premium_LRS', diskRestorePointId: properties.creationData.sourceResourceId },
    });
    same(made, { ...disk, request: { ...disk.request, body: { ...body, properties: { ...properties } } } });
  });

  it('reads VMs, collections, restore points and disks', () => {
    const all = recording('vm_disk_from_restore_point');
    const machine = readVirtualMachine(find(all, 'GET', /virtualMachines\/[^/]+$/).response.body);
    assert.deepEqual(
      machine.disks.map(({ isOs, lun, sizeGB, sku }) => [isOs, lun, sizeGB, sku]),
      [
        [true, undefined, 30, 'Premium_LRS'],
        [false, 0, 1, 'Premium_LRS'],
      ],
    );
    const point = readRestorePoint(find(all, 'GET', /restorePoints\/[^/]+$/).response.body);
    assert.deepEqual(pointState(point), { kind: 'usable' });
    assert.equal(disksOf(point).length, 2);
    assert.ok(disksOf(point).every(({ diskRestorePointId }) => diskRestorePointId?.startsWith(`${point.id}/diskRestorePoints/`)));
    const creating = readRestorePoint(find(all, 'PUT', /restorePoints\/[^/]+$/).response.body);
    assert.deepEqual(pointState(creating), { kind: 'creating' });
    const put = find(all, 'PUT', /disks\/disk_000006$/);
    const disk = readDisk(put.response.body);
    assert.deepEqual([disk.provisioningState, disk.madeFrom?.split('/').at(-2)], ['Updating', 'diskRestorePoints']);

    const listed = find(recording('restore_point_collection'), 'GET', /providers\/Microsoft\.Compute\/restorePointCollections$/);
    const collections = (listed.response.body?.['value'] as JsonObject[]).map(readCollection);
    assert.ok(collections.every(({ sourceKind }) => sourceKind === 'machine'));
    const whole = all.concat(recording('restore_point')).find(({ request }) => request.url.includes('$expand=restorePoints'));
    assert.equal(readCollection(whole?.response.body).points?.items.length, 1);
    const copies = recording('restore_point_collection').filter(({ request }) =>
      /^\/subscriptions\/[^/]+\/providers/.test(new URL(request.url).pathname),
    );
    assert.deepEqual(
      (copies[0]?.response.body?.['value'] as JsonObject[]).map((raw) => readCollection(raw).sourceKind),
      ['collection', 'machine', 'machine'],
    );
  });

  it('follows a recorded restore point to its end', () => {
    for (const name of ['restore_point', 'vm_disk_from_restore_point', 'restore_point_encryption_local']) {
      const all = recording(name);
      const put = find(all, 'PUT', /restorePoints\/[^/]+$/);
      const record = {
        cloud: cloud.resourceManagerEndpoint,
        intent: {},
        request: { method: 'PUT', url: put.request.url, headers: {} },
      } as unknown as OperationRecord;
      let step: TrackStep = pointTracker.begin(record, put.response, 0);
      const messages = [step.progress?.message];
      for (const { request, response } of all.slice(all.indexOf(put) + 1)) {
        const { url } = pointTracker.poll(step.state);
        if (step.next === undefined || new URL(url).pathname.toLowerCase() !== new URL(request.url).pathname.toLowerCase()) {
          continue;
        }
        step = pointTracker.step(step.state, response, 0);
        messages.push(step.progress?.message ?? step.status);
      }
      assert.equal(step.status, 'succeeded', `${name}: ${messages.join(', ')}`);
      assert.equal(step.progress?.percent, undefined);
    }
  });
});
