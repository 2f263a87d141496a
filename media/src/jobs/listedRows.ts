/** The rows of the list and the lines that follow from them. Free of DOM. */
import type { RowView } from '../../../src/views/protocol.ts';
import { allRows, arrange, moves, place, type Arrangement, type Placed } from './arrange.ts';
import { Lines, type Heights } from './lines.ts';

export class ListedRows {
  readonly #onLines: (now: Lines, before: Lines) => void;
  readonly #rows = new Map<string, Placed>();
  #arrangement: Arrangement = { filter: allRows, group: 'none', sort: 'newest', folded: new Set() };
  #heights: Heights = { row: 50, group: 28 };
  #lines = new Lines([], this.#heights);
  /** The lines do not follow from the rows any more, and are to be made anew: when they are next asked for, or with the next second. */
  #isStale = false;
  #isStaleOfFigures = false;
  #came = 0;

  /** @param onLines called where lines were made anew */
  constructor(onLines: (now: Lines, before: Lines) => void) {
    this.#onLines = onLines;
  }

  get size(): number {
    return this.#rows.size;
  }

  get views(): RowView[] {
    return [...this.#rows.values()].map(({ view }) => view);
  }

  get arrangement(): Arrangement {
    return this.#arrangement;
  }

  set arrangement(arrangement: Arrangement) {
    this.#arrangement = arrangement;
    this.#isStale = true;
  }

  get heights(): Heights {
    return this.#heights;
  }

  set heights(heights: Heights) {
    if (heights.row !== this.#heights.row || heights.group !== this.#heights.group) {
      this.#heights = heights;
      this.#isStale = true;
    }
  }

  get isFlat(): boolean {
    return this.#arrangement.group === 'none';
  }

  /** How many rows the filter lets through, folded away or not. */
  get shownCount(): number {
    const { all } = this.lines;
    return this.isFlat ? all.length : all.reduce((sum, line) => sum + (line.kind === 'group' ? line.rows.length : 0), 0);
  }

  /** As they follow from the rows now. */
  get lines(): Lines {
    if (this.#isStale) {
      this.#isStale = this.#isStaleOfFigures = false;
      const before = this.#lines;
      this.#lines = new Lines(arrange(this.#rows.values(), this.#arrangement), this.#heights);
      this.#onLines(this.#lines, before);
    }
    return this.#lines;
  }

  /** As they were when they were last made: what a person has before them. */
  get seenLines(): Lines {
    return this.#lines;
  }

  view(id: string): RowView | undefined {
    return this.#rows.get(id)?.view;
  }

  upsert(view: RowView): void {
    const known = this.#rows.get(view.id);
    const now = place(view, known?.came ?? ++this.#came);
    if (!known) {
      this.#rows.set(view.id, now);
      this.#isStale = true;
      return;
    }
    if (moves(known, now, this.#arrangement)) {
      // Rows that change places with every figure could not be read.
      const ofFigures = this.#arrangement.sort === 'progress' && !moves(known, now, { ...this.#arrangement, sort: 'newest' });
      this.#isStaleOfFigures ||= ofFigures;
      this.#isStale ||= !ofFigures;
    }
    // The lines hold it already.
    Object.assign(known, now);
  }

  remove(id: string): void {
    this.#isStale = this.#rows.delete(id) || this.#isStale;
  }

  /** Another second has begun. @returns true where rows change places for their figures now */
  tick(): boolean {
    this.#isStale ||= this.#isStaleOfFigures;
    return this.#isStaleOfFigures;
  }
}
