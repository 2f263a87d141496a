import type { Disposable } from '../core/events.ts';
import type { Clock } from '../operations/clock.ts';

export interface Calm extends Disposable {
  /** Something changed. */
  readonly touch: () => void;
}

/**
 * Does the work at once where it was not done for a while, else once for all that changes meanwhile: what a person reads need
 * not follow each of a thousand operations.
 * @param everyMs least time from one doing to the next, in milliseconds
 * @param work never throws
 */
export function calmly(everyMs: number, clock: Clock, work: () => void): Calm {
  let nextMs = -Infinity;
  let waiting: Disposable | undefined;
  const run = (): void => {
    waiting = undefined;
    nextMs = clock.now() + everyMs;
    work();
  };
  return {
    touch: () => {
      // A clock that was set back must not keep anybody waiting for long.
      const waitMs = Math.min(everyMs, nextMs - clock.now());
      if (!waiting && waitMs <= 0) {
        run();
      } else {
        waiting ??= clock.after(waitMs, run);
      }
    },
    dispose() {
      waiting?.dispose();
      waiting = undefined;
    },
  };
}
