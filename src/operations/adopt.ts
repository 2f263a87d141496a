/** Goes on with an operation that this process did not begin, or began before it was closed. */
import { BackupError } from '../core/errors.ts';
import { hasEnded, type OperationRecord } from '../core/operation.ts';
import { endUnsent } from './cancel.ts';
import type { Clock } from './clock.ts';
import type { EngineContext } from './context.ts';
import { endIfGone } from './gone.ts';
import { outlivesWindow } from './phase.ts';
import { end } from './poller.ts';

/** Reads what is on disk, takes over what nobody follows, forgets what is too old. Never rejects: problems are told. */
export async function loadJournal(context: EngineContext): Promise<void> {
  const { store, clock } = context;
  try {
    const { records, damages } = await store.journal.load();
    damages.forEach((damage) => store.problem.fire(damage));
    for (const record of records) {
      store.put(record, hasEnded(record.status) ? 'nobody' : 'otherWindow');
    }
    const left = records.filter((record) => !hasEnded(record.status));
    // Found out before the first of them is followed: that makes its lane new.
    const leftAt = new Map(left.map((record) => [record.id, newestOfLane(record, records)]));
    await Promise.all(left.map((record) => adopt(context, record, leftAt.get(record.id))));
    await prune(context);
    records.filter(({ id, status }) => hasEnded(status) && store.entries.has(id)).forEach((record) => store.changed.fire(record));
    await store.ownership.sweep();
    await store.journal.sweep(clock.now());
  } catch (error) {
    store.problem.fire(error instanceof BackupError ? error : store.journal.unwritable(error));
  }
}

/** Forgets ended operations past the bounds of the journal. @throws BackupError `JournalUnwritable` */
export async function prune({ store, clock }: EngineContext): Promise<void> {
  // What is not on disk yet is there nowhere else.
  const records = [...store.entries.values()].filter(({ unsaved }) => !unsaved).map(({ record }) => record);
  (await store.journal.prune(records, clock.now())).forEach((id) => store.forget(id));
}

/** When something last happened in the record's lane. Milliseconds since the epoch. */
function newestOfLane(record: OperationRecord, records: readonly OperationRecord[]): number {
  const lane =
    record.lane === undefined ? [] : records.filter((other) => other.lane?.key === record.lane?.key && other.cloud === record.cloud);
  return Math.max(...[record, ...lane].map(({ updatedAt }) => Date.parse(updatedAt)));
}

/**
 * Where no other living window follows it, this one does from now on. Never rejects.
 * @param leftAt when something last happened with it or around it, where that was long before now; milliseconds since the epoch
 */
export async function adopt(context: EngineContext, record: OperationRecord, leftAt?: number): Promise<void> {
  const { store } = context;
  const entry = store.entries.get(record.id);
  if (!entry || entry.followedBy === 'here') {
    return;
  }
  try {
    if (!(await store.claim(record.id))) {
      entry.followedBy = 'otherWindow';
      return;
    }
    const damage = await store.journal.repair(record.id);
    if (damage) {
      store.problem.fire(damage);
    }
    // The former owner may have written once more between the reading and the claim.
    const newest = await store.journal.read(record.id);
    if (newest) {
      entry.record = newest;
      entry.tracking = newest.tracking;
    }
  } catch (error) {
    // A folder that can be read and not written: followed in memory, and said so.
    const problem = error instanceof BackupError ? error : store.journal.unwritable(error);
    store.noteUnsaved(entry, problem);
    store.problem.fire(problem);
  }
  entry.followedBy = 'here';
  entry.abort = new AbortController();
  entry.failures = 0;
  entry.looks = 0;
  entry.unread = 0;
  if (hasEnded(entry.record.status)) {
    await store.release(entry);
    store.changed.fire(entry.record);
  } else if (entry.record.status === 'planned' && entry.record.cancelRequestedAt !== undefined) {
    await endUnsent(context, entry);
  } else if (entry.record.status === 'planned' && !isToGoOn(entry.record, leftAt ?? context.clock.now(), context.clock)) {
    await end(context, entry, {
      status: 'failed',
      error: {
        code: 'NotSent',
        message: outlivesWindow(entry.record)
          ? 'It was not sent: it waited, and then no window was open for a week.'
          : 'Nothing was started: the window closed before the request was sent.',
        remedies: ['You can try again.'],
      },
    });
  } else {
    store.changed.fire(entry.record);
    if (context.client(entry)) {
      context.schedule(entry, waitOf(entry.record, context.clock));
    } else {
      await endIfGone(context, entry);
    }
  }
}

/** What a person asked for so long ago is not started unasked. */
const goOnMs = 7 * 24 * 3_600_000;

function isToGoOn(record: OperationRecord, leftAt: number, clock: Clock): boolean {
  return outlivesWindow(record) && clock.now() - leftAt < goOnMs;
}

/**
 * Milliseconds until it may be asked again: what the service asked for outlives the process. Never more than the service
 * asked for, where the clock was set back meanwhile.
 */
export function waitOf(record: OperationRecord, clock: Clock): number {
  if (record.nextPollAt === undefined) {
    return 0;
  }
  const next = Date.parse(record.nextPollAt);
  return Math.max(0, Math.min(next - clock.now(), next - Date.parse(record.updatedAt)));
}
