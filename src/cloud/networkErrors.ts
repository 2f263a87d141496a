/** Why no answer came, in plain words, and what to do about it. */
import { BackupError, codeOf, messageOf } from '../core/errors.ts';
import { factsOf, sentence } from './armErrors.ts';
import type { RequestOptions, ServiceEndpoint } from './types.ts';

interface Explanation {
  /** Ours, for rows and tests. */
  readonly code: 'EndpointUnreachable' | 'ConnectionLost' | 'CertificateRefused' | 'NetworkFailure';
  /** Follows the host's name. */
  readonly what: string;
  readonly remedies: readonly string[];
}

const network = ['Check the network connection, the VPN, and the proxy (setting http.proxy).'];
const untrusted: Explanation = {
  code: 'CertificateRefused',
  what: 'proves itself with a certificate that nobody trusted has signed',
  remedies: [
    'On a custom cloud, set azureBackup.customCloud.certificateAuthorityFile to the PEM file of the authority that signed it.',
    'Behind a proxy that inspects TLS, have its authority installed on this machine. Verification is never turned off.',
  ],
};
const unreachable = (what: string): Explanation => ({ code: 'EndpointUnreachable', what, remedies: network });
const lost = (what: string): Explanation => ({ code: 'ConnectionLost', what, remedies: ['Try again.', ...network] });

const explanations: Readonly<Record<string, Explanation>> = {
  ENOTFOUND: unreachable('has no address: the name is unknown'),
  EAI_AGAIN: unreachable('has no address: the name service did not answer'),
  ECONNREFUSED: unreachable('refuses connections: nothing listens there'),
  ENETUNREACH: unreachable('cannot be reached: there is no way to its network'),
  EHOSTUNREACH: unreachable('cannot be reached: there is no way to it'),
  ETIMEDOUT: unreachable('did not take the connection in time'),
  CONNECT_TIMEOUT: unreachable('did not take the connection in time'),
  ANSWER_TIMEOUT: lost('took the request and did not answer in time'),
  ANSWER_TOO_LONG: {
    code: 'NetworkFailure',
    what: 'sent more than 64 MB for one answer, which was given up',
    remedies: ['Check that the address is the right one: something else may be answering there.'],
  },
  ECONNRESET: lost('broke the connection off'),
  ECONNABORTED: lost('broke the connection off'),
  EPIPE: lost('broke the connection off'),
  EPROTO: {
    code: 'CertificateRefused',
    what: 'does not speak TLS as it should',
    remedies: ['Check the address, and that its port speaks https.'],
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  CERT_SIGNATURE_FAILURE: untrusted,
  CERT_HAS_EXPIRED: {
    code: 'CertificateRefused',
    what: 'proves itself with a certificate that has expired',
    remedies: ['Check the clock of this machine.', 'Otherwise whoever runs the cloud has to renew the certificate.'],
  },
  CERT_NOT_YET_VALID: {
    code: 'CertificateRefused',
    what: 'proves itself with a certificate that is not valid yet',
    remedies: ['Check the clock of this machine.'],
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    code: 'CertificateRefused',
    what: 'proves itself with a certificate of another name',
    remedies: [
      'Check the address in the settings: it must be spelt as in the certificate.',
      'Something on the way may be answering in its place.',
    ],
  },
};

/** Says why a connection failed, for a host; `undefined` for an error that no connection made. */
export function explainNetworkError(
  error: unknown,
  host: string,
): { readonly code: string; readonly reason: string; readonly remedies: readonly string[] } {
  const code = networkCode(error);
  const known = explanations[code] ?? explanationOfFamily(code);
  if (known) {
    return { code: known.code, reason: `${host} ${known.what} (${code})`, remedies: known.remedies };
  }
  return { code: 'NetworkFailure', reason: `The connection to ${host} failed: ${messageOf(error)}`, remedies: network };
}

function explanationOfFamily(code: string): Explanation | undefined {
  if (code.startsWith('PROXY_')) {
    return {
      ...unreachable('cannot be reached: the proxy does not let us through'),
      remedies: ['Check the proxy and its user name and password (settings http.proxy and http.noProxy, or HTTPS_PROXY and NO_PROXY).'],
    };
  }
  return code.startsWith('ERR_SSL') ? explanations['EPROTO'] : undefined;
}

/** The error of a request that got no answer; anything that already is one of ours goes through as it is. */
export function unansweredError(error: unknown, environment: ServiceEndpoint, options: RequestOptions): BackupError {
  if (error instanceof BackupError) {
    return error;
  }
  const { code, reason, remedies } = explainNetworkError(error, new URL(environment.resourceManagerEndpoint).host);
  const sandbox = environment.kind === 'sandbox' && code !== 'CertificateRefused';
  return new BackupError(
    sentence(options, `${reason}.`),
    { ...factsOf(options), code, remedies: sandbox ? ['The sandbox may have ended: use it again from the view.'] : remedies },
    { cause: error },
  );
}

function networkCode(error: unknown): string {
  // Several addresses of one name were tried: the first failure speaks for all.
  const inner = error instanceof AggregateError ? (error.errors as unknown[])[0] : error;
  const cause = error instanceof Error && error.cause instanceof AggregateError ? (error.cause.errors as unknown[])[0] : undefined;
  return codeOf(cause) ?? codeOf(inner) ?? '';
}
