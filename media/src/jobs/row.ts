import type { RowView } from '../../../src/views/protocol.ts';
import { element, setAttribute, setClass, setText } from './dom.ts';
import { momentText, rowElapsed, wholeMomentText } from './times.ts';

/** One row of the list. Made once; later only what differs is changed. */
export class Row {
  readonly node: HTMLElement;
  view: RowView;
  readonly #icon = element('span');
  readonly #title = element('bdi', 'row-title');
  readonly #target = element('bdi', 'row-target');
  readonly #vault = element('bdi', 'row-vault');
  readonly #state = element('span', 'row-state');
  readonly #started = element('time', 'row-started');
  readonly #elapsed = element('span', 'row-elapsed');
  readonly #bar = element('vscode-progress-bar', 'row-bar');

  constructor(view: RowView, domId: string) {
    this.view = view;
    this.#icon.setAttribute('aria-hidden', 'true');
    this.#bar.setAttribute('aria-hidden', 'true');
    this.node = element(
      'div',
      'row',
      this.#icon,
      element('div', 'row-line', element('div', 'row-names', this.#target, this.#title), element('div', 'row-right', this.#state)),
      element('div', 'row-line', element('div', 'row-where', this.#vault), element('div', 'row-times', this.#started, this.#elapsed)),
      this.#bar,
    );
    this.node.id = domId;
    this.node.setAttribute('role', 'option');
    this.node.setAttribute('aria-selected', 'false');
    this.node.dataset['id'] = view.id;
    this.update(view);
  }

  update(view: RowView): void {
    this.view = view;
    const now = Date.now();
    setClass(this.#icon, `row-icon tone-${view.state} codicon codicon-${view.icon}${view.moving ? ' spin' : ''}`);
    setText(this.#title, view.title);
    setText(this.#target, view.target);
    setText(this.#vault, [view.where, view.vault].filter(Boolean).join(' · '));
    setText(this.#state, stateText(view));
    setClass(this.#state, `row-state tone-${view.state}`);
    setText(this.#started, momentText(view.startedAt, now));
    setAttribute(
      this.#started,
      'title',
      view.startedAt === 0 ? undefined : `${view.queued ? 'Queued' : 'Started'} ${wholeMomentText(view.startedAt)}`,
    );
    setAttribute(this.node, 'aria-label', labelOf(view));
    this.#bar.hidden = !view.active || view.queued === true;
    this.#bar.classList.toggle('still', !view.moving);
    this.#bar.indeterminate = view.percent === undefined && view.moving;
    this.#bar.value = view.percent ?? 0;
    this.tick(now);
  }

  /** The clock went on. */
  tick(nowMs: number): void {
    setText(this.#elapsed, rowElapsed(this.view, nowMs));
  }

  /** What the filter box looks in. */
  get searchText(): string {
    const { title, target, where, vault, stateWord, targetKind, facts } = this.view;
    return [title, target, where ?? '', vault ?? '', stateWord, targetKind, ...facts.map(([, value]) => value)]
      .join('\n')
      .toLocaleLowerCase();
  }
}

export function stateText(view: RowView): string {
  return view.percent === undefined ? view.stateWord : `${view.stateWord}, ${view.percent} %`;
}

/** Without the elapsed time: a label that changes each second would never stop being read. */
function labelOf(view: RowView): string {
  return [
    view.target,
    ...(view.where === undefined ? [] : [view.where]),
    view.title,
    stateText(view),
    ...(view.vault === undefined ? [] : [`in ${view.vault}`]),
  ].join(', ');
}
