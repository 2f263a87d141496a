/**
 * Lets a typed Azure SDK client build a request without sending it. What is recorded is what `ArmClient.send` sends
 * later and what a preview shows: one build, byte for byte.
 */
import type { TokenCredential } from '@azure/core-auth';
import type { HttpClient, PipelineRequest } from '@azure/core-rest-pipeline';
import { BackupError } from '../core/errors.ts';
import type { PreparedRequest } from '../core/operation.ts';
import type { CloudEnvironment } from './types.ts';

/** What a typed client is made with: `new Client(sdk.credential, subscriptionId, { ...sdk.options, apiVersion })`. */
export interface CaptureSdk {
  readonly credential: TokenCredential;
  readonly options: {
    readonly endpoint: string;
    readonly httpClient: HttpClient;
    readonly credentialScopes: string[];
    readonly retryOptions: { readonly maxRetries: 0 };
  };
}

/** Ends the SDK's own call once its request is recorded; never leaves this file. */
class Captured extends Error {}

const methods: ReadonlySet<string> = new Set(['GET', 'PUT', 'POST', 'PATCH', 'DELETE']);

/**
 * The first request that `build` makes; nothing is sent and no token is asked for.
 * @throws BackupError `NothingCaptured` where `build` made no request; whatever the SDK throws for arguments it refuses.
 */
export async function captureRequest(
  environment: Pick<CloudEnvironment, 'resourceManagerEndpoint' | 'audience'>,
  build: (sdk: CaptureSdk) => Promise<unknown>,
): Promise<PreparedRequest> {
  let prepared: PreparedRequest | undefined;
  const httpClient: HttpClient = {
    sendRequest: (request) => {
      prepared ??= asPrepared(request);
      return Promise.reject(new Captured('The request was recorded, not sent'));
    },
  };
  // The bearer policy insists on a token; it is taken off the recording again and reaches no network.
  const credential: TokenCredential = {
    getToken: () => Promise.resolve({ token: 'recording', expiresOnTimestamp: Date.now() + 3_600_000 }),
  };
  const options = {
    endpoint: environment.resourceManagerEndpoint,
    httpClient,
    credentialScopes: [`${environment.audience}/.default`],
    retryOptions: { maxRetries: 0 },
  } as const;
  try {
    await build({ credential, options: { ...options, credentialScopes: [...options.credentialScopes] } });
  } catch (error) {
    if (!prepared || !(error instanceof Captured)) {
      throw error;
    }
  }
  if (!prepared) {
    throw new BackupError('The request could not be built: the Azure library made none.', {
      code: 'NothingCaptured',
      remedies: ['Report this as an issue of the extension.'],
    });
  }
  return prepared;
}

function asPrepared(request: PipelineRequest): PreparedRequest {
  if (!methods.has(request.method)) {
    throw new BackupError(`The Azure library built a ${request.method} request, which no action sends.`, { code: 'NothingCaptured' });
  }
  const { body } = request;
  if (body !== undefined && body !== null && typeof body !== 'string') {
    throw new BackupError('The Azure library built a body that is not text.', { code: 'NothingCaptured' });
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of request.headers) {
    if (name.toLowerCase() !== 'authorization') {
      headers[name.toLowerCase()] = value;
    }
  }
  return {
    method: request.method as PreparedRequest['method'],
    url: request.url,
    headers,
    ...(typeof body === 'string' ? { body } : {}),
  };
}
