/** What became of a request that got no answer: found out by looking, never by sending again. */
import type { ServiceClient } from '../cloud/types.ts';
import { BackupError } from '../core/errors.ts';
import { hasEnded, type OperationRecord } from '../core/operation.ts';
import { bounded, troubled } from './asking.ts';
import { isoTime } from './clock.ts';
import { timing, type EngineContext } from './context.ts';
import { firstFailed } from './firstStep.ts';
import { phaseOf } from './phase.ts';
import { end } from './poller.ts';
import { changedElsewhere, notConnected, notStartedCode, otherWindow } from './refusals.ts';
import type { Changes, Entry } from './store.ts';
import type { Follower, Found } from './types.ts';

/** One look; schedules the next, goes on following, or ends. */
export async function look(context: EngineContext, entry: Entry): Promise<void> {
  const { record } = entry;
  const { first } = phaseOf(record);
  const client = context.client(entry);
  if (!client || hasEnded(record.status)) {
    return;
  }
  let found: Found;
  try {
    found = await lookFor(context, client, entry);
  } catch (error) {
    await troubled(context, entry, error);
    return;
  }
  if (entry.record.status !== 'sending' || (phaseOf(entry.record).first === undefined) !== (first === undefined)) {
    // Another look, that of a person, was faster.
    return;
  }
  entry.failures = 0;
  entry.looks += 1;
  if (found.found === 'started') {
    await follow(context, entry, found);
    return;
  }
  const nextLook = timing.settleLooksMs[entry.looks];
  if (nextLook !== undefined) {
    await context.store.update(entry, {
      progress: { message: `No answer came; looking whether it started: ${found.because}` },
      nextPollAt: isoTime(context.clock.now() + nextLook),
      trouble: undefined,
    });
    context.schedule(entry, nextLook);
    return;
  }
  // What the service has once accepted did start: then its absence says nothing.
  if (found.found === 'unclear' || entry.tracking !== undefined) {
    await unclear(context, entry, found.because);
    return;
  }
  await end(context, entry, {
    status: 'failed',
    error: firstFailed(first, {
      code: notStartedCode,
      message: `No answer came to the request, and it provably did not start: ${found.because}`,
      remedies: ['You can try again.'],
    }),
  });
}

/** What a look finds: of the request that comes first, where that is not done, else of its own. @throws what asking throws, and `NoAnswer` */
export function foundBy(follower: Follower, { clock }: EngineContext, client: ServiceClient, { record, abort }: Entry): Promise<Found> {
  const how = phaseOf(record).first ? 'settleFirst' : 'settle';
  return bounded(clock, timing.readBackMs, abort.signal, (signal) => follower[how](client, record, signal));
}

/** @throws what asking throws: it says nothing of what started */
async function lookFor(context: EngineContext, client: ServiceClient, entry: Entry): Promise<Found> {
  const { record } = entry;
  const follower = context.options.followers.get(record.actionId);
  if (!follower) {
    return { found: 'unclear', because: `this version does not know how to look for "${record.actionId}"` };
  }
  try {
    return await foundBy(follower, context, client, entry);
  } catch (error) {
    if (!(error instanceof BackupError) || error.facts.status !== 404) {
      throw error;
    }
    // Where to look is gone (a vault that was deleted): asking on and on would bring no other answer.
    return { found: 'unclear', because: error.message };
  }
}

async function follow(
  context: EngineContext,
  entry: Entry,
  found: Extract<Found, { found: 'started' }>,
  changes: Changes = {},
): Promise<void> {
  entry.tracking = found.tracking;
  await context.store.update(entry, {
    status: 'accepted',
    tracking: found.tracking,
    isInferred: true,
    progress: { message: found.because },
    nextPollAt: isoTime(context.clock.now()),
    trouble: undefined,
    error: undefined,
    endedAt: undefined,
    ...changes,
  });
  context.schedule(entry, 0);
}

/**
 * One more look for one that provably had not started, before another is sent in its place: what stood between here and the
 * service may have carried it out since. Where it has, it is followed again; where that cannot be told, it is of unknown outcome.
 * @returns true where it still has not
 * @throws BackupError where nobody answers, or another window has taken it
 */
export async function isStillAbsent(context: EngineContext, entry: Entry): Promise<boolean> {
  const { record } = entry;
  const client = context.client(entry);
  if (!client) {
    throw notConnected(record);
  }
  entry.abort = new AbortController();
  const found = await lookFor(context, client, entry);
  if (found.found === 'absent') {
    return true;
  }
  await takeUp(context, entry);
  await (found.found === 'started' ? follow(context, entry, found, laneAnew(record)) : unclear(context, entry, found.because));
  return false;
}

/** For one of unknown outcome. @throws BackupError where it is not, its cloud is not connected, or another window has taken it. */
export async function lookAgain(context: EngineContext, entry: Entry): Promise<void> {
  const { record } = entry;
  if (record.status !== 'unknown') {
    throw new BackupError(`"${record.title}" is not of unknown outcome: there is nothing to look for.`, { code: 'NotUnknown' });
  }
  if (!context.client(entry)) {
    throw notConnected(record);
  }
  await takeUp(context, entry);
  entry.abort = new AbortController();
  // The request is long gone or long done by now: one look says as much as three.
  entry.looks = timing.settleLooksMs.length - 1;
  await context.store.update(entry, {
    status: 'sending',
    ...laneAnew(record),
    error: undefined,
    endedAt: undefined,
    progress: { message: 'Looking again whether it started' },
  });
  await look(context, entry);
}

/** Others of its lane have gone on meanwhile: before it sends anything more, it waits for its turn anew. */
function laneAnew(record: OperationRecord): Changes {
  const { lane } = record;
  return lane && phaseOf(record).first ? { lane: { key: lane.key, waiting: lane.waiting } } : {};
}

/** What has ended is this window's again. @throws BackupError where another has taken it */
async function takeUp(context: EngineContext, entry: Entry): Promise<void> {
  if (!(await context.store.claim(entry.record.id))) {
    throw otherWindow(entry.record);
  }
  if (await context.store.refresh(entry)) {
    await context.store.ownership.release(entry.record.id);
    throw changedElsewhere(entry.record);
  }
  entry.followedBy = 'here';
}

function unclear(context: EngineContext, entry: Entry, because: string): Promise<void> {
  const what =
    entry.tracking === undefined
      ? 'No answer came to the request, and whether it started'
      : 'The request was accepted, and what became of it';
  return end(context, entry, {
    status: 'unknown',
    error: firstFailed(phaseOf(entry.record).first, {
      code: 'OutcomeUnknown',
      message: `${what} could not be found out: ${because}`,
      remedies: [
        'Look again in a while.',
        'Refresh the tree, and look at the jobs of the vault where it has one, before you start it anew.',
      ],
    }),
  });
}
