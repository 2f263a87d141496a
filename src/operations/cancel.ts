/** Asks the service to cancel a running job. The job then says itself how it ended. */
import { BackupError } from '../core/errors.ts';
import { hasEnded } from '../core/operation.ts';
import { isoTime } from './clock.ts';
import type { EngineContext } from './context.ts';
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
  if (!record.job?.cancellable) {
    refuse(
      'NotCancellable',
      record.job ? 'the service does not offer to cancel this job now.' : 'the service has not made a job of it yet.',
    );
  }
  if (record.cancelRequestedAt !== undefined) {
    refuse('AlreadyCancelling', 'the service has already been asked to.');
  }
  const arm = context.arm(entry) ?? refuse('NotConnected', `it belongs to ${record.cloud}, which is not connected.`);
  // Set before the first await, so that a second click is refused; on disk before anything is sent.
  const unsaved = context.store.update(entry, { cancelRequestedAt: isoTime(context.clock.now()) });
  try {
    const reason = await unsaved;
    if (reason) {
      refuse(reason.code, reason.message);
    }
    const request = await context.options.canceller(record);
    const response = await arm.send(request, {
      signal: entry.abort.signal,
      attempted: 'cancel the job',
      resource: record.target.name,
      ...(record.tenantId === undefined ? {} : { tenantId: record.tenantId }),
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
