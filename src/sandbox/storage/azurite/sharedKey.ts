import { createHmac } from 'node:crypto';

export interface StorageCall {
  readonly method: string;
  /** As it stands in the URL, the account first: `/account/container/blob`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names; those that are signed must all be there. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Headers that stand in the signature by their place. */
const placed = [
  'content-encoding',
  'content-language',
  'content-length',
  'content-md5',
  'content-type',
  'date',
  'if-modified-since',
  'if-match',
  'if-none-match',
  'if-unmodified-since',
  'range',
];

/**
 * The `Authorization` of a call that is signed with an account's key: Microsoft's "Authorize with Shared Key", version
 * 2015-02-21 and later.
 * @param key base64; anything else makes a signature that fits nothing.
 */
export function sharedKey(account: string, key: string, call: StorageCall): string {
  const { headers, method, path, query } = call;
  const values = placed.map((name) => (name === 'content-length' && headers[name] === '0' ? '' : (headers[name] ?? '')));
  const own = Object.keys(headers)
    .filter((name) => name.startsWith('x-ms-'))
    .sort()
    .map((name) => `${name}:${(headers[name] ?? '').trim()}`);
  const names = [...new Set([...query.keys()].map((name) => name.toLowerCase()))].sort();
  const parameters = names.map((name) => `${name}:${query.getAll(name).sort().join(',')}`);
  const text = [method, ...values, ...own, `/${account}${path}`, ...parameters].join('\n');
  return `SharedKey ${account}:${createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64')}`;
}
