/** What came of a backup or a restore: read back at its end, or looked for where no answer came. */
import { lastSegment } from '../../core/armId.ts';
import { displayName } from '../../core/displayText.ts';
import { BackupError } from '../../core/errors.ts';
import type { OperationRecord } from '../../core/operation.ts';
import type { ActionContext, ReadBack, Settlement } from '../action.ts';
import { fact, readAgain, readOptions, statusOf } from '../arm/asking.ts';
import { pacing } from '../arm/pacing.ts';
import { findBackup, getService } from './api.ts';
import { expiryMs, isAtRest, type ApiBackup } from './model.ts';
import { placeOf, type BackupPlace } from './place.ts';
import { trackingOfService } from './tracking.ts';

/** The blob is there, and was made since it was asked for. */
export async function readBackupBack(context: ActionContext, record: OperationRecord): Promise<ReadBack> {
  const { place, name } = blobOf(record);
  const where = `${displayName(place.account)}/${displayName(place.container)}`;
  const found = await lookFor(context, record);
  if ('because' in found) {
    return {
      reading: 'unclear',
      sentence: `API Management says that the backup ${displayName(name)} is in ${where}. It could not be looked at: ${found.because}`,
    };
  }
  if (found.backup === undefined) {
    return {
      reading: 'different',
      sentence: `API Management says that it has made the backup, but there is no ${displayName(name)} in ${where}.`,
    };
  }
  if (!isOurs(found.backup, record)) {
    return { reading: 'different', sentence: `There is a ${displayName(name)} in ${where}, but it is older than this backup.` };
  }
  const until = new Date(expiryMs(found.backup.madeAt));
  const kept = Number.isNaN(until.getTime()) ? 'for 30 days' : `until ${until.toISOString().slice(0, 10)}`;
  return { reading: 'asAsked', sentence: `The backup ${displayName(name)} is in ${where}. It can be restored ${kept}.` };
}

/** Whether the contents are those of the backup, Azure does not tell: the service is there and at rest. */
export async function readRestoreBack(context: ActionContext, record: OperationRecord): Promise<ReadBack> {
  const id = fact(record, 'serviceId');
  const name = displayName(lastSegment(id));
  if (record.isInferred === true) {
    return {
      reading: 'different',
      sentence: `What ran on ${name} has ended. Azure tells neither whether it was this restore nor how it went: look at its APIs.`,
    };
  }
  try {
    const service = await readAgain(context, () => getService(context.arm, id, readOptions(context, record)));
    return isAtRest(service)
      ? {
          reading: 'asAsked',
          sentence: `${name} holds what was in the backup ${displayName(blobOf(record).name)}. Look at its APIs before you let people in.`,
        }
      : {
          reading: 'unclear',
          sentence: `The restore has ended, and Azure says that ${name} is ${service.provisioningState?.toLowerCase()}.`,
        };
  } catch (error) {
    if (statusOf(error) === 404) {
      return { reading: 'different', sentence: `${name} is not there any more: it was deleted meanwhile.` };
    }
    throw error;
  }
}

/** Before it was sent, the service was at rest, and where it could be looked for, no blob had the name. */
export async function settleBackup(context: ActionContext, record: OperationRecord): Promise<Settlement> {
  const busy = await settleByState(context, record);
  if (busy) {
    return busy;
  }
  const name = displayName(blobOf(record).name);
  const found = await lookFor(context, record);
  if ('because' in found) {
    return { found: 'unclear', because: `The service is at rest, and whether there is a ${name} could not be looked at: ${found.because}` };
  }
  if (found.backup === undefined) {
    // The blob may come at the end only: its absence proves nothing.
    return { found: 'unclear', because: `The service is at rest, and there is no ${name} (yet).` };
  }
  return isOurs(found.backup, record)
    ? { found: 'started', tracking: trackingOfService(record.cloud, fact(record, 'serviceId')), because: `There is a ${name}.` }
    : { found: 'unclear', because: `There is a ${name}, but it was there before.` };
}

/** A restore that has ended leaves nothing that tells. */
export async function settleRestore(context: ActionContext, record: OperationRecord): Promise<Settlement> {
  const name = displayName(lastSegment(fact(record, 'serviceId')));
  return (
    (await settleByState(context, record)) ?? {
      found: 'unclear',
      because: `${name} is at rest: either nothing was started, or it has ended already. Look at its APIs.`,
    }
  );
}

async function settleByState(context: ActionContext, record: OperationRecord): Promise<Settlement | undefined> {
  const id = fact(record, 'serviceId');
  const service = await getService(context.arm, id, readOptions(context, record));
  return isAtRest(service)
    ? undefined
    : {
        found: 'started',
        tracking: trackingOfService(record.cloud, id),
        because: `${displayName(service.name)} is ${service.provisioningState?.toLowerCase()}, and was at rest before.`,
      };
}

async function lookFor(
  context: ActionContext,
  record: OperationRecord,
): Promise<{ readonly backup: ApiBackup | undefined } | { readonly because: string }> {
  const { place, name } = blobOf(record);
  try {
    return { backup: await findBackup(context.arm, fact(record, 'serviceId'), place, name, readOptions(context, record)) };
  } catch (error) {
    if (!(error instanceof BackupError)) {
      throw error;
    }
    return { because: error.message };
  }
}

/** What was seen to be absent before counts as made since; else its time decides. */
function isOurs({ madeAt }: ApiBackup, record: OperationRecord): boolean {
  return (
    record.intent['nameWasFree'] === true ||
    (madeAt !== undefined && Date.parse(madeAt) >= Date.parse(fact(record, 'seenAt')) - pacing.skewMs)
  );
}

function blobOf(record: OperationRecord): { readonly place: BackupPlace; readonly name: string } {
  const place = placeOf(record.intent) ?? { account: fact(record, 'account'), container: fact(record, 'container') };
  return { place, name: fact(record, 'backupName') };
}
