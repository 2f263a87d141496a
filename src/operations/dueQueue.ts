/** What is due when: a binary heap that knows where each key stands, so that ten thousand keys cost as little as ten. */

interface Slot {
  readonly key: string;
  atMs: number;
}

export class DueQueue {
  readonly #heap: Slot[] = [];
  readonly #places = new Map<string, number>();

  get size(): number {
    return this.#heap.length;
  }

  has(key: string): boolean {
    return this.#places.has(key);
  }

  /** The earliest; undefined where nothing is due. */
  first(): { readonly key: string; readonly atMs: number } | undefined {
    return this.#heap[0];
  }

  /** Replaces what stood for the key. @param atMs milliseconds since the epoch */
  set(key: string, atMs: number): void {
    const at = this.#places.get(key);
    const slot = at === undefined ? undefined : this.#heap[at];
    if (at === undefined || !slot) {
      this.#heap.push({ key, atMs });
      this.#places.set(key, this.#heap.length - 1);
      this.#up(this.#heap.length - 1);
      return;
    }
    slot.atMs = atMs;
    this.#down(this.#up(at));
  }

  delete(key: string): boolean {
    const at = this.#places.get(key);
    if (at === undefined) {
      return false;
    }
    const last = this.#heap.length - 1;
    this.#swap(at, last);
    this.#heap.pop();
    this.#places.delete(key);
    if (at < last) {
      this.#down(this.#up(at));
    }
    return true;
  }

  keys(): IterableIterator<string> {
    return this.#places.keys();
  }

  clear(): void {
    this.#heap.length = 0;
    this.#places.clear();
  }

  /** @returns where it stands then */
  #up(from: number): number {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#atMs(parent) <= this.#atMs(at)) {
        break;
      }
      this.#swap(at, parent);
      at = parent;
    }
    return at;
  }

  #down(from: number): void {
    for (let at = from; ;) {
      const left = 2 * at + 1;
      const least = this.#atMs(left + 1) < this.#atMs(left) ? left + 1 : left;
      if (this.#atMs(at) <= this.#atMs(least)) {
        return;
      }
      this.#swap(at, least);
      at = least;
    }
  }

  #atMs(at: number): number {
    return this.#heap[at]?.atMs ?? Infinity;
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one && other) {
      this.#heap[a] = other;
      this.#heap[b] = one;
      this.#places.set(other.key, a);
      this.#places.set(one.key, b);
    }
  }
}
