import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import tls from 'node:tls';
import { BackupError, codeOf } from '../core/errors.ts';
import type { CloudEnvironment } from './types.ts';

const certificate = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/**
 * Whom to trust on TLS connections to a cloud; undefined means the system's own choice.
 * A custom cloud's file is added to the system's roots: Node's `ca` option replaces them, so both are named.
 * The sandbox is our own child process on this machine: nobody but its own authority can speak for it.
 * @throws BackupError where the file is missing, unreadable or holds no certificate.
 */
export async function secureContextOf(environment: CloudEnvironment): Promise<tls.SecureContext | undefined> {
  const file = environment.certificateAuthorityFile;
  if (file === undefined) {
    return undefined;
  }
  const added = await readCertificates(file);
  return tls.createSecureContext({ ca: environment.kind === 'sandbox' ? added : [...systemRoots(), ...added] });
}

function systemRoots(): readonly string[] {
  // Since Node 22.15: also what the operating system trusts. Older ones know the bundled roots only.
  if (typeof tls.getCACertificates === 'function') {
    return [...new Set([...tls.getCACertificates('default'), ...tls.getCACertificates('system')])];
  }
  return tls.rootCertificates;
}

async function readCertificates(file: string): Promise<string[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const missing = codeOf(error) === 'ENOENT';
    throw badFile(file, missing ? 'does not exist' : `cannot be read (${codeOf(error) ?? 'unknown reason'})`, error);
  }
  const found = text.match(certificate);
  if (!found) {
    throw badFile(file, 'holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)');
  }
  for (const [index, pem] of found.entries()) {
    try {
      new X509Certificate(pem);
    } catch (error) {
      throw badFile(file, `is damaged: certificate ${index + 1} cannot be read`, error);
    }
  }
  return found;
}

function badFile(file: string, what: string, cause?: unknown): BackupError {
  return new BackupError(
    `The certificate authority file ${file} ${what}.`,
    {
      code: 'CertificateAuthorityFile',
      attempted: 'read the certificate authority file',
      resource: file,
      remedies: [
        'Set azureBackup.customCloud.certificateAuthorityFile to the PEM file of the authority that signed the certificate of the cloud.',
      ],
    },
    { cause },
  );
}
