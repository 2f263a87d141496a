import type { Clock } from '../../../src/operations/clock.ts';

const hurry = 60;

/** Time that goes faster; the engine's waits are minutes, and what it waits for here takes moments. */
export class HurriedClock implements Clock {
  #shownMs = Date.now();
  #atMs = Date.now();
  #calm = 0;

  now(): number {
    return this.#shownMs + (Date.now() - this.#atMs) * (this.#calm > 0 ? 1 : hurry);
  }

  after(ms: number, callback: () => void): { dispose(): void } {
    const timer = setTimeout(callback, ms / hurry);
    return { dispose: () => clearTimeout(timer) };
  }

  /**
   * Shows the time of the machine's clock until `work` has settled: what is done by the machine alone takes no longer here
   * than it does for a person, and the engine counts it as short. Timers keep their pace.
   */
  async calmly(work: Promise<unknown>): Promise<void> {
    this.#turn(1);
    await Promise.allSettled([work]);
    this.#turn(-1);
  }

  #turn(by: number): void {
    this.#shownMs = this.now();
    this.#atMs = Date.now();
    this.#calm += by;
  }
}
