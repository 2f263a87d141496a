import type { BatchAction, RowView } from '../../../src/views/protocol.ts';
import { element, icon, setClass, setText } from './dom.ts';

/**
 * `One of 10 started together: 3 succeeded, 1 failed, 6 running. 1 was tried again since.`, with a button that shows these
 * alone. Of one that was started alone, `It was started again since.`, with a button that goes there.
 */
export class BatchLine {
  readonly node = element('div', 'batch');
  readonly #text = element('span');
  readonly #button = element('button', 'link');
  /** What can be done with all of them at once. */
  readonly actions = element('span', 'batch-actions');
  #shown: string | undefined;

  readonly #retry = element('button', 'link', 'Retry the failed');
  readonly #cancel = element('button', 'link', 'Cancel those not sent');
  readonly #newer = element('button', 'link', 'Show the newer one');
  readonly #icon = icon('layers');
  #newerId: string | undefined;

  constructor(
    onShow: (batchId: string) => void,
    onAction: (action: BatchAction, batchId: string) => void,
    onShowRow: (id: string) => void,
  ) {
    for (const [action, button] of [
      ['retryFailed', this.#retry],
      ['cancelUnsent', this.#cancel],
    ] as const) {
      button.type = 'button';
      button.hidden = true;
      button.dataset['batchAction'] = action;
      button.addEventListener('click', () => {
        if (this.#shown !== undefined) {
          onAction(action, this.#shown);
        }
      });
      this.actions.append(button);
    }
    this.#button.type = 'button';
    this.#button.addEventListener('click', () => {
      if (this.#shown !== undefined) {
        onShow(this.#shown);
      }
    });
    this.#newer.type = 'button';
    this.#newer.addEventListener('click', () => {
      if (this.#newerId !== undefined) {
        onShowRow(this.#newerId);
      }
    });
    this.node.append(this.#icon, element('div', 'batch-said', this.#text, ' ', this.#newer, ' ', this.#button, ' ', this.actions));
    this.node.hidden = true;
  }

  /** @param others rows of the same batch, the shown one among them */
  show(view: RowView, others: readonly RowView[], alone: boolean): void {
    const focused = [this.#retry, this.#cancel].find((button) => button === document.activeElement);
    const { batch } = view;
    const together = batch && batch.size > 1 ? batch : undefined;
    const text = together ? `One of ${together.size} started together: ${countsOf(others)}.${triedAgain(others)}` : aloneText(view);
    this.#shown = together?.id;
    this.#newerId = together ? undefined : view.triedBy;
    this.node.hidden = text === '';
    setClass(this.#icon, `codicon codicon-${together ? 'layers' : 'debug-restart'}`);
    setText(this.#text, text);
    setText(this.#button, 'Show these only');
    this.#newer.hidden = this.#newerId === undefined;
    this.#button.hidden = alone || !together;
    this.#retry.hidden = !together || !others.some(({ retry }) => retry === 'open');
    this.#cancel.hidden = !together || !others.some(({ unsent }) => unsent);
    if (focused?.hidden) {
      // What was pressed may have nothing left to do: the keyboard stays in the details.
      this.node.closest<HTMLElement>('.details')?.focus();
    }
  }
}

function aloneText({ batch, retry }: RowView): string {
  return [...(batch ? ['Another try.'] : []), ...(retry === 'made' ? ['It was started again since.'] : [])].join(' ');
}

/** Their failure stands there still, and is no call to do anything. */
function triedAgain(rows: readonly RowView[]): string {
  const count = rows.filter(({ retry }) => retry === 'made').length;
  return count === 0 ? '' : ` ${count} ${count === 1 ? 'was' : 'were'} tried again since.`;
}

const order: readonly RowView['state'][] = ['succeeded', 'warning', 'failed', 'unknown', 'cancelled', 'running', 'waiting'];

/** `3 succeeded, 1 failed, 6 running`, in the same order at every step. */
function countsOf(rows: readonly RowView[]): string {
  const counts = new Map<string, number>();
  for (const row of [...rows].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))) {
    const word = row.active ? 'running' : row.stateWord.toLowerCase();
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
}
