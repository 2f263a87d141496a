/**
 * What answers as if it were not there: not yet, not any more, or for a hiccup. Time alone does not tell which: a computer
 * that slept between two questions, or answers that took long, let it pass without anybody having asked. So it takes both,
 * some time and some answers.
 */

/** Plain JSON: how long something has been missing, and how often it was looked for meanwhile. */
export type Absence = {
  /** The first such answer, in milliseconds since the epoch. */
  readonly sinceMs: number;
  /** Such answers in a row, the first one too. */
  readonly answers: number;
};

/** Answers that it takes at least. */
export const leastMissed = 5;

/** The absence with this answer in it. @param before undefined where the answer before this one told of it */
export function missedAgain(before: Absence | undefined, nowMs: number): Absence {
  return { sinceMs: before?.sinceMs ?? nowMs, answers: (before?.answers ?? 0) + 1 };
}

/** True where it was missing for so long, and was looked for often enough. @param forMs milliseconds */
export function isLasting({ sinceMs, answers }: Absence, nowMs: number, forMs: number): boolean {
  return answers >= leastMissed && nowMs - sinceMs >= forMs;
}
