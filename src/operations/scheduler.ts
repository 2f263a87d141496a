/** When what is asked next. One place for all operations, so that they share one timer and a bound on requests at a time. */
import type { Clock } from './clock.ts';
import { DueQueue } from './dueQueue.ts';

export interface SchedulerOptions {
  readonly clock: Clock;
  /** Requests at a time. */
  readonly atOnce: number;
  /** Does one round for a key; schedules the next one itself. Never rejects. */
  readonly work: (key: string) => Promise<void>;
}

interface Due {
  /** Not before this: what the service asked for. */
  readonly atMs: number;
  /** How long that was away when it was scheduled; nobody watching stretches it. */
  readonly waitMs: number;
}

/** Nobody sees a percentage that moves; an end may be told a minute late. */
const longestStretchMs = 60_000;
/** A machine that sleeps stops its timers and not its clock: so often the clock is looked at, whatever is due. */
const longestTimerMs = 60_000;
/** Clocks are corrected by less than this all the time. */
const jumpMs = 1_000;

export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #due = new Map<string, Due>();
  /** Those of `#due` that are not being worked on. */
  readonly #queue = new DueQueue();
  readonly #active = new Set<string>();
  #timer: { dispose(): void } | undefined;
  /** When the timer goes off; Infinity without one. */
  #timerAtMs = Infinity;
  /** The newest that the clock has shown, to see it being set back. */
  #latestMs = -Infinity;
  #watched = false;
  #held = false;
  #stopped = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  /** Replaces what was due for the key. `waitMs` from now, never earlier. */
  schedule(key: string, waitMs: number): void {
    if (this.#stopped) {
      return;
    }
    const due = { atMs: this.#now() + waitMs, waitMs };
    this.#due.set(key, due);
    if (!this.#active.has(key)) {
      this.#queue.set(key, this.#moment(due));
    }
    this.#arm();
  }

  /** True while something is due for the key, or being done. */
  isBusy(key: string): boolean {
    return this.#due.has(key) || this.#active.has(key);
  }

  /** Milliseconds until what is due for the key, unstretched; undefined where nothing is. */
  waitOf(key: string): number | undefined {
    const due = this.#due.get(key);
    return due && Math.max(0, due.atMs - this.#now());
  }

  isActive(key: string): boolean {
    return this.#active.has(key);
  }

  cancel(key: string): void {
    this.#due.delete(key);
    this.#queue.delete(key);
    this.#arm();
  }

  setWatched(watched: boolean): void {
    if (watched === this.#watched) {
      return;
    }
    this.#watched = watched;
    this.#order();
    this.#arm();
  }

  /** While it is held nothing starts: for making up one's mind about many at once. */
  hold(held: boolean): void {
    this.#held = held;
    this.#arm();
  }

  /** Nothing starts any more; what runs is the caller's to abort. */
  stop(): void {
    this.#stopped = true;
    this.#due.clear();
    this.#queue.clear();
    this.#arm();
  }

  #arm(): void {
    const now = this.#now();
    const first = this.#queue.first();
    const free = !this.#stopped && !this.#held && this.#active.size < this.#options.atOnce;
    const atMs = first && free ? first.atMs : Infinity;
    if (atMs === this.#timerAtMs) {
      return;
    }
    this.#timer?.dispose();
    this.#timerAtMs = atMs;
    this.#timer =
      atMs === Infinity
        ? undefined
        : this.#options.clock.after(Math.min(Math.max(0, atMs - now), longestTimerMs), () => {
            this.#timerAtMs = Infinity;
            this.#start();
          });
  }

  #start(): void {
    const now = this.#now();
    for (let first = this.#queue.first(); first && first.atMs <= now; first = this.#queue.first()) {
      if (this.#active.size >= this.#options.atOnce) {
        break;
      }
      const { key } = first;
      this.#queue.delete(key);
      this.#due.delete(key);
      this.#active.add(key);
      void this.#options.work(key).finally(() => this.#done(key));
    }
    this.#arm();
  }

  #done(key: string): void {
    this.#active.delete(key);
    const due = this.#due.get(key);
    if (due) {
      this.#queue.set(key, this.#moment(due));
    }
    this.#arm();
  }

  #order(): void {
    for (const key of [...this.#queue.keys()]) {
      const due = this.#due.get(key);
      if (due) {
        this.#queue.set(key, this.#moment(due));
      }
    }
  }

  /** A clock that was set back by an hour must not keep anybody waiting for an hour. */
  #now(): number {
    const now = this.#options.clock.now();
    const backMs = this.#latestMs - now;
    this.#latestMs = now;
    if (backMs > jumpMs) {
      for (const [key, due] of this.#due) {
        this.#due.set(key, { ...due, atMs: due.atMs - backMs });
      }
      this.#timerAtMs = -Infinity;
      this.#order();
    }
    return now;
  }

  #moment(due: Due): number {
    return due.atMs + (this.#watched ? 0 : Math.min(due.waitMs, longestStretchMs));
  }
}
