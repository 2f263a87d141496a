/**
 * What failed is tried again by one window of this machine. Windows hear of each other's operations a moment late, so whoever
 * tries again looks at what is on disk by then, and keeps the others from it meanwhile by an owner file (see ownership.ts).
 */
import type { OperationRecord } from '../core/operation.ts';
import type { EngineContext } from './context.ts';
import { fateOf, isNoTry, mayBeRetried, targetKeyOf } from './fates.ts';
import { lockName } from './ownership.ts';
import { notStartedCode, startedAfterAll, triedElsewhere, underWayElsewhere } from './refusals.ts';
import { askedKeyOf, triedIdOf } from './retries.ts';
import { isStillAbsent } from './settle.ts';
import type { Entry, OperationStore } from './store.ts';
import type { OperationPlan } from './types.ts';

/** It takes a window some file operations. */
const lookAgainMs = 100;
const mostLooks = 50;
/** Nothing between here and a service keeps a request longer and then carries it out. What began later is somebody else's. */
const keptForMs = 15 * 60_000;

/**
 * Starts it, unless it was tried again, or the very same was started, since what it tries again.
 * @throws BackupError `TriedElsewhere`, `StartedAfterAll`, `RetryUnderWay`, `JournalUnwritable`; what `start` throws
 */
export async function triedOnce(
  context: EngineContext,
  plan: OperationPlan,
  start: () => Promise<OperationRecord>,
): Promise<OperationRecord> {
  if (plan.batch?.retryOf === undefined) {
    return start();
  }
  const { store } = context;
  const ids = triedIds(store, plan.batch.retryOf, plan);
  const lock = lockOf([...ids].at(-1) ?? plan.batch.retryOf, plan);
  await taken(context, lock, plan);
  try {
    const tried = triedBy(store, ids, plan);
    if (await isTried(store, tried, ids, plan)) {
      throw triedElsewhere(plan);
    }
    await notBegunSince(context, tried, plan);
    return await start();
  } finally {
    await store.unlock(lock);
  }
}

/**
 * What is tried again: by its id, and, where that one was a try itself of which nothing was sent, by the id of what that one
 * tried too, for that alone may be at the service. The oldest is the last.
 */
function triedIds({ entries }: OperationStore, retryOf: string, plan: OperationPlan): ReadonlySet<string> {
  const ids = new Set([retryOf]);
  for (const id of ids) {
    for (const { record } of entries.values()) {
      const { batch, error } = record;
      const isUnsent = fateOf(record) === 'notStarted' || error?.code === 'NotSent';
      if (batch?.id === id && batch.retryOf !== undefined && isUnsent && isOfTarget(record, plan)) {
        ids.add(batch.retryOf);
      }
    }
  }
  return ids;
}

function triedBy({ entries }: OperationStore, ids: ReadonlySet<string>, plan: OperationPlan): Entry[] {
  return [...entries.values()].filter(({ record }) => ids.has(triedIdOf(record)) && isOfTarget(record, plan));
}

/**
 * What got no answer was looked for within moments; a gateway may have kept it for longer. And another window may have found
 * it since. @throws BackupError `StartedAfterAll`
 */
async function notBegunSince(context: EngineContext, tried: readonly Entry[], plan: OperationPlan): Promise<void> {
  const { store, clock } = context;
  const mayBeKept = ({ error, endedAt }: OperationRecord): boolean =>
    error?.code === notStartedCode && endedAt !== undefined && clock.now() - Date.parse(endedAt) < keptForMs;
  for (const entry of tried) {
    await store.refresh(entry);
    if (!mayBeRetried(entry.record) || (mayBeKept(entry.record) && !(await isStillAbsent(context, entry)))) {
      throw startedAfterAll(plan);
    }
  }
}

/** That another window holds it says nothing yet: it may come to nothing there, and two that ask in the same moment both get a no. */
async function taken({ store, clock }: EngineContext, lock: string, plan: OperationPlan): Promise<void> {
  for (let looks = 1; !(await store.lock(lock)); looks++) {
    if (looks === mostLooks) {
      throw underWayElsewhere(plan);
    }
    // Not in step with the other window.
    const waitMs = lookAgainMs * (1 + Math.random());
    await new Promise<void>((resolve) => void clock.after(waitMs, resolve));
  }
}

/** What an operation was started for does not change: of those that are known nothing need be read. */
async function isTried(
  { entries, journal }: OperationStore,
  triedNow: readonly Entry[],
  ids: ReadonlySet<string>,
  plan: OperationPlan,
): Promise<boolean> {
  const known = [...entries.values()].map(({ record }) => record);
  const tried = triedNow.map(({ record }) => record);
  const standsForIt = (record: OperationRecord): boolean =>
    !isNoTry(record) && (isTryOf(record, ids, plan) || standsFor(record, tried, ids));
  if (known.some(standsForIt)) {
    return true;
  }
  for (const id of await journal.ids()) {
    const unknown = entries.has(id) ? undefined : await journal.read(id);
    if (unknown && standsForIt(unknown)) {
      return true;
    }
  }
  return false;
}

function isOfTarget({ target }: OperationRecord, plan: OperationPlan): boolean {
  return targetKeyOf(target) === targetKeyOf(plan.target);
}

/** It was started after all of them that were, and asks for what one of them asked for. */
function standsFor(record: OperationRecord, tried: readonly OperationRecord[], ids: ReadonlySet<string>): boolean {
  const key = askedKeyOf(record);
  const sent = tried.filter(({ request }) => request !== undefined);
  return (
    key !== undefined &&
    !ids.has(triedIdOf(record)) &&
    (sent.length > 0 ? sent : tried).every(({ createdAt }) => createdAt < record.createdAt) &&
    tried.some((one) => askedKeyOf(one) === key)
  );
}

/** Those that came to nothing before this one are no tries that stand for it. */
function isTryOf(record: OperationRecord, ids: ReadonlySet<string>, plan: OperationPlan): boolean {
  const { batch } = record;
  return (
    batch?.retryOf !== undefined && ids.has(batch.retryOf) && !ids.has(batch.id) && batch.id !== plan.batch?.id && isOfTarget(record, plan)
  );
}

function lockOf(batchId: string, { target }: OperationPlan): string {
  return lockName('again', `${batchId}\n${targetKeyOf(target)}`);
}
