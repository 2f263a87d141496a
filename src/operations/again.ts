/**
 * What failed is tried again by one window of this machine. Windows hear of each other's operations a moment late, so whoever
 * tries again looks at what is on disk by then, and keeps the others from it meanwhile by an owner file (see ownership.ts).
 */
import type { OperationRecord } from '../core/operation.ts';
import type { EngineContext } from './context.ts';
import { targetKeyOf } from './fates.ts';
import { lockName } from './ownership.ts';
import { triedElsewhere, underWayElsewhere } from './refusals.ts';
import type { OperationStore } from './store.ts';
import type { OperationPlan } from './types.ts';

/** It takes a window some file operations. */
const lookAgainMs = 100;
const mostLooks = 50;

/**
 * Starts it, unless another batch has tried it again.
 * @throws BackupError `TriedElsewhere`, `RetryUnderWay`, `JournalUnwritable`; what `start` throws
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
    return await start();
  } finally {
    // One that cannot be given back is taken over when this window has ended.
    await store.ownership.release(lock).catch(() => undefined);
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
  if ([...entries.values()].some(({ record }) => isTryOf(record, plan))) {
    return true;
  }
  for (const id of await journal.ids()) {
    const unknown = entries.has(id) ? undefined : await journal.read(id);
    if (unknown && isTryOf(unknown, plan)) {
      return true;
    }
  }
  return false;
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
