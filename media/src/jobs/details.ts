import type { BatchAction, DetailsView, FailureView, RowAction, RowView } from '../../../src/views/protocol.ts';
import { actionLooks } from './actionLooks.ts';
import { BatchLine } from './batchLine.ts';
import { factsOf, failureOf, heading, noteOf, stepsOf, taskOf, traceOf } from './detailParts.ts';
import { element, isolated, setClass, setText } from './dom.ts';
import { stateText } from './row.ts';
import { rowElapsed } from './times.ts';

/** A row and what stands beside it. */
type Shown = RowView & DetailsView;

/** What goes on with it stands out; what stops it does not. */
const primary: ReadonlySet<RowAction> = new Set(['retry', 'lookAgain', 'tryAgain', 'follow', 'followAgain']);

/** A part of the pane that is built anew only where what it shows has changed. */
class Part {
  readonly node = element('section');
  readonly #build: (view: Shown) => readonly Node[];
  readonly #of: (view: Shown) => unknown;
  #shown = '';

  constructor(className: string, of: (view: Shown) => unknown, build: (view: Shown) => readonly Node[]) {
    this.node.className = className;
    this.#of = of;
    this.#build = build;
  }

  update(view: Shown): void {
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
  readonly onShowRow: (id: string) => void;
  readonly onBatch: (action: BatchAction, batchId: string) => void;
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
  /** All but the head: hidden until what it shows has come. */
  readonly #rest = element('div', 'details-rest');
  readonly #body = element('div', 'details-body');
  readonly #empty = element('p', 'nothing', 'Select an operation or a job to see its tasks, times and requests.');
  #view: RowView | undefined;
  #details: DetailsView | undefined;

  constructor({ onAction, onCopy, onShowBatch, onShowRow, onBatch }: DetailsOptions) {
    this.#onAction = onAction;
    this.#batch = new BatchLine(onShowBatch, onBatch, onShowRow);
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
        'steps',
        (view) => view.steps,
        (view) => (view.steps.length === 0 ? [] : [heading('Steps'), stepsOf(view.steps)]),
      ),
      new Part(
        'facts',
        (view) => [view.facts, view.queued, view.startedAt, view.endedAt],
        (view) => [heading('Properties'), factsOf(view, view.facts)],
      ),
      new Part(
        'trace',
        (view) => view.trace,
        (view) => (view.trace.length === 0 ? [] : [heading('Requests'), traceOf(view.trace)]),
      ),
    ];
    const head = element('header', '', this.#heading, this.#sub, element('p', 'state-line', this.#state, this.#elapsed));
    this.#rest.append(this.#message, this.#batch.node, this.#buttons, this.#failure, ...this.#parts.map((part) => part.node));
    this.#body.append(head, this.#bar, this.#rest);
    this.node.append(this.#empty, this.#body);
    this.clear();
  }

  get shownId(): string | undefined {
    return this.#view?.id;
  }

  /** What can be done with the shown row; undefined until that is known. */
  get actions(): readonly RowAction[] | undefined {
    return this.#details?.actions;
  }

  clear(): void {
    this.#view = undefined;
    this.#details = undefined;
    this.#body.hidden = true;
    this.#empty.hidden = false;
  }

  /** What the list knows of it; the rest comes with `tell`. */
  show(view: RowView): void {
    if (this.#view?.id !== view.id) {
      this.#details = undefined;
      this.#rest.hidden = true;
      delete this.node.dataset['id'];
      this.fail(undefined);
      this.node.scrollTop = 0;
    }
    this.#view = view;
    this.#body.hidden = false;
    this.#empty.hidden = true;
    setText(this.#heading, view.target);
    this.#heading.dir = 'auto';
    setText(this.#state, stateText(view));
    setClass(this.#state, `state tone-${view.state}`);
    this.#bar.hidden = !view.active || view.queued === true;
    this.#bar.indeterminate = view.percent === undefined && view.moving;
    this.#bar.value = view.percent ?? 0;
    this.#update();
    this.tick(Date.now());
  }

  /**
   * Those of another row than the shown one come too late, and are left alone.
   * @returns true where tasks that were shown are gone: they came from a list, which has none
   */
  tell(details: DetailsView): boolean {
    if (this.#view?.id !== details.id) {
      return false;
    }
    const lost = details.tasks.length === 0 && (this.#details?.tasks.length ?? 0) > 0;
    this.#details = details;
    this.#rest.hidden = false;
    this.node.dataset['id'] = details.id;
    this.#update();
    return lost;
  }

  #update(): void {
    const [view, details] = [this.#view, this.#details];
    if (!view) {
      return;
    }
    const place = [details?.targetKind, view.where, view.vault === undefined ? undefined : `in ${view.vault}`];
    setText(this.#sub, [view.title, ...place].filter((part) => part !== undefined).join(' · '));
    if (!details) {
      return;
    }
    const left = details.remaining === undefined ? undefined : `about ${details.remaining} left`;
    setText(this.#message, view.active ? [details.message, left].filter(Boolean).join('; ') : '');
    this.#message.hidden = this.#message.textContent === '';
    const shown = { ...details, ...view };
    this.#showButtons(shown);
    this.#parts.forEach((part) => part.update(shown));
  }

  /** @param rows those that were started together with the shown one, if any; @param alone where they alone are in the list */
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
  #showButtons(view: Shown): void {
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
