import { isCancelled } from '../core/cancellation.ts';
import { Emitter } from '../core/events.ts';

export type Outcome<T> = (
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly cancelled: boolean; readonly error: unknown }
) & {
  /** It was forgotten meanwhile: whatever came of it says nothing about what is asked now. */
  readonly stale: boolean;
};

interface Entry {
  readonly controller: AbortController;
  readonly outcome: Promise<Outcome<unknown>>;
}

/** What the tree waits for, by the key of the level: each can be cancelled, and all at once. */
export class Pending {
  readonly #entries = new Map<string, Entry>();
  readonly #changes = new Emitter<boolean>();

  /** True when the first begins, false when the last has ended. */
  readonly onDidChange = this.#changes.event;

  get any(): boolean {
    return this.#entries.size > 0;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** What is under way for the key, also where it was cancelled and has not ended yet. */
  of(key: string): Promise<Outcome<unknown>> | undefined {
    return this.#entries.get(key)?.outcome;
  }

  /** Joins what is under way for the key, or begins it. Never rejects. */
  run<T>(key: string, work: (signal: AbortSignal) => Promise<T>): Promise<Outcome<T>> {
    const known = this.#entries.get(key);
    if (known && !known.controller.signal.aborted) {
      return known.outcome as Promise<Outcome<T>>;
    }
    const controller = new AbortController();
    const isStale = (): boolean => this.#entries.get(key) !== entry;
    const outcome = work(controller.signal).then(
      (value): Outcome<T> => ({ ok: true, value, stale: isStale() }),
      (error: unknown): Outcome<T> => ({ ok: false, cancelled: isCancelled(error), error, stale: isStale() }),
    );
    const entry: Entry = { controller, outcome };
    this.#entries.set(key, entry);
    if (this.#entries.size === 1) {
      this.#changes.fire(true);
    }
    void outcome.then(() => {
      if (this.#entries.get(key) === entry) {
        this.#remove(key);
      }
    });
    return outcome;
  }

  cancel(key: string): void {
    this.#entries.get(key)?.controller.abort();
  }

  cancelAll(): void {
    [...this.#entries.values()].forEach((entry) => entry.controller.abort());
  }

  /** Ends all, for nobody: another cloud is being shown. */
  abandonAll(): void {
    const entries = [...this.#entries.values()];
    this.forget(() => true);
    entries.forEach((entry) => entry.controller.abort());
  }

  /** What is under way for these keys is old: it goes on for whoever waits, and the next to ask begins anew. */
  forget(isOld: (key: string) => boolean): void {
    [...this.#entries.keys()].filter(isOld).forEach((key) => this.#remove(key));
  }

  #remove(key: string): void {
    this.#entries.delete(key);
    if (this.#entries.size === 0) {
      this.#changes.fire(false);
    }
  }
}
