import { idUpTo } from '../../../core/armId.ts';
import type { ErrorRecord } from '../../../core/errors.ts';
import type { OperationTask, TaskStatus } from '../../../core/operation.ts';
import { readErrorDetail } from './errorDetail.ts';
import { defined, fieldsOf, toText, type Fields } from '../../arm/fields.ts';
import { readRecord, type AzureRecord } from '../../arm/record.ts';

/** A backup job. Lists leave out what Azure calls extended info: tasks, percentage and property bag come with one job only. */
export interface Job extends AzureRecord {
  readonly vaultId?: string;
  /** `AzureIaaSVMJob`, `AzureWorkloadJob`, `AzureStorageJob`, `MabJob` ... */
  readonly jobType?: string;
  /** `Backup`, `Restore`, `ConfigureBackup` ...; it may change while the job runs (`Backup` to `Backup (Full)`). */
  readonly operation?: string;
  /** `InProgress`, `Completed`, `CompletedWithWarnings`, `Failed`, `Cancelling`, `Cancelled`. */
  readonly status?: string;
  /** ISO 8601, UTC. */
  readonly startTime?: string;
  /** Absent while it runs. */
  readonly endTime?: string;
  /** As Azure gave it: `PT1H7M12.9313244S` or `00:20:23.0896697`. */
  readonly duration?: string;
  /** `web-01`, `msdb [sql-01]`; the name where Azure gave none. */
  readonly entityFriendlyName: string;
  readonly backupManagementType?: string;
  readonly workloadType?: string;
  readonly containerName?: string;
  readonly isUserTriggered?: boolean;
  /** `Cancellable`, `Retriable`. Azure leaves `Cancellable` on jobs that have ended: ask `isCancellable`. */
  readonly actions: readonly string[];
  readonly tasks: readonly OperationTask[];
  /** 0 to 100 where Azure gave one; it reaches 100 before the job ends. */
  readonly percent?: number;
  /** ISO 8601 duration. */
  readonly remaining?: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly errors: readonly ErrorRecord[];
  /** Azure's sentence about a failure, beside `errors`. */
  readonly dynamicErrorMessage?: string;
}

/** Azure's numbers for what can be done to a job, as it answered until 2018. */
const actionNames = ['Invalid', 'Cancellable', 'Retriable'];

/** @throws BackupError `MalformedRecord` */
export function readJob(raw: unknown): Job {
  const { head, properties } = readRecord(raw, 'job');
  const extended = properties.object('extendedInfo');
  return defined<Job>({
    ...head,
    vaultId: idUpTo(head.id, 'vaults'),
    jobType: properties.text('jobType'),
    operation: properties.text('operation'),
    status: properties.text('status'),
    startTime: properties.moment('startTime'),
    endTime: properties.moment('endTime'),
    duration: properties.text('duration'),
    entityFriendlyName: properties.text('entityFriendlyName') ?? head.name,
    backupManagementType: properties.text('backupManagementType'),
    workloadType: properties.text('workloadType'),
    containerName: properties.text('containerName'),
    isUserTriggered: properties.flag('isUserTriggered'),
    actions: properties
      .list('actionsInfo')
      .flatMap((one) => (typeof one === 'number' ? (actionNames[one] ?? String(one)) : (toText(one) ?? []))),
    tasks: extended.list('tasksList').flatMap((one) => readTask(fieldsOf(one)) ?? []),
    percent: percentOf(extended),
    remaining: extended.text('estimatedRemainingDuration'),
    properties: readProperties(extended.object('propertyBag')),
    errors: properties.list('errorDetails').flatMap((one) => readErrorDetail(fieldsOf(one)) ?? []),
    dynamicErrorMessage: extended.text('dynamicErrorMessage'),
  });
}

const taskStatuses: Readonly<Record<string, TaskStatus>> = {
  notstarted: 'notStarted',
  inprogress: 'running',
  completed: 'succeeded',
  completedwithwarnings: 'succeeded',
  failed: 'failed',
  skipped: 'skipped',
  cancelled: 'cancelled',
  canceled: 'cancelled',
};

function readTask(fields: Fields): OperationTask | undefined {
  const name = fields.text('taskId', 'taskName');
  if (name === undefined) {
    return undefined;
  }
  return defined<OperationTask>({
    name,
    status: taskStatuses[fields.text('status')?.toLowerCase() ?? ''] ?? 'unknown',
    percent: percentOf(fields),
    detail: fields.text('taskExecutionDetails'),
    duration: fields.text('duration'),
  });
}

function percentOf(fields: Fields): number | undefined {
  const percent = fields.number('progressPercentage');
  return percent === undefined ? undefined : Math.min(100, Math.max(0, percent));
}

/** Keys lose the spaces that Azure leaves at their ends (`Recovery point time `). */
function readProperties(bag: Fields): Record<string, string> {
  return Object.fromEntries(
    Object.entries(bag.raw).flatMap(([key, value]) => {
      const text = typeof value === 'boolean' ? String(value) : toText(value);
      return text === undefined ? [] : [[key.trim(), text]];
    }),
  );
}
