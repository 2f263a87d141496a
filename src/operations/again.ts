/**
 * What failed is tried again by one window of this machine. Windows hear of each other's operations a moment late, so whoever
 * tries again looks at what is on disk by then, and keeps the others from it meanwhile by an owner file (see ownership.ts).
 */
import type { OperationRecord } from '../core/operation.ts';
import type { EngineContext } from './context.ts';
import { targetKeyOf } from './fates.ts';
import { lockName } from './ownership.ts';
import { notStartedCode, startedAfterAll, triedElsewhere, underWayElsewhere } from './refusals.ts';
import { askedKeyOf, triedIdOf } from './retries.ts';
import { isStillAbsent } from './settle.ts';
import type { OperationStore } from './store.ts';
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
  const lock = lockOf(plan.batch.retryOf, plan);
  await taken(context, lock, plan);
  try {
    if (await isTried(store, plan)) {
      throw triedElsewhere(plan);
    }
    await notBegunSince(context, plan);
    return await start();
  } finally {
    // One that cannot be given back is taken over when this window has ended.
    await store.ownership.release(lock).catch(() => undefined);
  }
}

/** What got no answer was looked for within moments; a gateway may have kept it for longer. @throws BackupError `StartedAfterAll` */
async function notBegunSince(context: EngineContext, plan: OperationPlan): Promise<void> {
  const { store, clock } = context;
  const isOpen = ({ error, endedAt }: OperationRecord): boolean =>
    error?.code === notStartedCode && endedAt !== undefined && clock.now() - Date.parse(endedAt) < keptForMs;
  for (const entry of [...store.entries.values()].filter(({ record }) => isTriedBy(record, plan) && isOpen(record))) {
    if (!(await isStillAbsent(context, entry))) {
      throw startedAfterAll(plan);
    }
  }
}

/** That another window holds it says nothing yet: it may come to nothing there, and two that ask in the same moment both get a no. */
async function taken({ store, clock }: EngineContext, lock: string, plan: OperationPlan): Promise<void> {
  for (let looks = 1; !(await store.claim(lock)); looks++) {
    if (looks === mostLooks) {
      throw underWayElsewhere(plan);
    }
    // Not in step with the other window.
    const waitMs = lookAgainMs * (1 + Math.random());
    await new Promise<void>((resolve) => void clock.after(waitMs, resolve));
  }
}

/** What an operation was started for does not change: of those that are known nothing need be read. */
async function isTried({ entries, journal }: OperationStore, plan: OperationPlan): Promise<boolean> {
  const known = [...entries.values()].map(({ record }) => record);
  const tried = known.filter((record) => isTriedBy(record, plan));
  const standsForIt = (record: OperationRecord): boolean => isTryOf(record, plan) || standsFor(record, tried);
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

function isTriedBy(record: OperationRecord, { batch, target }: OperationPlan): boolean {
  return triedIdOf(record) === batch?.retryOf && targetKeyOf(record.target) === targetKeyOf(target);
}

/** It was started after all of them, and asks for what one of them asked for. */
function standsFor(record: OperationRecord, tried: readonly OperationRecord[]): boolean {
  const key = askedKeyOf(record);
  return key !== undefined && tried.every(({ createdAt }) => createdAt < record.createdAt) && tried.some((one) => askedKeyOf(one) === key);
}

function isTryOf({ batch, target }: OperationRecord, plan: OperationPlan): boolean {
  return (
    batch?.retryOf !== undefined &&
    batch.retryOf === plan.batch?.retryOf &&
    batch.id !== plan.batch.id &&
    targetKeyOf(target) === targetKeyOf(plan.target)
  );
}

function lockOf(batchId: string, { target }: OperationPlan): string {
  return lockName('again', `${batchId}\n${targetKeyOf(target)}`);
}
