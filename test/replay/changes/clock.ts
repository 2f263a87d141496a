import type { Clock } from '../../../src/operations/clock.ts';

/** Time that stands still until it is told to leap: what was recorded over hours is waited for in no time. */
export class LeapingClock implements Clock {
  readonly #timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();
  #nowMs: number;

  /** @param startMs milliseconds since the epoch, UTC */
  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, callback: () => void): { dispose(): void } {
    const timer = { atMs: this.#nowMs + Math.max(0, ms), callback };
    this.#timers.add(timer);
    if (timer.atMs <= this.#nowMs) {
      setImmediate(() => this.#ring());
    }
    return { dispose: () => void this.#timers.delete(timer) };
  }

  /** Rings each timer that is due by then once; what it sets anew counts from then. */
  leapTo(ms: number): void {
    this.#nowMs = Math.max(this.#nowMs, ms);
    this.#ring();
  }

  #ring(): void {
    const due = [...this.#timers].filter(({ atMs }) => atMs <= this.#nowMs).sort((a, b) => a.atMs - b.atMs);
    for (const timer of due) {
      if (this.#timers.delete(timer)) {
        timer.callback();
      }
    }
  }
}
