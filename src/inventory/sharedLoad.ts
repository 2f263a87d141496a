import { CancelledError, throwIfCancelled } from '../core/cancellation.ts';

/**
 * One piece of work that several callers wait for, each with its own signal. Whoever aborts stops waiting at once;
 * the work itself is aborted when nobody waits any more.
 */
export class SharedLoad<T> {
  readonly #controller = new AbortController();
  readonly #work: Promise<T>;
  /** Resolves when the work has ended, however. */
  readonly settled: Promise<void>;
  #waiting = 0;
  #settled = false;

  constructor(work: (signal: AbortSignal) => Promise<T>) {
    this.#work = work(this.#controller.signal).finally(() => {
      this.#settled = true;
    });
    // Each waiter hears of a failure; when all have left, nobody has to.
    this.settled = this.#work.then(
      () => undefined,
      () => undefined,
    );
  }

  /** True once nobody waits for it although it has not ended: it must not be joined. */
  get abandoned(): boolean {
    return this.#controller.signal.aborted;
  }

  /** Waits. @throws what the work throws; CancelledError as soon as `signal` aborts. */
  async join(signal: AbortSignal): Promise<T> {
    throwIfCancelled(signal);
    this.#waiting++;
    let onAbort: (() => void) | undefined;
    const aborted = new Promise<never>((_, reject) => {
      onAbort = () => reject(new CancelledError(undefined, { cause: signal.reason }));
      signal.addEventListener('abort', onAbort, { once: true });
    });
    try {
      return await Promise.race([this.#work, aborted]);
    } finally {
      if (onAbort) {
        signal.removeEventListener('abort', onAbort);
      }
      if (--this.#waiting === 0 && !this.#settled) {
        this.abandon();
      }
    }
  }

  /** Ends the work whoever waits: what it would bring is not wanted any more. */
  abandon(): void {
    this.#controller.abort(new CancelledError());
  }
}
