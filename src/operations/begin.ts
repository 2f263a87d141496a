/**
 * Goes on with a planned operation that outlives its window: waits for its turn, then sends what is to be sent next, once.
 * What it does stands on disk before it is done, so that another window finds out where this one was.
 */
import { BackupError, toErrorRecord } from '../core/errors.ts';
import { displayName } from '../core/displayText.ts';
import type { OperationRecord } from '../core/operation.ts';
import { mayPass, troubled } from './asking.ts';
import { isoTime } from './clock.ts';
import type { EngineContext } from './context.ts';
import { isQueued, mayBegin, phaseOf } from './phase.ts';
import { notSent, send, waitForLimit } from './sender.ts';
import { foundBy } from './settle.ts';
import type { Entry } from './store.ts';
import type { Found } from './types.ts';

/** While another window decides; it takes it some file operations. */
const busyMs = 1_000;
/** The end of the one before is told at once; this is for what is not told. */
const waitMs = 30_000;
/** What was looked at so long ago is looked at again before anything is sent. */
const freshMs = 15_000;
/** Of a batch nothing goes before that changes what it is about: many looks would use up what the service allows. */
const queuedFreshMs = 15 * 60_000;

/** One round. Schedules the next where it waits. */
export async function begin(context: EngineContext, entry: Entry): Promise<void> {
  if (!context.client(entry) || !mayBegin(entry)) {
    return;
  }
  try {
    if (isQueued(entry.record) && !(await itsTurn(context, entry))) {
      return;
    }
    if (mayBegin(entry) && (await isHeldBack(context, entry))) {
      return;
    }
    if (mayBegin(entry) && (await isToBeSent(context, entry))) {
      const { request } = phaseOf(entry.record);
      await (request ? send(context, entry, request) : notSent(context, entry, new Error('its request is missing.')));
    }
  } catch (error) {
    if (entry.record.status === 'sending') {
      throw error;
    }
    if (!mayBegin(entry)) {
      // Cancelled, removed or taken over: what was under way for it was broken off.
      return;
    }
    const record = toErrorRecord(error);
    // On disk it waits, and a window to come would send it: so it waits here too until it can be written down.
    const waits = mayPass(record) || record.code === 'JournalUnwritable';
    await (waits ? troubled(context, entry, error) : notSent(context, entry, error));
  }
}

async function itsTurn(context: EngineContext, entry: Entry): Promise<boolean> {
  const turn = await context.lanes.take(entry);
  switch (turn.is) {
    case 'come':
      return true;
    case 'unsaved':
      throw new BackupError(turn.error.message, { ...turn.error });
    case 'busy':
      context.schedule(entry, busyMs);
      return false;
    case 'later': {
      const message = queuedFor(turn.ahead);
      const { lane, progress } = entry.record;
      if (mayBegin(entry) && lane && (progress.message !== message || lane.waitsSince === undefined)) {
        const waitsSince = lane.waitsSince ?? isoTime(context.clock.now());
        await context.store.update(entry, { lane: { ...lane, waitsSince }, progress: { message } });
      }
      context.schedule(entry, waitMs);
      return false;
    }
  }
}

/** One of a batch goes on waiting where all of its kind is refused for now: it can be taken back, and keeps nobody from asking. */
async function isHeldBack(context: EngineContext, entry: Entry): Promise<boolean> {
  const { record } = entry;
  const { request } = phaseOf(record);
  const error =
    record.batch?.isQueued && request ? context.client(entry)?.heldBack?.(request, { resource: record.target.name }) : undefined;
  if (error) {
    await waitForLimit(context, entry, error);
  }
  return error !== undefined;
}

/** `Queued: waits for Create Restore Point of vm-01, and 2 more before it`. */
function queuedFor([next, ...others]: readonly [OperationRecord, ...OperationRecord[]]): string {
  const more = others.length === 0 ? '' : `, and ${others.length} more before it`;
  return `Queued: waits for ${next.title} of ${displayName(next.target.name)}${more}`;
}

/**
 * Looks whether what is to be made is there already: the place that comes first may have been made by another operation
 * while this one waited, and making it again would take away what was added to it since. Without an answer nothing is sent.
 */
async function isToBeSent(context: EngineContext, entry: Entry): Promise<boolean> {
  const { record } = entry;
  const { first } = phaseOf(record);
  const freshForMs = record.lane ? freshMs : queuedFreshMs;
  if (!first && Math.abs(context.clock.now() - Date.parse(record.createdAt)) < freshForMs) {
    return true;
  }
  const found = await looked(context, entry);
  if (!mayBegin(entry)) {
    return false;
  }
  if (found.found === 'absent') {
    return true;
  }
  if (first && found.found === 'started') {
    // It may not be ready yet: followed as if it had just been made.
    entry.tracking = found.tracking;
    await context.store.update(entry, {
      status: 'accepted',
      tracking: found.tracking,
      first: { ...first, there: true },
      progress: { message: found.because },
      nextPollAt: isoTime(context.clock.now()),
      trouble: undefined,
    });
    context.schedule(entry, 0);
    return false;
  }
  await notSent(
    context,
    entry,
    new BackupError(found.because, { code: 'AlreadyThere', remedies: ['Refresh, then start it again under another name.'] }),
  );
  return false;
}

async function looked(context: EngineContext, entry: Entry): Promise<Found> {
  const { record } = entry;
  const client = context.client(entry);
  const follower = context.options.followers.get(record.actionId);
  if (!client) {
    throw new BackupError('the cloud was disconnected.', { code: 'NoAnswer' });
  }
  if (!follower) {
    throw new BackupError(`this version does not know "${record.actionId}".`, { code: 'NotFollowable' });
  }
  return foundBy(follower, context, client, entry);
}
