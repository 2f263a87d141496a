import { isObject, type Json } from '../../core/json.ts';
import { storageAudience } from '../environments.ts';
import type { CloudEnvironment } from '../types.ts';

/** The one line that the sandbox prints when it serves. */
export interface SandboxDetails {
  /** Origin: `https://127.0.0.1:PORT`. */
  readonly resourceManagerEndpoint: string;
  readonly authorityHost: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Absolute path of a PEM file. */
  readonly certificateAuthorityFile: string;
}

const names = ['resourceManagerEndpoint', 'authorityHost', 'tenantId', 'clientId', 'clientSecret', 'certificateAuthorityFile'] as const;
const loopback = /^https:\/\/127\.0\.0\.1:(\d{1,5})$/;

/** Only the known members; undefined where it is not what a sandbox on this machine says of itself. */
export function detailsOf(value: Json | undefined): SandboxDetails | undefined {
  if (!isObject(value) || !names.every((name) => typeof value[name] === 'string')) {
    return undefined;
  }
  const details = Object.fromEntries(names.map((name) => [name, value[name]])) as unknown as SandboxDetails;
  const { resourceManagerEndpoint: origin, authorityHost } = details;
  return portOf(origin) !== undefined && authorityHost.startsWith(`${origin}/`) ? details : undefined;
}

/** The port of a sandbox's origin; undefined for any other origin. */
export function portOf(origin: string): number | undefined {
  const port = loopback.exec(origin)?.[1];
  return port === undefined ? undefined : Number(port);
}

export function sandboxEnvironment(details: SandboxDetails): CloudEnvironment {
  return {
    kind: 'sandbox',
    label: 'Sandbox',
    resourceManagerEndpoint: details.resourceManagerEndpoint,
    authorityHost: details.authorityHost,
    audience: `${details.resourceManagerEndpoint}/`,
    storage: { audience: storageAudience, blobSuffixes: [] },
    certificateAuthorityFile: details.certificateAuthorityFile,
  };
}
