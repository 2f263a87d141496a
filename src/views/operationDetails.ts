/** What the panel shows beside the list, of the operation or job that is selected: pure functions. Nothing is computed that the service did not say. */
import { containerWord } from './containerWord.ts';
import { displayName, lineText } from '../core/displayText.ts';
import type { ErrorRecord } from '../core/errors.ts';
import { hasEnded, type OperationProgress, type OperationRecord } from '../core/operation.ts';
import { isUnsent, isWaiting } from '../operations/phase.ts';
import { isAlone } from '../operations/retries.ts';
import type { Standing } from '../operations/types.ts';
import { mayStopWatching } from '../operations/watching.ts';
import { durationText } from './elapsed.ts';
import { factsOf, type Retried } from './operationRow.ts';
import type { DetailsView, FailureView, NoteView, RowAction, TaskView } from './protocol.ts';
import type { RecentJob } from './recentJobs.ts';
import { codeLines, statementsOf } from './statements.ts';
import { taskLooks } from './stateWords.ts';
import { stepsOf } from './steps.ts';

/** The details of an operation; its row is `operationRow`. */
export function operationDetails(record: OperationRecord, standing: Standing, { retry }: Retried = {}): DetailsView {
  const { job, target } = record;
  return {
    id: record.id,
    targetKind: target.kind,
    ...wordsOf(withoutStaleWords(record), !hasEnded(record.status)),
    notes: notesOf(record, standing),
    tasks: tasksOf(record.progress),
    ...(record.outcome === undefined ? {} : { outcome: record.outcome }),
    ...failuresOf(record),
    facts: [
      ...(job?.operation === undefined ? [] : [['Job operation', job.operation] as const]),
      ...factsOf(record),
      [containerWord(target) === 'Appliance' ? 'Appliance' : 'Cloud', record.cloud],
    ],
    steps: stepsOf(record),
    trace: record.trace.map(({ at, ...rest }) => ({ at: Date.parse(at), ...rest })),
    actions: actionsOf(record, standing, retry === 'open'),
  };
}

/** The details of a job; its row is `jobRow`. */
export function jobDetails(job: RecentJob): DetailsView {
  const active = !hasEnded(job.status);
  return {
    id: job.id,
    targetKind: job.target.kind,
    ...wordsOf(job.progress, active),
    notes:
      active && job.follow
        ? [{ tone: 'info', text: 'Started elsewhere. Follow it to see its tasks move here and to be told how it ends.' }]
        : [],
    tasks: tasksOf(job.progress),
    ...failuresOf(job),
    facts: [['Job', job.name], ...Object.entries(job.progress.properties ?? {}), ['Resource', job.target.id]],
    steps: [],
    trace: [],
    actions: [...(active && job.follow ? (['follow'] as const) : []), 'openInTree', 'openJson', 'copy'],
  };
}

function failuresOf(about: Pick<OperationRecord, 'error' | 'warnings'>): Pick<DetailsView, 'error' | 'warnings'> {
  const statements = statementsOf(about);
  const withStatement = (error: ErrorRecord): FailureView => {
    const { statement } = error;
    const view = failureView(error);
    return statement
      ? { ...view, statement: { at: statements.indexOf(statement), title: statement.title, lines: codeLines(statement.text) } }
      : view;
  };
  return {
    ...(about.error === undefined ? {} : { error: withStatement(about.error) }),
    warnings: (about.warnings ?? []).map(withStatement),
  };
}

/** Of what an ask was refused with too, where there is nothing to copy from. */
export function failureView(error: ErrorRecord): FailureView {
  return {
    message: lineText(error.message),
    code: error.code,
    remedies: (error.remedies ?? []).map(lineText),
    ...(error.status === undefined ? {} : { status: error.status }),
    ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
  };
}

function wordsOf(progress: OperationProgress, active: boolean): Pick<DetailsView, 'message' | 'remaining'> {
  return {
    ...(progress.message === undefined ? {} : { message: progress.message }),
    ...(active && progress.remaining !== undefined ? { remaining: durationText(progress.remaining) } : {}),
  };
}

/** `Azure is working on it` is no longer true of one whose every answer is a failure: what is true stands in the notes. */
function withoutStaleWords({ progress, trouble }: OperationRecord): OperationProgress {
  const { message: _stale, ...rest } = progress;
  return trouble?.insists ? rest : progress;
}

function tasksOf(progress: OperationProgress): TaskView[] {
  return (progress.tasks ?? []).map(({ name, status, percent, detail, duration }) => ({
    name,
    ...taskLooks[status],
    ...(percent === undefined ? {} : { percent }),
    ...(detail === undefined ? {} : { detail }),
    // Azure says PT0S of tasks that have not taken any time yet.
    ...(duration === undefined || status === 'notStarted' ? {} : { duration: durationText(duration) }),
  }));
}

function notesOf(record: OperationRecord, standing: Standing): NoteView[] {
  const notes: NoteView[] = [];
  const { trouble } = record;
  const unsent = record.status === 'planned';
  if (isWaiting(record) && record.lane) {
    notes.push({ tone: 'info', text: `${record.lane.waiting}. Nothing of it has been sent yet.` });
  }
  if (record.unwatchedAt !== undefined && !hasEnded(record.status)) {
    notes.push({
      tone: 'info',
      text: 'It is not watched any more: nobody asks how it goes, and its end will not be told. It goes on at the service; choose Follow Again to see how it went.',
      since: Date.parse(record.unwatchedAt),
    });
  }
  if (standing.notConnected) {
    const meanwhile = unsent ? 'Connect to that cloud to have it sent.' : 'Connect to that cloud to follow it; it goes on there meanwhile.';
    notes.push({ tone: 'warning', text: `It belongs to ${record.cloud}. ${meanwhile}` });
  } else if (trouble?.kind === 'noAnswer') {
    notes.push({ tone: 'warning', text: trouble.error.message, since: Date.parse(trouble.since), nextAt: Date.parse(trouble.nextAt) });
  } else if (trouble) {
    notes.push({
      tone: 'error',
      text: [trouble.error.message, ...(trouble.error.remedies ?? [])].join(' '),
      since: Date.parse(trouble.since),
    });
  }
  if (!standing.notConnected && trouble?.kind === 'noAnswer' && trouble.insists) {
    const { code, count, decidesAt } = trouble.insists;
    notes.push({
      tone: 'info',
      text: `The service itself answers ${code}, ${count === 1 ? 'once' : `${count} times`} so far: it may be how this ended, or a hiccup. If it stays, ${displayName(record.target.name)} is read back to find out what came of it.`,
      decidesAt: Date.parse(decidesAt),
    });
  }
  if (standing.followedBy === 'otherWindow') {
    notes.push({ tone: 'info', text: 'Another window follows it and shows its end. Cancel or remove it there.' });
  }
  if (standing.unsaved) {
    notes.push({
      tone: 'error',
      text: `Its newest step is not on disk: it is forgotten if this window closes. ${standing.unsaved.message}`,
    });
  }
  if (record.cancelRequestedAt !== undefined && !hasEnded(record.status)) {
    const text = unsent ? 'It is being taken back.' : 'The service was asked to cancel the job. The job itself says how it ends.';
    notes.push({ tone: 'info', text });
  }
  return notes;
}

function actionsOf(record: OperationRecord, standing: Standing, isOpen: boolean): RowAction[] {
  const active = !hasEnded(record.status);
  const mine = standing.followedBy !== 'otherWindow';
  // Waits for its turn, or for an answer to the look before sending.
  const waits = isUnsent(record);
  const cancellable = waits ? mine : standing.followedBy === 'here' && record.job?.cancellable === true;
  // To take it off the list is said apart from no longer asking how it goes.
  const watchable = mayStopWatching(record) && record.unwatchedAt === undefined && !standing.notConnected;
  const can: Readonly<Record<RowAction, boolean>> = {
    cancel: active && cancellable && record.cancelRequestedAt === undefined,
    retry: active && standing.followedBy === 'here' && record.trouble !== undefined,
    lookAgain: record.status === 'unknown',
    // Those of a batch are tried again together.
    tryAgain: isOpen && isAlone(record),
    stopWatching: mine && watchable,
    followAgain: mine && active && record.unwatchedAt !== undefined,
    follow: false,
    openInTree: true,
    openJson: true,
    copy: true,
    // One that is just being sent stays; one whose fate nobody can look up now may go.
    remove:
      mine &&
      !watchable &&
      (waits || record.status !== 'planned') &&
      (record.status !== 'sending' || standing.notConnected || record.trouble !== undefined),
  };
  return (Object.keys(can) as RowAction[]).filter((action) => can[action]);
}
