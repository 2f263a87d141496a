interface Entry {
  readonly at: number;
  readonly run: (at: number) => void;
}

/**
 * What will change by itself, in order of time. No timers: what is due is done when somebody looks, with the moment at
 * which it was due. So a sandbox that slept through a laptop's night stands where it would have stood.
 */
export class Agenda {
  readonly #entries: Entry[] = [];

  /** `run` gets `at`, not the moment at which it is run. */
  plan(at: number, run: (at: number) => void): void {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle]?.at ?? 0) <= at) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    this.#entries.splice(low, 0, { at, run });
  }

  /** Does everything that is due until `now`, also what that plans anew. */
  settle(now: number): void {
    for (let next = this.#entries[0]; next !== undefined && next.at <= now; next = this.#entries[0]) {
      this.#entries.shift();
      next.run(next.at);
    }
  }
}
