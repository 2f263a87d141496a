/** What our models of all that is no part of a vault hold, under the names of `expectedArm.ts`. */
import type { ApiService, Container, RoleAssignment, StorageAccount } from '../../src/providers/apiManagement/model.ts';
import type { AzureRecord } from '../../src/providers/arm/record.ts';
import {
  disksOf,
  pointState,
  type Disk,
  type DiskRestorePoint,
  type Region,
  type ResourceGroup,
  type RestorePoint,
  type RestorePointCollection,
  type VirtualMachine,
} from '../../src/providers/restorePoints/model.ts';
import type { Subscription } from '../../src/cloud/types.ts';
import type { ArmKind } from './armReaders.ts';
import type { Shown } from './expected.ts';
import { ms } from './raw.ts';

export const armViews: Readonly<Record<ArmKind, (model: never) => Shown>> = {
  VM: (machine: VirtualMachine) => ({
    state: machine.provisioningState,
    location: machine.location,
    size: machine.size,
    osType: machine.osType,
    vmId: machine.vmId,
    disks: machine.disks.map(({ name, id }) => `${name} ${id}`).sort(),
  }),
  disk: (disk: Disk) => ({
    state: disk.provisioningState,
    location: disk.location,
    size: disk.sizeGB,
    sku: disk.sku,
    madeFrom: disk.madeFrom,
  }),
  'restore point collection': (collection: RestorePointCollection) => ({
    state: collection.provisioningState,
    location: collection.location,
    source: collection.sourceId,
    sourceLocation: collection.sourceLocation,
    tags: collection.tags,
    points: collection.points?.items.map(({ id }) => id),
  }),
  'restore point': (point: RestorePoint) => ({
    state: point.provisioningState,
    consistency: point.consistency,
    at: ms(point.timeCreated),
    source: point.sourcePointId,
    excluded: point.excludedDiskIds,
    disks: disksOf(point)
      .map(({ name, sizeGB, diskRestorePointId }) => `${name} ${sizeGB} ${diskRestorePointId}`)
      .sort(),
    word: pointState(point).kind,
  }),
  'disk restore point': (disk: DiskRestorePoint) => ({
    source: disk.sourceId,
    osType: disk.osType,
    at: ms(disk.timeCreated),
    percent: disk.percent,
    state: disk.replicationState,
    access: disk.networkAccess,
  }),
  'API Management service': (service: ApiService) => ({
    state: service.provisioningState,
    location: service.location,
    tier: service.tier,
    capacity: service.capacity,
    gateway: service.gatewayUrl,
    identities: service.identities.map(({ principalId }) => principalId),
  }),
  'storage account': (account: StorageAccount) => ({
    location: account.location,
    blobs: account.blobEndpoint,
    keys: account.takesKeys,
    closed: account.closed,
    letsAzureIn: account.letsAzureIn,
  }),
  'blob container': (container: Container) => ({ changedAt: ms(container.lastModified) }),
  'role assignment': (assignment: RoleAssignment) => ({ role: assignment.role, scope: assignment.scope }),
  region: (region: Region) => ({ shown: region.displayName, paired: region.paired, zones: region.zones?.length ?? 0 }),
  'resource group': (group: ResourceGroup) => ({ location: group.location }),
  subscription: ({ subscriptionId, name, state }: AzureRecord & Subscription) => ({ name: subscriptionId, shown: name, state }),
};
