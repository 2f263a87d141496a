import { ArmFailure } from './types.ts';

/** A request's target: `/a//b?x=1` apart. */
export interface Target {
  /** Decoded segments in the caller's casing, repeated and trailing slashes dropped. */
  readonly segments: readonly string[];
  /** `/` and the segments joined: what providers and fault patterns see. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/**
 * Takes an HTTP request target apart.
 * Azure itself hands out URLs with a second `?` (unregistering a container), so each `?` starts or continues the query.
 * @throws ArmFailure 400 where an escape is not UTF-8.
 */
export function parseTarget(target: string): Target {
  const [rawPath = '', ...queries] = target.replace(/^https?:\/\/[^/?]*/i, '').split('?');
  const segments = rawPath.split('/').filter(Boolean).map(decodeSegment);
  return { segments, path: `/${segments.join('/')}`, query: new URLSearchParams(queries.filter(Boolean).join('&')) };
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new ArmFailure(400, 'BadRequest', `The request URI is not valid: '${segment}' holds an escape that is not UTF-8.`, {
      failureCause: 'gateway',
    });
  }
}

/** A decoded path as it may stand in a URL. A query that is already part of it (`...?fabricName=Azure`) is kept. */
export function encodePath(path: string): string {
  const at = path.indexOf('?');
  const head = at < 0 ? path : path.slice(0, at);
  // encodeURI leaves the semicolons of container names alone, as Azure's own links do.
  return encodeURI(head).replaceAll('#', '%23') + (at < 0 ? '' : path.slice(at));
}

/** A query parameter by its name without case: ARM reads `API-Version` and `$SkipToken` too. */
export function queryValue(query: URLSearchParams, name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const [key, value] of query) {
    if (key.toLowerCase() === wanted) {
      return value;
    }
  }
  return undefined;
}
