import { armIdKey, idUpTo, sameArmId } from '../../../core/armId.ts';
import { defined, fieldsOf, type Fields } from '../../arm/fields.ts';
import { readRecord, type AzureRecord } from '../../arm/record.ts';

/** How far the copy of one disk is, from `$expand=instanceView`. */
interface Replication {
  /** The word after `ReplicationState/`, lower case: `succeeded`, `failed`, `inprogress`; what Azure said where it has another form. */
  readonly state?: string;
  /** 0 to 100; Azure renews it about every ten minutes, and gives none where a copy failed. */
  readonly percent?: number;
  /** Azure's sentence, where it gave one. */
  readonly message?: string;
  readonly isError: boolean;
  /** `Available`, `InstantAccess`, `AvailableWithInstantAccess`, `Pending`, `Unknown`: newer Azure tells what a snapshot can be used for. */
  readonly access?: string;
}

/** A disk as it was when the restore point was made. */
export interface PointDisk {
  /** The id under which it can be restored and read; absent while the point is being made, and of a disk that was left out. */
  readonly diskRestorePointId?: string;
  readonly name: string;
  readonly isOs: boolean;
  readonly lun?: number;
  readonly sizeGB?: number;
  readonly sku?: string;
  /** The disk that it is of; it may be gone. */
  readonly sourceDiskId?: string;
  readonly encryptionType?: string;
  readonly encryptionSetId?: string;
  readonly excluded: boolean;
  /** Only where the instance view was asked for and speaks of it. */
  readonly replication?: Replication;
}

/** A restore point of a VM, or a copy of one. Azure gives it no `type`. */
export interface RestorePoint extends AzureRecord {
  readonly collectionId?: string;
  /** `ApplicationConsistent`, `FileSystemConsistent` (Linux), `CrashConsistent`, or what Azure said. */
  readonly consistency?: string;
  /** ISO 8601, UTC. Of a copy: when its source was made. */
  readonly timeCreated?: string;
  /** `Creating`, `Succeeded`, `Failed`, `Deleting`. Of a copy `Succeeded` only says that copying has begun. */
  readonly provisioningState?: string;
  /** Of a copy: the point that it is of. */
  readonly sourcePointId?: string;
  readonly excludedDiskIds: readonly string[];
  /** The OS disk first. */
  readonly disks: readonly PointDisk[];
  /** True where the instance view was asked for and came: without it nothing is known of a copy's progress. */
  readonly hasInstanceView: boolean;
  /** What Azure says of the whole, where it says something: its sentences. */
  readonly statusMessages: readonly string[];
  /** GUID of the VM. */
  readonly vmId?: string;
  readonly vmLocation?: string;
  readonly vmSize?: string;
  readonly osType?: string;
  readonly securityType?: string;
}

/** @throws BackupError `MalformedRecord` */
export function readRestorePoint(raw: unknown): RestorePoint {
  const { head, properties } = readRecord(raw, 'restore point');
  const machine = properties.object('sourceMetadata');
  const storage = machine.object('storageProfile');
  const view = properties.object('instanceView');
  const excludedDiskIds = properties.list('excludeDisks').flatMap((one) => fieldsOf(one).text('id') ?? []);
  const replications = new Map(
    view.list('diskRestorePoints').flatMap((one) => {
      const fields = fieldsOf(one);
      const id = fields.text('id');
      return id === undefined
        ? []
        : [
            [
              armIdKey(id),
              { id, replication: readReplication(fields.object('replicationStatus'), fields.text('snapshotAccessState')) },
            ] as const,
          ];
    }),
  );
  const read = (fields: Fields, isOs: boolean): PointDisk => readPointDisk(fields, isOs, excludedDiskIds, replications);
  const os = storage.object('osDisk');
  const disks = [
    ...(Object.keys(os.raw).length > 0 ? [read(os, true)] : []),
    ...storage.list('dataDisks').map((one) => read(fieldsOf(one), false)),
  ];
  const known = new Set(disks.flatMap(({ diskRestorePointId }) => (diskRestorePointId ? armIdKey(diskRestorePointId) : [])));
  return defined<RestorePoint>({
    ...head,
    collectionId: idUpTo(head.id, 'restorePointCollections'),
    consistency: properties.text('consistencyMode'),
    timeCreated: properties.moment('timeCreated'),
    provisioningState: properties.text('provisioningState'),
    sourcePointId: properties.object('sourceRestorePoint').text('id'),
    excludedDiskIds,
    // A disk of which only the instance view speaks must be waited for all the same.
    disks: [...disks, ...[...replications].filter(([key]) => !known.has(key)).map(([, { id, replication }]) => unnamed(id, replication))],
    hasInstanceView: Object.keys(view.raw).length > 0,
    statusMessages: view.list('statuses').flatMap((one) => fieldsOf(one).text('message') ?? []),
    vmId: machine.text('vmId'),
    vmLocation: machine.text('location'),
    vmSize: machine.object('hardwareProfile').text('vmSize'),
    osType: os.text('osType'),
    securityType: machine.object('securityProfile').text('securityType'),
  });
}

function readPointDisk(
  fields: Fields,
  isOs: boolean,
  excludedDiskIds: readonly string[],
  replications: ReadonlyMap<string, { readonly replication: Replication }>,
): PointDisk {
  const managed = fields.object('managedDisk');
  const point = fields.object('diskRestorePoint');
  const encryption = point.object('encryption');
  const diskRestorePointId = point.text('id');
  const sourceDiskId = managed.text('id');
  return defined<PointDisk>({
    diskRestorePointId,
    name: fields.text('name') ?? nameIn(sourceDiskId ?? diskRestorePointId) ?? (isOs ? 'OS disk' : 'data disk'),
    isOs,
    lun: fields.number('lun'),
    sizeGB: fields.number('diskSizeGB'),
    sku: managed.text('storageAccountType'),
    sourceDiskId,
    encryptionType: encryption.text('type'),
    encryptionSetId: encryption.object('diskEncryptionSet').text('id'),
    excluded: excludedDiskIds.some((id) => sameArmId(id, sourceDiskId)),
    replication: diskRestorePointId === undefined ? undefined : replications.get(armIdKey(diskRestorePointId))?.replication,
  });
}

function unnamed(id: string, replication: Replication): PointDisk {
  return { diskRestorePointId: id, name: nameIn(id) ?? id, isOs: false, excluded: false, replication };
}

function nameIn(id: string | undefined): string | undefined {
  const name = id?.slice(id.lastIndexOf('/') + 1);
  return name === '' ? undefined : name;
}

function readReplication(fields: Fields, access: string | undefined): Replication {
  const status = fields.object('status');
  const code = status.text('code');
  return defined<Replication>({
    state: (code?.includes('/') ? code.slice(code.lastIndexOf('/') + 1) : (code ?? status.text('displayStatus')))?.toLowerCase(),
    percent: inRange(fields.number('completionPercent')),
    message: status.text('message'),
    isError: status.text('level')?.toLowerCase() === 'error',
    access,
  });
}

function inRange(percent: number | undefined): number | undefined {
  return percent === undefined ? undefined : Math.min(100, Math.max(0, percent));
}
