/** How backups and restores of API Management are followed: a pure function over JSON, for the engine. */
import { BackupError, type ErrorRecord } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Tracker, TrackStep } from '../../core/operation.ts';
import { beginOperation, errorOf, stepOperation, type OperationState } from '../arm/asyncOperation.ts';
import { insistMs, retryAfterMs, waitMs } from '../arm/pacing.ts';
import { withApiManagementRemedies } from './errorKnowledge.ts';
import { isAtRest, readService } from './model.ts';
import { servicePath } from './api.ts';

/** Plain JSON: the operation's own address, or, where that never reached us, the service, which says whether it is at rest. */
type State = { readonly operation: OperationState } | { readonly serviceUrl: string; readonly asked: number };

/**
 * A backup or a restore: `Location` answers 202 until it is 200 with the service, or the error. What the service says of its
 * own state (`Updating`) is asked only where no answer came to the request and looking has found that it had started.
 */
export const apiManagementTracker: Tracker = {
  name: 'apiManagement.operation',
  begin: (record, response, nowMs) => {
    if (response.status >= 400) {
      return { state: {}, status: 'failed', error: withApiManagementRemedies(errorOf(response)) };
    }
    const begun = beginOperation(record.cloud, response, nowMs, 'location');
    if (begun) {
      return running({ operation: begun.state }, begun.delayMs, 'accepted');
    }
    if (response.status === 202) {
      // Looking finds the service being changed, and goes on from there.
      throw new BackupError('API Management named no address where it can be followed.', { code: 'NothingToFollow' });
    }
    return { state: {}, status: 'succeeded' };
  },
  poll: (json) => {
    const state = readState(json);
    return 'operation' in state ? { url: state.operation.url, insistMs: insistMs(state.operation.paceMs) } : { url: state.serviceUrl };
  },
  step: (json, response, nowMs): TrackStep => {
    const state = readState(json);
    if (!('operation' in state)) {
      return stepService(state, response, nowMs);
    }
    const answer = stepOperation(state.operation, response, nowMs);
    switch (answer.is) {
      case 'running':
        return running({ operation: answer.state }, answer.delayMs, 'running', answer.message);
      case 'succeeded':
        return { state: json, status: 'succeeded' };
      case 'cancelled':
        return { state: json, status: 'cancelled' };
      case 'failed':
        return {
          state: json,
          status: 'failed',
          error: withApiManagementRemedies(answer.error),
          // A 5xx comes here only once Azure has insisted on it, and says nothing of what it did.
          ...(response.status >= 500 ? { readBackDecides: true } : {}),
        };
      case 'lost':
        return { state: json, status: 'unknown', error: withApiManagementRemedies(answer.error) };
    }
  },
};

/** State that asks the service itself. @param cloud origin */
export function trackingOfService(cloud: string, serviceId: string): JsonObject {
  return toJson({ serviceUrl: cloud + servicePath(serviceId), asked: 0 });
}

function stepService(state: Extract<State, { serviceUrl: string }>, response: Parameters<Tracker['step']>[1], nowMs: number): TrackStep {
  if (response.status >= 400) {
    return { state: toJson(state), status: 'unknown', error: withApiManagementRemedies(errorOf(response)) };
  }
  const service = readService(response.body);
  const asked = state.asked + 1;
  if (isAtRest(service)) {
    return { state: toJson(state), status: 'succeeded' };
  }
  if (service.provisioningState?.toLowerCase() === 'failed') {
    return { state: toJson(state), status: 'failed', error: failedState(service.name), readBackDecides: true };
  }
  const delayMs = waitMs(asked, retryAfterMs(response.headers, nowMs), undefined);
  return running({ ...state, asked }, delayMs, 'running', 'The service is being changed');
}

function running(state: State, delayMs: number, status: 'accepted' | 'running', message?: string): TrackStep {
  const url = 'operation' in state ? state.operation.url : state.serviceUrl;
  return {
    state: toJson(state),
    status,
    next: { url },
    delayMs,
    progress: { message: message ?? 'API Management is working on it; it tells no percentage' },
  };
}

function toJson(state: State): JsonObject {
  return { ...state } as unknown as JsonObject;
}

function readState(json: JsonObject): State {
  // Written by this tracker's own steps and by `trackingOfService`, and by nothing else.
  return json as unknown as State;
}

function failedState(service: string): ErrorRecord {
  return {
    code: 'ServiceFailed',
    message: `Azure says that the last management operation on ${service} failed.`,
    remedies: ['Look at the activity log of the service in the portal.'],
  };
}
