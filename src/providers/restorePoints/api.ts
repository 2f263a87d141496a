/**
 * Reading Microsoft.Compute: pure functions over an `ArmClient`, raw JSON read by our own models. Every function throws
 * `BackupError` for an answer that is an error, and `CancelledError` where its signal aborts. Ids are as Azure gave them.
 */
import { apiVersions } from '../../cloud/apiVersions.ts';
import type { ArmClient } from '../../cloud/types.ts';
import { lastSegment, sameArmId } from '../../core/armId.ts';
import { BackupError } from '../../core/errors.ts';
import { armPath } from '../arm/armUrl.ts';
import { readAllOfSubscription } from '../arm/groupwise.ts';
import { readOne, readPage, type ListQuery, type ReadOptions, type RecordPage } from '../arm/lists.ts';
import type { RecordList } from '../arm/record.ts';
import {
  readCollection,
  readDisk,
  readDiskRestorePoint,
  readRegion,
  readResourceGroup,
  readRestorePoint,
  readVirtualMachine,
  withDisks,
  type Disk,
  type DiskRestorePoint,
  type Region,
  type ResourceGroup,
  type RestorePoint,
  type RestorePointCollection,
  type VirtualMachine,
} from './model.ts';

export { readAllOfSubscription } from '../arm/groupwise.ts';
export { readAll } from '../arm/lists.ts';
export type { ListQuery, ReadOptions, RecordPage } from '../arm/lists.ts';

const compute = ['providers', 'Microsoft.Compute'] as const;

/** The lists, as data for `readPage` and `readAll`. @param scope `/subscriptions/{id}`, or a resource group's id */
export const lists = {
  virtualMachines: (scope: string): ListQuery<VirtualMachine> =>
    query(scope, [...compute, 'virtualMachines'], readVirtualMachine, 'list the VMs', apiVersions.virtualMachines),
  /** Without their restore points: those come with `getCollectionWithPoints`, a collection at a time. */
  collections: (scope: string): ListQuery<RestorePointCollection> =>
    query(scope, [...compute, 'restorePointCollections'], readCollection, 'list the restore point collections'),
  disks: (scope: string): ListQuery<Disk> => query(scope, [...compute, 'disks'], readDisk, 'list the disks', apiVersions.disks),
  diskRestorePoints: (pointId: string): ListQuery<DiskRestorePoint> =>
    query(pointId, ['diskRestorePoints'], readDiskRestorePoint, 'list the disks of the restore point', apiVersions.disks),
  /** @param subscriptionId the GUID */
  regions: (subscriptionId: string): ListQuery<Region> =>
    query(`/subscriptions/${subscriptionId}`, ['locations'], readRegion, 'list the regions', apiVersions.subscriptions),
  /** @param subscriptionId the GUID */
  resourceGroups: (subscriptionId: string): ListQuery<ResourceGroup> =>
    query(`/subscriptions/${subscriptionId}`, ['resourcegroups'], readResourceGroup, 'list the resource groups', apiVersions.resources),
} as const;

function query<T>(
  id: string,
  below: readonly string[],
  read: (raw: unknown) => T,
  attempted: string,
  apiVersion: string = apiVersions.restorePoints,
): ListQuery<T> {
  return { path: armPath(id, below, { apiVersion }), read, attempted, resource: lastSegment(id) };
}

/** `$expand` of one resource. Azure reads its name and value with regard to case. */
function expanded<T>(one: ListQuery<T>, expand: 'restorePoints' | 'instanceView'): ListQuery<T> {
  return { ...one, path: `${one.path}&$expand=${expand}` };
}

/** Path and query of one restore point with its instance view, for trackers. */
export function pointPath(pointId: string): string {
  return pointQuery(pointId).path;
}

const pointQuery = (pointId: string): ListQuery<RestorePoint> =>
  expanded(query(pointId, [], readRestorePoint, 'read the restore point'), 'instanceView');

/**
 * One page of the collections that are made of a VM. Azure filters by nothing, so this is a page of the whole subscription
 * of which the others are left out: it may be empty while `nextLink` says that there are more.
 */
export async function readPageOfMachine(
  arm: ArmClient,
  machineId: string,
  subscriptionId: string,
  options: ReadOptions & { readonly next?: string } = {},
): Promise<RecordPage<RestorePointCollection>> {
  const page = await readPage(arm, lists.collections(`/subscriptions/${subscriptionId}`), options);
  return { ...page, items: page.items.filter(({ sourceId }) => sameArmId(sourceId, machineId)) };
}

/**
 * All collections of a subscription that are made of one VM or one collection, by reading them all: Azure has no filter.
 * Where the subscription may not be listed, those of its resource groups that may be.
 */
export async function listCollectionsOf(
  arm: ArmClient,
  sourceId: string,
  subscriptionId: string,
  options?: ReadOptions,
): Promise<RecordList<RestorePointCollection>> {
  const all = await readAllOfSubscription(arm, `/subscriptions/${subscriptionId}`, lists.collections, options);
  return { ...all, items: all.items.filter((collection) => sameArmId(collection.sourceId, sourceId)) };
}

export function getCollection(arm: ArmClient, collectionId: string, options?: ReadOptions): Promise<RestorePointCollection> {
  return readOne(arm, collectionQuery(collectionId), options);
}

/** With its restore points, which costs Azure some time: only where somebody looks at them. */
export function getCollectionWithPoints(arm: ArmClient, collectionId: string, options?: ReadOptions): Promise<RestorePointCollection> {
  return readOne(arm, expanded(collectionQuery(collectionId), 'restorePoints'), options);
}

const collectionQuery = (collectionId: string): ListQuery<RestorePointCollection> =>
  query(collectionId, [], readCollection, 'read the restore point collection');

/** With its instance view: how far each disk of a copy is. */
export function getRestorePoint(arm: ArmClient, pointId: string, options?: ReadOptions): Promise<RestorePoint> {
  return readOne(arm, pointQuery(pointId), options);
}

export function getDiskRestorePoint(arm: ArmClient, diskRestorePointId: string, options?: ReadOptions): Promise<DiskRestorePoint> {
  return readOne(arm, query(diskRestorePointId, [], readDiskRestorePoint, 'read the disk restore point', apiVersions.disks), options);
}

export function getDisk(arm: ArmClient, diskId: string, options?: ReadOptions): Promise<Disk> {
  return readOne(arm, query(diskId, [], readDisk, 'read the disk', apiVersions.disks), options);
}

export function getVirtualMachine(arm: ArmClient, machineId: string, options?: ReadOptions): Promise<VirtualMachine> {
  return readOne(arm, query(machineId, [], readVirtualMachine, 'read the VM', apiVersions.virtualMachines), options);
}

/**
 * With what only its disks tell (sizes of a deallocated VM, which are shared); one request a disk, side by side. A disk
 * that may not be read, or is gone, stays as the VM tells of it: Azure says so itself where that matters.
 */
export async function getMachineWithDisks(arm: ArmClient, machineId: string, options?: ReadOptions): Promise<VirtualMachine> {
  const machine = await getVirtualMachine(arm, machineId, options);
  const ids = machine.disks.flatMap(({ id, ephemeral }) => (id === undefined || ephemeral ? [] : [id]));
  const disks = await Promise.all(ids.map((id) => getDisk(arm, id, options).catch(undefinedWhereUnreadable)));
  return withDisks(
    machine,
    disks.filter((disk) => disk !== undefined),
  );
}

function undefinedWhereUnreadable(error: unknown): undefined {
  if (error instanceof BackupError && (error.facts.status === 403 || error.facts.status === 404)) {
    return undefined;
  }
  throw error;
}
