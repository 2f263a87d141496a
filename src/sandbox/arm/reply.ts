import { randomUUID } from 'node:crypto';
import { type ArmFailure, type ArmReply, type Json } from './types.ts';

/** An answer as it leaves: a body is text already. */
export interface WireReply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

/** A provider's answer on the wire. */
export function toWire(reply: ArmReply): WireReply {
  const headers = lowerCase(reply.headers ?? {});
  if (reply.body === undefined) {
    return { status: reply.status, headers };
  }
  return {
    status: reply.status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(reply.body),
  };
}

/** A refusal in ARM's envelope, with who refused in `x-ms-failure-cause`. */
export function failureToWire(failure: ArmFailure, headers: Readonly<Record<string, string>> = {}): WireReply {
  const error: Record<string, Json> = { code: failure.code, message: failure.message };
  if (failure.details !== undefined) {
    error.details = failure.details;
  }
  const cause = { 'x-ms-failure-cause': failure.failureCause };
  return toWire({ status: failure.status, body: { error }, headers: { ...cause, ...headers } });
}

/** The headers that ARM puts on every answer, errors included. */
export function commonHeaders(request: Readonly<Record<string, string>>, region: string, nowMs: number): Record<string, string> {
  const requestId = randomUUID();
  const correlationId = guidOf(request['x-ms-correlation-request-id']) ?? requestId;
  const stamp = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '');
  const clientId = request['x-ms-client-request-id'];
  const echo = request['x-ms-return-client-request-id']?.toLowerCase() === 'true' && clientId !== undefined;
  return {
    'cache-control': 'no-cache',
    pragma: 'no-cache',
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    'x-ms-request-id': requestId,
    'x-ms-correlation-request-id': correlationId,
    'x-ms-routing-request-id': `${region}:${stamp}:${requestId}`,
    ...(echo ? { 'x-ms-client-request-id': clientId } : {}),
  };
}

function guidOf(value: string | undefined): string | undefined {
  return value !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value) ? value : undefined;
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
