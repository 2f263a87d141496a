/** What became of operations that were started together, and which may be started again: pure functions over records. */
import { armIdKey } from '../core/armId.ts';
import { hasEnded, isFollowed, type OperationRecord, type OperationTarget } from '../core/operation.ts';
import { startedAfterAllCode, triedElsewhereCode, underWayElsewhereCode } from './refusals.ts';

/** Of what another operation does, the one that was to be tried again or another try of it: it is tried again by that one's button. */
const standsElsewhere: ReadonlySet<string | undefined> = new Set([triedElsewhereCode, startedAfterAllCode, underWayElsewhereCode]);

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

/** True where nothing of it goes on, and nothing came of it, in another window neither. Whether something was started since is `Retries`' to say. */
export function mayBeRetried(record: OperationRecord): boolean {
  const fate = fateOf(record);
  return hasEnded(record.status) && (fate === 'failed' || fate === 'notStarted') && !isNoTry(record);
}

/** True of one that was to be started again and was not, for what it was to be in place of may go on: it stands for nothing. */
export function isNoTry(record: OperationRecord): boolean {
  return !wasBuilt(record) && standsElsewhere.has(record.error?.code);
}

/** The same for two operations that are done to the same thing; disks of one restore point are told apart by their names. */
export function targetKeyOf({ id, name }: OperationTarget): string {
  return `${armIdKey(id)}\n${name}`;
}

/** False of one that was refused, or given up, before there was a request. */
function wasBuilt({ request }: OperationRecord): boolean {
  return request !== undefined;
}

/** It was cancelled while it waited: from being planned it went straight to its end. */
function wasTakenBack({ steps = [], first }: OperationRecord): boolean {
  return steps.length > 0 && first?.done !== true && steps.every(({ status }) => status === 'cancelled');
}
