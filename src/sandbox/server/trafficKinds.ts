/**
 * What makes two requests or answers of one kind. A record of traffic holds each kind once: names, numbers and moments
 * may differ within one, members, types and every value that could be of an enumeration may not.
 */
import type { Json } from '../arm/types.ts';

/** Members whose value says what kind of thing the others are. */
const telling = /(type|state|status|kind|operation|mode|option|level|tier|frequency|format|filter|code)$/i;
/** Members that hold names: words, but of no enumeration. */
const naming = /(name|id|title|description|message|displayname)$/i;
const secret = /(key|secret|password|token|sas)$/i;
const redacted = 'REDACTED';
/** In links: signatures of operation URLs and of links to blobs. */
export const signature = /([?&](?:t|c|s|h|sig)=)[^&"]+/g;

export interface Kind {
  /** The same text for the same kind. */
  readonly shape: string;
  /** The value without secrets, and of the elements of a list one of each kind. */
  readonly value: Json | undefined;
}

/** @param member its name, or nothing for a whole body */
export function kindOf(value: Json | undefined, member = ''): Kind {
  if (typeof value === 'string') {
    const kept = secret.test(member) ? redacted : value.replace(signature, `$1${redacted}`);
    return { shape: shapeOfText(kept, member), value: kept };
  }
  if (Array.isArray(value)) {
    const kinds = new Map<string, Json>();
    for (const element of value) {
      const { shape, value: kept } = kindOf(element, member);
      if (!kinds.has(shape)) {
        kinds.set(shape, kept ?? null);
      }
    }
    return { shape: `[${[...kinds.keys()].sort().join()}]`, value: [...kinds.values()] };
  }
  if (typeof value === 'object' && value !== null) {
    const kept: Record<string, Json | undefined> = {};
    let shape = '{';
    for (const [key, inner] of Object.entries(value)) {
      const kind = kindOf(inner, keyShownIn(value, key));
      kept[key] = kind.value;
      shape += `${key}:${kind.shape},`;
    }
    return { shape: `${shape}}`, value: kept };
  }
  return { shape: typeof value === 'number' ? (Number.isInteger(value) ? '1' : '.') : String(value), value };
}

/** A request's target: its signatures hidden, and its kind. */
export function kindOfTarget(target: string): { readonly shape: string; readonly value: string } {
  const value = target.replace(signature, `$1${redacted}`);
  const [path = '', query = ''] = value.split('?', 2);
  const segments = path.split('/').map((segment, at) => (at % 2 === 0 ? shapeOfText(segment, 'id') : segment));
  return { shape: `${segments.join('/').toLowerCase()}?${query.replace(/\d+/g, (digits) => (digits.length === 4 ? digits : '0'))}`, value };
}

/** The answer to `listKeys` calls a key its `value`. */
function keyShownIn(holder: object, key: string): string {
  return key === 'value' && 'keyName' in holder ? 'key' : key;
}

function shapeOfText(text: string, member: string): string {
  if (!naming.test(member) && (telling.test(member) || (text.length <= 40 && /^[A-Za-z]+$/.test(text)))) {
    return `"${text.replace(/\d+/g, '0')}"`;
  }
  return text
    .slice(0, 200)
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, 'G')
    .replace(/\p{L}+/gu, 'a')
    .replace(/\d+/g, '0')
    .replace(/(a[ .,-]*0?)+/g, 'a');
}
