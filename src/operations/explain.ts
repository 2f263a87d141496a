import { refusalOf, type RemediesFor } from '../cloud/armErrors.ts';
import { serviceErrorOf } from '../cloud/serviceError.ts';
import type { EngineOptions } from './context.ts';

/** What a refusal says, with the remedies that the providers know; for `EngineOptions.explain`. */
export function refusalExplainer(remediesFor: RemediesFor): EngineOptions['explain'] {
  return async (response, attempted, resource) => {
    // Brings the HTTP pipeline along, which is loaded by the time that anything was answered.
    const { retryAfterMs } = await import('../cloud/retry.ts');
    const waitMs = retryAfterMs({ get: (name) => response.headers[name] }, Date.now());
    return refusalOf(serviceErrorOf(response.status, response.text), response, { attempted, resource }, waitMs, remediesFor);
  };
}
