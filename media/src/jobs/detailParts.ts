/** What the parts of the details are made of. */
import { elapsedText } from '../../../src/views/elapsed.ts';
import type { DetailsView, FailureView, NoteView, RowView, StepView, TaskView, TraceView } from '../../../src/views/protocol.ts';
import { element, icon, isolated } from './dom.ts';
import { statementOf } from './statement.ts';
import { momentText, secondText, wholeMomentText } from './times.ts';

export function heading(text: string): HTMLElement {
  return element('h3', '', text);
}

export function noteOf(note: NoteView): HTMLElement {
  const now = Date.now();
  const since = note.since === undefined ? '' : ` Since ${momentText(note.since, now)}.`;
  const next = note.nextAt === undefined ? '' : ` Asking again at ${secondText(note.nextAt)}.`;
  const decides = note.decidesAt === undefined ? '' : ` Not before ${secondText(note.decidesAt)}.`;
  return element('div', `note note-${note.tone}`, icon(note.tone), element('p', '', isolated(note.text), since + next + decides));
}

export function failureOf(failure: FailureView, tone: 'error' | 'warning', onCopy?: (at: number) => Promise<boolean>): HTMLElement {
  const ids = [
    failure.code,
    ...(failure.status === undefined ? [] : [`HTTP ${failure.status}`]),
    ...(failure.requestId === undefined ? [] : [`request ${failure.requestId}`]),
  ];
  return element(
    'div',
    `note note-${tone}`,
    icon(tone),
    element(
      'div',
      '',
      element('p', '', isolated(failure.message)),
      ...(failure.remedies.length === 0
        ? []
        : [element('ul', 'remedies', ...failure.remedies.map((remedy) => element('li', '', isolated(remedy))))]),
      ...(failure.statement && onCopy ? [statementOf(failure.statement, onCopy)] : []),
      element('p', 'ids', isolated(ids.join(' · '))),
    ),
  );
}

const taskIcons: Readonly<Record<TaskView['state'], string>> = {
  notStarted: 'circle-large',
  running: 'loading',
  waiting: 'loading',
  succeeded: 'pass',
  warning: 'warning',
  failed: 'error',
  cancelled: 'circle-slash',
  skipped: 'debug-step-over',
  unknown: 'question',
};

export function taskOf(task: TaskView): HTMLElement {
  const mark = icon(taskIcons[task.state]);
  mark.classList.add(`tone-${task.state}`);
  mark.classList.toggle('spin', task.state === 'running');
  const said = [
    task.stateWord,
    ...(task.percent === undefined ? [] : [`${task.percent} %`]),
    ...(task.duration === undefined ? [] : [task.duration]),
    ...(task.detail === undefined ? [] : [task.detail]),
  ];
  const about = element('div', 'task-about', isolated(task.name, 'task-name'), isolated(said.join(' · '), 'task-said'));
  if (task.state === 'running' && task.percent !== undefined) {
    const bar = element('vscode-progress-bar', 'task-bar');
    bar.value = task.percent;
    // The figure stands beside the name.
    bar.setAttribute('aria-hidden', 'true');
    about.append(bar);
  }
  return element('li', '', mark, about);
}

export function factsOf(view: RowView, facts: DetailsView['facts']): HTMLElement {
  const times: (readonly [string, string])[] = [
    ...(view.startedAt === 0 ? [] : [[view.queued ? 'Queued' : 'Started', wholeMomentText(view.startedAt)] as const]),
    ...(view.endedAt === undefined ? [] : [['Ended', wholeMomentText(view.endedAt)] as const]),
  ];
  return element(
    'dl',
    '',
    ...[...times, ...facts].flatMap(([name, value]) => [element('dt', '', isolated(name.trim())), element('dd', '', isolated(value))]),
  );
}

/** The moments that it went through, in the viewer's time zone, with how long after the first each was. */
export function stepsOf(steps: readonly StepView[]): HTMLElement {
  const [first] = steps;
  return element(
    'ol',
    '',
    ...steps.map((step) => {
      const mark = icon(step.icon);
      mark.classList.add(`tone-${step.state}`);
      const time = element('time', 'step-at', secondText(step.at));
      time.dateTime = new Date(step.at).toISOString();
      time.title = wholeMomentText(step.at);
      const after = first === undefined || step === first ? '' : `after ${elapsedText(step.at - first.at)}`;
      return element('li', '', mark, time, isolated(step.text, 'step-text'), element('span', 'step-after', after));
    }),
  );
}

export function traceOf(trace: readonly TraceView[]): HTMLElement {
  const rows = [...trace].reverse().map((each) => {
    const status = element(
      'td',
      each.status === undefined || each.status >= 400 ? 'tone-failed' : '',
      each.status === undefined ? 'no answer' : String(each.status),
    );
    const id = each.requestId === undefined ? [] : [isolated(each.requestId, 'request-id')];
    const path = element('td', 'path', isolated(shortPath(each.path)), ...id);
    path.title = each.path;
    return element(
      'tr',
      '',
      element('td', '', secondText(each.at)),
      element('td', '', each.method),
      status,
      element('td', 'ms', `${each.ms} ms`),
      path,
    );
  });
  const names = ['Time', 'Method', 'Status', 'Took', 'Path and request id'].map((name) => {
    const cell = element('th', '', name);
    cell.scope = 'col';
    return cell;
  });
  return element('table', '', element('thead', '', element('tr', '', ...names)), element('tbody', '', ...rows));
}

/** The end of a path tells what was asked; the whole stands in its tooltip. */
function shortPath(path: string): string {
  const parts = path.split('/').filter(Boolean);
  return parts.length <= 3 ? path : `…/${parts.slice(-3).join('/')}`;
}
