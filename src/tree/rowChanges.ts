import { setTimeout as after } from 'node:timers/promises';
import type { Disposable } from '../core/events.ts';
import { GivenRows, keyOf } from './givenRows.ts';
import { isNodeRow, type Row } from './rows.ts';
import type { TreeModel } from './treeModel.ts';

export interface RowChangesOptions {
  readonly model: Pick<TreeModel, 'children' | 'parent' | 'onDidChange' | 'filterText'>;
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
 * clicks nothing (`ExtHostTreeView` in VS Code's source). So what takes time is read before, and of a row below which
 * all is as VS Code has it, it hears nothing: the end of an operation, which has a whole vault read anew, mostly changes
 * the looks of one row.
 */
export class RowChanges implements Disposable {
  readonly #options: Required<RowChangesOptions>;
  /** Keys of levels whose rows VS Code has asked for, and that were not closed since. */
  readonly #open = new Set<string>();
  readonly #given = new GivenRows();
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

  /** VS Code asks for a level. @returns to be called with what it is given */
  noteAsked(row: Row | undefined): (rows: readonly Row[]) => void {
    this.#open.add(keyOf(row));
    const given = this.#given.ask(row);
    // A filter opens rows that hold what it finds, which no looks tell.
    return (rows) => given(this.#options.model.filterText === undefined ? rows : undefined);
  }

  /** VS Code takes a row as it is now: with its level, or alone after it was told of it. */
  noteTaken(row: Row): void {
    this.#given.take(row);
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
    const now = new Map<string, readonly Row[]>();
    let isRead = true;
    // What is read brings changes itself, such as the number in a group's row: they are told with it.
    while (this.#changed.size > 0) {
      const rows = [...this.#changed];
      this.#changed.clear();
      rows.forEach((row) => all.add(row));
      if (this.#options.isVisible()) {
        // What cannot be read shows so to VS Code, which asks for it itself once it is told.
        const reading = Promise.all(rows.map((row) => this.#read(row, now))).then(
          () => true,
          () => false,
        );
        this.#options.onReading(reading.then(() => undefined));
        isRead = (await Promise.race([reading, after(Math.max(0, deadline - Date.now()), undefined, { ref: false })])) === true && isRead;
      } else {
        isRead = false;
      }
    }
    this.#telling = false;
    const { model } = this.#options;
    const isComparable = isRead && model.filterText === undefined;
    const told = new Set(isComparable ? [...all].flatMap((row) => this.#given.differing(row, row && model.parent(row), now)) : all);
    const some = [...told].filter((row) => row !== undefined);
    if (told.size > 0) {
      this.#given.tell(some);
      this.#options.tell(some.length < told.size ? undefined : some);
    }
  }

  /** The levels at and below a row that stand open. @throws what `children` throws */
  async #read(row: Row | undefined, now: Map<string, readonly Row[]>): Promise<void> {
    if (this.#isShown(row)) {
      const rows = await this.#options.model.children(row);
      now.set(keyOf(row), rows);
      await Promise.all(rows.filter(isNodeRow).map((one) => this.#read(one, now)));
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
