/**
 * What of an operation may be written down or shown. Operation URLs are signed (`t`, `c`, `s`, `h`): whoever holds one
 * can read the operation. The same path answers without the signature too, so only the live process keeps it.
 */
import { isObject, type Json } from '../core/json.ts';
import type { OperationRecord, PreparedRequest } from '../core/operation.ts';
import { withoutSignature, withoutSignatures } from '../core/signedUrl.ts';

const secretMember = /(^|[a-z_-])(key|password|passphrase|secret|token|connectionstring|sas|sasuri)$/i;
const keptHeaders = /^(content-type|content-length|accept|if-match|if-none-match|x-ms-client-request-id)$/;
const notStored = '(not stored)';

/** Path of a URL for a timeline: no origin, no query. */
export function pathOnly(url: string): string {
  return url.replace(/^https?:\/\/[^/?#]+/i, '').replace(/[?#].*$/s, '') || '/';
}

/** The record as it may be journaled, shown and logged. */
export function storable(record: OperationRecord): OperationRecord {
  const { request, first, ...rest } = record;
  const clean = withoutSignatures(rest as unknown as Json) as unknown as Omit<OperationRecord, 'request' | 'first'>;
  return {
    ...clean,
    ...(request === undefined ? {} : { request: storableRequest(request) }),
    ...(first === undefined ? {} : { first: { ...first, request: storableRequest(first.request) } }),
  };
}

/** True where nothing of the request is left out when it is written down, so that it can be sent as it was journaled. */
export function isWholeWhenStored(request: PreparedRequest): boolean {
  const stored = storableRequest(request);
  return stored.url === request.url && stored.body === request.body;
}

/** A request that was sent is never sent again, only looked at: secrets of its body are not needed. */
function storableRequest(request: PreparedRequest): PreparedRequest {
  return {
    method: request.method,
    url: withoutSignature(request.url),
    headers: Object.fromEntries(Object.entries(request.headers).filter(([name]) => keptHeaders.test(name.toLowerCase()))),
    ...(request.body === undefined ? {} : { body: shownBody(request.body) }),
  };
}

/** A body as it may be shown and written down: its secrets are written out as `(not stored)`. */
export function shownBody(body: string): string {
  let parsed: Json;
  try {
    parsed = JSON.parse(body) as Json;
  } catch {
    // Not JSON, so nobody can tell what of it is secret.
    return notStored;
  }
  const hidden = hideSecrets(parsed);
  // A body with nothing to hide stays as it was sent, byte for byte.
  return JSON.stringify(hidden) === JSON.stringify(parsed) ? body : JSON.stringify(hidden);
}

function hideSecrets(value: Json): Json {
  if (Array.isArray(value)) {
    return value.map(hideSecrets);
  }
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [
        name,
        typeof member === 'string' && member !== '' && secretMember.test(name) ? notStored : hideSecrets(member ?? null),
      ]),
    );
  }
  return typeof value === 'string' ? value.replace(/https?:\/\/[^\s"'<>]+/gi, withoutSignature) : value;
}
