import { idUpTo } from '../../../core/armId.ts';
import { defined, fieldsOf, toMoment, type Fields } from '../../arm/fields.ts';
import { readRecord, type AzureRecord } from '../../arm/record.ts';

/** Where a recovery point lies. */
export interface RecoveryPointTier {
  /** `InstantRP` (snapshot), `HardenedRP` (vault), `ArchivedRP` (archive), or what Azure said. */
  readonly type: string;
  /** `Valid`, `Disabled`, `Deleted`, `Rehydrated`, or what Azure said. */
  readonly status?: string;
}

/** ISO 8601, UTC. A log can be restored to any moment of it. */
interface TimeRange {
  readonly start: string;
  readonly end: string;
}

export interface RecoveryPoint extends AzureRecord {
  readonly protectedItemId?: string;
  /** The discriminator: `IaasVMRecoveryPoint`, `AzureWorkloadSQLRecoveryPoint`, `AzureFileShareRecoveryPoint` ... */
  readonly objectType?: string;
  /** `AppConsistent`, `CrashConsistent`, `FileSystemConsistent`; of databases `Full`, `Differential`, `Log` ... */
  readonly recoveryPointType?: string;
  /** ISO 8601, UTC; absent for a log's ranges. */
  readonly time?: string;
  readonly tiers: readonly RecoveryPointTier[];
  /** ISO 8601, UTC. */
  readonly expiryTime?: string;
  /** The rule that keeps it: `Daily`, `On-Demand` ... */
  readonly ruleName?: string;
  readonly isSoftDeleted: boolean;
  readonly timeRanges: readonly TimeRange[];
}

/** Azure's numbers for tiers and their states, as its REST samples have them. */
const tierTypes = ['Invalid', 'InstantRP', 'HardenedRP', 'ArchivedRP'];
const tierStatuses = ['Invalid', 'Valid', 'Disabled', 'Deleted', 'Rehydrated'];

/** @throws BackupError `MalformedRecord` */
export function readRecoveryPoint(raw: unknown): RecoveryPoint {
  const { head, properties } = readRecord(raw, 'recovery point');
  const kept = properties.object('recoveryPointProperties');
  return defined<RecoveryPoint>({
    ...head,
    protectedItemId: idUpTo(head.id, 'protectedItems'),
    objectType: properties.text('objectType'),
    recoveryPointType: properties.text('recoveryPointType', 'type'),
    time: properties.moment('recoveryPointTime', 'recoveryPointTimeInUTC'),
    tiers: properties.list('recoveryPointTierDetails').flatMap((one) => readTier(fieldsOf(one)) ?? []),
    expiryTime: kept.moment('expiryTime'),
    ruleName: kept.text('ruleName'),
    isSoftDeleted: kept.flag('isSoftDeleted') ?? false,
    timeRanges: properties.list('timeRanges').flatMap((one) => readRange(fieldsOf(one)) ?? []),
  });
}

function readTier(fields: Fields): RecoveryPointTier | undefined {
  const type = named(fields.text('type'), tierTypes);
  return type === undefined ? undefined : defined<RecoveryPointTier>({ type, status: named(fields.text('status'), tierStatuses) });
}

function named(value: string | undefined, names: readonly string[]): string | undefined {
  return value !== undefined && /^\d+$/.test(value) ? (names[Number(value)] ?? value) : value;
}

function readRange(fields: Fields): TimeRange | undefined {
  const start = toMoment(fields.text('startTime'));
  const end = toMoment(fields.text('endTime'));
  return start && end ? { start, end } : undefined;
}
