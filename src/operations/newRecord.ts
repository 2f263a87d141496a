import type { OperationRecord } from '../core/operation.ts';
import { isoTime } from './clock.ts';

/** What differs from one new record to another. */
export type NewRecord = Pick<OperationRecord, 'actionId' | 'title' | 'target' | 'tracker' | 'intent' | 'status'> & Partial<OperationRecord>;

export function newRecord(id: string, cloud: string, nowMs: number, parts: NewRecord): OperationRecord {
  const now = isoTime(nowMs);
  return { version: 1, id, cloud, createdAt: now, updatedAt: now, progress: {}, trace: [], ...parts };
}
