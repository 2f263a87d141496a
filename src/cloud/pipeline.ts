/**
 * The one pipeline to a cloud: to its resource manager, and to the blobs of an account. Order of a request: client request id, retry, then for each try the
 * token, redirections, the governor of its limits, the log, and the connection. Loaded with the first request, never at activation.
 */
import {
  createEmptyPipeline,
  createPipelineRequest,
  createHttpHeaders,
  decompressResponsePolicy,
  isRestError,
  proxyPolicy,
  retryPolicy,
  setClientRequestIdPolicy,
  userAgentPolicy,
  type PipelinePolicy,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import type { Governor } from './budget/governor.ts';
import { governorPolicy } from './budget/policy.ts';
import type { TokenSource } from './credentials/types.ts';
import { guardedUrl, type UrlSource } from './endpointGuard.ts';
import type { VerifyingHttpClient } from './httpClient.ts';
import type { RequestLog } from './requestLog.ts';
import { defaultRetryLimits, retryStrategy, type RetryLimits } from './retry.ts';
import type { RequestPriority, ServiceEndpoint } from './types.ts';

export interface PipelineSetup {
  readonly environment: ServiceEndpoint;
  /** Absent for what is asked without a token: the sign-in itself. */
  readonly tokens?: TokenSource;
  readonly log?: RequestLog;
  readonly client: VerifyingHttpClient;
  readonly retry?: RetryLimits;
  /** Counts and holds back; one for all that goes to a cloud. */
  readonly governor?: Governor;
}

/** What a pipeline opens besides: nothing but what `guard` lets through gets a token. */
export interface Door {
  /** @throws BackupError where an address is not behind this door */
  guard(url: string, source?: UrlSource): string;
  /** As in `TokenRequest`. */
  readonly resource?: 'storage';
}

export interface ArmRequest {
  readonly method: PipelineRequest['method'];
  /** Absolute. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly tenantId?: string;
  readonly signal?: AbortSignal;
  /** `click` where absent. */
  readonly priority?: RequestPriority;
}

/** What came of a request that got no answer. */
export interface Unanswered {
  readonly error: unknown;
  /** True where the other side may have it. */
  readonly mayHaveLeft: boolean;
}

export interface ArmPipeline {
  /** The last answer after all tries, or why there is none. Never rejects. */
  send(request: ArmRequest): Promise<PipelineResponse | Unanswered>;
}

/** What a request carries through the policies beside itself. */
export interface Freight {
  readonly tenantId?: string | undefined;
  readonly priority?: RequestPriority | undefined;
}

interface Passage extends Freight {
  attempt: number;
}

const redirections: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const mostRedirections = 5;

export function createArmPipeline(setup: PipelineSetup): ArmPipeline {
  const { environment, client } = setup;
  const through = createPassage(setup, { guard: (url, source) => guardedUrl(environment, url, source) });
  return {
    async send({ method, url, headers, body, tenantId, signal, priority }) {
      const request = createPipelineRequest({
        method,
        url,
        headers: createHttpHeaders({ accept: 'application/json', ...headers }),
        ...(body === undefined ? {} : { body }),
        ...(signal ? { abortSignal: signal } : {}),
      });
      try {
        return await through(request, { tenantId, priority });
      } catch (error) {
        return { error, mayHaveLeft: client.mayHaveLeft(request) };
      }
    },
  };
}

/** Sends a request through the policies of this house: retry, token, redirections, log. Rejects where no answer came. */
export function createPassage(setup: PipelineSetup, door: Door): (request: PipelineRequest, freight: Freight) => Promise<PipelineResponse> {
  const { client } = setup;
  const passages = new WeakMap<PipelineRequest, Passage>();
  const limits = setup.retry ?? defaultRetryLimits;
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(proxyPolicy());
  pipeline.addPolicy(decompressResponsePolicy());
  pipeline.addPolicy(userAgentPolicy({ userAgentPrefix: 'backup-explorer' }));
  pipeline.addPolicy(setClientRequestIdPolicy());
  pipeline.addPolicy(retryPolicy([retryStrategy(limits, { isGoverned: setup.governor !== undefined })], { maxRetries: limits.retries }), {
    phase: 'Retry',
  });
  if (setup.tokens) {
    pipeline.addPolicy(tokenPolicy(door, setup.tokens, passages), { phase: 'Sign' });
  }
  pipeline.addPolicy(redirectionPolicy(door), { afterPhase: 'Sign' });
  if (setup.governor) {
    // Behind the token, so that nobody who waits for a sign-in keeps others from being sent.
    pipeline.addPolicy(
      governorPolicy(setup.governor, (request) => passages.get(request)?.priority ?? 'click'),
      { afterPhase: 'Sign' },
    );
  }
  pipeline.addPolicy(logPolicy(setup.log, passages), { afterPhase: 'Sign' });
  return (request, freight) => {
    passages.set(request, { ...freight, attempt: 0 });
    return pipeline.sendRequest(client, request);
  };
}

/** Adds the token, to requests behind the door only; after a 401 a fresh one, once. */
function tokenPolicy(door: Door, tokens: TokenSource, passages: WeakMap<PipelineRequest, Passage>): PipelinePolicy {
  return {
    name: 'backupExplorerToken',
    async sendRequest(request, next) {
      door.guard(request.url);
      const tenantId = passages.get(request)?.tenantId;
      const common = {
        ...(tenantId === undefined ? {} : { tenantId }),
        ...(door.resource === undefined ? {} : { resource: door.resource }),
        ...(request.abortSignal instanceof AbortSignal ? { signal: request.abortSignal } : {}),
      };
      const first = await tokens.getToken(common);
      request.headers.set('authorization', `Bearer ${first.token}`);
      const response = withoutToken(await next(request), first.token);
      if (response.status !== 401) {
        return response;
      }
      const claims = claimsOf(response.headers.get('www-authenticate'));
      const second = await tokens.getToken({ ...common, fresh: true, refused: first.token, ...(claims === undefined ? {} : { claims }) });
      request.headers.set('authorization', `Bearer ${second.token}`);
      return withoutToken(await next(request), second.token);
    },
  };
}

/** What a refusal says is shown, journaled and logged: a token that it says back stands in none of these. */
function withoutToken(response: PipelineResponse, token: string): PipelineResponse {
  if (response.status >= 400 && response.bodyAsText?.includes(token)) {
    response.bodyAsText = response.bodyAsText.replaceAll(token, '(not shown)');
  }
  return response;
}

/** The decoded claims of a challenge of continuous access evaluation. */
function claimsOf(challenge: string | undefined): string | undefined {
  const encoded = challenge === undefined ? undefined : /\bclaims="([^"]+)"/i.exec(challenge)?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
}

/** Follows redirections of reading requests behind the same door; refuses to take the token elsewhere. */
function redirectionPolicy(door: Door): PipelinePolicy {
  return {
    name: 'backupExplorerRedirection',
    async sendRequest(request, next) {
      let response = await next(request);
      for (let count = 0; count < mostRedirections; count++) {
        const location = response.headers.get('location');
        if (
          request.method !== 'GET' ||
          !redirections.has(response.status) ||
          location === undefined ||
          !URL.canParse(location, request.url)
        ) {
          break;
        }
        request.url = door.guard(new URL(location, request.url).href, 'redirect');
        response = await next(request);
      }
      return response;
    },
  };
}

function logPolicy(log: RequestLog | undefined, passages: WeakMap<PipelineRequest, Passage>): PipelinePolicy {
  return {
    name: 'backupExplorerLog',
    async sendRequest(request, next) {
      const passage = passages.get(request);
      const attempt = passage ? ++passage.attempt : 1;
      const started = performance.now();
      const write = (rest: { status?: number; failure?: string; requestId?: string }): void => {
        const { host, pathname } = new URL(request.url);
        const clientRequestId = request.headers.get('x-ms-client-request-id');
        const ids = clientRequestId === undefined ? {} : { clientRequestId };
        log?.request({ method: request.method, host, path: pathname, attempt, ms: performance.now() - started, ...ids, ...rest });
      };
      try {
        const response = await next(request);
        const requestId = response.headers.get('x-ms-request-id');
        write({ status: response.status, ...(requestId === undefined ? {} : { requestId }) });
        return response;
      } catch (error) {
        write({ failure: (isRestError(error) ? error.code : undefined) ?? 'cancelled' });
        throw error;
      }
    },
  };
}
