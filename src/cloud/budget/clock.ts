/** Time for waiting: it has no date, and never goes back. */
export interface BudgetClock {
  /** Milliseconds since some moment. */
  now(): number;
  /** Calls once after `ms` milliseconds unless disposed before. */
  after(ms: number, callback: () => void): { dispose(): void };
}

/** setTimeout fires at once for anything above 2^31 - 1. */
const longestTimerMs = 2_147_483_647;

/**
 * The machine's clocks, whichever of them went further: the monotonic one stands still while the machine sleeps, the other
 * one may be set back.
 */
export function steadyClock(steady: () => number = () => performance.now(), wall: () => number = Date.now): BudgetClock {
  let passed = 0;
  let last = { steady: steady(), wall: wall() };
  return {
    now() {
      const next = { steady: steady(), wall: wall() };
      passed += Math.max(0, next.steady - last.steady, next.wall - last.wall);
      last = next;
      return passed;
    },
    after(ms, callback) {
      const timer = setTimeout(callback, Math.min(Math.max(ms, 0), longestTimerMs));
      return { dispose: () => clearTimeout(timer) };
    },
  };
}
