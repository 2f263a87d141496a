import { levelKey } from './levelKeys.ts';
import { isNodeRow, looksOf, type Row } from './rows.ts';

interface Given {
  readonly row: Row;
  /** Undefined where it cannot be told whether another row looks the same. */
  readonly looks: string | undefined;
}

/** What VS Code has of each level: so that it is told only of what it does not have. */
export class GivenRows {
  /** By the key of the level; 'unknown' while it asks, and where what it has cannot be compared. */
  readonly #levels = new Map<string, readonly Given[] | 'unknown'>();
  readonly #asked = new Map<string, number>();
  /** Rows that VS Code was told of: it takes each alone, and asks for no level. */
  readonly #told = new WeakSet<Row>();
  /** What such a row looked like when VS Code took it. */
  readonly #taken = new WeakMap<Row, string | undefined>();

  /** VS Code asks for a level. @returns to be called with what it is given, undefined where that cannot be compared */
  ask(row: Row | undefined): (rows: readonly Row[] | undefined) => void {
    const key = keyOf(row);
    const number = (this.#asked.get(key) ?? 0) + 1;
    this.#asked.set(key, number);
    this.#levels.set(key, 'unknown');
    return (rows) => {
      // Where it asks twice at a time, it takes the later answer.
      if (rows && this.#asked.get(key) === number) {
        rows.forEach((one) => this.#taken.delete(one));
        this.#levels.set(
          key,
          rows.map((one) => ({ row: one, looks: looksOfRow(one) })),
        );
      }
    };
  }

  tell(rows: readonly Row[]): void {
    rows.forEach((row) => this.#told.add(row));
  }

  /** VS Code takes a row as it is now: to show it, or to show where it is, which is no matter here. */
  take(row: Row): void {
    if (this.#told.delete(row)) {
      this.#taken.set(row, looksOfRow(row));
    }
  }

  /**
   * The row itself where it, or which rows stand below it, is not as VS Code has it; else those below of which that is so.
   * @param row undefined: all
   * @param above the row that it stands below
   * @param now the rows of each level that stands open, by its key
   */
  differing(row: Row | undefined, above: Row | undefined, now: ReadonlyMap<string, readonly Row[]>): readonly (Row | undefined)[] {
    const level = row && this.#levels.get(keyOf(above));
    const given = level === 'unknown' ? undefined : level?.find((one) => one.row === row);
    return row !== undefined && (given === undefined || this.#differs(given, row)) ? [row] : this.#below(row, now);
  }

  #below(row: Row | undefined, now: ReadonlyMap<string, readonly Row[]>): readonly (Row | undefined)[] {
    const key = keyOf(row);
    const had = this.#levels.get(key);
    const has = now.get(key);
    if (had === undefined) {
      // It never asked, and has nothing there that could be wrong.
      return row === undefined ? [row] : [];
    }
    // One that was closed meanwhile is not read: it has to be asked for anew once it is opened.
    if (had === 'unknown' || has === undefined || had.length !== has.length || !had.every((one, at) => this.#isSame(one, has[at]))) {
      return [row];
    }
    return had.flatMap((one, at) => {
      const stands = has[at];
      if (stands === undefined || !isNodeRow(stands)) {
        return [];
      }
      return this.#differs(one, stands) ? [stands] : this.#below(stands, now);
    });
  }

  /** A node's row stays the same object, whatever it shows; what stands in for nodes is made anew each time. */
  #isSame(given: Given, row: Row | undefined): boolean {
    return row !== undefined && (isNodeRow(row) ? given.row === row : given.row.key === row.key && !this.#differs(given, row));
  }

  #differs(given: Given, row: Row): boolean {
    const looks = this.#taken.has(given.row) ? this.#taken.get(given.row) : given.looks;
    return looks === undefined || looks !== looksOfRow(row);
  }
}

export function keyOf(row: Row | undefined): string {
  return row === undefined || isNodeRow(row) ? levelKey(row) : row.key;
}

function looksOfRow(row: Row): string | undefined {
  switch (row.type) {
    case 'node':
      return `${looksOf(row.node)}${row.node.expanded === true ? ' open' : ''}`;
    case 'empty':
      return JSON.stringify([row.type, row.empty, row.subject?.key, row.argument]);
    case 'loadMore':
      return JSON.stringify([row.type, row.more, row.loaded, row.soFar]);
    default:
      return undefined;
  }
}
