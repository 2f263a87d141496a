/** Which of an operation's requests its state is about. */
import type { FirstStep, OperationRecord, PreparedRequest } from '../core/operation.ts';
import type { Entry } from './store.ts';
import type { OperationPlan } from './types.ts';

export interface Phase {
  /** The request that comes first, where that is what goes on; undefined where it is the operation's own. */
  readonly first?: FirstStep;
  readonly request: PreparedRequest | undefined;
  readonly tracker: string;
  /** What goes on, where a tracker has no better word. */
  readonly sending: string;
}

export function phaseOf({ first, request, tracker }: OperationRecord): Phase {
  return first && !first.done
    ? { first, request: first.request, tracker: first.tracker, sending: first.title }
    : { request, tracker, sending: 'Sending the request' };
}

/**
 * True where a planned one is gone on with whatever becomes of the window that made it. All others are sent within moments:
 * one that is found planned was left behind by a window that died, and nothing was sent.
 */
export function outlivesWindow({ first, lane, batch }: Pick<OperationPlan, 'first' | 'lane' | 'batch'>): boolean {
  return first !== undefined || lane !== undefined || batch?.isQueued === true;
}

/** True for one that waits on disk: nothing of what goes on was sent, and it can be taken back. */
export function isUnsent(record: OperationRecord): boolean {
  return record.status === 'planned' && outlivesWindow(record);
}

/** True until its turn in its lane has come: for the one that decides. A person is told of `isWaiting`. */
export function isQueued({ status, lane }: Pick<OperationRecord, 'status' | 'lane'>): boolean {
  return status === 'planned' && lane !== undefined && lane.turnAt === undefined;
}

/** True while others of its lane are before it. One that is alone in its lane never waits, though deciding that takes moments. */
export function isWaiting(record: Pick<OperationRecord, 'status' | 'lane'>): boolean {
  return isQueued(record) && record.lane?.waitsSince !== undefined;
}

/** False for one that has left, that was cancelled or removed, or that another window has taken. */
export function mayBegin({ record, abort, followedBy }: Entry): boolean {
  return followedBy === 'here' && !abort.signal.aborted && record.status === 'planned' && record.cancelRequestedAt === undefined;
}
