/** What became of operations that were started together, and which of them may be started again: pure functions over records. */
import { sameArmId } from '../core/armId.ts';
import { hasEnded, isFollowed, type OperationRecord, type OperationTarget } from '../core/operation.ts';

/** What became of one of a batch. */
export type Fate = 'running' | 'unwatched' | 'failed' | 'unknown' | 'notStarted' | 'warning' | 'cancelled' | 'succeeded';

export function fateOf(record: OperationRecord): Fate {
  switch (record.status) {
    case 'failed':
      return wasBuilt(record) ? 'failed' : 'notStarted';
    case 'cancelled':
      return wasBuilt(record) && !wasTakenBack(record) ? 'cancelled' : 'notStarted';
    case 'unknown':
    case 'succeeded':
      return record.status;
    case 'succeededWithWarnings':
      return 'warning';
    default:
      return isFollowed(record) ? 'running' : 'unwatched';
  }
}

/**
 * Those of a batch that may be started again: they failed, or were never sent, and have not been tried again already. One of
 * unknown outcome is none of them: it may have started.
 */
export function toRetry(records: readonly OperationRecord[], batchId: string): OperationRecord[] {
  const again = records.filter(({ batch }) => batch?.retryOf === batchId);
  return records.filter(
    (record) => record.batch?.id === batchId && mayBeRetried(record) && !again.some((other) => isOfSame(other.target, record.target)),
  );
}

/** True where nothing of it goes on, and nothing came of it. */
export function mayBeRetried(record: OperationRecord): boolean {
  const fate = fateOf(record);
  return hasEnded(record.status) && (fate === 'failed' || fate === 'notStarted');
}

/** What two operations are done to; disks of one restore point are told apart by their names. */
export function isOfSame(a: OperationTarget, b: OperationTarget): boolean {
  return sameArmId(a.id, b.id) && a.name === b.name;
}

/** False of one that was refused, or given up, before there was a request. */
function wasBuilt({ request }: OperationRecord): boolean {
  return request !== undefined;
}

/** It was cancelled while it waited: from being planned it went straight to its end. */
function wasTakenBack({ steps = [], first }: OperationRecord): boolean {
  return steps.length > 0 && first?.done !== true && steps.every(({ status }) => status === 'cancelled');
}
