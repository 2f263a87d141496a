/** Helpers to look at recorded JSON anew, without any of the providers' own reading. */

export type Raw = Record<string, unknown>;

export const isRaw = (value: unknown): value is Raw => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Follows names from object to object, whatever their casing. */
export function at(value: unknown, ...names: string[]): unknown {
  let found: unknown = value;
  for (const name of names) {
    const entries: [string, unknown][] = isRaw(found) ? Object.entries(found) : [];
    found = (entries.find(([key]) => key === name) ?? entries.find(([key]) => key.toLowerCase() === name.toLowerCase()))?.[1];
  }
  return found === null || found === '' ? undefined : found;
}

export const first = (...values: unknown[]): unknown => values.find((value) => value !== undefined);
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
export const yes = (value: unknown): boolean => String(value).toLowerCase() === 'true';
export const many = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
export const lower = (value: unknown): string => (typeof value === 'string' ? value.toLowerCase() : '');

/** Milliseconds; undefined for no moment and for Azure's ways of writing "never". */
export function moment(value: unknown): number | undefined {
  if (typeof value !== 'string') {
    return undefined;
  }
  const zoned = /[zZ]$|[+-]\d\d:?\d\d$/.test(value) ? value : /^\d{4}-/.test(value) ? `${value}Z` : `${value} UTC`;
  const ms = Date.parse(zoned);
  return Number.isNaN(ms) || new Date(ms).getUTCFullYear() < 2001 || ms === Date.UTC(2001, 0, 1) ? undefined : ms;
}

export function idOf(raw: unknown): unknown {
  return at(raw, 'id');
}

/** A model's moment in milliseconds. */
export const ms = (moment: string | undefined): number | undefined => (moment === undefined ? undefined : Date.parse(moment));
