import type { BackupTrouble } from '../world/entities.ts';
import type { Random } from '../arm/types.ts';
import { usDateTime } from '../world/wireFormat.ts';
import { isDatabase } from './databases.ts';
import { itemKey, type BackupError, type BackupType, type Job, type PlannedTask, type ProtectedItem } from './model.ts';
import { troubles } from './troubles.ts';

export interface BackupOrder {
  readonly startAt: number;
  /** Moment until which the point is kept. */
  readonly expiresAt: number;
  readonly userTriggered: boolean;
  /** The first backup moves all data; later ones a small part. */
  readonly isFirst: boolean;
  /** Of a database; a full one where absent. */
  readonly backupType?: BackupType;
  /** Of a database: what is sent is compressed. */
  readonly compressed?: boolean;
  /** What the backup of a machine runs into. */
  readonly trouble?: BackupTrouble;
  /** What the backup of a database fails of. */
  readonly error?: BackupError;
  /** Shortens Azure milliseconds; past jobs took their full time. */
  readonly scaled: (azureMs: number) => number;
}

/** A machine's backup job; what it does to the item happens at the ends of its tasks. */
export function planBackup(random: Random, item: ProtectedItem, order: BackupOrder): Job {
  return item.workload === 'VM' ? planMachine(random, item, order) : planWorkload(random, item, order);
}

const seconds = 1000;
const minutes = 60 * seconds;

function planMachine(random: Random, item: ProtectedItem, order: BackupOrder): Job {
  const { trouble } = order;
  const error = trouble === undefined ? undefined : troubles[trouble];
  const fails = error !== undefined && trouble !== 'crashConsistent';
  const at = (azureMs: number): number => order.startAt + order.scaled(azureMs);
  // An Azure VM of one small disk takes some 10 minutes the first time; each further 128 GB adds a little.
  const snapshotEnd = 130 * seconds + random.next() * 50 * seconds;
  const firstTransfer = (6.5 + Math.min(4, item.sizeGb / 256)) * minutes;
  const transfer = order.isFirst ? firstTransfer : firstTransfer * (0.35 + random.next() * 0.2);
  const transferStart = snapshotEnd + 400;
  const tasks: PlannedTask[] = [
    { taskId: 'Take Snapshot', startAt: at(1300), endAt: at(snapshotEnd) },
    { taskId: 'Transfer data to vault', startAt: at(transferStart), endAt: at(transferStart + transfer) },
  ];
  const transferGb = order.isFirst ? item.sizeGb * 0.4 : Math.max(0.5, item.sizeGb * (0.01 + random.next() * 0.04));
  return {
    ...base(random, item, order),
    operation: 'Backup',
    tasks,
    // The snapshot fails near the end of its time; a success is settled some seconds after the last byte.
    endAt: fails ? at(snapshotEnd * 0.9) : at(transferStart + transfer + 25 * seconds),
    outcome: fails ? 'Failed' : error === undefined ? 'Completed' : 'CompletedWithWarnings',
    ...(error === undefined ? {} : { error }),
    transferGb,
    properties: {
      'VM Name': item.friendlyName,
      ...(order.userTriggered ? { 'Recovery Point Expiry Time in UTC': usDateTime(order.expiresAt) } : {}),
    },
    ...(fails ? {} : { resultProperties: { 'Backup Size': `${Math.round(transferGb * 1024)} MB` } }),
  };
}

function planWorkload(random: Random, item: ProtectedItem, order: BackupOrder): Job {
  return isDatabase(item) ? planDatabase(random, item, order) : planShare(random, item, order);
}

function planShare(random: Random, item: ProtectedItem, order: BackupOrder): Job {
  const endAt = order.startAt + order.scaled(25 * seconds);
  return {
    ...base(random, item, order),
    operation: 'Backup',
    tasks: [{ taskId: 'Take Snapshot', startAt: order.startAt, endAt }],
    endAt,
    outcome: 'Completed',
    properties: {
      'Data Transferred (in MB)': '0',
      'File Share Name': item.friendlyName,
      'Whether job is adhoc or scheduled.': order.userTriggered ? 'True' : 'False',
    },
  };
}

/** Share of a database that a backup of each type moves. */
const parts: Readonly<Record<BackupType, number>> = { Full: 1, CopyOnlyFull: 1, Differential: 0.2, Incremental: 0.1, Log: 0.02 };

function planDatabase(random: Random, item: ProtectedItem, order: BackupOrder): Job {
  const { backupType = 'Full', error } = order;
  const part = parts[backupType];
  const takes = error === undefined ? (0.5 + (1.5 + item.sizeGb / 100) * part) * minutes : 12 * seconds;
  const endAt = order.startAt + order.scaled(takes);
  const megabytes = item.sizeGb * 1024 * part * (0.05 + random.next() * 0.1) * (order.compressed === true ? 0.3 : 1);
  return {
    ...base(random, item, order),
    operation: 'Backup',
    backupType,
    tasks: [{ taskId: 'Transfer data to vault', startAt: order.startAt, endAt }],
    endAt,
    outcome: error === undefined ? 'Completed' : 'Failed',
    ...(error === undefined ? {} : { error }),
    properties: {},
    resultProperties: { 'Data Transferred (in MB)': error === undefined ? megabytes.toFixed(4) : '0' },
  };
}

function base(
  random: Random,
  item: ProtectedItem,
  order: BackupOrder,
): Omit<Job, 'operation' | 'tasks' | 'endAt' | 'outcome' | 'properties'> {
  return {
    id: random.guid(),
    activityId: random.guid(),
    workload: item.workload,
    friendlyName: item.friendlyName,
    ...hostOf(item),
    containerName: item.containerName.replace(/^IaasVMContainer;/i, ''),
    itemKey: itemKey(item.containerName, item.name),
    startAt: order.startAt,
    visibleAt: order.startAt,
    cancellable: item.workload !== 'AzureFileShare',
    userTriggered: item.workload === 'AzureFileShare' ? false : order.userTriggered,
  };
}

/** A share's job names the storage account where a database's names the host. */
export function hostOf(item: ProtectedItem): { hostName?: string } {
  const name = item.workload === 'AzureFileShare' ? item.parentName : item.hostName;
  return name === undefined ? {} : { hostName: name };
}
