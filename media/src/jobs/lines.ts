/** The lines of the list, one below the other: where each is, and which are seen. Free of DOM, so that it can be tested anywhere. */
import { keyOf, type Line } from './arrange.ts';

export interface Heights {
  /** Pixels. */
  readonly row: number;
  readonly group: number;
}

/** A place to come back to: a line, and how many pixels of it are scrolled out. */
export interface Top {
  readonly key: string;
  readonly offset: number;
}

export class Lines {
  readonly all: readonly Line[];
  readonly #at = new Map<string, number>();
  /** Where each begins; one more, for where the last ends. */
  readonly #tops: Float64Array;

  constructor(all: readonly Line[], heights: Heights) {
    this.all = all;
    this.#tops = new Float64Array(all.length + 1);
    all.forEach((line, at) => {
      this.#at.set(keyOf(line), at);
      this.#tops[at + 1] = (this.#tops[at] ?? 0) + heights[line.kind];
    });
  }

  get height(): number {
    return this.#tops[this.all.length] ?? 0;
  }

  indexOf(key: string): number {
    return this.#at.get(key) ?? -1;
  }

  topOf(at: number): number {
    return this.#tops[at] ?? 0;
  }

  /** The line that is at that many pixels from the top; the last where that is below all, -1 where there is none. */
  lineAt(pixels: number): number {
    let [low, high] = [0, this.all.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.topOf(middle) <= pixels) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return high < 0 ? -1 : low;
  }

  /** What a person sees first. */
  first(scrollTop: number): Top | undefined {
    const at = this.lineAt(scrollTop);
    const line = this.all[at];
    return line && { key: keyOf(line), offset: scrollTop - this.topOf(at) };
  }

  /**
   * Where to scroll to so that a person goes on seeing what they saw in other lines: the same line first, or, where that is
   * gone, the first below it that is still there. Undefined where none is.
   */
  sameFirst(before: Lines, scrollTop: number): number | undefined {
    const from = before.lineAt(scrollTop);
    const limit = Math.min(before.all.length, from + 100);
    for (let at = Math.max(from, 0); at < limit; at++) {
      const now = this.indexOf(keyOf(before.all[at] as Line));
      if (now >= 0) {
        return this.topOf(now) + (at === from ? scrollTop - before.topOf(from) : 0);
      }
    }
    return undefined;
  }
}
