// tsyringe, below x509, refuses to load without it; so it stands first.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

export interface Certificates {
  /** The authority's certificate, PEM: what clients must trust. Its key is dropped once the others are signed. */
  readonly authorityPem: string;
  /** The server's certificate for 127.0.0.1 and localhost, PEM. */
  readonly serverPem: string;
  /** The server's key, PKCS #8 PEM. Lives in this process only. */
  readonly serverKeyPem: string;
  /** Another server certificate for the same names, and its key: for a server that must read them from files. */
  readonly blobs: { readonly certificate: string; readonly key: string };
}

/** Of keys and signatures of every certificate here. */
export const signing = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;
/** Clients refuse longer-lived server certificates (398 days). */
const validDays = 365;

/**
 * A certificate authority and two server certificates, made new.
 * All carry what strict verifiers ask for (RFC 5280: critical basic constraints, key usage, key identifiers),
 * which Python 3.13's default context and OpenSSL's `-x509_strict` check.
 */
export async function makeCertificates(nowMs: number): Promise<Certificates> {
  const authorityKeys = await newKeys();
  // An hour back, for clients whose clock is behind.
  const validity = { notBefore: new Date(nowMs - dayMs / 24), notAfter: new Date(nowMs + validDays * dayMs) };
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: 'CN=Backup Explorer sandbox authority, O=Backup Explorer',
    serialNumber: serialNumber(),
    keys: authorityKeys,
    signingAlgorithm: signing,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });
  const [server, blobs] = await Promise.all([leaf(authority, authorityKeys, validity), leaf(authority, authorityKeys, validity)]);
  return { authorityPem: `${authority.toString('pem')}\n`, serverPem: server.certificate, serverKeyPem: server.key, blobs };
}

async function leaf(
  authority: x509.X509Certificate,
  authorityKeys: webcrypto.CryptoKeyPair,
  validity: { readonly notBefore: Date; readonly notAfter: Date },
): Promise<{ certificate: string; key: string }> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    ...validity,
    subject: 'CN=127.0.0.1, O=Backup Explorer',
    issuer: authority.subjectName,
    serialNumber: serialNumber(),
    publicKey: keys.publicKey,
    signingKey: authorityKeys.privateKey,
    signingAlgorithm: signing,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'ip', value: '127.0.0.1' },
        { type: 'dns', value: 'localhost' },
      ]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });
  return { certificate: `${certificate.toString('pem')}\n`, key: await toKeyPem(keys) };
}

export async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(signing, true, ['sign', 'verify']);
}

/** The private key, PKCS #8 PEM. */
export async function toKeyPem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  return x509.PemConverter.encode(key, 'PRIVATE KEY');
}

/** Sixteen random bytes, positive: the first bit is clear, the second set so that no leading zero is left. */
export function serialNumber(): string {
  const bytes = Buffer.from(webcrypto.getRandomValues(new Uint8Array(16)));
  bytes.writeUInt8((bytes.readUInt8(0) & 0x7f) | 0x40, 0);
  return bytes.toString('hex');
}
