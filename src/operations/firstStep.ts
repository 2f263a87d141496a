/** The request that comes first: followed to its end, and then the operation goes on with its own. */
import { hasEnded, type FirstStep, type TrackStep } from '../core/operation.ts';
import type { ErrorRecord } from '../core/errors.ts';
import { isoTime } from './clock.ts';
import type { EngineContext } from './context.ts';
import { end, waitOf } from './poller.ts';
import type { Entry } from './store.ts';

export async function takeFirstStep(context: EngineContext, entry: Entry, first: FirstStep, step: TrackStep): Promise<void> {
  entry.failures = 0;
  if (step.readBackDecides === true) {
    // Only asking fails: whether it was made is found out by looking, as after an answer that never came.
    entry.looks = 0;
    await context.store.update(entry, { status: 'sending', progress: { message: `${first.title}: looking whether it is there` } });
    context.schedule(entry, 0);
    return;
  }
  if (step.status === 'succeeded' || step.status === 'succeededWithWarnings') {
    await goOn(context, entry, first);
    return;
  }
  if (hasEnded(step.status)) {
    const error = step.error ?? { code: step.status === 'cancelled' ? 'OperationCancelled' : 'NoOutcome', message: 'It did not succeed.' };
    await end(context, entry, { status: step.status === 'unknown' ? 'unknown' : 'failed', error: firstFailed(first, error) });
    return;
  }
  const waitMs = waitOf(step);
  entry.tracking = step.state;
  await context.store.update(entry, {
    status: step.status,
    tracking: step.state,
    nextPollAt: isoTime(context.clock.now() + waitMs),
    trouble: undefined,
    progress: { message: first.title },
  });
  context.schedule(entry, waitMs);
}

/** Planned once more, on disk too: a window that takes over here sends the operation's own request, which has not left. */
async function goOn(context: EngineContext, entry: Entry, first: FirstStep): Promise<void> {
  entry.tracking = undefined;
  entry.looks = 0;
  await context.store.update(entry, {
    status: 'planned',
    first: { ...first, done: true },
    tracking: undefined,
    nextPollAt: undefined,
    trouble: undefined,
    progress: { message: first.there ? 'It is there already' : `${first.title}: done` },
  });
  context.schedule(entry, 0);
}

/** Says that the operation's own request was not sent. */
export function firstFailed(first: FirstStep | undefined, error: ErrorRecord): ErrorRecord {
  if (!first) {
    return error;
  }
  const message = /[.!?]$/.test(error.message) ? error.message : `${error.message}.`;
  return { ...error, message: `${first.title}: ${message} Nothing else was sent.` };
}
