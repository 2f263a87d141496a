/**
 * What Azure's answers tell of its limits. Source: recorded traffic (the headers' values and the one recorded 429), and the
 * published descriptions of the resource manager's, Compute's and Resource Graph's throttling.
 */
import { isObject, parsedJson, stringAt } from '../../core/json.ts';
import { retryAfterMs } from '../retryAfter.ts';

/** How much is left of one limit. */
export interface Reading {
  readonly remaining: number;
  /** Milliseconds of Azure's time over which it is counted; the longest that it can take until all is there again. */
  readonly windowMs: number;
  /** Milliseconds until all is there again, where the answer says so. */
  readonly resetsInMs?: number;
}

/** What one answer tells of the limits of its action, and of all requests of its kind. */
export interface Readings {
  readonly action?: Reading;
  readonly kind?: Reading;
}

/** A refusal that says when to come back. */
export interface Throttle {
  /** Whom it is for: this action, or all of this kind in the subscription. */
  readonly on: 'action' | 'kind';
  /** As in the answer: `ResourceRequestsThrottled`. */
  readonly code: string;
  readonly waitMs: number | undefined;
  /** Requests in `interval`, where the refusal says so. */
  readonly limit?: number;
  /** As the refusal says it: `01:00:00`. */
  readonly interval?: string;
}

/** As much of an answer as its limits stand in. */
export interface AnswerOfCloud {
  readonly status: number;
  readonly headers: HeaderSource;
  readonly text: string | undefined;
}

interface HeaderSource {
  get(name: string): string | undefined;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

export function readingsOf(headers: HeaderSource): Readings {
  const action = least([hourly(headers), policies(headers), quota(headers)].filter((reading) => reading !== undefined));
  const buckets = ['reads', 'writes', 'deletes'].flatMap((kind) =>
    ['subscription', 'subscription-global', 'tenant', 'tenant-global'].flatMap(
      (scope) => numberOf(headers.get(`x-ms-ratelimit-remaining-${scope}-${kind}`)) ?? [],
    ),
  );
  return {
    ...(action ? { action } : {}),
    // Buckets that fill up again all the time: a minute is more than the smallest takes.
    ...(buckets.length > 0 ? { kind: { remaining: Math.min(...buckets), windowMs: minuteMs } } : {}),
  };
}

/** The budget that a provider gives one action of a subscription in an hour. */
function hourly(headers: HeaderSource): Reading | undefined {
  const left = ['subscription', 'tenant'].flatMap(
    (scope) => numberOf(headers.get(`x-ms-ratelimit-remaining-${scope}-resource-requests`)) ?? [],
  );
  return left.length > 0 ? { remaining: Math.min(...left), windowMs: hourMs } : undefined;
}

/**
 * Compute's policies: `Microsoft.Compute/GetOperation3Min;49999,Microsoft.Compute/GetOperation30Min;399999`. Those that end in
 * `Resource` count for one resource alone and say nothing of the others.
 */
function policies(headers: HeaderSource): Reading | undefined {
  const found = (headers.get('x-ms-ratelimit-remaining-resource') ?? '').split(',').flatMap((part): Reading[] => {
    const [name = '', left] = part.trim().split(';');
    const remaining = numberOf(left);
    const minutes = Number(/(\d+)Min$/i.exec(name)?.[1] ?? 1);
    return remaining === undefined || /Resource$/i.test(name) ? [] : [{ remaining, windowMs: minutes * minuteMs }];
  });
  return least(found);
}

function least(readings: readonly Reading[]): Reading | undefined {
  return readings.toSorted((a, b) => a.remaining - b.remaining)[0];
}

/** Resource Graph's: `x-ms-user-quota-remaining: 14`, `x-ms-user-quota-resets-after: 00:00:05`. */
function quota(headers: HeaderSource): Reading | undefined {
  const remaining = numberOf(headers.get('x-ms-user-quota-remaining'));
  const resetsInMs = intervalMs(headers.get('x-ms-user-quota-resets-after'));
  return remaining === undefined || resetsInMs === undefined ? undefined : { remaining, windowMs: resetsInMs, resetsInMs };
}

/** What a 429 says; undefined for any other answer. */
export function throttleOf({ status, headers, text }: AnswerOfCloud): Throttle | undefined {
  if (status !== 429) {
    return undefined;
  }
  const body = parsedJson(text);
  const error = isObject(body) && isObject(body['error']) ? body['error'] : body;
  const code = stringAt(error, 'code') ?? 'TooManyRequests';
  const message = stringAt(error, 'message') ?? '';
  const limit = /limit of '(\d+)' for time interval '([\d:.]+)'/i.exec(message);
  const seconds = /try again after '(\d+)' seconds/i.exec(message)?.[1];
  const waitMs = retryAfterMs(headers, Date.now()) ?? (seconds === undefined ? undefined : Number(seconds) * 1000);
  return {
    on: /^(subscription|tenant)requeststhrottled$/i.test(code) ? 'kind' : 'action',
    code,
    waitMs,
    ...(limit ? { limit: Number(limit[1]), interval: limit[2] ?? '' } : {}),
  };
}

/** Milliseconds of `hh:mm:ss`. */
function intervalMs(text: string | undefined): number | undefined {
  const match = /^\s*(\d+):(\d{2}):(\d{2})(?:\.\d+)?\s*$/.exec(text ?? '');
  return match ? (Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3])) * 1000 : undefined;
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*-?\d+\s*$/.test(text) ? Math.max(0, Number(text)) : undefined;
}
