/** What is dear to open is used again, by one work at a time. */
export class Pool<Kept> {
  readonly #open: (kind: string) => Promise<Kept>;
  readonly #close: (kept: Kept) => Promise<void>;
  readonly #free = new Map<string, Kept[]>();
  readonly #all: Kept[] = [];

  constructor(open: (kind: string) => Promise<Kept>, close: (kept: Kept) => Promise<void>) {
    this.#open = open;
    this.#close = close;
  }

  /** @param kind those of one kind can stand in for each other */
  async use<T>(kind: string, work: (kept: Kept) => Promise<T>): Promise<T> {
    const free = this.#free.get(kind) ?? [];
    this.#free.set(kind, free);
    const kept = free.pop() ?? (await this.#opened(kind));
    try {
      return await work(kept);
    } finally {
      free.push(kept);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.splice(0).map((kept) => this.#close(kept)));
    this.#free.clear();
  }

  async #opened(kind: string): Promise<Kept> {
    const kept = await this.#open(kind);
    this.#all.push(kept);
    return kept;
  }
}
