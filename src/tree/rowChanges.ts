import type { Disposable } from '../core/events.ts';
import { levelKey } from './levelKeys.ts';
import { isNodeRow, type Row } from './rows.ts';
import type { TreeModel } from './treeModel.ts';

export interface RowChangesOptions {
  readonly model: Pick<TreeModel, 'children' | 'parent' | 'onDidChange'>;
  /** What VS Code is told: rows whose looks or children changed; undefined for all. */
  readonly tell: (rows: readonly Row[] | undefined) => void;
  /** Of a tree that nobody sees, VS Code asks for no rows. */
  readonly isVisible: () => boolean;
  /** Told of reading that is under way. */
  readonly onReading?: (reading: Promise<void>) => void;
  /** Milliseconds that changes are gathered before they are told: VS Code asks again for each. */
  readonly gatherMs?: number;
  /** Milliseconds that telling waits for rows to come at most. */
  readonly patienceMs?: number;
}

/**
 * Tells of changes together, and once the rows are there that VS Code will ask for. When it hears that a row changed, it
 * forgets at once all rows below, though it goes on showing them until it has them anew: whoever clicks one meanwhile
 * clicks nothing (`ExtHostTreeView` in VS Code's source). So what takes time is read before.
 */
export class RowChanges implements Disposable {
  readonly #options: Required<RowChangesOptions>;
  /** Keys of levels whose rows VS Code has asked for, and that were not closed since. */
  readonly #open = new Set<string>();
  readonly #changed = new Set<Row | undefined>();
  readonly #listening: Disposable;
  #timer: NodeJS.Timeout | undefined;
  #telling = false;

  constructor(options: RowChangesOptions) {
    this.#options = { gatherMs: 50, patienceMs: 1_500, onReading: () => undefined, ...options };
    this.#listening = options.model.onDidChange((row) => {
      this.#changed.add(row);
      if (!this.#telling) {
        this.#timer ??= setTimeout(() => void this.#tellAll(), this.#options.gatherMs);
      }
    });
  }

  noteAsked(row: Row | undefined): void {
    this.#open.add(keyOf(row));
  }

  noteClosed(row: Row): void {
    this.#open.delete(keyOf(row));
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#listening.dispose();
  }

  async #tellAll(): Promise<void> {
    this.#timer = undefined;
    this.#telling = true;
    const all = new Set<Row | undefined>();
    const deadline = Date.now() + this.#options.patienceMs;
    // What is read brings changes itself, such as the number in a group's row: they are told with it.
    while (this.#changed.size > 0) {
      const rows = [...this.#changed];
      this.#changed.clear();
      rows.forEach((row) => all.add(row));
      if (this.#options.isVisible()) {
        const reading = Promise.all(rows.map((row) => this.#read(row))).then(() => undefined);
        this.#options.onReading(reading);
        await Promise.race([reading, after(deadline - Date.now())]);
      }
    }
    this.#telling = false;
    const some = [...all].filter((row) => row !== undefined);
    this.#options.tell(some.length < all.size ? undefined : some);
  }

  /** The levels at and below a row that stand open. `children` never rejects. */
  async #read(row: Row | undefined): Promise<void> {
    if (this.#isShown(row)) {
      const rows = await this.#options.model.children(row);
      await Promise.all(rows.filter(isNodeRow).map((one) => this.#read(one)));
    }
  }

  #isShown(row: Row | undefined): boolean {
    for (let at = row; at; at = this.#options.model.parent(at)) {
      if (!this.#open.has(keyOf(at))) {
        return false;
      }
    }
    return this.#open.has(keyOf(undefined));
  }
}

function keyOf(row: Row | undefined): string {
  return row === undefined || isNodeRow(row) ? levelKey(row) : row.key;
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.max(0, ms)).unref?.();
  });
}
