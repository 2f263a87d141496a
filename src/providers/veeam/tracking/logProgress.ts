import type { ErrorRecord } from '../../../core/errors.ts';
import type { OperationProgress, OperationTask, TaskStatus } from '../../../core/operation.ts';
import { defined } from '../../arm/fields.ts';
import type { LogItem, SessionState, VeeamSession } from '../model.ts';

/** A panel shows so many lines; the log as a document has all. */
const mostTasks = 200;
const mostWarnings = 20;

const taskStatuses: Readonly<Record<SessionState, TaskStatus>> = {
  pending: 'notStarted',
  running: 'running',
  cancelling: 'running',
  succeeded: 'succeeded',
  succeededWithWarnings: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
  unknown: 'unknown',
};

/** The newest line is what goes on; each line is a task. */
export function progressOf(session: VeeamSession, log: readonly LogItem[]): OperationProgress {
  const newest = log.findLast(({ state }) => state === 'running' || state === 'pending') ?? log.at(-1);
  return {
    message: newest?.message ?? `The session is ${(session.status ?? 'unknown').toLowerCase()}`,
    tasks: log.slice(-mostTasks).map(({ message, state, status, duration }): OperationTask => ({
      name: message,
      status: taskStatuses[state],
      ...defined<Partial<OperationTask>>({ detail: state === 'succeededWithWarnings' ? status : undefined, duration }),
    })),
  };
}

/** What the log says went wrong. */
export function failureIn(session: VeeamSession, log: readonly LogItem[]): ErrorRecord {
  const errors = log.filter(({ state }) => state === 'failed').map(({ message }) => message);
  return {
    code: 'SessionFailed',
    message:
      errors.length > 0
        ? [...new Set(errors)].slice(-3).join(' ')
        : `The session ended with ${session.status ?? 'an error'}; its log does not say why.`,
    remedies: ['Read the log of the session, and mend what it names.', 'The appliance tells more on its own web page.'],
  };
}

export function warningsIn(log: readonly LogItem[]): readonly ErrorRecord[] {
  return log
    .filter(({ state }) => state === 'succeededWithWarnings')
    .slice(-mostWarnings)
    .map(({ message }) => ({ code: 'SessionWarning', message }));
}
