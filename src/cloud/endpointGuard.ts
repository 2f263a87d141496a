/** The token goes to the configured resource manager and nowhere else: every URL passes here before it is asked. */
import { BackupError } from '../core/errors.ts';
import type { ServiceEndpoint } from './types.ts';

/** Where a URL came from, for the sentence of a refusal. */
export type UrlSource = 'request' | 'nextLink' | 'redirect';

const phrases: Readonly<Record<UrlSource, string>> = {
  request: 'The address to ask',
  nextLink: 'The link to the next page',
  redirect: 'The redirection that was answered',
};

/**
 * The absolute URL of a path or URL on the cloud's own origin, otherwise unchanged.
 * @throws BackupError that names both hosts where it is on another origin; nothing has been sent then.
 */
export function guardedUrl(environment: ServiceEndpoint, pathOrUrl: string, source: UrlSource = 'request'): string {
  // Not `new URL(path, base)`: a path that begins with two slashes would change the host.
  const absolute = pathOrUrl.startsWith('/') ? `${environment.resourceManagerEndpoint}${pathOrUrl}` : pathOrUrl;
  const own = new URL(environment.resourceManagerEndpoint);
  const url = URL.canParse(absolute) ? new URL(absolute) : undefined;
  if (!url || url.origin !== own.origin || url.protocol !== 'https:' || url.username || url.password) {
    throw new BackupError(
      `${phrases[source]} is on ${url ? shownHost(url) : 'no host at all'}, but ${environment.label} is ${own.host}: it was not asked, because your sign-in would have gone there too.`,
      {
        code: 'ForeignHost',
        ...(url ? { resource: `${url.origin}${url.pathname}` } : {}),
        remedies:
          environment.kind === 'appliance'
            ? ['Something between you and the appliance may alter answers: look at the address of the appliance before you go on.']
            : [
                'If this host belongs to your cloud, choose the cloud whose resource manager it is (azureBackup.cloud, azureBackup.customCloud).',
                'Otherwise something between you and the cloud alters answers: do not go on from this network.',
              ],
      },
    );
  }
  return absolute;
}

function shownHost(url: URL): string {
  return url.protocol === 'https:' ? url.host : `${url.protocol}//${url.host}`;
}
