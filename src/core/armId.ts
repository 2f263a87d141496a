/**
 * Azure Resource Manager ids. Azure answers one resource's id in several spellings (casing of segment names,
 * of container types, even a full URL), so ids are compared by `armIdKey` and never as they came.
 */

/** The comparison key of an ARM id or of an absolute or relative ARM URL: path only, lower case, no repeated or trailing slash. */
export function armIdKey(id: string): string {
  return pathOf(id)
    .split('/')
    .map(decoded)
    .join('/')
    .replace(/\/{2,}/g, '/')
    .replace(/\/$/, '')
    .toLowerCase();
}

/** True where both ids name the same resource. */
export function sameArmId(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && armIdKey(a) === armIdKey(b);
}

/** The value behind a segment name, e.g. `segmentOf(id, 'vaults')`; undefined where the id has no such segment. */
export function segmentOf(id: string, name: string): string | undefined {
  const parts = pathOf(id).split('/').filter(Boolean).map(decoded);
  const wanted = name.toLowerCase();
  const at = parts.findIndex((part) => part.toLowerCase() === wanted);
  return at >= 0 ? parts[at + 1] : undefined;
}

/** The id cut after the value of a segment, e.g. the vault's id of an item's id; undefined where it has no such segment. */
export function idUpTo(id: string, name: string): string | undefined {
  const parts = withoutQuery(id).split('/');
  const wanted = name.toLowerCase();
  const at = parts.findIndex((part) => part.toLowerCase() === wanted);
  return at >= 0 && parts[at + 1] ? parts.slice(0, at + 2).join('/') : undefined;
}

/** The last segment of an id, percent-decoded: a resource's name. */
export function lastSegment(id: string): string {
  return decoded(pathOf(id).split('/').findLast(Boolean) ?? '');
}

function pathOf(id: string): string {
  return withoutQuery(id).replace(/^https?:\/\/[^/]+/i, '');
}

/**
 * Without what follows the path of a URL. A database may be called `Sales#2` or `Who?`: cut there, its id would be
 * another database's. So a query is what has a name and an equals sign, and only URLs have fragments.
 */
function withoutQuery(id: string): string {
  const plain = /^https?:/i.test(id) ? id.replace(/#.*$/s, '') : id;
  return plain.replace(/\?[\w$%.-]+=.*$/s, '');
}

/** @param segment one segment: a stray percent sign in it says nothing of the others */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A stray percent sign is a legal character of a name that somebody else failed to encode.
    return segment;
  }
}
