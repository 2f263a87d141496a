/**
 * Failures on which the service insists. Azure tells the end of some operations by a 500 at their own address, the same
 * each time it is asked (`CloudInternalError` of an unregistration with soft-deleted items, recorded in 2025), and it
 * answers just so when it has a hiccup. Told apart by asking on: a hiccup passes.
 *
 * Counted are answers that the service itself gave (`x-ms-failure-cause: service`) at an address that is the operation's
 * own. 502, 503 and 504 say that something is away for the moment, 429 that it is busy, and a gateway or the network
 * know nothing of the operation: none of these is counted, and none ends the series either.
 */
import type { ErrorRecord } from '../core/errors.ts';
import type { Insistence, TrackedResponse } from '../core/operation.ts';
import { isoTime } from './clock.ts';

/** At least so many answers, however long they take. */
export const leastInsisted = 5;

/**
 * The series with this answer in it, or the one before where the answer does not count.
 * @param insistMs of the question that was asked; undefined where no failure of its answer is an end
 */
export function insisted(
  before: Insistence | undefined,
  response: TrackedResponse,
  error: Pick<ErrorRecord, 'code'>,
  insistMs: number | undefined,
  nowMs: number,
): Insistence | undefined {
  if (insistMs === undefined) {
    return undefined;
  }
  const own = response.headers['x-ms-failure-cause']?.trim().toLowerCase() === 'service';
  if (!own || (response.status !== 500 && response.status !== 501)) {
    return before;
  }
  if (before?.status === response.status && before.code === error.code) {
    return { ...before, count: before.count + 1 };
  }
  return {
    status: response.status,
    code: error.code,
    count: 1,
    since: isoTime(nowMs),
    decidesAt: isoTime(nowMs + insistMs),
  };
}

/** True where the service has insisted for long enough, with this very answer too. */
export function isDecided(before: Insistence | undefined, now: Insistence | undefined, nowMs: number): now is Insistence {
  return now !== undefined && now !== before && now.count >= leastInsisted && nowMs >= Date.parse(now.decidesAt);
}
