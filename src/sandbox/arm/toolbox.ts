import { parseFilter } from './filter.ts';
import { Pager } from './paging.ts';
import { UrlSigner } from './signedUrl.ts';
import type { ArmToolbox, Random, SandboxClock } from './types.ts';

/** What the gateway lends to providers, on one clock and one source of numbers. */
export function createToolbox(clock: SandboxClock, random: Random): ArmToolbox {
  const pager = new Pager();
  const signer = new UrlSigner();
  return {
    clock,
    random,
    paged: (request, items, options) => pager.page(request, items, options),
    filter: (request) => parseFilter(request.query),
    signedUrl: (request, path, apiVersion) => signer.sign(request.origin, path, apiVersion, clock.now()),
    retryAfter: (azureSeconds) => {
      const seconds = azureSeconds / clock.speed;
      return String(seconds < 0.5 ? 0 : Math.max(1, Math.round(seconds)));
    },
  };
}
