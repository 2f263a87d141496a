/** Reads what a service says of a refusal, in whichever of its forms it says it. */
import { arrayAt, isObject, objectAt, parsedJson, stringAt, type Json, type JsonObject } from '../core/json.ts';
import { withoutSignatures } from '../core/signedUrl.ts';

export interface ServiceError {
  readonly code: string;
  /** Never empty. */
  readonly message: string;
}

/** Codes where the service named none. */
const statusCodes: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Gone',
  412: 'PreconditionFailed',
  413: 'PayloadTooLarge',
  429: 'TooManyRequests',
  500: 'InternalServerError',
  501: 'NotImplemented',
  502: 'BadGateway',
  503: 'ServiceUnavailable',
  504: 'GatewayTimeout',
};

const longestMessage = 2000;

/**
 * Code and message of an answer of 400 and above. Knows ARM's envelope, the older `ErrorCode`/`Message.Value`, OData's,
 * the token endpoints', bare ones, problem details (RFC 7807), empty bodies and web pages of gateways.
 */
export function serviceErrorOf(status: number, text: string): ServiceError {
  const fallback = statusCodes[status] ?? `Http${status}`;
  const body = parsedJson(text);
  const found = isObject(body) ? fromEnvelope(body) : {};
  const code = found.code || fallback;
  const message = found.message || (body === undefined ? ofText(status, text) : '');
  return { code, message: shortened(withoutSignatures(message) || silence(status)) };
}

function fromEnvelope(body: JsonObject): Partial<ServiceError> {
  const error = body['error'] ?? body['Error'] ?? body['odata.error'];
  if (isObject(error)) {
    return fromError(error);
  }
  if (typeof error === 'string') {
    return { code: error, message: stringAt(body, 'error_description') ?? '' };
  }
  return 'title' in body || 'detail' in body ? fromProblem(body) : fromError(body);
}

/** `title` and `detail` in words, and what is wrong with each field; it has no code. */
function fromProblem(body: JsonObject): Partial<ServiceError> {
  const message = [stringAt(body, 'detail')?.trim() || stringAt(body, 'title')?.trim() || ''];
  for (const [field, reasons] of Object.entries(objectAt(body, 'errors'))) {
    const said = (Array.isArray(reasons) ? reasons : [reasons]).filter((reason) => typeof reason === 'string').join(' ');
    if (said !== '' && !message.some((part) => part.includes(said))) {
      message.push(`${field}: ${said}`);
    }
  }
  return { code: '', message: message.filter(Boolean).join(' ') };
}

function fromError(error: JsonObject): Partial<ServiceError> {
  const code = stringAt(error, 'code') ?? stringAt(error, 'ErrorCode') ?? stringAt(error, 'errorCode') ?? stringAt(error, 'Code') ?? '';
  const message = messageAt(error);
  // A gateway may wrap the service's own refusal as text; the inner one is what happened.
  const inner = /^\s*\{/.test(message) ? parsedJson(message) : undefined;
  if (isObject(inner)) {
    const unwrapped = fromEnvelope(inner);
    if (unwrapped.message) {
      return { code: unwrapped.code || code, message: unwrapped.message };
    }
  }
  const details = [...arrayAt(error, 'details'), ...arrayAt(error, 'Details')]
    .map(messageAt)
    .filter((detail) => detail && !message.includes(detail));
  return { code, message: [message, ...details.slice(0, 3)].filter(Boolean).join(' ') };
}

function messageAt(value: Json): string {
  const direct = stringAt(value, 'message') ?? stringAt(value, 'Message') ?? stringAt(value, 'errorMessage');
  return (direct ?? stringAt(objectAt(value, 'Message'), 'Value') ?? stringAt(objectAt(value, 'message'), 'value') ?? '').trim();
}

function ofText(status: number, text: string): string {
  const trimmed = text.trim();
  if (trimmed.startsWith('<')) {
    const title = /<(?:title|h1|h2)[^>]*>([\s\S]*?)<\//i.exec(trimmed)?.[1]?.replace(/\s+/g, ' ').trim();
    return `A web page came instead of an answer${title ? `: “${title}” (HTTP ${status})` : ` (HTTP ${status})`}. A proxy or gateway on the way has probably answered.`;
  }
  if (trimmed.startsWith('{') || trimmed.startsWith('[')) {
    return `The answer broke off or is not valid JSON (HTTP ${status}).`;
  }
  return trimmed;
}

function silence(status: number): string {
  return `The service answered HTTP ${status} without saying why.`;
}

function shortened(message: string): string {
  return message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message;
}
