import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { encodePath, queryValue } from './path.ts';
import { ArmFailure, type ArmReply, type ArmRequest, type Json, type PageOptions } from './types.ts';

/** Items a page: what Azure Backup's lists give. */
const defaultPageSize = 200;

interface Place {
  /** How many items the pages before this one held. */
  readonly offset: number;
  /** Id of the last of them: a list that shrank in between is continued behind it, not behind its old number. */
  readonly after: string | undefined;
}

/** Cuts lists into pages. Tokens are signed and good for the list that gave them only, so that no client can make one up. */
export class Pager {
  readonly #key = randomBytes(32);

  /** @throws ArmFailure 400 for a token that this list did not give. */
  page(request: ArmRequest, items: readonly Json[], options?: PageOptions): ArmReply {
    const size = options?.size ?? defaultPageSize;
    const token = queryValue(request.query, '$skipToken');
    const start = token === undefined ? 0 : startOf(this.#read(request, token), items);
    const value = items.slice(start, start + size);
    const end = start + value.length;
    if (end >= items.length) {
      return { status: 200, body: { value } };
    }
    return { status: 200, body: { value, nextLink: this.#nextLink(request, { offset: end, after: idOf(items[end - 1]) }) } };
  }

  #nextLink(request: ArmRequest, place: Place): string {
    const query = [...request.query].filter(([key]) => key.toLowerCase() !== '$skiptoken');
    const kept = query.map(([key, value]) => `${key.replace(/[^$\w.-]/g, encodeURIComponent)}=${encodeURIComponent(value)}`);
    return `${request.origin}${encodePath(request.path)}?${[...kept, `$skipToken=${encodeURIComponent(this.#token(request, place))}`].join('&')}`;
  }

  #token(request: ArmRequest, place: Place): string {
    const payload = Buffer.from(JSON.stringify([place.offset, place.after ?? null]), 'utf8');
    return Buffer.concat([this.#sign(request, payload), payload]).toString('base64');
  }

  #read(request: ArmRequest, token: string): Place {
    const bytes = Buffer.from(token, 'base64');
    const [signature, payload] = [bytes.subarray(0, 32), bytes.subarray(32)];
    if (signature.length !== 32 || !timingSafeEqual(signature, this.#sign(request, payload))) {
      throw new ArmFailure(400, 'BadRequest', `The skip token '${token}' is not valid for this list.`);
    }
    const [offset, after] = JSON.parse(payload.toString('utf8')) as [number, string | null];
    return { offset, after: after ?? undefined };
  }

  /** A token of another path or another filter is refused, as its place means nothing there. */
  #sign(request: ArmRequest, payload: Buffer): Buffer {
    const list = `${request.path.toLowerCase()}\n${queryValue(request.query, '$filter') ?? ''}\n`;
    return createHmac('sha256', this.#key).update(list).update(payload).digest();
  }
}

function startOf(place: Place, items: readonly Json[]): number {
  const at = place.after === undefined ? -1 : items.findIndex((item) => idOf(item) === place.after);
  return at >= 0 ? at + 1 : Math.min(place.offset, items.length);
}

function idOf(item: Json | undefined): string | undefined {
  const id = typeof item === 'object' && item !== null && !Array.isArray(item) ? item.id : undefined;
  return typeof id === 'string' ? id : undefined;
}
