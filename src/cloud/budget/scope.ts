/** Whom a request is counted against. Azure counts by subscription, kind and action; paths are compared without case. */
export interface RequestScope {
  /** With its port: `management.azure.com`. */
  readonly host: string;
  /** Lower-case GUID; empty for what is asked of the tenant. */
  readonly subscription: string;
  /** Lower-case namespace: `microsoft.recoveryservices`; empty where the path names none. */
  readonly provider: string;
  readonly kind: 'reads' | 'writes' | 'deletes';
  /** What is asked, in the words of Azure's permissions and the path's own casing: `Microsoft.RecoveryServices/vaults/backupJobs/read`. */
  readonly name: string;
  /** The counter of this action in this subscription (of the tenant, where the path names none). */
  readonly actionKey: string;
  /** The counter of all reads, all writes or all deletes of this subscription. */
  readonly kindKey: string;
}

const kinds: Readonly<Record<string, RequestScope['kind']>> = { GET: 'reads', HEAD: 'reads', DELETE: 'deletes' };
const verbs: Readonly<Record<string, string>> = { GET: 'read', HEAD: 'read', PUT: 'write', PATCH: 'write', DELETE: 'delete' };

/** @param url absolute */
export function scopeOf(method: string, url: string): RequestScope {
  const { host, pathname } = new URL(url);
  const segments = pathname.split('/').filter(Boolean);
  const lower = segments.map((segment) => segment.toLowerCase());
  const at = lower.lastIndexOf('providers');
  const provider = at < 0 ? [] : segments.slice(at + 1, at + 2);
  const types = at < 0 ? ownTypes(segments) : segments.slice(at + 2).filter((_, index) => index % 2 === 0);
  const name = [...provider, ...types, verbs[method] ?? 'action'].join('/');
  const subscription = lower[0] === 'subscriptions' ? (lower[1] ?? '') : '';
  const kind = kinds[method] ?? 'writes';
  const action = name.toLowerCase();
  return {
    host,
    subscription,
    provider: provider.join('').toLowerCase(),
    kind,
    name,
    actionKey: `${host} ${subscription} ${action}`,
    kindKey: `${host} ${subscription} *${kind}`,
  };
}

/** Of what no provider serves. Of blobs the container alone: their names would be a counter each. */
function ownTypes(segments: readonly string[]): readonly string[] {
  return segments[0]?.toLowerCase() === 'subscriptions' ? segments.slice(0, 4).filter((_, index) => index % 2 === 0) : segments.slice(0, 1);
}
