/** What a job's answer means for the operation that waits for it. */
import type { ErrorRecord } from '../../../core/errors.ts';
import type { JobReference, OperationProgress, OperationStatus, OperationTask, TaskStatus } from '../../../core/operation.ts';
import type { Job } from '../model/job.ts';
import { errorWithRemedies } from '../errorKnowledge.ts';
import type { ErrorSubject } from '../sqlKnowledge.ts';
import { isCancellable, jobState, type JobState } from '../model/state.ts';
import { defined } from '../../arm/fields.ts';

export interface JobEnd {
  readonly status: Extract<OperationStatus, 'succeeded' | 'succeededWithWarnings' | 'failed' | 'cancelled'>;
  readonly error?: ErrorRecord;
  readonly warnings?: readonly ErrorRecord[];
}

/** Undefined while the job runs; a status that we do not know is no end. */
export function endOf(job: Job): JobEnd | undefined {
  const [first, ...others] = job.errors.map((error) =>
    errorWithRemedies(withDynamicMessage(error, job.dynamicErrorMessage), subjectOf(job)),
  );
  switch (jobState(job)) {
    case 'succeeded':
      return { status: 'succeeded' };
    case 'succeededWithWarnings':
      return {
        status: 'succeededWithWarnings',
        warnings: first ? [first, ...others] : [said(job, 'CompletedWithWarnings', 'ended with warnings')],
      };
    case 'failed':
      return { status: 'failed', error: first ?? said(job, 'JobFailed', 'failed'), ...(others.length > 0 ? { warnings: others } : {}) };
    case 'cancelled':
      return { status: 'cancelled', ...(first ? { warnings: [first, ...others] } : {}) };
    case 'running':
    case 'cancelling':
    case 'unknown':
      return undefined;
  }
}

/**
 * The database of a job that calls itself `msdb [sql-01]` or, in older answers, `MSSQLSERVER/msdb [sql-01]`. Only backups
 * and restores name their host: of any other job `Sales [old]` is the database's own name.
 */
function subjectOf(job: Job): ErrorSubject {
  if (job.workloadType?.toLowerCase() !== 'sqldatabase') {
    return {};
  }
  const namesHost = /backup|restore/i.test(job.operation ?? '') && !/^(configure|disable|delete)/i.test(job.operation ?? '');
  const name = namesHost ? job.entityFriendlyName.replace(/ \[[^\]]*\]$/, '') : job.entityFriendlyName;
  return { database: name, backupType: /\((.*)\)$/.exec(job.operation ?? '')?.[1] ?? '' };
}

/** Azure puts the one sentence that explains a failure sometimes beside its errors. */
function withDynamicMessage(error: ErrorRecord, dynamic: string | undefined): ErrorRecord {
  return dynamic === undefined || error.message.includes(dynamic) ? error : { ...error, message: `${error.message} ${dynamic}` };
}

function said(job: Job, code: string, what: string): ErrorRecord {
  return { code, message: job.dynamicErrorMessage ?? `The job ${job.operation ?? job.name} ${what}; Azure gave no details.` };
}

export function progressOf(job: Job): OperationProgress {
  return defined<OperationProgress>({
    // As Azure says it, 100 while it still runs included.
    percent: job.percent,
    message: messageOf(job),
    tasks: job.tasks.length > 0 ? job.tasks : undefined,
    remaining: job.remaining,
    properties: Object.keys(job.properties).length > 0 ? job.properties : undefined,
  });
}

function messageOf(job: Job): string | undefined {
  switch (jobState(job)) {
    case 'running': {
      const task = job.tasks.find(({ status }) => status === 'running')?.name ?? `${job.operation ?? 'The job'} is running`;
      return snapshotTaken(job) ? `Snapshot taken, its recovery point can be used already. ${task}` : task;
    }
    case 'cancelling':
      return 'Cancelling';
    case 'unknown':
      return `Azure says "${job.status ?? 'nothing'}", which this version does not know`;
    default:
      return undefined;
  }
}

/** Restoring needs no more than the snapshot: hours of transfer to the vault do not have to be waited for. */
function snapshotTaken(job: Job): boolean {
  return /^backup\b/i.test(job.operation ?? '') && job.tasks.some(({ name, status }) => /snapshot/i.test(name) && status === 'succeeded');
}

export function referenceOf(job: Job): JobReference {
  return defined<JobReference>({ id: job.id, name: job.name, operation: job.operation, cancellable: isCancellable(job) });
}

const taskStatuses: Readonly<Record<JobState, TaskStatus>> = {
  running: 'running',
  cancelling: 'running',
  succeeded: 'succeeded',
  succeededWithWarnings: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
  unknown: 'unknown',
};

/** A whole job as one of several of an operation: `Backup (Full) of msdb [sql-01]`. */
export function taskOf(job: Job): OperationTask {
  const says = [messageOf(job), ...Object.entries(job.properties).map(([name, value]) => `${name}: ${value}`)];
  return defined<OperationTask>({
    name: `${job.operation ?? 'Job'} of ${job.entityFriendlyName}`,
    status: taskStatuses[jobState(job)],
    percent: job.percent,
    detail: says.filter(Boolean).join(' · ') || undefined,
    duration: job.duration,
  });
}
