import { createHttpHeaders, type PipelinePolicy, type PipelineRequest } from '@azure/core-rest-pipeline';
import type { RequestPriority } from '../types.ts';
import type { Governor } from './governor.ts';

/**
 * Each try of a request passes the governor on its own. What it does not let through for longer than one waits is answered in the
 * cloud's stead, as the 429 that the cloud would give: whoever knows what to do with that one needs to know no other.
 */
export function governorPolicy(governor: Governor, priorityOf: (request: PipelineRequest) => RequestPriority): PipelinePolicy {
  return {
    name: 'backupExplorerGovernor',
    async sendRequest(request, next) {
      const { method, url, abortSignal: signal } = request;
      const admission = await governor.enter({ method, url, priority: priorityOf(request), signal });
      if ('held' in admission) {
        const { waitMs, code, message } = admission.held;
        const headers = createHttpHeaders({ 'content-type': 'application/json', 'retry-after': String(Math.ceil(waitMs / 1000)) });
        return { request, status: 429, headers, bodyAsText: JSON.stringify({ error: { code, message } }) };
      }
      const { pass } = admission;
      try {
        const response = await next(request);
        pass.leave({ status: response.status, headers: response.headers, text: response.bodyAsText ?? undefined });
        return response;
      } finally {
        // Where no answer came; after an answer this does nothing more.
        pass.leave();
      }
    },
  };
}
