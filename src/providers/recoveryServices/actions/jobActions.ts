import { displayName, spelled } from '../../../core/displayText.ts';
import type { OperationRecord } from '../../../core/operation.ts';
import { jobStates, kinds, targetKinds } from '../../tokens.ts';
import type { Action, ActionContext, ActionTarget, FollowAction, ReadBack } from '../../action.ts';
import { getJob } from '../api.ts';
import { armPath } from '../../arm/armUrl.ts';
import { isCancellable, jobState, type Job } from '../model.ts';
import { cancelJob as cancelRequest } from '../requests.ts';
import { BackupError } from '../../../core/errors.ts';
import { trackingOfUrl } from '../../arm/armOperation.ts';
import { trackerNames, jobTracking } from '../tracking.ts';
import { fact, readOptions } from '../../arm/asking.ts';
import { vaultMembers } from './looking.ts';

/** `Backup of vm-01`. */
function jobTitle(job: Job): string {
  return `${spelled(job.operation ?? 'Job')} of ${displayName(job.entityFriendlyName)}`;
}

const describe = ({ id, model }: ActionTarget<Job>): OperationRecord['target'] => ({
  id,
  name: jobTitle(model),
  kind: 'job',
  ...vaultMembers(model.vaultId),
});

export const cancelJob: Action<Job> = {
  does: 'send',
  id: 'cancelJob',
  title: 'Cancel Job',
  summary: 'Asks Azure to cancel a running job, where Azure allows it.',
  nothing: 'No job that runs in this vault can be cancelled now.',
  system: 'recoveryServices',
  targetKind: targetKinds.job,
  when: { all: [kinds.job, jobStates.running, jobStates.cancellable] },
  many: true,
  inlineIcon: 'debug-stop',
  group: '1_job@2',
  assurance: 'confirm',
  decline: 'Let It Run',
  consequences: () =>
    Promise.resolve([
      'Azure ends the job as soon as it can; what it has done so far is given up.',
      'Protection itself stays as it is: the next scheduled run comes.',
    ]),
  questions: [],
  tracker: trackerNames.armOperation,
  describe,

  async build(context, target) {
    const job = await getJob(context.arm, target.id, readOptions(context, target));
    if (!isCancellable(job)) {
      const state = jobState(job);
      const because = state === 'running' ? 'Azure does not allow it for this job now' : `its status is ${job.status ?? 'unknown'}`;
      throw new BackupError(`${jobTitle(job)} cannot be cancelled: ${because}.`, {
        code: 'NotCancellable',
        attempted: 'cancel the job',
        resource: target.id,
        remedies: [state === 'running' ? 'Try again in a minute.' : 'Refresh the jobs.'],
      });
    }
    return { request: await cancelRequest(context.arm.environment, job), intent: { jobId: target.id } };
  },

  readBack: readJobBack,

  async settle(context, record) {
    const id = fact(record, 'jobId');
    const job = await getJob(context.arm, id, readOptions(context, record));
    const state = jobState(job);
    if (state === 'cancelled' || state === 'cancelling') {
      // Asked once more, the job answers, and that is all that there is to wait for.
      return {
        found: 'started',
        tracking: trackingOfUrl(record.cloud, record.cloud + armPath(id)),
        because: `The job's status is ${job.status ?? ''}.`,
      };
    }
    return state === 'running' || state === 'unknown'
      ? { found: 'absent', because: `The job runs on, with the status ${job.status ?? 'unknown'}.` }
      : { found: 'absent', because: `The job had ended before it could be cancelled: ${job.status ?? ''}.` };
  },
};

export const followJob: FollowAction<Job> = {
  does: 'follow',
  id: 'followJob',
  title: 'Follow Job',
  summary: 'Shows a running job that was started elsewhere in the Jobs panel, live.',
  nothing: 'No job runs in this vault now.',
  system: 'recoveryServices',
  targetKind: targetKinds.job,
  when: { all: [kinds.job, jobStates.running] },
  many: false,
  inlineIcon: 'eye',
  group: '1_job@1',
  tracker: trackerNames.job,

  follow(target, cloud) {
    const { id, model } = target;
    return {
      title: spelled(model.operation ?? 'Job'),
      target: { ...describe(target), name: model.entityFriendlyName },
      job: {
        id,
        name: model.name,
        cancellable: isCancellable(model),
        ...(model.operation === undefined ? {} : { operation: model.operation }),
      },
      tracking: jobTracking(cloud, id),
    };
  },
};

/** The request only asked: whether the job obeyed is for the job to say. */
async function readJobBack(context: ActionContext, record: OperationRecord): Promise<ReadBack> {
  const job = await getJob(context.arm, fact(record, 'jobId'), readOptions(context, record));
  switch (jobState(job)) {
    case 'cancelled':
      return { reading: 'asAsked', sentence: `${jobTitle(job)} is cancelled.` };
    case 'cancelling':
      return { reading: 'asAsked', sentence: `${jobTitle(job)} is being cancelled; it ends as soon as Azure can end it.` };
    case 'running':
    case 'unknown':
      return { reading: 'different', sentence: `Azure took the wish to cancel ${jobTitle(job)}, but the job still runs.` };
    case 'succeeded':
    case 'succeededWithWarnings':
    case 'failed':
      return { reading: 'different', sentence: `${jobTitle(job)} had ended before it could be cancelled: ${job.status ?? ''}.` };
  }
}
