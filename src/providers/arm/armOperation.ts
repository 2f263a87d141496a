import { idUpTo } from '../../core/armId.ts';
import type { ErrorRecord } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Tracker, TrackStep } from '../../core/operation.ts';
import { beginOperation, errorOf, stepOperation, type OperationState, type Way } from './asyncOperation.ts';
import { insistMs } from './pacing.ts';

/**
 * Work that has ended when ARM says so, with no job behind it: cancelling a job, unregistering a container.
 * Answers of 200, 201 and 204 without an address to follow are ends; a 202 without one is `unknown`.
 */
export const armOperationTracker: Tracker = trackerOf('arm.operation', 'operation');

/**
 * The same, followed by its result: 202 until it is 200 with the resource, 204, or the error. For discoveries,
 * registrations and inquiries: Azure tells why a registration failed as an error of the result, and the state's address
 * that stands beside it is of an api-version of 2019, whatever was asked with. It is asked where there is no other.
 */
export const armResultTracker: Tracker = trackerOf('arm.result', 'location');

function trackerOf(name: string, prefer: Way): Tracker {
  return {
    name,
    begin: (record, response, nowMs) => {
      if (response.status >= 400) {
        return { state: {}, status: 'failed', error: errorOf(response) };
      }
      const begun = beginOperation(record.cloud, response, nowMs, prefer);
      if (begun) {
        return running(begun.state, begun.delayMs, 'accepted');
      }
      return response.status === 202
        ? { state: {}, status: 'unknown', error: notFollowable(idUpTo(record.target.id, 'vaults') ?? record.target.id) }
        : { state: {}, status: 'succeeded' };
    },
    poll: (json) => {
      const { url, paceMs } = readState(json);
      return { url, insistMs: insistMs(paceMs) };
    },
    step: (json, response, nowMs): TrackStep => {
      const answer = stepOperation(readState(json), response, nowMs);
      switch (answer.is) {
        case 'running':
          return running(answer.state, answer.delayMs, 'running', answer.message);
        case 'succeeded':
          return { state: json, status: 'succeeded' };
        case 'cancelled':
          return { state: json, status: 'cancelled' };
        case 'failed':
          // A 5xx comes here only once Azure has insisted on it, and says nothing of what it did.
          return { state: json, status: 'failed', error: answer.error, ...(response.status >= 500 ? { readBackDecides: true } : {}) };
        case 'lost':
          return { state: json, status: 'unknown', error: answer.error };
      }
    },
  };
}

/** State that asks one address until it answers, where an operation's own address never reached us. @param url absolute */
export function trackingOfUrl(cloud: string, url: string): JsonObject {
  return { operation: { cloud, url, by: 'location', asked: 0 } };
}

function running(state: OperationState, delayMs: number, status: 'accepted' | 'running', message?: string): TrackStep {
  return {
    state: { operation: { ...state } },
    status,
    next: { url: state.url },
    delayMs,
    progress: { message: message ?? 'Azure is working on it' },
  };
}

function readState(state: JsonObject): OperationState {
  // Written by `running` and `trackingOfUrl`, and by nothing else.
  return state['operation'] as unknown as OperationState;
}

function notFollowable(resource: string): ErrorRecord {
  return {
    code: 'NothingToFollow',
    message: `Azure accepted it without an address where it can be followed (${resource}).`,
    remedies: ['Refresh after a minute to see what came of it.'],
  };
}
