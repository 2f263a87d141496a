import type { RowView } from '../../../src/views/protocol.ts';
import { element, icon, setText } from './dom.ts';

/** `One of 10 started together: 3 succeeded, 1 failed, 6 running.`, with a button that shows these alone. */
export class BatchLine {
  readonly node = element('div', 'batch');
  readonly #text = element('span');
  readonly #button = element('button', 'link');
  /** What can be done with all of them at once. */
  readonly actions = element('span', 'batch-actions');
  #shown: string | undefined;

  constructor(onShow: (batchId: string) => void) {
    this.#button.type = 'button';
    this.#button.addEventListener('click', () => {
      if (this.#shown !== undefined) {
        onShow(this.#shown);
      }
    });
    this.node.append(icon('layers'), this.#text, this.#button, this.actions);
    this.node.hidden = true;
  }

  /** @param others rows of the same batch, the shown one among them */
  show(view: RowView, others: readonly RowView[], alone: boolean): void {
    this.node.hidden = view.batch === undefined;
    if (view.batch) {
      this.#shown = view.batch.id;
      setText(this.#text, `One of ${view.batch.size} started together: ${countsOf(others)}.`);
      setText(this.#button, 'Show these only');
      this.#button.hidden = alone;
    }
  }
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
