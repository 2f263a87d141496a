import type { OperationRecord, OperationStep } from '../core/operation.ts';

/** An operation goes through a handful; one whose outcome is looked up again and again stays small. */
const stepsKept = 30;

/** The record with a step more, where it got on between the two. @param at ISO 8601, UTC */
export function withStep(before: OperationRecord, after: OperationRecord, at: string): OperationRecord {
  const job = after.job !== undefined && after.job.id !== before.job?.id ? after.job.name : undefined;
  if (after.status === before.status && job === undefined) {
    return after;
  }
  const step: OperationStep = {
    at,
    status: after.status,
    ...(after.first && !after.first.done ? { isFirst: true } : {}),
    ...(job === undefined ? {} : { job }),
  };
  return { ...after, steps: [...(before.steps ?? []), step].slice(-stepsKept) };
}
