/** One request and its answer, as recorded: read from any spelling that recorders of such traffic use. */
import { isObject, type JsonObject } from '../../src/core/json.ts';

export interface Interaction {
  /** Position in the file, from 0; in a recording that was out of order, in the order in which it can have happened. */
  readonly index: number;
  readonly method: string;
  readonly url: string;
  /** What was sent: parsed JSON, text where it was none, null where nothing was. */
  readonly sent: unknown;
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON, text where it was no JSON, null where it was empty. */
  readonly body: unknown;
  /** True where the answer's body was cut off in the recording, so that it is none that anybody got. */
  readonly cut: boolean;
  /** How often the same answer came one after another; 1 or more. */
  readonly repeat: number;
}

/** Headers of which an answer has one; of several that were recorded the first counts. */
const single = new Set(['location', 'azure-asyncoperation', 'content-type', 'retry-after', 'operation-location']);

/** @returns a sentence that says what was expected, where it is none. */
export function readInteraction(raw: unknown, index: number): Interaction | string {
  const { request, response, repeat, bodyTruncated } = isObject(raw) ? raw : ({} as JsonObject);
  if (!isObject(request) || !isObject(response)) {
    return `expected an object with "request" and "response", each an object, got ${shape(raw)}`;
  }
  const { method } = request;
  const url = request['url'] ?? request['uri'];
  if (typeof method !== 'string' || !/^[a-z]+$/i.test(method)) {
    return `expected a request with "method", the name of an HTTP method, got ${shape(method)}`;
  }
  if (typeof url !== 'string' || !/^(?:https?:\/\/[^/?#]|\/)/i.test(url.trim())) {
    return `expected a request with "url", an address that begins with https:// or /, got ${shape(url)}`;
  }
  const status = wholeNumber(isObject(response['status']) ? response['status']['code'] : response['status']);
  if (status === undefined || status < 200 || status > 599) {
    return `expected a response with "status", an HTTP status of 200 to 599, got ${shape(response['status'])}`;
  }
  const times = repeat === undefined || repeat === null ? 1 : wholeNumber(repeat);
  if (times === undefined || times < 1) {
    return `expected "repeat" to be a whole number of 1 or more, got ${shape(repeat)}`;
  }
  const headers = response['headers'] ?? {};
  if (!isObject(headers)) {
    return `expected the response's "headers" to be an object, got ${shape(headers)}`;
  }
  const body = bodyOf(response['body']);
  return {
    index,
    method: method.toUpperCase(),
    url: url.trim(),
    sent: parsed(bodyOf(request['body'])),
    status,
    headers: readHeaders(headers),
    body,
    cut: Boolean(bodyTruncated) && typeof body === 'string',
    repeat: times,
  };
}

function readHeaders(raw: JsonObject): Record<string, string> {
  const headers = new Map<string, string>();
  for (const [spelled, value] of Object.entries(raw)) {
    const name = spelled.toLowerCase();
    const texts = (Array.isArray(value) ? value : [value])
      .filter((one) => typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean')
      .map(String);
    if (texts.length > 0) {
      headers.set(name, single.has(name) ? (texts[0] ?? '') : texts.join(', '));
    }
  }
  return Object.fromEntries(headers);
}

/** Some recorders wrap a body: `{"string": "..."}`, or `{"base64_string": "..."}`. An empty one is none. */
function bodyOf(raw: unknown): unknown {
  const names = isObject(raw) ? Object.keys(raw).filter((name) => name !== 'encoding') : [];
  const only = names.length === 1 && isObject(raw) ? names[0] : undefined;
  const wrapped = only === undefined || !isObject(raw) ? undefined : raw[only];
  if (typeof wrapped === 'string' && only === 'string') {
    return wrapped === '' ? null : wrapped;
  }
  if (typeof wrapped === 'string' && only === 'base64_string') {
    return Buffer.from(wrapped, 'base64').toString('utf8') || null;
  }
  return raw === '' || raw === undefined ? null : raw;
}

function parsed(body: unknown): unknown {
  if (typeof body !== 'string') {
    return body;
  }
  try {
    return JSON.parse(body.replace(/^\uFEFF/, ''));
  } catch {
    return body;
  }
}

function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value.trim())) ? Number(value) : NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}

/** What stands where something else was expected, short enough for a line. */
export function shape(value: unknown): string {
  if (value === undefined) {
    return 'nothing';
  }
  if (Array.isArray(value)) {
    return 'a list';
  }
  if (isObject(value)) {
    const names = Object.keys(value).slice(0, 5);
    return names.length === 0 ? 'an empty object' : `an object with ${names.map((name) => JSON.stringify(name.slice(0, 40))).join(', ')}`;
  }
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
