/**
 * The certificate of an appliance. Most appliances sign their own, for no name that anybody could compare: a person looks at
 * its fingerprint once, and from then on this certificate alone is trusted for this appliance.
 */
import type { X509Certificate } from 'node:crypto';
import tls from 'node:tls';
import { BackupError } from '../../core/errors.ts';
import type { CertificateJudge } from '../httpClient.ts';

export interface PinnedCertificate {
  readonly pem: string;
  /** SHA-256 over the whole certificate: upper-case hex with colons. */
  readonly fingerprint: string;
  /** One line. */
  readonly subject: string;
  readonly issuer: string;
  /** ISO 8601, UTC. */
  readonly validFrom: string;
  readonly validTo: string;
}

export function certificateOf(certificate: X509Certificate): PinnedCertificate {
  return {
    pem: certificate.toString(),
    fingerprint: certificate.fingerprint256,
    subject: certificate.subject.replace(/\n/g, ', '),
    issuer: certificate.issuer.replace(/\n/g, ', '),
    validFrom: new Date(certificate.validFrom).toISOString(),
    validTo: new Date(certificate.validTo).toISOString(),
  };
}

/** Trusts this one certificate and no authority, not even the one that signed it. */
export function trusting({ pem }: PinnedCertificate): tls.SecureContext {
  return tls.createSecureContext({ ca: [pem], allowPartialTrustChain: true });
}

/** Lets the pinned certificate pass and refuses any other with both fingerprints. @param told called with the other one */
export function pinnedJudge(label: string, pinned: PinnedCertificate, told: (presented: PinnedCertificate) => void): CertificateJudge {
  return (certificate) => {
    if (certificate.fingerprint256 === pinned.fingerprint) {
      return undefined;
    }
    const presented = certificateOf(certificate);
    told(presented);
    return certificateChanged(label, pinned, presented);
  };
}

export function certificateChanged(label: string, pinned: PinnedCertificate, presented: PinnedCertificate): BackupError {
  return new BackupError(
    `${label} presents another certificate than the one you trusted, so nothing is sent to it. Trusted: ${pinned.fingerprint}. Presented: ${presented.fingerprint}.`,
    {
      code: 'CertificateChanged',
      resource: label,
      remedies: [
        'Ask whoever runs the appliance whether its certificate was renewed, and compare the fingerprint with theirs.',
        'If it was, run "Look at Certificate..." on the appliance to trust the new one. If not, something may be answering in its place.',
      ],
    },
  );
}
