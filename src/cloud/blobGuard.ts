/** The token for blobs goes to the account that was asked for and nowhere else: every address of one passes here. */
import { BackupError } from '../core/errors.ts';
import type { BlobPlace, CloudEnvironment } from './types.ts';

const loopback = '127.0.0.1';

/**
 * The address of a container, without a slash at its end.
 * @throws BackupError `ForeignHost` where the account's endpoint is not on a host of this cloud's storage; nothing has been sent then.
 */
export function containerUrl(environment: CloudEnvironment, { account, endpoint, container }: BlobPlace): string {
  const url = `${endpoint.replace(/\/+$/, '')}/${encodeURIComponent(container)}`;
  return guardedBlobUrl(environment, { account }, url);
}

/** The URL, unchanged. @throws BackupError `ForeignHost` */
export function guardedBlobUrl(environment: CloudEnvironment, { account }: Pick<BlobPlace, 'account'>, url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === 'https:' && !parsed.username && !parsed.password && isOwn(environment, account.toLowerCase(), parsed)) {
    return url;
  }
  const where = environment.storage?.blobSuffixes.map((suffix) => `*.${suffix}`).join(' or ') ?? '';
  throw new BackupError(
    `The blobs of ${account} are said to be on ${parsed?.host ?? 'no host at all'}, where ${environment.label} keeps none${where ? ` (it does on ${where})` : ''}: they were not asked for, because your sign-in would have gone there too.`,
    {
      code: 'ForeignHost',
      ...(parsed ? { resource: `${parsed.origin}${parsed.pathname}` } : {}),
      remedies: ['If this host belongs to your cloud, set azureBackup.customCloud.blobSuffix.'],
    },
  );
}

function isOwn(environment: CloudEnvironment, account: string, { hostname, pathname, port }: URL): boolean {
  if (environment.kind === 'sandbox') {
    // Only what has the sandbox's own certificate is spoken to there. The account stands in the path.
    return hostname === loopback && pathname.toLowerCase().startsWith(`/${account}/`);
  }
  // Accounts with a zone of their own have its name between: `account.z01.blob.storage.azure.net`.
  const [first, ...rest] = hostname.toLowerCase().split('.');
  const end = (/^z\d+$/.test(rest[0] ?? '') ? rest.slice(1) : rest).join('.');
  return port === '' && first === account && (environment.storage?.blobSuffixes.includes(end) ?? false);
}
