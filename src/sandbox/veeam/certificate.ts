// tsyringe, below x509, refuses to load without it; so it stands first.
import 'reflect-metadata';
import { X509Certificate as NodeCertificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { newKeys, serialNumber, signing, toKeyPem } from '../identity/certificates.ts';

export interface ApplianceCertificate {
  /** PEM of the self-signed certificate: what a client pins. */
  readonly pem: string;
  /** PKCS #8 PEM. Lives in this process only. */
  readonly keyPem: string;
  /** SHA-256 over the DER form, upper-case hex with colons. */
  readonly fingerprint: string;
}

const dayMs = 86_400_000;
/** Appliances make themselves certificates for years. */
const validDays = 3650;

/** A certificate as an appliance makes one for itself: signed by its own key, known to no authority. */
export async function makeApplianceCertificate(name: string, namesHost: boolean, nowMs: number): Promise<ApplianceCertificate> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    notBefore: new Date(nowMs - dayMs / 24),
    notAfter: new Date(nowMs + validDays * dayMs),
    name: `CN=${name}, O=Veeam Backup for Microsoft Azure (sandbox)`,
    serialNumber: serialNumber(),
    keys,
    signingAlgorithm: signing,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      ...(namesHost
        ? [
            new x509.SubjectAlternativeNameExtension([
              { type: 'ip', value: '127.0.0.1' },
              { type: 'dns', value: 'localhost' },
            ]),
          ]
        : []),
    ],
  });
  const pem = `${certificate.toString('pem')}\n`;
  return { pem, keyPem: await toKeyPem(keys), fingerprint: new NodeCertificate(pem).fingerprint256 };
}
