import { idUpTo } from '../../../core/armId.ts';
import { defined } from '../../arm/fields.ts';
import { readRecord, type AzureRecord } from '../../arm/record.ts';

/** One disk of a restore point, as a resource of its own. */
export interface DiskRestorePoint extends AzureRecord {
  readonly pointId?: string;
  /** The disk, or of a copy the disk restore point, that it is of. */
  readonly sourceId?: string;
  readonly osType?: string;
  /** ISO 8601, UTC. */
  readonly timeCreated?: string;
  /** 0 to 100, of a copy. */
  readonly percent?: number;
  /** `Succeeded`, `InProgress`, `Failed` ..., of a copy. */
  readonly replicationState?: string;
  /** `AllowAll`, `AllowPrivate`, `DenyAll`: a link can only be had with the first. */
  readonly networkAccess?: string;
  readonly encryptionType?: string;
}

/** @throws BackupError `MalformedRecord` */
export function readDiskRestorePoint(raw: unknown): DiskRestorePoint {
  const { head, properties } = readRecord(raw, 'disk restore point');
  return defined<DiskRestorePoint>({
    ...head,
    pointId: idUpTo(head.id, 'restorePoints'),
    sourceId: properties.text('sourceResourceId'),
    osType: properties.text('osType'),
    timeCreated: properties.moment('timeCreated'),
    percent: properties.number('completionPercent'),
    replicationState: properties.text('replicationState'),
    networkAccess: properties.text('networkAccessPolicy'),
    encryptionType: properties.object('encryption').text('type'),
  });
}
