/** Time as the engine sees it, so that tests can turn the hands. */
export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number;
  /** Calls once after `ms` milliseconds unless disposed before. Rejects nothing: the callback handles its errors. */
  after(ms: number, callback: () => void): { dispose(): void };
}

// setTimeout fires at once for anything above 2^31 - 1.
const longestTimerMs = 2_147_483_647;

/** The machine's own clock. Its timers keep no process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(ms, 0), longestTimerMs));
    timer.unref();
    return { dispose: () => clearTimeout(timer) };
  },
};

/** Resolves when the work does, or after `ms` milliseconds without waiting for it any longer. */
export async function within(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
  let timer: { dispose(): void } | undefined;
  const late = new Promise<void>((resolve) => (timer = clock.after(ms, resolve)));
  await Promise.race([work, late]);
  timer?.dispose();
}

/** ISO 8601, UTC. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
