import tls from 'node:tls';
import { createHttpHeaders, createPipelineRequest, proxyPolicy } from '@azure/core-rest-pipeline';
import { CancelledError } from '../../core/cancellation.ts';
import { BackupError } from '../../core/errors.ts';
import { createHttpClient } from '../httpClient.ts';
import { unansweredError } from '../networkErrors.ts';
import type { ServiceEndpoint } from '../types.ts';
import { certificateOf, type PinnedCertificate } from './certificate.ts';

/**
 * What an appliance presents, for a person to look at. The connection trusts nobody and ends with the handshake: not one
 * byte of a request leaves. @throws BackupError where nothing answers there, or not with TLS; CancelledError
 */
export async function lookAtCertificate(endpoint: ServiceEndpoint, signal: AbortSignal): Promise<PinnedCertificate> {
  let seen: PinnedCertificate | undefined;
  const looked = new BackupError('The certificate was looked at', { code: 'LookedAt' });
  const client = createHttpClient(tls.createSecureContext({ ca: [] }), undefined, (certificate) => {
    seen = certificateOf(certificate);
    return looked;
  });
  const request = createPipelineRequest({
    url: `${endpoint.resourceManagerEndpoint}/`,
    headers: createHttpHeaders(),
    abortSignal: signal,
  });
  try {
    await proxyPolicy().sendRequest(request, (one) => client.sendRequest(one));
  } catch (error) {
    if (seen) {
      return seen;
    }
    throw error instanceof CancelledError
      ? error
      : unansweredError(error, endpoint, { attempted: 'look at the certificate', resource: endpoint.label });
  } finally {
    client.dispose();
  }
  throw new BackupError(`${endpoint.label} answered without showing its certificate: nothing can be trusted there.`, {
    code: 'CertificateRefused',
    resource: endpoint.label,
  });
}
