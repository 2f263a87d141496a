import type { TrackedResponse } from '../../core/operation.ts';

/** Where an answer says that its work can be followed; absolute URLs. */
export interface OperationUrls {
  /** `Azure-AsyncOperation`. */
  readonly operationUrl?: string;
  readonly locationUrl?: string;
}

/** @param cloud origin that a relative address is of. */
export function operationUrls(response: TrackedResponse, cloud: string): OperationUrls {
  const operationUrl = absolute(response.headers['azure-asyncoperation'], cloud);
  const locationUrl = absolute(response.headers['location'], cloud);
  return { ...(operationUrl ? { operationUrl } : {}), ...(locationUrl ? { locationUrl } : {}) };
}

function absolute(header: string | undefined, cloud: string): string | undefined {
  const text = header?.trim();
  if (!text || !URL.canParse(text, cloud)) {
    return undefined;
  }
  // Verbatim, signatures included; whether its host may have the token is for the pipeline to say.
  return repaired(/^https?:/i.test(text) ? text : new URL(text, cloud).href);
}

/**
 * Azure's answer to an unregistration has `?fabricName=Azure?api-version=...` (recorded in 2023) or, since 2024,
 * `?fabricName=Azure%3Fapi-version%3D...`: read as it stands, it names no api-version, so every question mark after the first,
 * and one that is escaped before an api-version, becomes the ampersand that it was meant to be.
 */
function repaired(url: string): string {
  const at = url.indexOf('?');
  if (at < 0) {
    return url;
  }
  const query = url.slice(at + 1).replace(/%3Fapi-version%3D/gi, '&api-version=');
  return url.slice(0, at + 1) + query.replaceAll('?', '&');
}

/** The URL with repeated slashes of its path taken as one; undefined where it has none. Azure writes `/subscriptions//...`. */
export function withoutDoubleSlashes(url: string): string | undefined {
  const [, origin = '', path = '', query = ''] = /^(https?:\/\/[^/?]+)([^?]*)(.*)$/is.exec(url) ?? [];
  return path.includes('//') ? origin + path.replace(/\/{2,}/g, '/') + query : undefined;
}
