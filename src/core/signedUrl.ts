/**
 * Signed URLs: those of operations (`t`, `c`, `s`, `h`) and of storage (`sig`). Whoever holds one can read what it points
 * to, so no log, panel, document or file has it. The same path answers without the signature too.
 */
import { isObject, type Json } from './json.ts';

const signatureParameters = new Set(['t', 'c', 's', 'h', 'sig']);

/**
 * The URL without its signature. Read as text, because Azure's own URLs do not always parse: a second `?` stands
 * where a `&` should, and must stay there for the path to answer.
 */
export function withoutSignature(url: string): string {
  const query = url.indexOf('?');
  if (query < 0) {
    return url;
  }
  const hash = url.indexOf('#', query);
  const text = hash < 0 ? url.slice(query) : url.slice(query, hash);
  const parts = text.match(/[?&][^?&]*/g) ?? [];
  const kept = parts.filter((part) => !signatureParameters.has((part.slice(1).split('=')[0] ?? '').toLowerCase()));
  if (kept.length === parts.length) {
    return url;
  }
  const first = kept[0];
  const rest = first === undefined ? '' : '?' + first.slice(1) + kept.slice(1).join('');
  return url.slice(0, query) + rest;
}

/** Every URL inside any text or JSON without its signature. */
export function withoutSignatures<T extends Json | undefined>(value: T): T {
  return walk(value, (text) => text.replace(/https?:\/\/[^\s"'<>]+/gi, withoutSignature)) as T;
}

function walk(value: Json | undefined, change: (text: string) => string): Json | undefined {
  if (typeof value === 'string') {
    return change(value);
  }
  if (Array.isArray(value)) {
    return value.map((item) => walk(item, change) ?? null);
  }
  if (isObject(value)) {
    // Members without a value are left out, as writing and reading would.
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return Object.fromEntries(members.map(([name, member]) => [name, walk(member, change)]));
  }
  return value;
}
