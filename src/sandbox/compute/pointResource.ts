import { sameArmId } from '../../core/armId.ts';
import type { Json, JsonObject } from '../arm/types.ts';
import { isObject, textOf } from '../world/scope.ts';
import { offsetTime } from '../world/wireFormat.ts';
import type { Estate } from './estate.ts';
import { instantAccessSince } from './input.ts';
import { provisioningOf, type Collection, type DiskPoint, type RestorePoint } from './model.ts';
import { percentOf, replicationOf, snapshotAccess, transferState, type TransferState } from './transfer.ts';

/** Disk restore points tell what can be done with them since the same version as collections know instant access. */
const snapshotAccessSince = instantAccessSince;
/** In the published contract of 2023-07-01 it is not yet, in that of 2024-07-01 it is. */
const diskControllerSince = '2024-07-01';

export interface PointView {
  readonly apiVersion: string;
  readonly instanceView?: boolean;
}

/** How Microsoft.Compute answers a restore point; recorded: without `type`, and without a mode while it is being made. */
export function pointResource(estate: Estate, point: RestorePoint, view: PointView): JsonObject {
  const now = estate.world.now();
  const state = provisioningOf(point, now);
  const isMade = state !== 'Creating';
  const mode = isMade && point.failure === undefined ? point.mode : point.requestedMode;
  return {
    name: point.name,
    id: point.id,
    properties: {
      ...(point.excluded.length === 0 ? {} : { excludeDisks: point.excluded.map((id) => ({ id })) }),
      ...(point.sourcePointId === undefined ? {} : { sourceRestorePoint: { id: point.sourcePointId } }),
      sourceMetadata: forVersion(isMade ? withDiskPoints(point) : point.machine, view.apiVersion),
      provisioningState: state,
      ...(mode === undefined ? {} : { consistencyMode: mode }),
      timeCreated: offsetTime(point.createdAt),
      ...(point.instantAccessMinutes === undefined || view.apiVersion < instantAccessSince
        ? {}
        : { instantAccessDurationMinutes: point.instantAccessMinutes }),
      ...(view.instanceView === true ? { instanceView: instanceView(estate, point, isMade, view.apiVersion) } : {}),
    },
  };
}

function forVersion(machine: JsonObject, apiVersion: string): JsonObject {
  if (apiVersion >= diskControllerSince || !isObject(machine.storageProfile)) {
    return machine;
  }
  const { diskControllerType: _, ...storageProfile } = machine.storageProfile;
  return { ...machine, storageProfile };
}

function withDiskPoints(point: RestorePoint): JsonObject {
  const profile = isObject(point.machine.storageProfile) ? point.machine.storageProfile : {};
  const add = (disk: Json | undefined): Json => {
    const held = isObject(disk) && isObject(disk.managedDisk) ? textOf(disk.managedDisk.id) : undefined;
    const made = point.disks.find((candidate) => sameArmId(candidate.diskId, held));
    if (!isObject(disk) || made === undefined) {
      return disk ?? null;
    }
    const source = made.sourceDiskPointId;
    return {
      ...disk,
      diskRestorePoint: {
        encryption: { type: 'EncryptionAtRestWithPlatformKey' },
        ...(source === undefined ? {} : { sourceDiskRestorePoint: { id: source } }),
        id: made.id,
      },
    };
  };
  const dataDisks = Array.isArray(profile.dataDisks) ? profile.dataDisks.map(add) : [];
  return { ...point.machine, storageProfile: { ...profile, osDisk: add(profile.osDisk), dataDisks } };
}

/** The code of the end is documented, those of the way and of the failure have no record. */
const statuses: Readonly<Record<TransferState, JsonObject>> = {
  succeeded: { code: 'ReplicationState/succeeded', level: 'Info', displayStatus: 'Succeeded' },
  inProgress: { code: 'ReplicationState/inprogress', level: 'Info', displayStatus: 'InProgress' },
  failed: { code: 'ReplicationState/failed', level: 'Error', displayStatus: 'Failed' },
};

function instanceView(estate: Estate, point: RestorePoint, isMade: boolean, apiVersion: string): JsonObject {
  if (!isMade || point.failure !== undefined) {
    return { diskRestorePoints: [] };
  }
  const now = estate.world.now();
  return {
    diskRestorePoints: point.disks.map((disk) => diskView(estate, disk, apiVersion)),
    statuses: [{ ...statuses[replicationOf(point, now)] }],
  };
}

function diskView(estate: Estate, disk: DiskPoint, apiVersion: string): JsonObject {
  const now = estate.world.now();
  const percent = percentOf(disk.transfer, now, estate.scaled);
  return {
    id: disk.id,
    ...(apiVersion >= snapshotAccessSince ? { snapshotAccessState: snapshotAccess(disk, now) } : {}),
    replicationStatus: {
      status: { ...statuses[transferState(disk.transfer, now)] },
      ...(percent === undefined ? {} : { completionPercent: percent }),
    },
  };
}

const replicationStates: Readonly<Record<TransferState, string>> = { succeeded: 'Succeeded', inProgress: 'InProgress', failed: 'Failed' };

/** How a disk restore point is answered; what tells of a copy stands at copies only (Azure/azure-rest-api-specs#16636). */
export function diskPointResource(estate: Estate, point: RestorePoint, disk: DiskPoint): JsonObject {
  const now = estate.world.now();
  const { transfer } = disk;
  const percent = percentOf(transfer, now, estate.scaled);
  return {
    name: disk.name,
    id: disk.id,
    properties: {
      timeCreated: offsetTime(point.createdAt),
      sourceResourceId: disk.sourceDiskPointId ?? disk.diskId,
      ...(disk.osType === undefined ? {} : { osType: disk.osType, hyperVGeneration: textOf(point.machine.hyperVGeneration) }),
      familyId: disk.familyId,
      sourceUniqueId: disk.diskUniqueId,
      encryption: { type: 'EncryptionAtRestWithPlatformKey' },
      networkAccessPolicy: 'AllowAll',
      publicNetworkAccess: 'Enabled',
      ...(transfer?.fromRegion === undefined
        ? {}
        : {
            ...(percent === undefined ? {} : { completionPercent: percent }),
            replicationState: replicationStates[transferState(transfer, now)],
            sourceResourceLocation: transfer.fromRegion,
          }),
      ...(disk.sku === 'UltraSSD_LRS' || disk.sku === 'PremiumV2_LRS' ? { logicalSectorSize: 4096 } : {}),
    },
  };
}

interface CollectionView {
  readonly apiVersion: string;
  readonly restorePoints?: boolean;
  /** In the list of a subscription Azure writes the group's name in capitals (recorded). */
  readonly listed?: boolean;
}

export function collectionResource(estate: Estate, collection: Collection, view: CollectionView): JsonObject {
  const { apiVersion, restorePoints = false, listed = false } = view;
  const group = collection.resourceGroup;
  const id = listed ? collection.id.replace(`/resourceGroups/${group}/`, () => `/resourceGroups/${group.toUpperCase()}/`) : collection.id;
  return {
    name: collection.name,
    id,
    type: 'Microsoft.Compute/restorePointCollections',
    location: collection.location,
    ...(Object.keys(collection.tags).length > 0 ? { tags: { ...collection.tags } } : {}),
    properties: {
      source: { location: collection.source.location, id: collection.source.id },
      restorePointCollectionId: collection.guid,
      ...(collection.instantAccess === undefined || apiVersion < instantAccessSince ? {} : { instantAccess: collection.instantAccess }),
      ...(restorePoints ? { restorePoints: collection.points.all.map((point) => pointResource(estate, point, { apiVersion })) } : {}),
      provisioningState: collection.deletingAt === undefined ? 'Succeeded' : 'Deleting',
    },
  };
}
