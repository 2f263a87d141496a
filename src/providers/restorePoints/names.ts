/**
 * Names of what is made: restore points, their collections, disks. Azure's naming rules for Microsoft.Compute: 1 to 80
 * letters, digits, `_`, `-` and `.`; a letter or digit first, a letter, digit or `_` last; no difference by case.
 */

export const longestName = 80;

/** A sentence where Azure would not take the name, else undefined. */
export function refuseName(name: string): string | undefined {
  if (name === '') {
    return 'Type a name.';
  }
  if (name.length > longestName) {
    return `That is ${name.length} characters; Azure takes at most ${longestName}.`;
  }
  const odd = /[^A-Za-z0-9_.-]/u.exec(name)?.[0];
  if (odd !== undefined) {
    return `Azure takes letters (A to Z), digits, "_", "-" and "." only; this has ${odd === ' ' ? 'a space' : JSON.stringify(odd)}.`;
  }
  if (!/^[A-Za-z0-9]/.test(name)) {
    return 'It must begin with a letter or a digit.';
  }
  return /[A-Za-z0-9_]$/.test(name) ? undefined : 'It must end with a letter, a digit or "_".';
}

/** A name that Azure takes: what it does not take becomes `-`, and as much of the base goes as the end needs. */
export function proposeName(base: string, end: string): string {
  const plain = base.replace(/[^A-Za-z0-9_.-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '') || 'vm';
  return `${plain.slice(0, longestName - end.length)}${end}`.replace(/[^A-Za-z0-9_]+$/, '');
}

/** `20260301-100000`, UTC: names with it sort by time, and two that a person makes one after another differ. */
export function timeInName(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
}
