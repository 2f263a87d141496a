import type { Json, JsonObject } from '../arm/types.ts';
import { badField } from './problem.ts';

/** Items of a page where the request says nothing. */
const usualLimit = 200;

/** The query of a request; names are taken in any casing, lists as repeated names or with commas. */
export class Query {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(query: URLSearchParams) {
    const values = new Map<string, string[]>();
    for (const [name, value] of query) {
      const key = name.toLowerCase();
      values.set(key, [...(values.get(key) ?? []), value]);
    }
    this.#values = values;
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name.toLowerCase())?.[0];
    return value === '' ? undefined : value;
  }

  list(name: string): readonly string[] {
    return (this.#values.get(name.toLowerCase()) ?? []).flatMap((value) => value.split(',')).filter((value) => value !== '');
  }

  /** Of a closed set of words. @throws Problem 400 for any other */
  words<Word extends string>(name: string, known: readonly Word[]): readonly Word[] {
    return this.list(name).map((value) => known.find((word) => word.toLowerCase() === value.toLowerCase()) ?? wrong(name, value));
  }

  flag(name: string): boolean {
    const value = this.text(name)?.toLowerCase();
    return value === undefined ? false : value === 'true' || (value !== 'false' && wrong(name, value));
  }

  /** Milliseconds since the epoch. @throws Problem 400 for what is no moment */
  moment(name: string): number | undefined {
    const value = this.text(name);
    const ms = value === undefined ? undefined : Date.parse(value);
    return Number.isNaN(ms) ? wrong(name, value ?? '') : ms;
  }

  whole(name: string, least: number): number | undefined {
    const value = this.text(name);
    if (value === undefined) {
      return undefined;
    }
    const number = /^-?\d{1,9}$/.test(value) ? Number(value) : wrong(name, value);
    if (number < least) {
      throw badField(name, `The field ${name} must be between ${least} and 2147483647.`);
    }
    return number;
  }
}

function wrong(name: string, value: string): never {
  throw badField(name, `The value '${value}' is not valid for ${name}.`);
}

/** `Offset` and `Limit` of a list; a limit of -1 takes all. */
export function page<Item>(query: Query, items: readonly Item[], write: (item: Item) => Json): JsonObject {
  const offset = query.whole('Offset', 0) ?? 0;
  const limit = query.whole('Limit', -1) ?? usualLimit;
  const end = limit === -1 ? items.length : offset + limit;
  return { offset, limit, totalCount: items.length, results: items.slice(offset, end).map(write), _links: {} };
}
