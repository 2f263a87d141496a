import { refusalOf, type RemediesFor } from '../cloud/armErrors.ts';
import { retryAfterMs } from '../cloud/retryAfter.ts';
import { serviceErrorOf } from '../cloud/serviceError.ts';
import type { EngineOptions } from './context.ts';

/** What a refusal says, with the remedies that the providers know; for `EngineOptions.explain`. */
export function refusalExplainer(remediesFor: RemediesFor): EngineOptions['explain'] {
  return (response, attempted, resource) => {
    const waitMs = retryAfterMs({ get: (name) => response.headers[name] }, Date.now());
    const about = { resource, ...(attempted === undefined ? {} : { attempted }) };
    return Promise.resolve(refusalOf(serviceErrorOf(response.status, response.text), response, about, waitMs, remediesFor));
  };
}
