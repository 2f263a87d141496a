import { BackupError } from '../../../core/errors.ts';
import { displayName } from '../../../core/displayText.ts';
import type { OperationRecord } from '../../../core/operation.ts';
import { itemStates, kinds, targetKinds, workloads } from '../../tokens.ts';
import type { Action, ActionContext, ReadBack } from '../../action.ts';
import { listRecoveryPoints } from '../api.ts';
import type { ProtectedItem, RecoveryPoint } from '../model.ts';
import { backUpDatabase as backupRequest } from '../requests.ts';
import { trackerNames } from '../tracking.ts';
import { backupTypeOf, backupTypes, expiryFor, proposedExpiry, refuseKeeping } from './databaseBackups.ts';
import { compressionChoices, typeChoices } from './databaseQuestions.ts';
import { refuseWhereNotProtected } from './backUpNow.ts';
import { fact, readAgain, readOptions, statusOf } from '../../arm/asking.ts';
import { describeItem, freshItem } from './looking.ts';
import { policyNameOf } from './policyChoices.ts';
import { jobFacts, settleByJobs } from './settling.ts';

export const backUpDatabase: Action<ProtectedItem> = {
  does: 'send',
  id: 'backUpDatabase',
  title: 'Back Up Now',
  summary:
    'Backs up protected SQL databases now: fully, copy-only, differentially, or their log. Asks until when a full backup is kept, and whether it is compressed.',
  nothing: 'This vault has no protected SQL database that could be backed up now.',
  system: 'recoveryServices',
  targetKind: targetKinds.protectedItem,
  when: { all: [kinds.protectedItem, workloads.sql], none: [itemStates.stopped, itemStates.softDeleted, itemStates.suspended] },
  many: true,
  inlineIcon: 'cloud-upload',
  group: '2_backup@1',
  assurance: 'none',
  questions: [
    {
      type: 'pick',
      id: 'backupType',
      title: 'Backup Type',
      placeholder: 'How much of the database, and what it builds on',
      load: typeChoices,
      empty: 'There is nothing to back up.',
    },
    {
      type: 'date',
      id: 'expiry',
      title: 'Keep the recovery point until',
      asked: (_targets, answers) => backupTypes.some(({ value, keep }) => value === answers['backupType'] && keep !== undefined),
      propose: (nowMs, _targets, answers) => proposedExpiry(answers['backupType'], nowMs),
      refuse: (chosenMs, nowMs, _targets, answers) => refuseKeeping(answers['backupType'], chosenMs, nowMs),
    },
    {
      type: 'pick',
      id: 'compression',
      title: 'Compression',
      placeholder: 'Whether SQL Server compresses the backup',
      load: compressionChoices,
      empty: 'There is nothing to choose.',
    },
  ],
  tracker: trackerNames.job,

  describe: ({ model }) => describeItem(model),

  async build(context, target, answers) {
    const attempted = `back up ${displayName(target.model.friendlyName)}`;
    const { value: type, keep } = backupTypeOf(answers['backupType'], attempted);
    const compress = compressionOf(answers['compression'], attempted);
    const expiry = keep && expiryFor(type, chosenMoment(type, answers['expiry'], context.now(), attempted), context.now());
    const { item, seenAt } = await freshItem(context, target, attempted);
    refuseWhereNotProtected(item, attempted);
    return {
      request: await backupRequest(context.arm.environment, item, { type, compress, ...(expiry ? { expiry } : {}) }),
      intent: {
        ...jobFacts(item),
        itemId: target.id,
        backupType: type,
        seenAt,
        jobOperation: 'Backup',
        ...(expiry ? { expiry: expiry.toISOString() } : {}),
        ...(item.policyId === undefined ? {} : { policyId: item.policyId }),
      },
    };
  },

  readBack: readPointBack,

  settle: (context, record) =>
    settleByJobs(context, record, {
      operation: 'Backup',
      // A database says when its last backup began: the moment at which that backup's job did.
      tookEffect: (item, job) => (job !== undefined && sameMoment(item?.lastBackupTime, job.startTime) ? true : undefined),
    }),
};

function chosenMoment(type: string, answer: string | undefined, nowMs: number, attempted: string): number {
  const ms = Date.parse(answer ?? '');
  const because = Number.isNaN(ms) ? `"${answer ?? ''}" is not a moment that can be read.` : refuseKeeping(type, ms, nowMs);
  if (because !== undefined) {
    throw new BackupError(`The expiry cannot be taken: ${because}`, {
      code: 'ExpiryRefused',
      attempted,
      remedies: ['Choose another day, written as 2027-01-31.'],
    });
  }
  return ms;
}

function compressionOf(answer: string | undefined, attempted: string): boolean {
  if (answer !== 'yes' && answer !== 'no') {
    throw new BackupError('Whether the backup is compressed was not chosen.', {
      code: 'AnswerMissing',
      attempted,
      remedies: ['Choose yes or no.'],
    });
  }
  return answer === 'yes';
}

function sameMoment(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && Date.parse(a) === Date.parse(b);
}

/** A full or differential backup is a recovery point of its own; a log backup makes the range longer that can be restored to. */
async function readPointBack(context: ActionContext, record: OperationRecord): Promise<ReadBack> {
  const name = displayName(record.target.name);
  const type = backupTypeOf(fact(record, 'backupType'), 'read the recovery points');
  const since = Date.parse(fact(record, 'seenAt'));
  let points: readonly RecoveryPoint[];
  try {
    // As Azure CLI was recorded to ask for the logs: whether a list of everything has their ranges too is not on record.
    const filter = type.value === 'Log' ? { restorePointQueryType: 'Log' } : undefined;
    points = (await readAgain(context, () => listRecoveryPoints(context.arm, fact(record, 'itemId'), filter, readOptions(context, record))))
      .items;
  } catch (error) {
    if (statusOf(error) === 404) {
      return { reading: 'different', sentence: `${name} is not in the vault any more, so it has no recovery point.` };
    }
    throw error;
  }
  const moments =
    type.value === 'Log'
      ? points.flatMap(({ timeRanges }) => timeRanges.map(({ end }) => ({ time: end, expiryTime: undefined })))
      : points.filter((point) => isOfType(point, type.value)).map(({ time, expiryTime }) => ({ time, expiryTime }));
  const [newest] = moments
    .filter(({ time }) => time !== undefined && Date.parse(time) >= since)
    .toSorted((a, b) => Date.parse(b.time ?? '') - Date.parse(a.time ?? ''));
  if (type.value === 'Log' && moments.length === 0) {
    return { reading: 'unclear', sentence: `The job of ${name} has ended; how far its logs reach, the vault does not say yet.` };
  }
  if (newest?.time === undefined) {
    const missing =
      type.value === 'Log' ? 'its logs do not reach beyond the moment' : `it has no ${type.word} recovery point from after the moment`;
    return { reading: 'different', sentence: `The job of ${name} has ended, but ${missing} at which it was started. Refresh in a minute.` };
  }
  const at = `${newest.time.slice(0, 16).replace('T', ' ')} UTC`;
  const { policyId, expiry } = record.intent;
  const policy = typeof policyId === 'string' ? `the policy ${policyNameOf(policyId)}` : 'its policy';
  if (type.value === 'Log') {
    return { reading: 'asAsked', sentence: `The logs of ${name} reach to ${at}; how long they are kept is up to ${policy}.` };
  }
  const until = newest.expiryTime ?? (typeof expiry === 'string' ? expiry : undefined);
  const kept = type.keep && until ? `kept until ${until.slice(0, 10)}` : `kept by ${policy}`;
  return { reading: 'asAsked', sentence: `${name} has a ${type.word} recovery point of ${at}, ${kept}.` };
}

/** A copy-only full backup's recovery point calls itself a full one. */
function isOfType({ recoveryPointType }: RecoveryPoint, type: string): boolean {
  const said = recoveryPointType?.toLowerCase();
  return said === type.toLowerCase() || (type === 'CopyOnlyFull' && said === 'full');
}
