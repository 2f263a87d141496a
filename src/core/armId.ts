/**
 * Azure Resource Manager ids. Azure answers one resource's id in several spellings (casing of segment names,
 * of container types, even a full URL), so ids are compared by `armIdKey` and never as they came.
 */

/** The comparison key of an ARM id or of an absolute or relative ARM URL: path only, lower case, no repeated or trailing slash. */
export function armIdKey(id: string): string {
  const path = id.replace(/^https?:\/\/[^/]+/i, '').replace(/[?#].*$/s, '');
  return decodePath(path)
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
  const parts = decodePath(id.replace(/[?#].*$/s, ''))
    .split('/')
    .filter(Boolean);
  const wanted = name.toLowerCase();
  const at = parts.findIndex((part) => part.toLowerCase() === wanted);
  return at >= 0 ? parts[at + 1] : undefined;
}

/** The id cut after the value of a segment, e.g. the vault's id of an item's id; undefined where it has no such segment. */
export function idUpTo(id: string, name: string): string | undefined {
  const parts = id.replace(/[?#].*$/s, '').split('/');
  const wanted = name.toLowerCase();
  const at = parts.findIndex((part) => part.toLowerCase() === wanted);
  return at >= 0 && parts[at + 1] ? parts.slice(0, at + 2).join('/') : undefined;
}

/** The last segment of an id, percent-decoded: a resource's name. */
export function lastSegment(id: string): string {
  const parts = decodePath(id.replace(/[?#].*$/s, ''))
    .split('/')
    .filter(Boolean);
  return parts.at(-1) ?? '';
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // A stray percent sign is a legal character of a name that somebody else failed to encode.
    return path;
  }
}
