import type { JsonObject } from '../arm/types.ts';
import { diskId, machineId, type DiskSku } from '../world/entities.ts';
import { offsetTime } from '../world/wireFormat.ts';
import type { AttachedDisk } from './estate.ts';
import type { LooseDisk } from './model.ts';
import { performanceOf } from './performance.ts';

const tiers: Readonly<Record<DiskSku, string>> = {
  Premium_LRS: 'Premium',
  Premium_ZRS: 'Premium',
  PremiumV2_LRS: 'Premium',
  UltraSSD_LRS: 'Ultra',
  StandardSSD_LRS: 'Standard',
  StandardSSD_ZRS: 'Standard',
  Standard_LRS: 'Standard',
};

/** A disk that machines hold. */
export function attachedDiskResource({ machines, disk }: AttachedDisk): JsonObject {
  const [machine] = machines;
  const isSystem = disk.lun === undefined;
  const ids = machines.map(machineId);
  return {
    name: disk.name,
    id: diskId(machine, disk),
    type: 'Microsoft.Compute/disks',
    location: machine.location,
    ...(machine.zone === undefined ? {} : { zones: [machine.zone] }),
    managedBy: machineId(machine),
    ...(ids.length > 1 ? { managedByExtended: ids } : {}),
    sku: { name: disk.sku, tier: tiers[disk.sku] },
    properties: {
      ...(isSystem ? { osType: machine.osType, hyperVGeneration: 'V2' } : {}),
      creationData: { createOption: isSystem ? 'FromImage' : 'Empty' },
      ...(disk.maxShares === undefined ? {} : { maxShares: disk.maxShares }),
      ...common(disk.sku, disk.sizeGb),
      timeCreated: offsetTime(machine.createdAt),
      provisioningState: 'Succeeded',
      diskState: machine.powerState === 'running' ? 'Attached' : 'Reserved',
      uniqueId: disk.uniqueId,
    },
  };
}

/** A disk that no machine holds. */
export function looseDiskResource(disk: LooseDisk, now: number): JsonObject {
  return {
    name: disk.name,
    id: disk.id,
    type: 'Microsoft.Compute/disks',
    location: disk.location,
    tags: { ...disk.tags },
    ...(disk.zones.length > 0 ? { zones: [...disk.zones] } : {}),
    sku: { name: disk.sku, tier: tiers[disk.sku] },
    properties: {
      ...(disk.osType === undefined ? {} : { osType: disk.osType, hyperVGeneration: 'V2' }),
      creationData: disk.creationData,
      ...common(disk.sku, disk.sizeGb),
      timeCreated: offsetTime(disk.createdAt),
      provisioningState: now < disk.readyAt ? 'Updating' : 'Succeeded',
      diskState: 'Unattached',
      uniqueId: disk.uniqueId,
    },
  };
}

function common(sku: DiskSku, sizeGb: number): JsonObject {
  return {
    diskSizeGB: sizeGb,
    ...performanceOf(sku, sizeGb),
    encryption: { type: 'EncryptionAtRestWithPlatformKey' },
    networkAccessPolicy: 'AllowAll',
    publicNetworkAccess: 'Enabled',
    diskSizeBytes: sizeGb * 1024 ** 3,
  };
}
