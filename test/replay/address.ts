/** Recorded URLs taken apart: what was asked, whatever its casing, encoding, doubled slashes, host and api-version. */

export interface Address {
  /** Decoded segments in the recorded casing, empty ones left out. */
  readonly segments: readonly string[];
  /** Names without `$` and in lower case to decoded values; `api-version` left out. */
  readonly query: ReadonlyMap<string, string>;
  /** Path and query as recorded, starting with one slash. */
  readonly text: string;
}

export function addressOf(url: string): Address {
  const text = `/${url
    .replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '')
    .replace(/#.*$/s, '')
    .replace(/^\/+/, '')}`;
  const at = text.indexOf('?');
  const path = at < 0 ? text : text.slice(0, at);
  const query = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(at < 0 ? '' : text.slice(at + 1))) {
    const key = name.replace(/^\$/, '').toLowerCase();
    if (key !== 'api-version') {
      query.set(key, value);
    }
  }
  return { segments: path.split('/').filter(Boolean).map(decoded), query, text };
}

/**
 * Where a link leads that was recorded in an answer to `base`: absolute, or relative in any of the forms that HTTP knows.
 * Undefined for what is no address at all. What is absolute stays in its own spelling.
 */
export function linkFrom(base: string, link: string): string | undefined {
  const text = link.trim();
  if (/^https?:\/\/[^/?#]/i.test(text)) {
    return text;
  }
  const from = URL.canParse(base) ? base : `https://recorded.invalid${addressOf(base).text}`;
  const url = text !== '' && URL.canParse(text, from) ? new URL(text, from) : undefined;
  return url && /^https?:$/.test(url.protocol) ? url.href : undefined;
}

/** The same for any two requests that mean the same: path, filter and page. What else a query says changes no list. */
export function addressKey(address: Address): string {
  const filter = filterOf(address);
  const parts =
    filter === 'unreadable'
      ? [`text ${address.query.get('filter')}`]
      : Object.entries(filter).map(([name, value]) => `${name.toLowerCase()}=${/time$/i.test(name) ? momentOf(value) : value}`);
  return [pathKey(address), parts.sort().join('&'), address.query.get('skiptoken') ?? ''].join('\n');
}

/** Moments are written in several ways: midnight as `00:00:00 AM` and as `12:00:00 AM`. What is none stays as it is. */
function momentOf(text: string): string | number {
  return Date.parse(`${text} UTC`) || text;
}

/** The same for any two requests of one resource. */
export function pathKey(address: Address): string {
  return address.segments.join('/').toLowerCase();
}

/** `a eq 'x' and b eq 'y'` as an object, a doubled quote as one; `unreadable` for anything else. */
export function filterOf(address: Address): Record<string, string> | 'unreadable' {
  const text = address.query.get('filter')?.trim() ?? '';
  const values: Record<string, string> = {};
  const term = /\s*([A-Za-z]\w*)\s+eq\s+'((?:[^']|'')*)'\s*(and\b|$)/iy;
  for (let at = 0; at < text.length; at = term.lastIndex) {
    term.lastIndex = at;
    const [, name, value] = term.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      return 'unreadable';
    }
    values[name] = value.replaceAll("''", "'");
  }
  return values;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** In the order in which they came. */
export function groupedBy<T>(all: Iterable<T>, keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group) {
      group.push(one);
    } else {
      groups.set(key, [one]);
    }
  }
  return groups;
}
