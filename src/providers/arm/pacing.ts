/** How often the service is asked, in one place. All in milliseconds. */
export const pacing = {
  /** Waits before the second, third ... question of an operation or a job; the last one repeats. */
  stepsMs: [2_000, 3_000, 5_000, 5_000, 10_000, 10_000, 30_000, 30_000, 60_000],
  /** Never sooner than this, whatever the service says. */
  leastMs: 250,
  /** Azure says 30 or 60 s; a service that says so little is a sandbox whose time runs faster: then all of its pace is taken. */
  fastMs: 4_000,
  /** However often a service wants to be asked: jobs may be read 150 times an hour. */
  slowestCapMs: 30_000,
  /** What was just created may answer 404, and an odd answer may be a hiccup, for this long. */
  graceMs: 5 * 60_000,
  /** An operation's own address may answer 404 for this long. */
  operationGraceMs: 2 * 60_000,
  /** Azure's clock and ours may differ by this much, and a job may start this long before its request is answered. */
  skewMs: 2 * 60_000,
} as const;

/**
 * The wait before the next question: what the service asked for, or our own growing steps where it said nothing or less.
 * @param asked how often it was asked before, from 0.
 * @param retryAfterMs of this answer.
 * @param paceMs the last Retry-After of this operation, which later answers without one go by.
 */
export function waitMs(asked: number, retryAfterMs: number | undefined, paceMs: number | undefined): number {
  const own = pacing.stepsMs[Math.min(asked, pacing.stepsMs.length - 1)] ?? pacing.slowestCapMs;
  const cap = paceMs === undefined ? Infinity : paceMs <= pacing.fastMs ? paceMs : Math.max(paceMs, pacing.slowestCapMs);
  return Math.max(pacing.leastMs, retryAfterMs ?? 0, Math.min(own, cap));
}

/**
 * How long the service's own failure at an operation's address must stay the same to be taken for the operation's end:
 * five minutes at Azure's pace, and five of its answers where its time runs faster.
 * @param paceMs as in `waitMs`
 */
export function insistMs(paceMs: number | undefined): number {
  return paceMs === undefined || paceMs > pacing.fastMs ? pacing.graceMs : Math.max(5 * paceMs, 5 * pacing.leastMs);
}

/** `Retry-After` as milliseconds from now: seconds, or an HTTP date. Undefined where absent or neither. */
export function retryAfterMs(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const text = headers['retry-after']?.trim();
  if (text === undefined || text === '') {
    return undefined;
  }
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
