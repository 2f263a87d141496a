/** What became of a request that got no answer: found out by looking, never by sending again. */
import { BackupError } from '../core/errors.ts';
import { hasEnded } from '../core/operation.ts';
import { bounded, troubled } from './asking.ts';
import { isoTime } from './clock.ts';
import { timing, type EngineContext } from './context.ts';
import { firstFailed } from './firstStep.ts';
import { phaseOf } from './phase.ts';
import { end } from './poller.ts';
import { notConnected, otherWindow } from './refusals.ts';
import type { Entry } from './store.ts';

/** One look; schedules the next, goes on following, or ends. */
export async function look(context: EngineContext, entry: Entry): Promise<void> {
  const { record } = entry;
  const { first } = phaseOf(record);
  const client = context.client(entry);
  if (!client || hasEnded(record.status)) {
    return;
  }
  const follower = context.options.followers.get(record.actionId);
  if (!follower) {
    await unclear(context, entry, `this version does not know how to look for "${record.actionId}"`);
    return;
  }
  let found: Awaited<ReturnType<typeof follower.settle>>;
  try {
    found = await bounded(context.clock, timing.readBackMs, entry.abort.signal, (signal) =>
      first ? follower.settleFirst(client, record, signal) : follower.settle(client, record, signal),
    );
  } catch (error) {
    if (!(error instanceof BackupError) || error.facts.status !== 404) {
      await troubled(context, entry, error);
      return;
    }
    // Where to look is gone (a vault that was deleted): asking on and on would bring no other answer.
    found = { found: 'unclear', because: error.message };
  }
  entry.failures = 0;
  entry.looks += 1;
  if (found.found === 'started') {
    entry.tracking = found.tracking;
    await context.store.update(entry, {
      status: 'accepted',
      tracking: found.tracking,
      isInferred: true,
      progress: { message: found.because },
      nextPollAt: isoTime(context.clock.now()),
      trouble: undefined,
      error: undefined,
    });
    context.schedule(entry, 0);
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
      code: 'NotStarted',
      message: `No answer came to the request, and it provably did not start: ${found.because}`,
      remedies: ['You can try again.'],
    }),
  });
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
  if (!(await context.store.claim(record.id))) {
    throw otherWindow(record);
  }
  entry.followedBy = 'here';
  entry.abort = new AbortController();
  // The request is long gone or long done by now: one look says as much as three.
  entry.looks = timing.settleLooksMs.length - 1;
  const { lane } = record;
  await context.store.update(entry, {
    status: 'sending',
    // Others of its lane have gone on meanwhile: before it sends anything more, it waits for its turn anew.
    ...(lane && phaseOf(record).first ? { lane: { key: lane.key, waiting: lane.waiting } } : {}),
    error: undefined,
    endedAt: undefined,
    progress: { message: 'Looking again whether it started' },
  });
  await look(context, entry);
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
