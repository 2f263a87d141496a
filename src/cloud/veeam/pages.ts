import { arrayAt, isObject, objectAt, stringAt, type Json } from '../../core/json.ts';
import type { Page } from '../types.ts';

/** A page of an appliance's list: `{offset, limit, totalCount, results, _links}`. The next one is asked for by `Offset`. */
export function appliancePage(body: Json | undefined, url: string): Page | string {
  if (!isObject(body) || !Array.isArray(body['results'])) {
    return 'it has no “results”';
  }
  const items = arrayAt(body, 'results');
  const { offset, totalCount } = body;
  const end = (typeof offset === 'number' ? offset : offsetIn(url)) + items.length;
  if (items.length === 0 || typeof totalCount !== 'number' || end >= totalCount) {
    return { items };
  }
  const link = stringAt(objectAt(objectAt(body, '_links'), 'next'), 'href');
  if (link !== undefined && isOn(url, link)) {
    return { items, nextLink: link };
  }
  const next = new URL(url);
  for (const name of [...next.searchParams.keys()]) {
    if (name.toLowerCase() === 'offset') {
      next.searchParams.delete(name);
    }
  }
  next.searchParams.set('Offset', String(end));
  return { items, nextLink: next.href };
}

/** Where the page was asked to begin. */
function offsetIn(url: string): number {
  const [, text] = [...new URL(url).searchParams].find(([name]) => name.toLowerCase() === 'offset') ?? [];
  const offset = Number(text ?? 0);
  return Number.isSafeInteger(offset) ? offset : 0;
}

/** True for an absolute link on the origin of the page itself: an appliance may know itself by another name than we do. */
function isOn(url: string, link: string): boolean {
  return URL.canParse(link) && new URL(link).origin === new URL(url).origin;
}
