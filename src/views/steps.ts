/** An operation's moments, from being planned to its end, in words. */
import { hasEnded, type OperationRecord, type OperationStatus } from '../core/operation.ts';
import type { RowState, StepView } from './protocol.ts';
import { statusLooks } from './stateWords.ts';

const words: Readonly<Record<OperationStatus, string>> = {
  planned: 'Written down, before anything was sent',
  sending: 'Sending the request',
  accepted: 'The service accepted it',
  running: 'It runs at the service',
  succeeded: 'Succeeded',
  succeededWithWarnings: 'Succeeded with warnings',
  failed: 'Failed',
  cancelled: 'Cancelled',
  unknown: 'Its outcome could not be found out',
};

const icons: Readonly<Partial<Record<OperationStatus, string>>> = {
  planned: 'edit',
  sending: 'arrow-up',
  accepted: 'check',
  running: 'play',
};

export function stepsOf(record: OperationRecord): StepView[] {
  const { steps = [], first, lane, trouble, endedAt, status } = record;
  const begun = record.request === undefined && record.startedAt !== undefined;
  const made = record.request === undefined && !hasEnded(record.status) ? 'Followed from here on' : words.planned;
  const journaled = steps.map((step): StepView => {
    const text = step.job === undefined ? words[step.status] : `Job ${step.job} runs at the service`;
    return stepOf(step.at, step.isFirst && first ? `${first.title}: ${lowerFirst(text)}` : text, step.status);
  });
  const end = endedAt !== undefined && !hasEnded(steps.at(-1)?.status ?? 'planned') ? [stepOf(endedAt, words[status], status)] : [];
  return [
    ...(begun ? [stepOf(record.startedAt, 'The service began it', 'running')] : []),
    ...(hasEnded(status) && record.request === undefined && steps.length === 0 ? [] : [stepOf(record.createdAt, made, 'planned')]),
    ...(lane?.waitsSince === undefined ? [] : [other(lane.waitsSince, 'Waits for its turn', 'history')]),
    ...(lane?.waitsSince === undefined || lane.turnAt === undefined ? [] : [other(lane.turnAt, 'Its turn came', 'debug-continue')]),
    ...(record.cancelRequestedAt === undefined ? [] : [other(record.cancelRequestedAt, 'Asked to cancel', 'debug-stop')]),
    ...(record.unwatchedAt === undefined ? [] : [other(record.unwatchedAt, 'Not watched from here on', 'eye-closed')]),
    ...(trouble === undefined || hasEnded(status)
      ? []
      : [other(trouble.since, trouble.kind === 'paused' ? 'Asking is paused' : 'No answer from here on', 'warning', 'warning')]),
    ...journaled,
    ...end,
  ].sort((a, b) => a.at - b.at);
}

function stepOf(at: string, text: string, status: OperationStatus): StepView {
  const { state, icon } = statusLooks[status];
  return other(at, text, icons[status] ?? icon, hasEnded(status) ? state : 'waiting');
}

function other(at: string, text: string, icon: string, state: RowState = 'waiting'): StepView {
  return { at: Date.parse(at), text, icon, state };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
