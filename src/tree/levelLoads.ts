import { setTimeout as after } from 'node:timers/promises';
import { Pending, type Outcome } from './pending.ts';

export type Trouble = { readonly kind: 'failed'; readonly error: unknown } | { readonly kind: 'cancelled' };

export interface LevelLoadsOptions {
  /** Milliseconds that who asks waits for a level at most. */
  readonly patienceMs: number;
  /** Told of each load that has ended and says something of what is asked now. */
  readonly onSettled: () => void;
}

/** What is read for the tree, by the key of the level, and what went wrong with it. */
export class LevelLoads {
  readonly #options: LevelLoadsOptions;
  /** Levels that could not be read; asked again only when a person says so. */
  readonly #troubles = new Map<string, Trouble>();
  readonly #pending = new Pending();
  /** Loads that outlasted the patience: who asked was told so, and hears when they have ended. */
  readonly #slow = new WeakSet<Promise<unknown>>();

  /** True when the first begins, false when the last has ended. */
  readonly onDidChangeLoading = this.#pending.onDidChange;

  constructor(options: LevelLoadsOptions) {
    this.#options = options;
  }

  get any(): boolean {
    return this.#pending.any;
  }

  has(key: string): boolean {
    return this.#pending.has(key);
  }

  troubleOf(key: string): Trouble | undefined {
    return this.#troubles.get(key);
  }

  forgetTrouble(key: string): void {
    this.#troubles.delete(key);
  }

  /**
   * Joins what is read for a level, or begins it, and waits a while.
   * @param onLate called once it has ended, where anybody was told that it takes long
   * @returns 'slow' where it takes longer; else what came. Never rejects.
   */
  async within<T>(key: string, work: (signal: AbortSignal) => Promise<T>, onLate: () => void): Promise<Outcome<T> | 'slow'> {
    const underWay = this.#pending.of(key);
    if (underWay && this.#slow.has(underWay)) {
      return 'slow';
    }
    const load = this.#pending.run(key, work);
    const outcome = await Promise.race([load, after(this.#options.patienceMs, undefined, { ref: false })]);
    if (outcome) {
      this.#settle(key, outcome);
      return outcome;
    }
    if (!this.#slow.has(load)) {
      this.#slow.add(load);
      void load.then((late) => {
        if (!late.stale) {
          this.#settle(key, late);
          onLate();
        }
      });
    }
    return 'slow';
  }

  /** The same, however long it takes. */
  async whole<T>(key: string, work: (signal: AbortSignal) => Promise<T>): Promise<void> {
    this.#settle(key, await this.#pending.run(key, work));
  }

  /** What is known of these, and goes on for them, is old. */
  forget(isOld: (key: string) => boolean): void {
    [...this.#troubles.keys()].filter(isOld).forEach((key) => this.#troubles.delete(key));
    this.#pending.forget(isOld);
  }

  cancel(key: string): void {
    this.#pending.cancel(key);
  }

  cancelAll(): void {
    this.#pending.cancelAll();
  }

  /** Another cloud is being shown. */
  abandonAll(): void {
    this.#pending.abandonAll();
    this.#troubles.clear();
  }

  /** What went wrong is remembered. */
  #settle(key: string, outcome: Outcome<unknown>): void {
    if (outcome.stale) {
      return;
    }
    if (outcome.ok) {
      this.#troubles.delete(key);
    } else {
      this.#troubles.set(key, outcome.cancelled ? { kind: 'cancelled' } : { kind: 'failed', error: outcome.error });
    }
    this.#options.onSettled();
  }
}
