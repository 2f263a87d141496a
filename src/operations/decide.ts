/** How an operation ended of which only asking fails: what it acted on is read back, and that decides. */
import { toErrorRecord, type ErrorRecord } from '../core/errors.ts';
import type { OperationRecord, TrackStep } from '../core/operation.ts';
import { bounded, mayPass, troubled } from './asking.ts';
import { timing, type EngineContext } from './context.ts';
import { end } from './poller.ts';
import type { Changes, Entry } from './store.ts';

/** Failures of the service at reading back, after which the outcome is called unknown. */
const mostUnread = 3;

/** Ends the operation, or goes on asking where reading back got no usable answer. @param step of a failure that nobody confirmed */
export async function decide(context: EngineContext, entry: Entry, step: TrackStep): Promise<void> {
  const { record } = entry;
  const error = step.error ?? { code: 'NoOutcome', message: 'The service fails whenever it is asked how this goes.' };
  const follower = context.options.followers.get(record.actionId);
  const client = context.client(entry);
  if (!client) {
    // It waits for its cloud, as it would have before it was asked.
    return;
  }
  if (!follower) {
    await endUnknown(context, entry, step, error, `this version does not know how "${record.actionId}" is read back.`);
    return;
  }
  const progress = { message: `The service keeps answering ${error.code}; reading ${record.target.name} back` };
  await context.store.update(entry, { progress });
  let read: Awaited<ReturnType<typeof follower.readBack>>;
  try {
    read = await bounded(context.clock, timing.readBackMs, entry.abort.signal, (signal) => follower.readBack(client, record, signal));
  } catch (failure) {
    if (!entry.abort.signal.aborted) {
      await unread(context, entry, step, error, failure);
    }
    return;
  }
  const common: Changes = { tracking: step.state, outcome: read.sentence };
  const warnings = read.warnings ?? [];
  switch (read.reading) {
    case 'asAsked':
      // Done, it seems; that the service says otherwise is not kept from the person.
      return end(context, entry, { ...common, status: 'succeededWithWarnings', warnings: [error, ...warnings] });
    case 'different':
      return end(context, entry, { ...common, status: 'failed', error, ...(warnings.length > 0 ? { warnings } : {}) });
    case 'unclear':
      return endUnknown(context, entry, step, error, read.sentence);
  }
}

async function unread(context: EngineContext, entry: Entry, step: TrackStep, error: ErrorRecord, failure: unknown): Promise<void> {
  const record = toErrorRecord(failure);
  if (record.status !== undefined && record.status >= 500) {
    entry.unread += 1;
  }
  if (mayPass(record) && entry.unread < mostUnread) {
    await troubled(context, entry, failure, entry.record.trouble?.insists);
    return;
  }
  await endUnknown(context, entry, step, error, record.message);
}

function endUnknown(context: EngineContext, entry: Entry, step: TrackStep, error: ErrorRecord, because: string): Promise<void> {
  return end(context, entry, {
    status: 'unknown',
    tracking: step.state,
    error: {
      ...error,
      message: `${error.message} Whether it was done all the same could not be found out: ${because}`,
      remedies: [...(error.remedies ?? []), lookRemedy(entry.record)],
    },
  });
}

function lookRemedy(record: OperationRecord): string {
  return `Refresh ${record.target.name} to see what came of it before you start it anew.`;
}
