import { commonHeaders, failureToWire, type WireReply } from '../arm/reply.ts';
import { ArmFailure } from '../arm/types.ts';
import { SignInRefusal } from '../identity/refusal.ts';
import type { Fault } from './schema.ts';

type Of<K extends Fault['kind']> = Extract<Fault, { kind: K }>;

/** What stands in for the answer of a hit request. @param action `GET /path`, for messages. */
export function throttled(fault: Of<'throttle'>, action: string): WireReply {
  const text = `Number of requests for action '${action}' exceeded the limit of '150' for time interval '01:00:00'. Please try again after '${fault.retryAfterSeconds}' seconds.`;
  return failureToWire(new ArmFailure(429, fault.code, text, { failureCause: 'gateway' }), retryAfter(fault.retryAfterSeconds));
}

/** An error of the service. Without code and message: Azure's own for the status. */
export function serviceError(fault: Of<'error'>): WireReply {
  const usual = usualErrors[fault.status] ?? { code: 'InternalServerError', message: 'Encountered internal server error.' };
  const failure = new ArmFailure(fault.status, fault.code ?? usual.code, fault.message ?? usual.message);
  return failureToWire(failure, retryAfter(fault.retryAfterSeconds));
}

/** The same two from the token endpoint, whose errors have OAuth's form. */
export function signInError(fault: Of<'throttle' | 'error'>, nowMs: number): WireReply {
  const status = fault.kind === 'throttle' ? 429 : fault.status;
  const text = (fault.kind === 'error' ? fault.message : undefined) ?? 'A transient error has occurred. Please try again.';
  const refusal = new SignInRefusal(status, 'temporarily_unavailable', 90033, text);
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...retryAfter(fault.retryAfterSeconds) },
    body: JSON.stringify(refusal.toBody(nowMs, undefined)),
  };
}

/** An error page of some gateway in between: no JSON, no request id. */
export function htmlError(fault: Of<'htmlError'>): WireReply {
  const title = `${fault.status} - The gateway could not serve the request`;
  const body = `<!DOCTYPE html><html><head><title>${title}</title></head><body><h2>${title}</h2></body></html>`;
  return { status: fault.status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

/** An answer with the headers that ARM puts on every one. */
export function withCommonHeaders(reply: WireReply, request: Readonly<Record<string, string>>, region: string, nowMs: number): WireReply {
  return { ...reply, headers: { ...commonHeaders(request, region, nowMs), ...reply.headers } };
}

/** The first half of a text, never all of it: JSON that ends in the middle. */
export function truncated(text: string): string {
  return text.slice(0, Math.floor(text.length / 2));
}

/**
 * An operation's status that names one job, as one that names several. No other answer is changed: one that is still in
 * progress names none yet.
 */
export function namingSeveralJobs(text: string, fault: Of<'severalJobs'>): string {
  const status = parsed(text);
  const properties = isObject(status) ? status.properties : undefined;
  if (!isObject(status) || !isObject(properties) || properties.objectType !== 'OperationStatusJobExtendedInfo') {
    return text;
  }
  const jobIds = [...(typeof properties.jobId === 'string' ? [properties.jobId] : []), ...fault.jobIds];
  const several = { objectType: 'OperationStatusJobsExtendedInfo', jobIds, failedJobsError: fault.failedJobs };
  return JSON.stringify({ ...status, properties: several });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Undefined for what is no JSON: an empty answer, a page of a gateway. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const usualErrors: Readonly<Record<number, { code: string; message: string }>> = {
  403: { code: 'AuthorizationFailed', message: 'The client does not have authorization to perform the action over the scope.' },
  404: { code: 'ResourceNotFound', message: 'The resource was not found.' },
  409: { code: 'Conflict', message: 'Another operation is in progress on the resource.' },
  500: { code: 'InternalServerError', message: 'Encountered internal server error.' },
  502: { code: 'BadGateway', message: 'The gateway did not receive a response from the service.' },
  503: { code: 'ServiceUnavailable', message: 'The service is temporarily unavailable.' },
  504: { code: 'GatewayTimeout', message: 'The gateway did not receive a response from the service within the specified time period.' },
};

function retryAfter(seconds: number | undefined): Record<string, string> {
  return seconds === undefined ? {} : { 'retry-after': String(seconds) };
}
