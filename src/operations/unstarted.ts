import { BackupError } from '../core/errors.ts';
import type { OperationRecord } from '../core/operation.ts';
import { isoTime } from './clock.ts';
import type { EngineContext } from './context.ts';
import { newRecord } from './newRecord.ts';
import { storable } from './redact.ts';
import type { UnstartedPlan } from './types.ts';

/** One of a batch that was not started: in the list as ended, on disk where that can be. Never rejects. */
export async function noteUnstarted(context: EngineContext, id: string, plan: UnstartedPlan): Promise<OperationRecord> {
  const { store, clock } = context;
  const { cloud, error, ...rest } = plan;
  const now = clock.now();
  const end = {
    endedAt: isoTime(now),
    ...(error === undefined
      ? { status: 'cancelled' as const, outcome: 'Nothing was sent: it was cancelled before its turn.' }
      : { status: 'failed' as const, error: { ...error, message: notStarted(error.message) } }),
  };
  const record = storable(newRecord(id, cloud, now, { ...rest, intent: {}, ...end }));
  const entry = store.put(record, 'nobody');
  try {
    await store.journal.append(record);
  } catch (failure) {
    // Told once where the others of the batch meet the same.
    store.noteUnsaved(entry, failure instanceof BackupError ? failure : store.journal.unwritable(failure));
  }
  store.changed.fire(entry.record);
  context.ended(entry);
  return entry.record;
}

function notStarted(message: string): string {
  return /nothing was (started|sent)/i.test(message) ? message : `Nothing was started: ${message}`;
}
