/** How a state is called and looks; one table for panel, status bar and notifications. */
import type { OperationStatus, TaskStatus } from '../core/operation.ts';
import type { RowState, TaskView } from './protocol.ts';

export interface StateLooks {
  readonly state: RowState;
  readonly word: string;
  /** Codicon. */
  readonly icon: string;
}

export const statusLooks: Readonly<Record<OperationStatus, StateLooks>> = {
  planned: { state: 'waiting', word: 'Preparing', icon: 'loading' },
  sending: { state: 'waiting', word: 'Sending', icon: 'loading' },
  accepted: { state: 'waiting', word: 'Accepted', icon: 'loading' },
  running: { state: 'running', word: 'Running', icon: 'loading' },
  succeeded: { state: 'succeeded', word: 'Succeeded', icon: 'pass' },
  succeededWithWarnings: { state: 'warning', word: 'Succeeded with warnings', icon: 'warning' },
  failed: { state: 'failed', word: 'Failed', icon: 'error' },
  cancelled: { state: 'cancelled', word: 'Cancelled', icon: 'circle-slash' },
  unknown: { state: 'unknown', word: 'Outcome unknown', icon: 'question' },
};

export const taskLooks: Readonly<Record<TaskStatus, Pick<TaskView, 'state' | 'stateWord'>>> = {
  notStarted: { state: 'notStarted', stateWord: 'Not started' },
  running: { state: 'running', stateWord: 'Running' },
  succeeded: { state: 'succeeded', stateWord: 'Completed' },
  failed: { state: 'failed', stateWord: 'Failed' },
  skipped: { state: 'skipped', stateWord: 'Skipped' },
  cancelled: { state: 'cancelled', stateWord: 'Cancelled' },
  unknown: { state: 'unknown', stateWord: 'State unknown' },
};
