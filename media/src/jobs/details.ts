import type { FailureView, NoteView, RowAction, RowView, TaskView, TraceView } from '../../../src/views/protocol.ts';
import { BatchLine } from './batchLine.ts';
import { element, icon, isolated, setClass, setText } from './dom.ts';
import { stateText } from './row.ts';
import { statementOf } from './statement.ts';
import { momentText, rowElapsed, secondText, wholeMomentText } from './times.ts';

const actionLooks: Readonly<Record<RowAction, { readonly label: (view: RowView) => string; readonly icon: string }>> = {
  cancel: { label: (view) => (view.queued ? 'Cancel' : 'Cancel Job'), icon: 'debug-stop' },
  retry: { label: () => 'Ask Now', icon: 'refresh' },
  lookAgain: { label: () => 'Look Again', icon: 'search' },
  follow: { label: () => 'Follow', icon: 'eye' },
  openInTree: { label: () => 'Show in Tree', icon: 'list-tree' },
  openJson: { label: () => 'View JSON', icon: 'json' },
  copy: { label: () => 'Copy Details', icon: 'copy' },
  remove: { label: (view) => (view.active && !view.queued ? 'Stop Following' : 'Remove from List'), icon: 'close' },
};
/** What goes on with it stands out; what stops it does not. */
const primary: ReadonlySet<RowAction> = new Set(['retry', 'lookAgain', 'follow']);

/** A part of the pane that is built anew only where what it shows has changed. */
class Part {
  readonly node = element('section');
  readonly #build: (view: RowView) => readonly Node[];
  readonly #of: (view: RowView) => unknown;
  #shown = '';

  constructor(className: string, of: (view: RowView) => unknown, build: (view: RowView) => readonly Node[]) {
    this.node.className = className;
    this.#of = of;
    this.#build = build;
  }

  update(view: RowView): void {
    const text = JSON.stringify(this.#of(view) ?? null);
    if (text !== this.#shown) {
      this.#shown = text;
      const built = this.#build(view);
      this.node.replaceChildren(...built);
      this.node.hidden = built.length === 0;
    }
  }
}

export interface DetailsOptions {
  readonly onAction: (action: RowAction, view: RowView) => void;
  /** Resolves with whether the statement is in the clipboard. */
  readonly onCopy: (view: RowView, at: number) => Promise<boolean>;
  readonly onShowBatch: (batchId: string) => void;
}

export class Details {
  readonly node = element('div', 'details');
  readonly #onAction: DetailsOptions['onAction'];
  readonly #batch: BatchLine;
  readonly #heading = element('h2');
  readonly #sub = element('p', 'sub');
  readonly #state = element('span', 'state');
  readonly #elapsed = element('span', 'elapsed');
  readonly #bar = element('vscode-progress-bar');
  readonly #message = element('p', 'message');
  readonly #buttons = element('div', 'buttons');
  readonly #failure = element('div', 'ask-failure');
  readonly #parts: readonly Part[];
  readonly #body = element('div', 'details-body');
  readonly #empty = element('p', 'nothing', 'Select an operation or a job to see its tasks, times and requests.');
  #view: RowView | undefined;

  constructor({ onAction, onCopy, onShowBatch }: DetailsOptions) {
    this.#onAction = onAction;
    this.#batch = new BatchLine(onShowBatch);
    const copy = (view: RowView) => (at: number) => onCopy(view, at);
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', 'Details');
    this.node.tabIndex = -1;
    this.#failure.setAttribute('role', 'alert');
    this.#bar.ariaLabel = 'Progress';
    this.#parts = [
      new Part(
        'notes',
        (view) => view.notes,
        (view) => view.notes.map(noteOf),
      ),
      new Part(
        'failure',
        (view) => [view.id, view.error],
        (view) => (view.error ? [failureOf(view.error, 'error', copy(view))] : []),
      ),
      new Part(
        'warnings',
        (view) => [view.id, view.warnings],
        (view) => view.warnings.map((warning) => failureOf(warning, 'warning', copy(view))),
      ),
      new Part(
        'outcome',
        (view) => view.outcome,
        (view) => (view.outcome === undefined ? [] : [heading('Outcome'), element('p', '', isolated(view.outcome))]),
      ),
      new Part(
        'tasks',
        (view) => view.tasks,
        (view) => (view.tasks.length === 0 ? [] : [heading('Tasks'), element('ul', '', ...view.tasks.map(taskOf))]),
      ),
      new Part(
        'facts',
        (view) => [view.facts, view.queued, view.startedAt, view.endedAt, view.remaining],
        (view) => [heading('Properties'), factsOf(view)],
      ),
      new Part(
        'trace',
        (view) => view.trace,
        (view) => (view.trace.length === 0 ? [] : [heading('Requests'), traceOf(view.trace)]),
      ),
    ];
    const head = element('header', '', this.#heading, this.#sub, element('p', 'state-line', this.#state, this.#elapsed));
    this.#body.append(
      head,
      this.#bar,
      this.#message,
      this.#batch.node,
      this.#buttons,
      this.#failure,
      ...this.#parts.map((part) => part.node),
    );
    this.node.append(this.#empty, this.#body);
    this.clear();
  }

  get shownId(): string | undefined {
    return this.#view?.id;
  }

  clear(): void {
    this.#view = undefined;
    this.#body.hidden = true;
    this.#empty.hidden = false;
  }

  show(view: RowView): void {
    const other = this.#view?.id !== view.id;
    this.#view = view;
    this.#body.hidden = false;
    this.#empty.hidden = true;
    setText(this.#heading, view.target);
    this.#heading.dir = 'auto';
    setText(
      this.#sub,
      [
        view.title,
        view.targetKind,
        ...(view.where === undefined ? [] : [view.where]),
        ...(view.vault === undefined ? [] : [`in ${view.vault}`]),
      ].join(' · '),
    );
    setText(this.#state, stateText(view));
    setClass(this.#state, `state tone-${view.state}`);
    this.#bar.hidden = !view.active || view.queued === true;
    this.#bar.indeterminate = view.percent === undefined && view.moving;
    this.#bar.value = view.percent ?? 0;
    setText(
      this.#message,
      view.active
        ? [view.message, view.remaining === undefined ? undefined : `about ${view.remaining} left`].filter(Boolean).join('; ')
        : '',
    );
    this.#message.hidden = this.#message.textContent === '';
    if (other) {
      this.fail(undefined);
      this.node.scrollTop = 0;
    }
    this.#showButtons(view);
    this.#parts.forEach((part) => part.update(view));
    this.tick(Date.now());
  }

  /** @param rows those that were started together with the shown one; @param alone where they alone are in the list */
  showBatch(rows: readonly RowView[], alone: boolean): void {
    if (this.#view) {
      this.#batch.show(this.#view, rows, alone);
    }
  }

  get batchId(): string | undefined {
    return this.#view?.batch?.id;
  }

  /** Why what a button asked for was not done; undefined takes it away. */
  fail(failure: FailureView | undefined): void {
    this.#failure.replaceChildren(...(failure ? [failureOf(failure, 'error')] : []));
  }

  tick(nowMs: number): void {
    if (this.#view) {
      const elapsed = rowElapsed(this.#view, nowMs);
      setText(this.#elapsed, elapsed === '' ? '' : this.#view.active ? `for ${elapsed}` : `after ${elapsed}`);
    }
  }

  /** Buttons stay the same elements, so that a step of the job does not take the focus from one. */
  #showButtons(view: RowView): void {
    const known = new Map([...this.#buttons.children].map((node) => [(node as HTMLElement).dataset['action'], node as HTMLElement]));
    const hadFocus = [...known.values()].some((node) => node === document.activeElement);
    for (const [action, node] of known) {
      if (!view.actions.includes(action as RowAction)) {
        node.remove();
      }
    }
    view.actions.forEach((action, at) => {
      const node = known.get(action) ?? this.#button(action);
      setText(node, actionLooks[action].label(view));
      if (this.#buttons.children[at] !== node) {
        this.#buttons.insertBefore(node, this.#buttons.children[at] ?? null);
      }
    });
    if (hadFocus && !this.#buttons.contains(document.activeElement)) {
      this.node.focus();
    }
  }

  #button(action: RowAction): HTMLElement {
    const button = element('vscode-button');
    button.dataset['action'] = action;
    button.icon = actionLooks[action].icon;
    button.secondary = !primary.has(action);
    button.addEventListener('click', () => {
      if (this.#view) {
        this.fail(undefined);
        this.#onAction(action, this.#view);
      }
    });
    return button;
  }
}

function heading(text: string): HTMLElement {
  return element('h3', '', text);
}

function noteOf(note: NoteView): HTMLElement {
  const now = Date.now();
  const since = note.since === undefined ? '' : ` Since ${momentText(note.since, now)}.`;
  const next = note.nextAt === undefined ? '' : ` Asking again at ${secondText(note.nextAt)}.`;
  const decides = note.decidesAt === undefined ? '' : ` Not before ${secondText(note.decidesAt)}.`;
  return element('div', `note note-${note.tone}`, icon(note.tone), element('p', '', isolated(note.text), since + next + decides));
}

function failureOf(failure: FailureView, tone: 'error' | 'warning', onCopy?: (at: number) => Promise<boolean>): HTMLElement {
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

function taskOf(task: TaskView): HTMLElement {
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

function factsOf(view: RowView): HTMLElement {
  const times: (readonly [string, string])[] = [
    ...(view.startedAt === 0 ? [] : [[view.queued ? 'Queued' : 'Started', wholeMomentText(view.startedAt)] as const]),
    ...(view.endedAt === undefined ? [] : [['Ended', wholeMomentText(view.endedAt)] as const]),
  ];
  return element(
    'dl',
    '',
    ...[...times, ...view.facts].flatMap(([name, value]) => [element('dt', '', isolated(name.trim())), element('dd', '', isolated(value))]),
  );
}

function traceOf(trace: readonly TraceView[]): HTMLElement {
  const rows = [...trace].reverse().map((each) => {
    const status = element(
      'td',
      each.status === undefined || each.status >= 400 ? 'tone-failed' : '',
      each.status === undefined ? 'no answer' : String(each.status),
    );
    const path = element('td', 'path', isolated(shortPath(each.path)));
    path.title = each.requestId === undefined ? each.path : `${each.path}\nrequest ${each.requestId}`;
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
  const names = ['Time', 'Method', 'Status', 'Took', 'Path'].map((name) => {
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
