import { BackupError } from '../../../core/errors.ts';
import { displayName } from '../../../core/displayText.ts';
import type { OperationRecord } from '../../../core/operation.ts';
import { itemStates, kinds, targetKinds, workloads } from '../../tokens.ts';
import type { Action, ActionContext, ReadBack } from '../../action.ts';
import { listRecoveryPoints } from '../api.ts';
import type { ProtectedItem } from '../model.ts';
import { backupNow } from '../requests.ts';
import { trackerNames } from '../tracking.ts';
import { fact, readAgain, readOptions, statusOf } from '../../arm/asking.ts';
import { describeItem, freshItem, isStopped, refuse } from './looking.ts';
import { settleByJobs } from './settling.ts';

const dayMs = 86_400_000;
const defaultDays = 30;
/** Azure Backup keeps nothing for longer than this. */
const mostYears = 99;

export const backUpNow: Action<ProtectedItem> = {
  does: 'send',
  id: 'backUpNow',
  title: 'Back Up Now',
  summary: 'Backs up protected VMs now; asks until when the recovery point is kept (30 days by default).',
  nothing: 'This vault has no protected VM that could be backed up now.',
  system: 'recoveryServices',
  targetKind: targetKinds.protectedItem,
  when: { all: [kinds.protectedItem, workloads.vm], none: [itemStates.stopped, itemStates.softDeleted, itemStates.suspended] },
  many: true,
  inlineIcon: 'cloud-upload',
  group: '2_backup@1',
  assurance: 'none',
  questions: [
    {
      type: 'date',
      id: 'expiry',
      title: 'Keep the recovery point until',
      propose: (nowMs) => nowMs + defaultDays * dayMs,
      refuse: refuseExpiry,
    },
  ],
  tracker: trackerNames.job,

  describe: ({ model }) => describeItem(model),

  async build(context, target, answers) {
    const attempted = `back up ${displayName(target.model.friendlyName)}`;
    const expiry = expiryOf(answers['expiry'], context.now(), attempted);
    const { item, seenAt } = await freshItem(context, target, attempted);
    refuseWhereNotProtected(item, attempted);
    return {
      request: await backupNow(context.arm.environment, item, expiry),
      intent: { itemId: target.id, expiry: expiry.toISOString(), seenAt, jobOperation: 'Backup' },
    };
  },

  readBack: readNewestPoint,

  settle: (context, record) => settleByJobs(context, record, { operation: 'Backup', tookEffect: () => undefined }),
};

/** @throws BackupError `StateChanged` for what is not backed up any more */
export function refuseWhereNotProtected(item: ProtectedItem, attempted: string): void {
  if (item.isScheduledForDeferredDelete) {
    throw refuse(item, 'is deleted and only kept by soft delete', 'Undelete it and resume its protection first.', attempted);
  }
  if (isStopped(item)) {
    throw refuse(item, 'is not protected any more: its protection is stopped', 'Resume its protection first.', attempted);
  }
}

/** A sentence where Azure would not take the expiry, else undefined. */
export function refuseExpiry(chosenMs: number, nowMs: number): string | undefined {
  if (chosenMs <= nowMs) {
    return 'That moment has passed. The recovery point must be kept until a moment to come.';
  }
  const last = new Date(nowMs);
  last.setUTCFullYear(last.getUTCFullYear() + mostYears);
  return chosenMs > last.getTime()
    ? `Azure keeps a recovery point for at most ${mostYears} years: until ${last.toISOString().slice(0, 10)}.`
    : undefined;
}

function expiryOf(answer: string | undefined, nowMs: number, attempted: string): Date {
  const ms = Date.parse(answer ?? '');
  const because = Number.isNaN(ms) ? `"${answer ?? ''}" is not a moment that can be read.` : refuseExpiry(ms, nowMs);
  if (because !== undefined) {
    throw new BackupError(`The expiry cannot be taken: ${because}`, {
      code: 'ExpiryRefused',
      attempted,
      remedies: ['Choose a day to come, within 99 years, written as 2027-01-31.'],
    });
  }
  return new Date(ms);
}

/** A recovery point's time is that of its snapshot, which is taken after the request. */
async function readNewestPoint(context: ActionContext, record: OperationRecord): Promise<ReadBack> {
  const name = displayName(record.target.name);
  const since = Date.parse(fact(record, 'seenAt'));
  let points;
  try {
    points = await readAgain(context, () =>
      listRecoveryPoints(context.arm, fact(record, 'itemId'), undefined, readOptions(context, record)),
    );
  } catch (error) {
    if (statusOf(error) === 404) {
      return { reading: 'different', sentence: `${name} is not in the vault any more, so it has no recovery point.` };
    }
    throw error;
  }
  const fresh = points.items.filter((point) => point.time !== undefined && Date.parse(point.time) >= since);
  const [newest] = fresh.toSorted((a, b) => (b.time ?? '').localeCompare(a.time ?? ''));
  return newest?.time === undefined
    ? {
        reading: 'different',
        sentence: `The job has ended, but ${name} has no recovery point from after it was started. Refresh in a minute.`,
      }
    : {
        reading: 'asAsked',
        sentence: `${name} has a recovery point of ${newest.time.slice(0, 16).replace('T', ' ')} UTC, kept until ${(newest.expiryTime ?? fact(record, 'expiry')).slice(0, 10)}.`,
      };
}
