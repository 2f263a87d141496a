import type { Clock } from '../../../src/operations/clock.ts';
import { timing } from '../../../src/operations/context.ts';

const hurry = 60;
/** How long an answer may take is up to this machine: in a sixtieth of that, a busy one has not even sent it. */
const bounds: readonly number[] = [timing.pollMs, timing.sendMs, timing.readBackMs];
const hurryOfBounds = 6;

/** Time that goes faster; the engine's waits are minutes, and what it waits for here takes moments. */
export class HurriedClock implements Clock {
  #shownMs = Date.now();
  #atMs = Date.now();
  #calm = 0;

  now(): number {
    return this.#shownMs + (Date.now() - this.#atMs) * (this.#calm > 0 ? 1 : hurry);
  }

  after(ms: number, callback: () => void): { dispose(): void } {
    const timer = setTimeout(callback, ms / (bounds.includes(ms) ? hurryOfBounds : hurry));
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
