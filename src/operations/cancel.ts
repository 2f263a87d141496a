/** Asks the service to cancel a running job, which then says itself how it ended; takes back what has not been sent. */
import { BackupError } from '../core/errors.ts';
import { hasEnded } from '../core/operation.ts';
import { about } from './asking.ts';
import { isoTime } from './clock.ts';
import type { EngineContext } from './context.ts';
import { isUnsent } from './phase.ts';
import { end } from './poller.ts';
import type { Entry } from './store.ts';

/** @throws BackupError where it cannot be cancelled, and where the service refused. */
export async function cancel(context: EngineContext, entry: Entry): Promise<void> {
  const { record } = entry;
  const refuse: (code: string, because: string) => never = (code, because) => {
    throw new BackupError(`"${record.title}" of ${record.target.name} cannot be cancelled: ${because}`, {
      code,
      attempted: 'cancel the job',
      resource: record.target.name,
    });
  };
  if (hasEnded(record.status)) {
    refuse('AlreadyEnded', 'it has ended.');
  }
  if (entry.followedBy === 'otherWindow') {
    refuse('OtherWindow', 'another window follows it. Cancel it there.');
  }
  if (isUnsent(record)) {
    // From this moment on it is not sent; on disk too before it is said to be cancelled, or a window to come would send it.
    const unsaved = await context.store.update(entry, { cancelRequestedAt: isoTime(context.clock.now()) });
    if (unsaved) {
      await context.store.update(entry, { cancelRequestedAt: undefined });
      context.schedule(entry, 0);
      refuse(unsaved.code, unsaved.message);
    }
    await endUnsent(context, entry);
    return;
  }
  if (!record.job?.cancellable) {
    refuse(
      'NotCancellable',
      record.job ? 'the service does not offer to cancel this job now.' : 'the service has not made a job of it yet.',
    );
  }
  if (record.cancelRequestedAt !== undefined) {
    refuse('AlreadyCancelling', 'the service has already been asked to.');
  }
  const client = context.client(entry) ?? refuse('NotConnected', `it belongs to ${record.cloud}, which is not connected.`);
  // Set before the first await, so that a second click is refused; on disk before anything is sent.
  const unsaved = context.store.update(entry, { cancelRequestedAt: isoTime(context.clock.now()) });
  try {
    const reason = await unsaved;
    if (reason) {
      refuse(reason.code, reason.message);
    }
    const request = await context.options.canceller(record);
    const response = await client.send(request, {
      ...about(record, 'cancel the job'),
      signal: entry.abort.signal,
    });
    if (response.status >= 400) {
      throw await context.options.explain(response, 'cancel the job', record.target.name);
    }
  } catch (error) {
    if (!hasEnded(entry.record.status)) {
      // Asking twice does no harm, so an unanswered request may be repeated by the person.
      await context.store.update(entry, { cancelRequestedAt: undefined });
    }
    throw error;
  }
  context.schedule(entry, 0);
}

/** One that was taken back before it was sent. */
export async function endUnsent(context: EngineContext, entry: Entry): Promise<void> {
  const { first } = entry.record;
  entry.abort.abort();
  const before = first?.done && !first.there ? ` Done before that: ${first.title}.` : '';
  await end(context, entry, { status: 'cancelled', outcome: `It was not sent: it was cancelled while it waited.${before}` });
}
