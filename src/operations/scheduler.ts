/**
 * When what is asked next. One place for all operations, so that they share timers and a bound on requests at a time
 * (and later one list request for the many jobs of one vault).
 */
import type { Clock } from './clock.ts';

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

export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #due = new Map<string, Due>();
  readonly #active = new Set<string>();
  #timer: { dispose(): void } | undefined;
  #watched = false;
  #stopped = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  /** Replaces what was due for the key. `waitMs` from now, never earlier. */
  schedule(key: string, waitMs: number): void {
    if (this.#stopped) {
      return;
    }
    this.#due.set(key, { atMs: this.#options.clock.now() + waitMs, waitMs });
    this.#arm();
  }

  /** As `schedule`, where nothing is due for the key nor being done. */
  scheduleIfIdle(key: string, waitMs: number): void {
    if (!this.#due.has(key) && !this.#active.has(key)) {
      this.schedule(key, waitMs);
    }
  }

  cancel(key: string): void {
    this.#due.delete(key);
    this.#arm();
  }

  setWatched(watched: boolean): void {
    this.#watched = watched;
    this.#arm();
  }

  /** Nothing starts any more; what runs is the caller's to abort. */
  stop(): void {
    this.#stopped = true;
    this.#due.clear();
    this.#timer?.dispose();
    this.#timer = undefined;
  }

  #arm(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
    const waiting = [...this.#due].filter(([key]) => !this.#active.has(key));
    if (this.#stopped || waiting.length === 0 || this.#active.size >= this.#options.atOnce) {
      return;
    }
    const first = Math.min(...waiting.map(([, due]) => this.#moment(due)));
    this.#timer = this.#options.clock.after(Math.max(0, first - this.#options.clock.now()), () => this.#start());
  }

  #start(): void {
    const now = this.#options.clock.now();
    const ready = [...this.#due]
      .filter(([key, due]) => !this.#active.has(key) && this.#moment(due) <= now)
      .sort(([, a], [, b]) => this.#moment(a) - this.#moment(b))
      .slice(0, this.#options.atOnce - this.#active.size);
    for (const [key] of ready) {
      this.#due.delete(key);
      this.#active.add(key);
      void this.#options.work(key).finally(() => {
        this.#active.delete(key);
        this.#arm();
      });
    }
    this.#arm();
  }

  #moment(due: Due): number {
    return due.atMs + (this.#watched ? 0 : Math.min(due.waitMs, longestStretchMs));
  }
}
