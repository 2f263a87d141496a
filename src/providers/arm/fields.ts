/**
 * Reads members of records that Azure spelled. Members are found without regard to case (`IsProtectable`, `workLoadType`
 * are real), an empty text is an absent one, and a member of another type than expected is absent, never an error:
 * one odd member must not take a resource out of the tree.
 */
import { isObject, type Json, type JsonObject } from '../../core/json.ts';

/** The members of one object. All names are given in their documented spelling; the first present one counts. */
export interface Fields {
  /** A text that is not empty; numbers come out as their text. */
  text(...names: string[]): string | undefined;
  /** A finite number, or the number that a text spells. */
  number(...names: string[]): number | undefined;
  /** `true`/`false`, or a text spelling one of them in any case. */
  flag(...names: string[]): boolean | undefined;
  /** A moment as ISO 8601 in UTC; see `toMoment`. */
  moment(...names: string[]): string | undefined;
  list(...names: string[]): readonly Json[];
  object(...names: string[]): Fields;
  /** The object itself, as it came. */
  readonly raw: JsonObject;
}

export function fieldsOf(value: unknown): Fields {
  const raw = isObject(value) ? value : {};
  const find = (names: readonly string[]): Json | undefined => {
    for (const name of names) {
      const exact = raw[name];
      if (exact !== undefined && exact !== null && exact !== '') {
        return exact;
      }
    }
    const wanted = new Set(names.map((name) => name.toLowerCase()));
    const key = Object.keys(raw).find((one) => wanted.has(one.toLowerCase()) && raw[one] !== null && raw[one] !== '');
    return key === undefined ? undefined : raw[key];
  };
  return {
    raw,
    text: (...names) => toText(find(names)),
    number: (...names) => toNumber(find(names)),
    flag: (...names) => toFlag(find(names)),
    moment: (...names) => toMoment(find(names)),
    list: (...names) => {
      const found = find(names);
      return Array.isArray(found) ? found : [];
    },
    object: (...names) => fieldsOf(find(names)),
  };
}

export function toText(value: unknown): string | undefined {
  if (typeof value === 'string') {
    return value === '' ? undefined : value;
  }
  return typeof value === 'number' ? String(value) : undefined;
}

function toNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function toFlag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') {
    return value;
  }
  const text = typeof value === 'string' ? value.toLowerCase() : undefined;
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

/** Azure writes "never" as a date: 0001-01-01, 1601-01-01 or 2001-01-01 at midnight. Nothing of Azure Backup is older. */
const neverMs = Date.UTC(2001, 0, 1);

const usMoment = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2}):(\d{2}) ([AP])M$/i;
const isoMoment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * A moment as Azure gives it, as ISO 8601 with a zone: a missing zone means UTC (`2024-01-20T00:00:00.0000000`), the US form
 * of some answers (`5/30/2025 7:51:21 AM`, UTC) is rewritten, and Azure's "never" dates are undefined, as is anything else.
 * Digits beyond milliseconds are kept.
 */
export function toMoment(value: unknown): string | undefined {
  if (typeof value !== 'string') {
    return undefined;
  }
  const text = value.trim();
  const iso = usToIso(text) ?? text;
  const parts = isoMoment.exec(iso);
  if (!parts) {
    return undefined;
  }
  const zoned = parts[3] ? iso : `${iso}Z`;
  const ms = Date.parse(zoned);
  return Number.isNaN(ms) || ms <= neverMs ? undefined : zoned;
}

function usToIso(text: string): string | undefined {
  const [, month, day, year, hour, minute, second, half] = usMoment.exec(text) ?? [];
  if (!month || !day || !hour || !half) {
    return undefined;
  }
  const hours = (Number(hour) % 12) + (half.toUpperCase() === 'P' ? 12 : 0);
  const two = (part: string | number): string => String(part).padStart(2, '0');
  return `${year}-${two(month)}-${two(day)}T${two(hours)}:${minute}:${second}Z`;
}

/** An object without the members whose value is undefined: what `exactOptionalPropertyTypes` and JSON want. */
export function defined<T extends object>(members: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}
