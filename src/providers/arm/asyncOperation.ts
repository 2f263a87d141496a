/** Following what ARM calls an asynchronous operation: by its state (`Azure-AsyncOperation`) or by its result (`Location`). */
import { isLasting, missedAgain, type Absence } from '../../core/absence.ts';
import type { ErrorRecord } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { TrackedResponse } from '../../core/operation.ts';
import { explained } from '../remedies.ts';
import { fieldsOf } from './fields.ts';
import { pacing, retryAfterMs, waitMs } from './pacing.ts';
import { operationUrls, withoutDoubleSlashes } from './operationUrl.ts';

/** The two addresses that an answer can give: where its state is told, and where its result will be. */
export type Way = 'operation' | 'location';

/** Plain JSON. Moments are milliseconds since the epoch. */
export interface OperationState {
  readonly cloud: string;
  /** The address asked now. */
  readonly url: string;
  readonly by: Way;
  /** The other way's address, asked once `url` turns out to be unknown. */
  readonly fallbackUrl?: string;
  readonly asked: number;
  readonly paceMs?: number;
  /** While its address answers 404. */
  readonly absence?: Absence;
}

export type OperationAnswer =
  | { readonly is: 'running'; readonly state: OperationState; readonly delayMs: number; readonly message?: string }
  | { readonly is: 'succeeded'; readonly body: Json | undefined }
  | { readonly is: 'cancelled' }
  | { readonly is: 'failed'; readonly error: ErrorRecord }
  /** Its address is not known (any more): how it went can only be told by looking at what it did. */
  | { readonly is: 'lost'; readonly error: ErrorRecord };

/** Undefined where the answer names no address to follow. @param prefer the way to go where it names both */
export function beginOperation(
  cloud: string,
  response: TrackedResponse,
  nowMs: number,
  prefer: Way = 'operation',
): { state: OperationState; delayMs: number } | undefined {
  const urls = urlsOf(response, cloud);
  const by = urls[prefer] === undefined ? otherWay[prefer] : prefer;
  const url = urls[by];
  const fallbackUrl = urls[otherWay[by]];
  if (url === undefined) {
    return undefined;
  }
  const askedFor = retryAfterMs(response.headers, nowMs);
  const state: OperationState = {
    cloud,
    url,
    by,
    ...(fallbackUrl === undefined ? {} : { fallbackUrl }),
    asked: 0,
    ...(askedFor === undefined ? {} : { paceMs: askedFor }),
  };
  return { state, delayMs: waitMs(0, askedFor, askedFor) };
}

export function stepOperation(state: OperationState, response: TrackedResponse, nowMs: number): OperationAnswer {
  if (response.status === 404) {
    return missing(state, response, nowMs);
  }
  if (response.status >= 400) {
    // This is how an operation that is followed by its results tells that it failed.
    return { is: 'failed', error: errorOf(response) };
  }
  const said = fieldsOf(response.body).text('status');
  switch (response.status === 202 ? 'inprogress' : said?.toLowerCase()) {
    case 'succeeded':
    case 'completed':
      return { is: 'succeeded', body: response.body };
    case 'failed':
      return { is: 'failed', error: errorOf(response) };
    case 'canceled':
    case 'cancelled':
      return { is: 'cancelled' };
    case 'inprogress':
    case 'accepted':
    case 'running':
      return goOn(state, response, nowMs);
    case undefined:
      // The results end with 204, or with the resource itself, which has no status.
      return state.by === 'location' || response.status === 204
        ? { is: 'succeeded', body: response.body }
        : goOn(state, response, nowMs, 'Azure does not say how far it is');
    default:
      return goOn(state, response, nowMs, `Azure says "${said}", which this version does not know`);
  }
}

const otherWay: Readonly<Record<Way, Way>> = { operation: 'location', location: 'operation' };

function urlsOf(response: TrackedResponse, cloud: string): Readonly<Record<Way, string | undefined>> {
  const { operationUrl, locationUrl } = operationUrls(response, cloud);
  return { operation: operationUrl, location: locationUrl };
}

/** Each answer brings freshly signed addresses: the newest ones live longest. */
function goOn(state: OperationState, response: TrackedResponse, nowMs: number, message?: string): OperationAnswer {
  const urls = urlsOf(response, state.cloud);
  const askedFor = retryAfterMs(response.headers, nowMs);
  const { absence: _found, ...rest } = state;
  // One that has gone over to the other way already must not be led back and forth.
  const fallbackUrl = state.fallbackUrl && (urls[otherWay[state.by]] ?? state.fallbackUrl);
  const next: OperationState = {
    ...rest,
    url: urls[state.by] ?? state.url,
    ...(fallbackUrl === undefined ? {} : { fallbackUrl }),
    asked: state.asked + 1,
    ...(askedFor === undefined ? {} : { paceMs: askedFor }),
  };
  return { is: 'running', state: next, delayMs: waitMs(next.asked, askedFor, next.paceMs), ...(message ? { message } : {}) };
}

/** Not there yet, or not there any more: asked again for a while, then by the other address, then given up. */
function missing(state: OperationState, response: TrackedResponse, nowMs: number): OperationAnswer {
  const simpler = withoutDoubleSlashes(state.url);
  if (simpler !== undefined) {
    return { is: 'running', state: { ...state, url: simpler, asked: state.asked + 1 }, delayMs: waitMs(0, undefined, state.paceMs) };
  }
  const absence = missedAgain(state.absence, nowMs);
  const asked = state.asked + 1;
  if (!isLasting(absence, nowMs, pacing.operationGraceMs)) {
    return { is: 'running', state: { ...state, asked, absence }, delayMs: waitMs(asked, undefined, state.paceMs) };
  }
  if (state.fallbackUrl !== undefined) {
    const { fallbackUrl, absence: _here, ...rest } = state;
    const other: OperationState = { ...rest, url: fallbackUrl, by: otherWay[state.by], asked: 0 };
    return { is: 'running', state: other, delayMs: waitMs(0, undefined, state.paceMs) };
  }
  return { is: 'lost', error: errorOf(response) };
}

/** Azure's error of an answer, in any of its envelopes: `{error: {code, message}}`, `{ErrorCode, Message: {Value}}`, `{}`. */
export function errorOf(response: TrackedResponse): ErrorRecord {
  const body = fieldsOf(response.body);
  const error = body.object('error');
  const code =
    error.text('code') ?? body.text('code', 'ErrorCode') ?? (response.status >= 400 ? `Http${response.status}` : 'OperationFailed');
  const message = error.text('message') ?? body.text('message') ?? body.object('message').text('value');
  return explained({
    code,
    message:
      message ??
      (response.status >= 400 ? `Azure answered ${response.status} and gave no reason.` : 'Azure says that it failed and gave no reason.'),
    ...(response.status >= 400 ? { status: response.status } : {}),
    ...(response.headers['x-ms-request-id'] ? { requestId: response.headers['x-ms-request-id'] } : {}),
  });
}
