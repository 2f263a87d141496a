import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { refusalOf, type Caller } from '../access.ts';
import { BlobServiceMissing } from '../blobStore.ts';
import type { StorageEstate } from '../estate.ts';
import type { Account } from '../model.ts';
import { errorReply, storageErrors, type StorageReply } from '../storageError.ts';
import { callAzurite, readAll, type AzuriteReply } from './call.ts';
import type { BlobService } from './service.ts';

/** What a bearer token is worth here; undefined where it is worth nothing. */
type VerifyToken = (token: string) => Promise<{ readonly audience: string; readonly principalId: string } | undefined>;

export interface FrontParts {
  readonly estate: StorageEstate;
  readonly service: BlobService;
  readonly verify: VerifyToken;
  /** Where a client is told to sign in. */
  readonly authorizationUri: string;
}

/** Headers of one connection, not of what is sent over it. */
const hopByHop = ['connection', 'keep-alive', 'transfer-encoding', 'te', 'upgrade', 'host', 'expect'];
const storageAudience = /^https:\/\/storage\.azure\.com\/?$/i;

/**
 * The blob endpoint of the accounts: `/{account}/...`, Azurite's own form. What Azurite does not know of (firewalls, roles,
 * accounts that take no keys, blobs of another age) is decided and put in here; tokens, signatures and blobs are Azurite's.
 * @returns undefined for paths of no account.
 */
export async function serveAccount(parts: FrontParts, incoming: IncomingMessage): Promise<Response | undefined> {
  const [path = '', query = ''] = (incoming.url ?? '/').split('?', 2);
  const [name, container, ...blob] = path.split('/').filter(Boolean).map(decoded);
  const account = name === undefined ? undefined : parts.estate.accountNamed(name);
  if (account === undefined) {
    return undefined;
  }
  if (container?.includes('/') || [container, ...blob].some((segment) => segment === '.' || segment === '..')) {
    // It would be of one container to us and of another to whoever resolves it.
    return toResponse(errorReply(incoming.method ?? '', storageErrors.badUri));
  }
  const parameters = new URLSearchParams(query);
  // `/account?comp=list` and the like are of the account; `/account/container?restype=container` of a container.
  const refusal = await refused(parts, account, container, incoming);
  if (refusal !== undefined) {
    return toResponse(refusal);
  }
  let answer: AzuriteReply;
  try {
    const address = await parts.service.address();
    const { method = 'GET', url: target = '/' } = incoming;
    answer = await callAzurite(address, { method, target, headers: ownHeaders(incoming.headers) }, incoming);
  } catch (error) {
    if (error instanceof BlobServiceMissing) {
      return toResponse(errorReply(incoming.method ?? '', { status: 501, code: 'SandboxBlobServiceMissing', message: error.message }));
    }
    throw error;
  }
  // With tokens allowed, Azurite takes a signature that does not fit for a token that it cannot read.
  if (isSigned(incoming) && answer.headers['x-ms-error-code'] === 'InvalidAuthenticationInfo') {
    answer.body.resume();
    return toResponse(errorReply(incoming.method ?? '', storageErrors.badSignature, 'Signature did not match.'));
  }
  return backdated(parts.service, account, { container: container ?? '', blob: blob.join('/'), parameters }, incoming, answer);
}

function isSigned(incoming: IncomingMessage): boolean {
  return /^sharedkey(lite)?\s/i.test(incoming.headers.authorization ?? '');
}

async function refused(
  parts: FrontParts,
  account: Account,
  container: string | undefined,
  incoming: IncomingMessage,
): Promise<StorageReply | undefined> {
  const { authorization } = incoming.headers;
  const method = incoming.method ?? 'GET';
  const ip = incoming.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
  let caller: Caller = { ip };
  const token = /^bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
  if (token !== undefined) {
    const verdict = await parts.verify(token);
    if (verdict === undefined || !storageAudience.test(verdict.audience)) {
      const detail = verdict === undefined ? 'Signature validation failed.' : 'Audience validation failed. Audience did not match.';
      const challenge = `Bearer authorization_uri=${parts.authorizationUri} resource_id=https://storage.azure.com`;
      const reply = errorReply(method, storageErrors.badToken, detail);
      return { ...reply, headers: { ...reply.headers, 'www-authenticate': challenge } };
    }
    caller = { ip, principalId: verdict.principalId };
  }
  const what = ['GET', 'HEAD'].includes(method) ? 'read' : 'write';
  const error = refusalOf(parts.estate, account, container, caller, what);
  return error && errorReply(method, error);
}

interface Place {
  readonly container: string;
  readonly blob: string;
  readonly parameters: URLSearchParams;
}

async function backdated(
  service: BlobService,
  account: Account,
  { container, blob, parameters }: Place,
  incoming: IncomingMessage,
  answer: AzuriteReply,
): Promise<Response> {
  const headers = ownHeaders(answer.headers);
  if (incoming.method === 'GET' && blob === '' && parameters.get('comp') === 'list' && container !== '' && answer.status === 200) {
    const text = service.ages.inList(account.name, container, (await readAll(answer.body)).toString('utf8'));
    return new Response(text, { status: 200, headers: { ...headers, 'content-length': String(Buffer.byteLength(text)) } });
  }
  const modifiedAt = service.ages.of(account.name, container, blob, headers['etag']);
  if (modifiedAt !== undefined && ['GET', 'HEAD'].includes(incoming.method ?? '')) {
    const time = new Date(modifiedAt).toUTCString();
    Object.assign(headers, { 'last-modified': time, 'x-ms-creation-time': time });
  }
  if (incoming.method === 'HEAD' || [204, 205, 304].includes(answer.status)) {
    answer.body.resume();
    return new Response(null, { status: answer.status, headers });
  }
  return new Response(Readable.toWeb(answer.body) as ReadableStream<Uint8Array>, { status: answer.status, headers });
}

function ownHeaders(headers: IncomingMessage['headers']): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !hopByHop.includes(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]));
}

function toResponse(reply: StorageReply): Response {
  return new Response(reply.body ?? null, { status: reply.status, headers: reply.headers });
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
