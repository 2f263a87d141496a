import type { RowView } from '../../../src/views/protocol.ts';
import type { RowLine } from './arrange.ts';
import { element, setAttribute, setClass, setText } from './dom.ts';
import { placeNode, type LineNode } from './lineNode.ts';
import { momentText, rowElapsed, wholeMomentText } from './times.ts';

export interface RowLooks {
  readonly isSelected: boolean;
  /** The focus of the list is on it. */
  readonly isActive: boolean;
  readonly isInGroup: boolean;
}

/** One row of the list. Made once, and used again for another one when it is scrolled out; only what differs is changed. */
export class Row implements LineNode {
  readonly node: HTMLElement;
  #view: RowView | undefined;
  readonly #icon = element('span');
  readonly #title = element('bdi', 'row-title');
  readonly #target = element('bdi', 'row-target');
  readonly #vault = element('bdi', 'row-vault');
  readonly #state = element('span', 'row-state');
  readonly #started = element('time', 'row-started');
  readonly #elapsed = element('span', 'row-elapsed');
  readonly #bar = element('vscode-progress-bar', 'row-bar');

  constructor(domId: string) {
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
  }

  get view(): RowView {
    if (!this.#view) {
      throw new Error('A row shows nothing before its first update.');
    }
    return this.#view;
  }

  update(line: RowLine, top: number, { isSelected, isActive, isInGroup }: RowLooks): void {
    const { view } = line.row;
    if (view !== this.#view) {
      this.#view = view;
      this.#show(view);
    }
    setAttribute(this.node, 'role', isInGroup ? 'treeitem' : 'option');
    setAttribute(this.node, 'aria-level', isInGroup ? '2' : undefined);
    setAttribute(this.node, 'aria-selected', String(isSelected));
    setClass(this.node, isActive ? 'row active' : 'row');
    placeNode(this.node, line, top);
  }

  /** The clock went on. */
  tick(nowMs: number): void {
    setText(this.#elapsed, rowElapsed(this.view, nowMs));
  }

  #show(view: RowView): void {
    const now = Date.now();
    setAttribute(this.node, 'data-id', view.id);
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
