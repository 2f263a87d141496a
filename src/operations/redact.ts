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
/** Shorter ones are found in words that have nothing to do with them; those of services are longer. */
const shortestSecret = 8;

/** Path of a URL for a timeline: no origin, no query. */
export function pathOnly(url: string): string {
  return url.replace(/^https?:\/\/[^/?#]+/i, '').replace(/[?#].*$/s, '') || '/';
}

/** The record as it may be journaled, shown and logged. @param secrets texts that it must not hold, whatever the service says back */
export function storable(record: OperationRecord, secrets: readonly string[] = []): OperationRecord {
  const { request, first, ...rest } = record;
  const clean = withoutSignatures(rest as unknown as Json) as unknown as Omit<OperationRecord, 'request' | 'first'>;
  const stored = {
    ...clean,
    ...(request === undefined ? {} : { request: storableRequest(request) }),
    ...(first === undefined ? {} : { first: { ...first, request: storableRequest(first.request) } }),
  };
  return secrets.length === 0 ? stored : without(stored, secrets);
}

/** The secrets in a request's body. */
export function secretsIn(request: PreparedRequest | undefined): readonly string[] {
  const found = new Set<string>();
  const look = (value: Json): void => {
    if (Array.isArray(value)) {
      value.forEach(look);
    } else if (isObject(value)) {
      for (const [name, member] of Object.entries(value)) {
        if (typeof member === 'string' && member !== '' && secretMember.test(name)) {
          found.add(member);
        } else {
          look(member ?? null);
        }
      }
    }
  };
  try {
    look(JSON.parse(request?.body ?? 'null') as Json);
  } catch {
    // Not JSON: it is not stored at all.
  }
  return [...found];
}

/** As they stand in text, in JSON in a text, and in a URL. */
function without(record: OperationRecord, secrets: readonly string[]): OperationRecord {
  const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);
  const spellings = secrets
    .filter(({ length }) => length >= shortestSecret)
    .flatMap((secret) => [inJson(secret), inJson(inJson(secret)), inJson(encodeURIComponent(secret))]);
  const text = spellings.reduce((all, spelling) => all.replaceAll(spelling, notStored), JSON.stringify(record));
  return JSON.parse(text) as OperationRecord;
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
