import type { PipelineRequest, RetryStrategy } from '@azure/core-rest-pipeline';
import { answerTimeout, connectTimeout } from './httpClient.ts';
import { retryAfterMs } from './retryAfter.ts';

export interface RetryOptions {
  /** True where a governor holds back what the cloud refused: it tells a person what they wait for, here nobody would. */
  readonly isGoverned?: boolean;
  /** 0 (included) to 1 (excluded). */
  readonly random?: () => number;
}

export interface RetryLimits {
  /** Tries after the first. */
  readonly retries: number;
  /** Milliseconds before the second try where the cloud names no time; doubled each time. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** A Retry-After beyond this is not waited for here: whoever asked is told, with the time. */
  readonly longestRetryAfterMs: number;
}

export const defaultRetryLimits: RetryLimits = { retries: 3, firstDelayMs: 400, longestDelayMs: 15_000, longestRetryAfterMs: 60_000 };

const retriedStatuses: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
const retriedCodes: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  connectTimeout,
  answerTimeout,
]);

/**
 * What is sent again, and when. Reading: after 408, 429, 5xx and lost connections. Anything that changes something:
 * after 429 alone, because only then it is certain that it was not taken.
 */
export function retryStrategy(limits: RetryLimits, { isGoverned = false, random = Math.random }: RetryOptions = {}): RetryStrategy {
  return {
    name: 'backupExplorerRetry',
    retry({ retryCount, response, responseError }) {
      const request: PipelineRequest | undefined = response?.request ?? responseError?.request;
      const reads = request?.method === 'GET';
      if (
        response
          ? response.status !== 429 && !(reads && retriedStatuses.has(response.status))
          : !(reads && retriedCodes.has(responseError?.code ?? ''))
      ) {
        return { skipStrategy: true };
      }
      const asked = response && retryAfterMs(response.headers, Date.now());
      if (asked !== undefined) {
        const waitsThere = isGoverned && response?.status === 429;
        return asked > limits.longestRetryAfterMs ? { skipStrategy: true } : { retryAfterInMs: waitsThere ? 0 : asked };
      }
      const full = Math.min(limits.longestDelayMs, limits.firstDelayMs * 2 ** retryCount);
      // Between half and all of it, so that windows that were refused together do not come back together.
      return { retryAfterInMs: full * (0.5 + random() / 2) };
    },
  };
}
