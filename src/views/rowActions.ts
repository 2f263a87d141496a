/** What the buttons of the panel's rows do. Free of vscode: questions and documents are asked of `RowServices`. */
import { CancelledError } from '../core/cancellation.ts';
import { BackupError, messageOf } from '../core/errors.ts';
import { hasEnded, type OperationRecord, type OperationTask, type RequestTrace } from '../core/operation.ts';
import { madePointOf } from '../inventory/running.ts';
import type { OperationEngine } from '../operations/types.ts';
import { isUnsent } from '../operations/phase.ts';
import { triedIdOf } from '../operations/retries.ts';
import type { JobsModelOptions } from './jobsModel.ts';
import type { RecentJob } from './recentJobs.ts';
import { containerWord } from './containerWord.ts';
import { statementsOf } from './statements.ts';
import { statusLooks, taskLooks } from './stateWords.ts';
import { stepsOf } from './steps.ts';

export interface RowServices {
  readonly engine: OperationEngine;
  /** Shows a resource in the tree; false where it is not there any more. */
  reveal(resourceId: string): Promise<boolean>;
  /** Opens a document that cannot be edited. */
  showDocument(name: string, text: string): Promise<void>;
  copyText(text: string): Promise<void>;
  /** A modal question; true for yes. `no`: what turning away is called, where "Cancel" could be misread. */
  confirm(question: string, detail: string, yes: string, no?: string): Promise<boolean>;
  /** Tries again what failed or was not sent, of a batch or alone. Asks by itself, and tells what goes wrong. */
  tryAgain(triedId: string): Promise<void>;
  /** Brings the panel forward at an operation. */
  showJobs(id: string): void;
}

export function rowActions(services: RowServices): JobsModelOptions['act'] {
  const { engine } = services;
  return async (ask, job) => {
    const { kind, id } = ask;
    const record = engine.get(id);
    switch (kind) {
      case 'copyStatement': {
        const about = record ?? job;
        const statement = about && statementsOf(about)[ask.at];
        if (!statement) {
          throw gone();
        }
        return services.copyText(statement.text);
      }
      case 'cancel':
        if (record?.status === 'planned') {
          // Nothing has been sent, so nothing can be left half done.
          return engine.cancel(id);
        }
        await sure(
          services,
          `Cancel "${nameOf(record)}"?`,
          'The service stops the job. What it has done so far may stay half done. To let it run and only no longer follow it, choose Stop Watching.',
          'Cancel Job',
          'Let It Run',
        );
        return engine.cancel(id);
      case 'stopWatching':
        await sure(
          services,
          `Stop watching "${nameOf(record)}"?`,
          'This ends nothing in Azure: it goes on there. Nobody asks how it goes any more, and its end is not told. You can follow it again.',
          'Stop Watching',
        );
        return engine.stopWatching(id);
      case 'followAgain':
        return engine.followAgain(id);
      case 'retryFailed':
        return services.tryAgain(id);
      case 'cancelUnsent':
        return cancelUnsent(engine, id);
      case 'retry':
        return engine.retry(id);
      case 'lookAgain':
        return engine.lookAgain(id);
      case 'tryAgain':
        if (!record) {
          throw gone();
        }
        return services.tryAgain(triedIdOf(record));
      case 'remove':
        if (record && !hasEnded(record.status)) {
          await sureToRemove(services, record);
        }
        return engine.remove(id);
      case 'follow': {
        const plan = job?.follow;
        if (!plan) {
          throw gone();
        }
        const { startedAt } = job;
        services.showJobs((await engine.follow({ ...plan, ...(startedAt === undefined ? {} : { startedAt }) })).id);
        return;
      }
      case 'openInTree':
        await reveal(services, [record && madePointOf(record), record?.target.id ?? job?.target.id]);
        return;
      case 'openJson': {
        const value = record ?? job?.raw ?? job;
        if (!value) {
          throw gone();
        }
        return services.showDocument(`${record?.title ?? job?.title ?? 'job'}.json`, JSON.stringify(value, undefined, 2));
      }
      case 'copy':
        return services.copyText(detailsText(record, job));
    }
  };
}

/** Those that were sent meanwhile run on. @throws BackupError where one could not be taken back, once all have been tried */
async function cancelUnsent(engine: OperationEngine, batchId: string): Promise<void> {
  const unsent = engine.list().filter((record) => record.batch?.id === batchId && isUnsent(record));
  const refused = (await Promise.allSettled(unsent.map(({ id }) => engine.cancel(id)))).filter(({ status }) => status === 'rejected');
  const [first] = refused as PromiseRejectedResult[];
  if (first) {
    throw new BackupError(`${refused.length} of ${unsent.length} could not be taken back: ${messageOf(first.reason)}`, {
      code: 'NotCancellable',
      remedies: ['Look at each in the panel: what was sent meanwhile runs on.'],
    });
  }
}

async function sure(services: RowServices, question: string, detail: string, yes: string, no?: string): Promise<void> {
  if (!(await services.confirm(question, detail, yes, no))) {
    throw new CancelledError();
  }
}

function sureToRemove(services: RowServices, record: OperationRecord): Promise<void> {
  const name = nameOf(record);
  if (record.status === 'planned') {
    return sure(services, `Remove "${name}"?`, 'It has not been sent, and will not be.', 'Remove');
  }
  const detail =
    record.first && !record.first.done
      ? `${record.first.title} goes on at the service; what comes after it will not be sent.`
      : 'It goes on at the service: this cancels nothing.';
  return sure(services, `Remove "${name}"?`, detail, 'Remove');
}

/** The first of them that is in the tree: what was made, or else what it was made of. */
async function reveal(services: RowServices, candidates: readonly (string | undefined)[]): Promise<void> {
  const ids = candidates.filter((id) => id !== undefined);
  for (const id of ids) {
    if (await services.reveal(id)) {
      return;
    }
  }
  const [resource] = ids.slice(-1);
  if (resource === undefined) {
    throw gone();
  }
  throw new BackupError('It is not in the tree any more, or the subscription filter leaves it out.', {
    code: 'NotInTree',
    resource,
    remedies: ['Refresh the tree.', 'Check the setting azureBackup.subscriptions.'],
  });
}

function gone(): BackupError {
  return new BackupError('This job is not in the list any more.', { code: 'UnknownOperation', remedies: ['Refresh the panel.'] });
}

function nameOf(record: OperationRecord | undefined): string {
  return record ? `${record.title}, ${record.target.name}` : 'this job';
}

/** Lines to paste into a ticket. */
export function detailsText(record: OperationRecord | undefined, job: RecentJob | undefined): string {
  const about = record ?? job;
  if (!about) {
    throw gone();
  }
  const error = about.error;
  const line = (name: string, value: string | number | undefined): string[] => (value === undefined ? [] : [`${name}: ${value}`]);
  return [
    `${about.title}: ${statusLooks[about.status].word}`,
    ...line('Resource', about.target.name),
    ...line('Where', about.target.where),
    ...line('Resource id', about.target.id),
    ...line(containerWord(about.target), about.target.containerName),
    ...line('Started', record?.startedAt ?? record?.createdAt ?? job?.startedAt),
    ...line('Ended', about.endedAt),
    ...line('Job', record?.job?.id ?? job?.id),
    ...line('Outcome', record?.outcome),
    ...line('Error', error && `${error.message} (${error.code})`),
    ...line('Request id', error?.requestId ?? record?.trace.findLast((trace) => trace.requestId !== undefined)?.requestId),
    ...(about.warnings ?? []).flatMap((warning) => line('Warning', `${warning.message} (${warning.code})`)),
    ...[...(error ? [error] : []), ...(about.warnings ?? [])].flatMap(({ remedies = [] }) =>
      remedies.flatMap((remedy) => line('What to do', remedy)),
    ),
    ...statementsOf(about).flatMap(({ title, text }) => [`${title}:`, text]),
    ...block(
      'Properties',
      Object.entries(about.progress.properties ?? {}).map(([name, value]) => `${name.trim()}: ${value}`),
    ),
    ...block('Tasks', (about.progress.tasks ?? []).map(taskLine)),
    ...block('Steps', record ? stepsOf(record).map(({ at, text }) => `${new Date(at).toISOString()} ${text}`) : []),
    ...block('Requests', (record?.trace ?? []).map(requestLine)),
    '',
  ].join('\n');
}

function block(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
}

function taskLine({ name, status, percent, detail, duration }: OperationTask): string {
  const figures = [taskLooks[status].stateWord, percent === undefined ? '' : `${percent} %`, duration ?? '', detail ?? ''];
  return `${name}: ${figures.filter((figure) => figure !== '').join(', ')}`;
}

function requestLine({ at, method, path, status, ms, requestId }: RequestTrace): string {
  return `${at} ${method} ${path} ${status ?? 'no answer'} ${ms} ms${requestId === undefined ? '' : ` ${requestId}`}`;
}
