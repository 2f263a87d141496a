/** How often a restore point is asked how far it is. All in milliseconds. */
export const pointPacing = {
  /** The first waits, and the least. */
  leastMs: 2_000,
  /** A restore point in the VM's region takes seconds. */
  localMostMs: 20_000,
  /** A copy takes minutes to days, and Azure renews its figures about every ten minutes. */
  copyMostMs: 5 * 60_000,
  /** A figure that moves by so many points is worth asking more often. */
  quickPoints: 5,
  /** What was just created may answer 404 for this long. */
  notThereYetMs: 5 * 60_000,
  /** What was seen and answers 404 is gone; a hiccup is not so long. */
  goneAfterMs: 30_000,
} as const;

interface Paced {
  readonly waitMs?: number;
  readonly percent?: number;
  readonly done?: number;
}

/**
 * The next wait: longer while nothing changes, shorter while much does, never shorter than what this answer asks for.
 * @param before the last wait and what was known then
 * @param now what this answer says
 */
export function nextWaitMs(before: Paced, now: Omit<Paced, 'waitMs'>, copied: boolean, retryAfterMs: number | undefined): number {
  const most = copied ? pointPacing.copyMostMs : pointPacing.localMostMs;
  const last = before.waitMs;
  const moved = now.percent !== undefined && before.percent !== undefined ? now.percent - before.percent : 0;
  const quick = moved >= pointPacing.quickPoints || (now.done ?? 0) > (before.done ?? 0);
  const own = last === undefined ? pointPacing.leastMs : quick ? last / 2 : moved > 0 ? last : last * 1.6;
  return Math.max(pointPacing.leastMs, retryAfterMs ?? 0, Math.min(most, Math.round(own)));
}
