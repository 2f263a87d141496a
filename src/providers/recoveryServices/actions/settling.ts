/** Finding out whether a request that got no answer was taken: by the jobs that started since, and by the item's state. */
import { displayName } from '../../../core/displayText.ts';
import type { OperationRecord } from '../../../core/operation.ts';
import type { ActionContext, Settlement } from '../../action.ts';
import { getProtectedItem, listJobs } from '../api.ts';
import type { Job, ProtectedItem } from '../model.ts';
import { jobTracking } from '../tracking.ts';
import { fact, readOptions, statusOf } from './looking.ts';

/** A job's start is on the service's clock, as `seenAt` is; seconds get lost in an HTTP date. */
const slackMs = 5_000;
const dayMs = 86_400_000;

export interface JobSearch {
  /** The service's word for the job's operation; `Backup` also finds `Backup (Full)`. */
  readonly operation: string;
  /** True where the item, as it is now, shows that the request took effect. Undefined: it shows nothing either way. */
  tookEffect(item: ProtectedItem | undefined): boolean | undefined;
}

/**
 * Follows the one job of this item and operation that started since the look before sending. Two such jobs, or an
 * effect without a job, are unclear: nothing is guessed.
 */
export async function settleByJobs(context: ActionContext, record: OperationRecord, search: JobSearch): Promise<Settlement> {
  const vaultId = record.target.containerId ?? '';
  const options = readOptions(context, record);
  const since = Date.parse(fact(record, 'seenAt')) - slackMs;
  const started = { fromMs: since, toMs: Math.max(since, context.now()) + dayMs };
  const { items } = await listJobs(context.arm, vaultId, { started }, options);
  const jobs = items.filter((job) => isOf(job, record, search.operation) && Date.parse(job.startTime ?? '') >= since);
  const name = displayName(record.target.name);
  const [job, ...others] = jobs;
  if (job && others.length === 0) {
    return {
      found: 'started',
      tracking: jobTracking(record.cloud, job.id, true),
      because: `The vault has a job "${job.operation ?? search.operation}" of ${name} that started at ${job.startTime ?? 'an unknown time'}.`,
    };
  }
  if (job) {
    return {
      found: 'unclear',
      because: `${jobs.length} jobs "${search.operation}" of ${name} started since: which of them is this one cannot be told.`,
    };
  }
  const effect = search.tookEffect(await itemOrNone(context, record));
  if (effect === true) {
    return { found: 'unclear', because: `${name} is as it was asked for, but the vault lists no job that made it so.` };
  }
  const state = effect === false ? ', and its state has not changed' : '';
  return { found: 'absent', because: `The vault has no job "${search.operation}" of ${name} that started since${state}.` };
}

async function itemOrNone(context: ActionContext, record: OperationRecord): Promise<ProtectedItem | undefined> {
  try {
    return await getProtectedItem(context.arm, fact(record, 'itemId'), readOptions(context, record));
  } catch (error) {
    if (statusOf(error) === 404) {
      return undefined;
    }
    throw error;
  }
}

function isOf(job: Job, record: OperationRecord, operation: string): boolean {
  const said = job.operation?.toLowerCase() ?? '';
  const wanted = operation.toLowerCase();
  const sameOperation = said === wanted || said.startsWith(`${wanted} (`);
  // Jobs name the VM; only newer ones also name the container, which tells namesakes of two groups apart.
  const sameName = job.entityFriendlyName.toLowerCase() === record.target.name.toLowerCase();
  const sameContainer =
    job.containerName === undefined || fact(record, 'itemId').toLowerCase().includes(`${job.containerName.toLowerCase()}/`);
  return sameOperation && sameName && sameContainer;
}
