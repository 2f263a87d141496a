import { timingSafeEqual } from 'node:crypto';
import { errorReply, stamps } from '../storage/storageError.ts';
import type { Estate } from './estate.ts';
import type { Access } from './model.ts';
import { smallVhd } from './vhd.ts';

/** A request to a storage account: no token of the resource manager, all is in the link. */
export interface BlobRequest {
  readonly method: string;
  /** Decoded, the caller's casing. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface BlobReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer> | string;
}

/** Answers links to disk restore points; undefined for paths that no storage account would have. */
export function serveBlob(estate: Estate, request: BlobRequest): BlobReply | undefined {
  if (!/^\/md-[^/]*\.blob\.storage\.azure\.net\//i.test(request.path)) {
    return undefined;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return failure(request, 405, 'UnsupportedHttpVerb', 'The resource doesn’t support specified Http Verb.');
  }
  const link = estate.links.get(request.path);
  const now = estate.world.now();
  const refusal = link === undefined ? 'Signature did not match.' : reasonAgainst(link.access, request.query, link.disk.access, now);
  if (link === undefined || refusal !== undefined) {
    const message =
      'Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.';
    return failure(request, 403, 'AuthenticationFailed', message, refusal);
  }
  return content(request, smallVhd(JSON.stringify({ diskRestorePoint: link.disk.id }), link.disk.familyId));
}

/** Details as Azure Storage gives them, reported. */
function reasonAgainst(link: Access, query: URLSearchParams, held: Access | undefined, now: number): string | undefined {
  if (query.get('si') !== link.identifier || !sameText(query.get('sig') ?? '', link.signature)) {
    return 'Signature did not match.';
  }
  if (held !== link) {
    return 'SAS identifier cannot be found for specified signed identifier';
  }
  const time = (ms: number): string => new Date(ms).toUTCString();
  return now < link.expiresAt
    ? undefined
    : `Signature not valid in the specified time frame: Start [${time(link.startAt)}] - Expiry [${time(link.expiresAt)}] - Current [${time(now)}]`;
}

function sameText(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function content(request: BlobRequest, image: Uint8Array<ArrayBuffer>): BlobReply {
  const common = { 'content-type': 'application/octet-stream', 'accept-ranges': 'bytes', 'x-ms-blob-type': 'PageBlob', ...stamps() };
  const asked = request.headers['x-ms-range'] ?? request.headers.range;
  const match = asked === undefined ? undefined : /^bytes=(\d+)-(\d*)$/.exec(asked.trim());
  if (match === null) {
    return failure(request, 400, 'InvalidHeaderValue', 'The value for one of the HTTP headers is not in the correct format.');
  }
  const start = Number(match?.[1] ?? 0);
  if (start >= image.length) {
    return failure(request, 416, 'InvalidRange', 'The range specified is invalid for the current size of the resource.');
  }
  const end = Math.min(image.length - 1, match?.[2] ? Number(match[2]) : image.length - 1);
  const part = image.subarray(start, end + 1);
  const range = match === undefined ? {} : { 'content-range': `bytes ${start}-${end}/${image.length}` };
  const headers = { ...common, ...range, 'content-length': String(part.length) };
  return { status: match === undefined ? 200 : 206, headers, ...(request.method === 'HEAD' ? {} : { body: part }) };
}

function failure(request: BlobRequest, status: number, code: string, message: string, detail?: string): BlobReply {
  return errorReply(request.method, { status, code, message }, detail);
}
