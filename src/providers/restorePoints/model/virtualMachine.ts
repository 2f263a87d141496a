import { armIdKey, lastSegment, segmentOf } from '../../../core/armId.ts';
import { defined, fieldsOf, type Fields } from '../../arm/fields.ts';
import { readRecord, type AzureRecord } from '../../arm/record.ts';
import type { Disk } from './disk.ts';

/** A disk of a VM. */
export interface VmDisk {
  /** Absent for an unmanaged disk, which is a blob. */
  readonly id?: string;
  readonly name: string;
  readonly isOs: boolean;
  /** Logical unit number; data disks have one. */
  readonly lun?: number;
  /** What the VM says; of a deallocated one it comes from the disk itself (`withDisks`). */
  readonly sizeGB?: number;
  readonly sku?: string;
  /** On the VM's host, gone with it. OS disks only. */
  readonly ephemeral: boolean;
  /** Attached to several VMs. Only the disk itself tells (`withDisks`); undefined: not known. */
  readonly shared?: boolean;
}

/** An Azure VM, as far as restore points go. */
export interface VirtualMachine extends AzureRecord {
  readonly subscriptionId?: string;
  readonly resourceGroup?: string;
  readonly location?: string;
  readonly zones: readonly string[];
  readonly size?: string;
  /** `Windows`, `Linux`. */
  readonly osType?: string;
  /** `TrustedLaunch`, `ConfidentialVM`; absent for `Standard`. */
  readonly securityType?: string;
  /** `Succeeded`, `Updating`, `Deleting` ... */
  readonly provisioningState?: string;
  /** Azure's GUID of it: a VM that was deleted and made anew under its name has another. */
  readonly vmId?: string;
  /** The OS disk first, then data disks by LUN. */
  readonly disks: readonly VmDisk[];
}

/** @throws BackupError `MalformedRecord` */
export function readVirtualMachine(raw: unknown): VirtualMachine {
  const { head, top, properties } = readRecord(raw, 'VM');
  const storage = properties.object('storageProfile');
  const os = storage.object('osDisk');
  const data = storage.list('dataDisks').map((one) => readVmDisk(fieldsOf(one), false));
  return defined<VirtualMachine>({
    ...head,
    subscriptionId: segmentOf(head.id, 'subscriptions'),
    resourceGroup: segmentOf(head.id, 'resourceGroups'),
    location: top.text('location'),
    zones: top.list('zones').flatMap((zone) => (typeof zone === 'string' ? zone : [])),
    size: properties.object('hardwareProfile').text('vmSize'),
    osType: os.text('osType'),
    securityType: properties.object('securityProfile').text('securityType'),
    provisioningState: properties.text('provisioningState'),
    vmId: properties.text('vmId'),
    disks: [
      ...(Object.keys(os.raw).length > 0 ? [readVmDisk(os, true)] : []),
      ...data.sort((a, b) => (a.lun ?? Infinity) - (b.lun ?? Infinity)),
    ],
  });
}

function readVmDisk(fields: Fields, isOs: boolean): VmDisk {
  const managed = fields.object('managedDisk');
  const id = managed.text('id');
  const lun = fields.number('lun');
  return defined<VmDisk>({
    id,
    name: fields.text('name') ?? (id === undefined ? (isOs ? 'OS disk' : `disk at LUN ${lun ?? '?'}`) : lastSegment(id)),
    isOs,
    lun,
    sizeGB: fields.number('diskSizeGB'),
    sku: managed.text('storageAccountType'),
    ephemeral: fields.object('diffDiskSettings').text('option')?.toLowerCase() === 'local',
    shared: undefined,
  });
}

/** The VM with what only its disks themselves tell: sizes and types of a deallocated VM's, and which are shared. */
export function withDisks(machine: VirtualMachine, disks: readonly Disk[]): VirtualMachine {
  const byId = new Map(disks.map((disk) => [armIdKey(disk.id), disk]));
  return {
    ...machine,
    disks: machine.disks.map((disk) => {
      const known = disk.id === undefined ? undefined : byId.get(armIdKey(disk.id));
      return known === undefined
        ? disk
        : defined<VmDisk>({
            ...disk,
            id: disk.id,
            lun: disk.lun,
            sizeGB: known.sizeGB ?? disk.sizeGB,
            sku: known.sku ?? disk.sku,
            shared: (known.maxShares ?? 1) > 1,
          });
    }),
  };
}

/** `OS disk, 30 GB, Premium_LRS` or `LUN 0, 1 GB, Premium_LRS`; what is not known is left out. */
export function diskText(disk: Pick<VmDisk, 'isOs' | 'lun' | 'sizeGB' | 'sku'>): string {
  return [
    disk.isOs ? 'OS disk' : disk.lun === undefined ? 'Data disk' : `LUN ${disk.lun}`,
    disk.sizeGB === undefined ? '' : `${disk.sizeGB} GB`,
    disk.sku ?? '',
  ]
    .filter(Boolean)
    .join(', ');
}
