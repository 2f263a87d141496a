/**
 * The requests that change something, built by @azure/arm-compute and captured: nothing is sent here. Bodies are those
 * that Azure was seen to take. @throws BackupError `UnexpectedId` for an id of another kind.
 */
import type { ComputeManagementClient } from '@azure/arm-compute';
import { captureRequest } from '../../cloud/capture.ts';
import type { CloudEnvironment } from '../../cloud/types.ts';
import { segmentOf } from '../../core/armId.ts';
import { BackupError } from '../../core/errors.ts';
import type { PreparedRequest } from '../../core/operation.ts';
import type { Consistency } from './model.ts';

type Cloud = Pick<CloudEnvironment, 'resourceManagerEndpoint' | 'audience'>;

/** Where a collection is to be: a resource group of a subscription, and its name in it. */
export interface CollectionAddress {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
}

export interface NewCollection {
  readonly location: string;
  /** Of a VM in `location`, or of a collection in another region. */
  readonly sourceId: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Never for a collection that exists: it would lose its tags. */
export async function createCollection(cloud: Cloud, at: CollectionAddress, made: NewCollection): Promise<PreparedRequest> {
  const { location, sourceId, tags } = made;
  const body = { location, source: { id: sourceId }, ...(tags === undefined ? {} : { tags: { ...tags } }) };
  return build(cloud, at.subscriptionId, (client) => client.restorePointCollections.createOrUpdate(at.resourceGroup, at.name, body));
}

/** All tags of the collection: those that are not named are gone afterwards. Azure changes nothing else of a collection. */
export async function changeTags(cloud: Cloud, collectionId: string, tags: Readonly<Record<string, string>>): Promise<PreparedRequest> {
  const at = collectionAt(collectionId);
  return build(cloud, at.subscriptionId, (client) =>
    client.restorePointCollections.update(at.resourceGroup, at.name, { tags: { ...tags } }),
  );
}

/** With every restore point in it. */
export async function deleteCollection(cloud: Cloud, collectionId: string): Promise<PreparedRequest> {
  const at = collectionAt(collectionId);
  return build(cloud, at.subscriptionId, (client) => client.restorePointCollections.delete(at.resourceGroup, at.name));
}

export interface NewPoint {
  /** Azure takes `CrashConsistent` only; application consistent is what it makes where nothing is said. */
  readonly consistency: Consistency;
  /** Ids of the disks that are left out. */
  readonly excludedDiskIds: readonly string[];
}

export async function createPoint(cloud: Cloud, at: CollectionAddress, name: string, made: NewPoint): Promise<PreparedRequest> {
  const body = {
    ...(made.excludedDiskIds.length === 0 ? {} : { excludeDisks: made.excludedDiskIds.map((id) => ({ id })) }),
    ...(made.consistency === 'CrashConsistent' ? { consistencyMode: 'CrashConsistent' } : {}),
  };
  return build(cloud, at.subscriptionId, (client) => client.restorePoints.create(at.resourceGroup, at.name, name, body));
}

/** A copy, in a collection that is made of the source point's collection. */
export async function copyPoint(cloud: Cloud, at: CollectionAddress, name: string, sourcePointId: string): Promise<PreparedRequest> {
  const body = { sourceRestorePoint: { id: sourcePointId } };
  return build(cloud, at.subscriptionId, (client) => client.restorePoints.create(at.resourceGroup, at.name, name, body));
}

export async function deletePoint(cloud: Cloud, pointId: string): Promise<PreparedRequest> {
  const at = pointAt(pointId);
  return build(cloud, at.subscriptionId, (client) => client.restorePoints.delete(at.resourceGroup, at.name, at.point));
}

export interface NewDisk {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
  /** The restore point's region. */
  readonly location: string;
  readonly diskRestorePointId: string;
  /** `Premium_LRS` ...; Azure chooses where it is told nothing. */
  readonly sku?: string;
  /** `1`, `2`, `3`; absent for a disk that is in no zone. */
  readonly zone?: string;
}

export async function restoreDisk(cloud: Cloud, disk: NewDisk): Promise<PreparedRequest> {
  const body = {
    location: disk.location,
    creationData: { createOption: 'Restore', sourceResourceId: disk.diskRestorePointId },
    ...(disk.sku === undefined ? {} : { sku: { name: disk.sku } }),
    ...(disk.zone === undefined ? {} : { zones: [disk.zone] }),
  };
  return build(cloud, disk.subscriptionId, (client) => client.disks.createOrUpdate(disk.resourceGroup, disk.name, body));
}

/** Its answer is a secret: never for the engine. */
export async function beginAccess(cloud: Cloud, diskRestorePointId: string, durationInSeconds: number): Promise<PreparedRequest> {
  const at = diskAt(diskRestorePointId);
  return build(cloud, at.subscriptionId, (client) =>
    client.diskRestorePoint.grantAccess(at.resourceGroup, at.name, at.point, at.disk, { access: 'Read', durationInSeconds }),
  );
}

export async function endAccess(cloud: Cloud, diskRestorePointId: string): Promise<PreparedRequest> {
  const at = diskAt(diskRestorePointId);
  return build(cloud, at.subscriptionId, (client) => client.diskRestorePoint.revokeAccess(at.resourceGroup, at.name, at.point, at.disk));
}

/** @throws BackupError `UnexpectedId` */
export function collectionAt(id: string): CollectionAddress {
  const what = 'a restore point collection';
  return {
    subscriptionId: required(id, 'subscriptions', what),
    resourceGroup: required(id, 'resourceGroups', what),
    name: required(id, 'restorePointCollections', what),
  };
}

function pointAt(id: string): CollectionAddress & { readonly point: string } {
  return { ...collectionAt(id), point: required(id, 'restorePoints', 'a restore point') };
}

function diskAt(id: string): CollectionAddress & { readonly point: string; readonly disk: string } {
  return { ...pointAt(id), disk: required(id, 'diskRestorePoints', 'a disk restore point') };
}

/** The id of what a request makes: its path, decoded. Azure answers the same, in a spelling of its own. */
export function idOfRequest(request: Pick<PreparedRequest, 'url'>): string {
  return decodeURIComponent(new URL(request.url).pathname);
}

async function build(
  cloud: Cloud,
  subscriptionId: string,
  call: (client: ComputeManagementClient) => PromiseLike<unknown>,
): Promise<PreparedRequest> {
  const { ComputeManagementClient } = await import('@azure/arm-compute');
  return captureRequest(cloud, async (sdk) => {
    await call(new ComputeManagementClient(sdk.credential, subscriptionId, sdk.options));
  });
}

function required(id: string, segment: string, what: string): string {
  const value = segmentOf(id, segment);
  if (value === undefined) {
    throw new BackupError(`Expected the id of ${what}, got ${id}.`, {
      code: 'UnexpectedId',
      resource: id,
      remedies: ['Refresh and try again.'],
    });
  }
  return value;
}
