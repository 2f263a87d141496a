/** Finding out whether a request that got no answer was taken: by the jobs that started since, and by the item's state. */
import { displayName } from '../../../core/displayText.ts';
import { isCancelled } from '../../../core/cancellation.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { OperationRecord } from '../../../core/operation.ts';
import type { ActionContext, Settlement } from '../../action.ts';
import { getJob, getProtectedItem, listJobs, listProtectableItems, listProtectedItems, type ReadOptions } from '../api.ts';
import type { Job, ProtectableItem, ProtectedItem } from '../model.ts';
import { jobTracking } from '../tracking.ts';
import { fitOf, isTold, namesakesAmong, ownerFacts, ownerOf, type Fit, type JobOwner, type Namesakes } from '../tracking/whoseJob.ts';
import { workloadOf } from '../workload.ts';
import { fact, orNone, readOptions } from '../../arm/asking.ts';

/** A job's start is on the service's clock, as `seenAt` is; seconds get lost in an HTTP date. */
const slackMs = 5_000;
const dayMs = 86_400_000;
/** More jobs of one name since the request are not looked into: they would not be told apart. */
const mostJobs = 10;

export interface JobSearch {
  /** The service's word for the job's operation; `Backup` also finds `Backup (Full)`. */
  readonly operation: string;
  /**
   * True where the item, as it is now, shows that the request took effect. Undefined: it shows nothing either way.
   * @param job the one that could have done it, where there is one
   */
  tookEffect(item: ProtectedItem | undefined, job?: Job): boolean | undefined;
}

/** What an operation on the item journals so that its job can be told from those of its namesakes. */
export function jobFacts(item: ProtectedItem | ProtectableItem): JsonObject {
  return workloadOf(item)?.key === 'sql' ? ownerFacts(item) : {};
}

/**
 * Follows the one job of this item and operation that started since the look before sending. Two such jobs, a job that
 * another item of this name could have made, or an effect without a job, are unclear: nothing is guessed.
 */
export async function settleByJobs(context: ActionContext, record: OperationRecord, search: JobSearch): Promise<Settlement> {
  const options = readOptions(context, record);
  const since = Date.parse(fact(record, 'seenAt')) - slackMs;
  const started = { fromMs: since, toMs: Math.max(since, context.now()) + dayMs };
  const owner: JobOwner = { ...ownerOf(record), operation: search.operation };
  const { items } = await listJobs(context.arm, record.target.containerId ?? '', { started }, options);
  const listed = items.filter((job) => Date.parse(job.startTime ?? '') >= since).map((job) => ({ job, fit: fitOf(job, owner) }));
  const jobs = await lookedInto(context, owner, listed, options);
  const name = displayName(record.target.name);
  const [found, ...others] = jobs;
  if (others.length > 0) {
    return {
      found: 'unclear',
      because: `${jobs.length} jobs "${search.operation}" of ${name} started since: which of them is this one cannot be told.`,
    };
  }
  if (found) {
    return (await isItsOwn(context, record, owner, found, search))
      ? {
          found: 'started',
          tracking: jobTracking(record.cloud, found.job.id, true),
          because: `The vault has a job "${found.job.operation ?? search.operation}" of ${name} that started at ${found.job.startTime ?? 'an unknown time'}.`,
        }
      : {
          found: 'unclear',
          because: `A job "${search.operation}" of a database called ${name} started since; the vault has more than one of that name, and the job does not tell whose it is.`,
        };
  }
  const effect = search.tookEffect(await itemOrNone(context, record));
  if (effect === true) {
    return { found: 'unclear', because: `${name} is as it was asked for, but the vault lists no job that made it so.` };
  }
  const state = effect === false ? ', and its state has not changed' : '';
  return { found: 'absent', because: `The vault has no job "${search.operation}" of ${name} that started since${state}.` };
}

interface Candidate {
  readonly job: Job;
  readonly fit: Fit;
}

/** Lists leave out where a job of a database runs: the job itself may tell. */
async function lookedInto(
  context: ActionContext,
  owner: JobOwner,
  listed: readonly Candidate[],
  options: ReadOptions,
): Promise<readonly Candidate[]> {
  const fitting = listed.filter(({ fit }) => fit !== 'other');
  const jobs = await Promise.all(
    fitting.map(async (one, index) => {
      if (one.fit !== 'untold' || index >= mostJobs) {
        return one;
      }
      try {
        const job = await getJob(context.arm, one.job.id, options);
        return { job, fit: fitOf(job, owner) };
      } catch (error) {
        if (isCancelled(error)) {
          throw error;
        }
        // What cannot be read tells nothing: it stays a job that could be the one.
        return one;
      }
    }),
  );
  return jobs.filter(({ fit }) => fit !== 'other');
}

/** True where nobody else can have made the only job that fits, or the item shows that it was made for it. */
async function isItsOwn(
  context: ActionContext,
  record: OperationRecord,
  owner: JobOwner,
  { job, fit }: Candidate,
  search: JobSearch,
): Promise<boolean> {
  if (!owner.database || isTold(fit, await namesakesOf(context, record, owner))) {
    return true;
  }
  return search.tookEffect(await itemOrNone(context, record), job) === true;
}

async function namesakesOf(context: ActionContext, record: OperationRecord, owner: JobOwner): Promise<Namesakes> {
  const vaultId = record.target.containerId ?? '';
  const options = readOptions(context, record);
  const [protectedOnes, protectable] = await Promise.all([
    listProtectedItems(context.arm, vaultId, { backupManagementType: 'AzureWorkload' }, options),
    // Of a new protection: one that is being made for a namesake is not among the protected items yet.
    owner.operation === 'ConfigureBackup'
      ? listProtectableItems(context.arm, vaultId, { ...options, types: ['AzureWorkload'] })
      : Promise.resolve({ items: [] }),
  ]);
  return namesakesAmong([...protectedOnes.items, ...protectable.items], owner);
}

function itemOrNone(context: ActionContext, record: OperationRecord): Promise<ProtectedItem | undefined> {
  return orNone(getProtectedItem(context.arm, fact(record, 'itemId'), readOptions(context, record)));
}
