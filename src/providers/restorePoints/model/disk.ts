import { segmentOf } from '../../../core/armId.ts';
import { defined } from '../../arm/fields.ts';
import { readRecord, type AzureRecord } from '../../arm/record.ts';

/** A managed disk. */
export interface Disk extends AzureRecord {
  readonly subscriptionId?: string;
  readonly resourceGroup?: string;
  readonly location?: string;
  /** `Premium_LRS`, `UltraSSD_LRS` ... */
  readonly sku?: string;
  readonly sizeGB?: number;
  readonly zones: readonly string[];
  /** How many VMs may attach it; above 1 it is a shared disk. */
  readonly maxShares?: number;
  /** `Succeeded`, `Updating`, `Failed` ... */
  readonly provisioningState?: string;
  /** `Unattached`, `Attached`, `Reserved`, `ActiveSAS` ... */
  readonly diskState?: string;
  /** What it was made of: an id, or undefined. */
  readonly madeFrom?: string;
  /** ISO 8601, UTC. */
  readonly timeCreated?: string;
  /** `AllowAll`, `AllowPrivate`, `DenyAll`. */
  readonly networkAccess?: string;
}

/** @throws BackupError `MalformedRecord` */
export function readDisk(raw: unknown): Disk {
  const { head, top, properties } = readRecord(raw, 'disk');
  return defined<Disk>({
    ...head,
    subscriptionId: segmentOf(head.id, 'subscriptions'),
    resourceGroup: segmentOf(head.id, 'resourceGroups'),
    location: top.text('location'),
    sku: top.object('sku').text('name'),
    sizeGB: properties.number('diskSizeGB'),
    zones: top.list('zones').flatMap((zone) => (typeof zone === 'string' ? zone : [])),
    maxShares: properties.number('maxShares'),
    provisioningState: properties.text('provisioningState'),
    diskState: properties.text('diskState'),
    madeFrom: properties.object('creationData').text('sourceResourceId'),
    timeCreated: properties.moment('timeCreated'),
    networkAccess: properties.text('networkAccessPolicy'),
  });
}
