/** Sends a planned operation, once. */
import type { ArmResponse } from '../cloud/types.ts';
import { isCancelled } from '../core/cancellation.ts';
import { BackupError, codeOf, messageOf, toErrorRecord } from '../core/errors.ts';
import type { PreparedRequest, TrackStep } from '../core/operation.ts';
import { about, bounded, isNoAnswer, setback, troubled } from './asking.ts';
import { isoTime } from './clock.ts';
import { timing, type EngineContext } from './context.ts';
import { firstFailed } from './firstStep.ts';
import { mayBegin, outlivesWindow, phaseOf } from './phase.ts';
import { end, takeStep } from './poller.ts';
import type { Entry } from './store.ts';

const waiting = 'Queued: waits until the limits of the service allow it';

/** `request` is the one to send; the entry's own has lost its secrets. */
export async function send(context: EngineContext, entry: Entry, request: PreparedRequest): Promise<void> {
  const { record } = entry;
  const phase = phaseOf(record);
  const { first } = phase;
  const client = context.client(entry);
  const tracker = context.options.trackers.get(phase.tracker);
  if (!mayBegin(entry)) {
    return;
  }
  if (!client || !tracker) {
    const why = client ? `there is no tracker "${phase.tracker}"` : 'the cloud was disconnected';
    await notSent(context, entry, new BackupError(`Nothing was started: ${why}.`, { code: 'NotSent' }));
    return;
  }
  const unsaved = await context.store.update(entry, { status: 'sending', trouble: undefined, progress: { message: phase.sending } });
  if (unsaved) {
    // What is not on disk is not sent: after a crash nobody would know of it.
    await unsavedBeforeSending(context, entry, new BackupError(`Nothing was started: ${unsaved.message}`, { ...unsaved }));
    return;
  }
  const attempted = `send "${record.title}"`;
  let response: ArmResponse;
  try {
    // Not bound to the entry's own abort: a request that may have left is not taken back by closing a window.
    response = await bounded(context.clock, timing.sendMs, new AbortController().signal, (signal) =>
      client.send(request, {
        ...about(record, attempted),
        signal,
      }),
    );
  } catch (error) {
    if (codeOf(error) === 'NotSent') {
      await notSent(context, entry, error);
    } else {
      // `NoAnswer`, and anything that nobody thought of: it may have left.
      await toBeSettled(context, entry, isCancelled(error) ? 'The request was broken off.' : messageOf(error));
    }
    return;
  }
  if (response.status === 429) {
    await throttled(context, entry, await context.options.explain(response, undefined, record.target.name));
    return;
  }
  // A redirection of a change is followed by nobody: what stands between here and the service may have made it.
  if (isNoAnswer(response) || (response.status >= 300 && response.status < 400)) {
    await toBeSettled(context, entry, (await context.options.explain(response, attempted, record.target.name)).message);
    return;
  }
  if (response.status >= 400) {
    await end(context, entry, {
      status: 'failed',
      // What was attempted on which resource stands beside it wherever it is shown.
      error: firstFailed(first, toErrorRecord(await context.options.explain(response, undefined, record.target.name))),
    });
    return;
  }
  let step: TrackStep;
  try {
    step = tracker.begin(first ? { ...record, request } : record, response, context.clock.now());
  } catch (error) {
    await toBeSettled(context, entry, `It was answered with ${response.status}, but: ${messageOf(error)}`);
    return;
  }
  await takeStep(context, entry, step);
}

/** Ends one that did not leave, and says so. */
export async function notSent(context: EngineContext, entry: Entry, error: unknown): Promise<void> {
  if (entry.followedBy !== 'here') {
    return;
  }
  const record = toErrorRecord(error);
  const message = record.message.startsWith('Nothing was started') ? record.message : `Nothing was started: ${record.message}`;
  await end(context, entry, { status: 'failed', error: { ...record, message } });
}

/** One that outlives its window stands on disk as waiting, and a window to come would send it: so it waits here too, and does not end. */
async function unsavedBeforeSending(context: EngineContext, entry: Entry, error: BackupError): Promise<void> {
  if (entry.followedBy === 'here' && outlivesWindow(entry.record)) {
    await context.store.update(entry, { status: 'planned' });
    await troubled(context, entry, error);
    return;
  }
  await notSent(context, entry, error);
}

/**
 * A limit has refused it, the cloud's own or its governor's: provably nothing was taken. One of a batch goes on
 * waiting for its turn; one that a person has asked for by itself ends with the time at which to ask again.
 */
async function throttled(context: EngineContext, entry: Entry, error: BackupError): Promise<void> {
  if (entry.record.batch?.isQueued) {
    await waitForLimit(context, entry, error);
    return;
  }
  await end(context, entry, { status: 'failed', error: firstFailed(phaseOf(entry.record).first, toErrorRecord(error)) });
}

/** Unsent, on disk too: whichever window is there by then sends it. @param error `retryAfterMs`: not before that */
export async function waitForLimit(context: EngineContext, entry: Entry, error: BackupError): Promise<void> {
  if (error.facts.retryAfterMs !== undefined) {
    // Whoever names a time does not fail: nothing is doubled.
    entry.failures = 0;
  }
  const found = setback(context.clock, entry, error);
  await context.store.update(entry, { status: 'planned', ...found?.changes, progress: { message: waiting } });
  if (found?.waitMs !== undefined) {
    context.schedule(entry, found.waitMs);
  }
}

/** Stays `sending`, on disk too, until somebody has looked. */
async function toBeSettled(context: EngineContext, entry: Entry, because: string): Promise<void> {
  await context.store.update(entry, {
    progress: { message: `No clear answer came (${because}); looking whether it started` },
    nextPollAt: isoTime(context.clock.now()),
  });
  context.schedule(entry, timing.settleLooksMs[0]);
}
