import { BackupError } from '../../core/errors.ts';
import type { PinnedCertificate } from './certificate.ts';

/** A Veeam Backup for Microsoft Azure appliance that a person added. Plain JSON without secrets: it is kept over restarts. */
export interface Appliance {
  /** `https://host` or `https://host:port`, as a URL has it: in lower case, without the port 443. */
  readonly origin: string;
  readonly user: string;
  readonly certificate: PinnedCertificate;
  /** The newest version of the REST API that it answered: `v8`. */
  readonly apiVersion: string;
  /** `serverVersion` of its own: `8.1.0.285`. */
  readonly release?: string;
  /** The resource manager endpoint of the sandbox that it belongs to, and ends with. */
  readonly sandbox?: string;
}

/** `backup-01.example.com:8443`. */
export function hostOf(origin: string): string {
  return new URL(origin).host;
}

const expected =
  'Expected the name or IP address of the appliance, with its port where that is not 443: backup.example.com, 10.0.0.4:8443.';

/**
 * The origin that a person means: a host, a host with a port, or any address of its web page.
 * @returns a sentence where it is none
 */
export function readAddress(text: string): { readonly origin: string } | { readonly refused: string } {
  const typed = text.trim();
  if (typed === '') {
    return { refused: expected };
  }
  if (/^http:/i.test(typed)) {
    return { refused: 'An appliance is spoken to over https only: your password would be readable on the way.' };
  }
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `https://${typed}`;
  if (!URL.canParse(address)) {
    return { refused: expected };
  }
  const url = new URL(address);
  if (url.username || url.password) {
    return { refused: 'Leave the user name and the password out of the address: they are asked for next.' };
  }
  return url.protocol === 'https:' && url.hostname !== '' && !/\s/.test(typed) ? { origin: url.origin } : { refused: expected };
}

/** The setting `azureBackup.veeam.apiVersion`: a version, or undefined where the appliance is to say. @throws BackupError */
export function readVersionSetting(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim().toLowerCase() : value;
  if (text === undefined || text === null || text === '') {
    return undefined;
  }
  if (typeof text !== 'string' || !/^v\d{1,3}(\.\d{1,3})?$/.test(text)) {
    throw new BackupError(
      `The setting azureBackup.veeam.apiVersion is ${JSON.stringify(value)}: expected a version such as v8, or nothing for the newest that the appliance knows.`,
      { code: 'BadSetting', attempted: 'read the settings', remedies: ['Correct azureBackup.veeam.apiVersion in the user settings.'] },
    );
  }
  return text;
}
