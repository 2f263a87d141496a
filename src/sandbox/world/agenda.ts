interface Entry {
  readonly at: number;
  /** Entries of the same moment keep their order. */
  readonly order: number;
  readonly run: (at: number) => void;
}

/**
 * What will change by itself, in order of time. No timers: what is due is done when somebody looks, with the moment at
 * which it was due. So a sandbox that slept through a laptop's night stands where it would have stood.
 * A binary heap, as a fleet's nightly backups are some hundred thousand entries at once.
 */
export class Agenda {
  readonly #heap: Entry[] = [];
  #planned = 0;

  /** `run` gets `at`, not the moment at which it is run. */
  plan(at: number, run: (at: number) => void): void {
    const heap = this.#heap;
    heap.push({ at, order: this.#planned++, run });
    let child = heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#isBefore(child, parent)) {
        return;
      }
      this.#swap(child, parent);
      child = parent;
    }
  }

  /** Does everything that is due until `now`, also what that plans anew. */
  settle(now: number): void {
    for (let next = this.#heap[0]; next !== undefined && next.at <= now; next = this.#heap[0]) {
      this.#removeFirst();
      next.run(next.at);
    }
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) {
      return;
    }
    heap[0] = last;
    for (let parent = 0; ;) {
      const [left, right] = [2 * parent + 1, 2 * parent + 2];
      const smaller = right < heap.length && this.#isBefore(right, left) ? right : left;
      if (smaller >= heap.length || !this.#isBefore(smaller, parent)) {
        return;
      }
      this.#swap(parent, smaller);
      parent = smaller;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    return one !== undefined && other !== undefined && (one.at < other.at || (one.at === other.at && one.order < other.order));
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one !== undefined && other !== undefined) {
      this.#heap[a] = other;
      this.#heap[b] = one;
    }
  }
}
