import { isRestError, type HttpClient } from '@azure/core-rest-pipeline';
import { BackupError } from '../../core/errors.ts';
import type { VerifyingHttpClient } from '../httpClient.ts';
import type { RequestLog } from '../requestLog.ts';
import type { CloudEnvironment } from '../types.ts';

/** Names under which one authority answers; Microsoft's library may choose another than the one that was configured. */
const aliases: readonly (readonly string[])[] = [['https://login.partner.microsoftonline.cn', 'https://login.chinacloudapi.cn']];

export interface AuthorityTransport extends HttpClient {
  /** Why the newest request got no answer; undefined where it got one. */
  readonly failure: unknown;
}

/**
 * What the sign-in library sends with: the same verified connections as all else, to the configured authority only
 * (a secret leaves here), and each request in the log.
 */
export function authorityTransport(
  environment: CloudEnvironment,
  client: VerifyingHttpClient,
  log: RequestLog | undefined,
): AuthorityTransport {
  const own = new URL(environment.authorityHost).origin;
  const allowed = new Set([own, ...aliases.filter((names) => names.includes(own)).flat()]);
  let failure: unknown;
  return {
    get failure() {
      return failure;
    },
    async sendRequest(request) {
      const { origin, host, pathname } = new URL(request.url);
      if (!allowed.has(origin)) {
        failure = new BackupError(
          `The sign-in wanted to go to ${host}, but the authority of ${environment.label} is ${new URL(own).host}: nothing was sent.`,
          {
            code: 'ForeignHost',
            remedies: ['Check the authority of the cloud (azureBackup.customCloud.authorityHost).'],
          },
        );
        throw failure;
      }
      const started = performance.now();
      const clientRequestId = request.headers.get('x-ms-client-request-id') ?? request.headers.get('client-request-id');
      const common = {
        method: request.method,
        host,
        path: pathname,
        attempt: 1,
        ...(clientRequestId === undefined ? {} : { clientRequestId }),
      };
      try {
        const response = await client.sendRequest(request);
        failure = undefined;
        const requestId = response.headers.get('x-ms-request-id');
        log?.request({
          ...common,
          ms: performance.now() - started,
          status: response.status,
          ...(requestId === undefined ? {} : { requestId }),
        });
        return response;
      } catch (error) {
        failure = error;
        log?.request({ ...common, ms: performance.now() - started, failure: (isRestError(error) ? error.code : undefined) ?? 'cancelled' });
        throw error;
      }
    },
  };
}
