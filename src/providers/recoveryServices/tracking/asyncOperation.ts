/** Following what ARM calls an asynchronous operation, by `Azure-AsyncOperation` where there is one and else by `Location`. */
import type { ErrorRecord } from '../../../core/errors.ts';
import type { Json } from '../../../core/json.ts';
import type { TrackedResponse } from '../../../core/operation.ts';
import { errorWithRemedies } from '../errorKnowledge.ts';
import { fieldsOf } from '../model/fields.ts';
import { pacing, retryAfterMs, waitMs } from './pacing.ts';
import { operationUrls, withoutDoubleSlashes } from './operationUrl.ts';

/** Plain JSON. Moments are milliseconds since the epoch. */
export interface OperationState {
  readonly cloud: string;
  /** The address asked now. */
  readonly url: string;
  readonly by: 'operation' | 'location';
  /** Asked once `url` turns out to be unknown. */
  readonly fallbackUrl?: string;
  readonly asked: number;
  readonly paceMs?: number;
  readonly missingSinceMs?: number;
}

export type OperationAnswer =
  | { readonly is: 'running'; readonly state: OperationState; readonly delayMs: number; readonly message?: string }
  | { readonly is: 'succeeded'; readonly body: Json | undefined }
  | { readonly is: 'cancelled' }
  | { readonly is: 'failed'; readonly error: ErrorRecord }
  /** Its address is not known (any more): how it went can only be told by looking at what it did. */
  | { readonly is: 'lost'; readonly error: ErrorRecord };

/** Undefined where the answer names no address to follow. */
export function beginOperation(
  cloud: string,
  response: TrackedResponse,
  nowMs: number,
): { state: OperationState; delayMs: number } | undefined {
  const { operationUrl, locationUrl } = operationUrls(response, cloud);
  const url = operationUrl ?? locationUrl;
  if (url === undefined) {
    return undefined;
  }
  const askedFor = retryAfterMs(response.headers, nowMs);
  const state: OperationState = {
    cloud,
    url,
    by: operationUrl ? 'operation' : 'location',
    ...(operationUrl && locationUrl ? { fallbackUrl: locationUrl } : {}),
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

/** Each answer brings freshly signed addresses: the newest ones live longest. */
function goOn(state: OperationState, response: TrackedResponse, nowMs: number, message?: string): OperationAnswer {
  const { operationUrl, locationUrl } = operationUrls(response, state.cloud);
  const askedFor = retryAfterMs(response.headers, nowMs);
  const { missingSinceMs: _found, ...rest } = state;
  const fallbackUrl = state.by === 'operation' ? (locationUrl ?? state.fallbackUrl) : undefined;
  const next: OperationState = {
    ...rest,
    url: (state.by === 'operation' ? operationUrl : locationUrl) ?? state.url,
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
  const since = state.missingSinceMs ?? nowMs;
  const asked = state.asked + 1;
  if (nowMs - since < pacing.operationGraceMs) {
    return { is: 'running', state: { ...state, asked, missingSinceMs: since }, delayMs: waitMs(asked, undefined, state.paceMs) };
  }
  if (state.fallbackUrl !== undefined) {
    const { fallbackUrl, missingSinceMs: _since, ...rest } = state;
    return { is: 'running', state: { ...rest, url: fallbackUrl, by: 'location', asked: 0 }, delayMs: waitMs(0, undefined, state.paceMs) };
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
  return errorWithRemedies({
    code,
    message:
      message ??
      (response.status >= 400 ? `Azure answered ${response.status} and gave no reason.` : 'Azure says that it failed and gave no reason.'),
    ...(response.status >= 400 ? { status: response.status } : {}),
    ...(response.headers['x-ms-request-id'] ? { requestId: response.headers['x-ms-request-id'] } : {}),
  });
}
