import { refusalOf, type Caller } from '../storage/access.ts';
import type { BlobAnswer, BlobStore } from '../storage/blobStore.ts';
import type { StorageEstate } from '../storage/estate.ts';
import { archiveOf, decode, encode, lifetimeMs } from './archive.ts';
import type { Place } from './input.ts';
import type { Failure, OperationKind, Service } from './model.ts';
import { failures } from './refusals.ts';

export interface Transfer {
  readonly storage: StorageEstate;
  readonly blobs: BlobStore;
  readonly service: Service;
  readonly place: Place;
}

/** Whether the given key opens the account: asked of the blob service itself. True for identities, which have none. */
export async function keyFits({ storage, blobs, service, place }: Transfer): Promise<boolean> {
  const { account, access, container } = place;
  if (access.kind !== 'key') {
    // Also starts the blob service, so that a backup is not accepted where there is none.
    await blobs.send(account, { method: 'GET', query: { comp: 'list', maxresults: '1' } });
    return true;
  }
  const refused = refusalOf(storage, account, container, callerOf(service, place), 'read');
  if (refused?.code === 'KeyBasedAuthenticationNotPermitted') {
    return false;
  }
  const { status } = await blobs.send(account, { method: 'GET', query: { comp: 'list', maxresults: '1' }, key: access.key });
  return status === 200;
}

/** Writes what the service held when the backup was asked for. @param createdAt milliseconds since the epoch */
export async function writeBackup(transfer: Transfer, contents: Service['contents'], createdAt: number): Promise<Failure | undefined> {
  const body = encode({ ...archiveOf(transfer.service, createdAt), contents });
  const headers = { 'x-ms-blob-type': 'BlockBlob', 'content-type': 'application/octet-stream' };
  const answer = await exchange(transfer, 'Backup', { method: 'PUT', headers, body });
  return 'failure' in answer ? answer.failure : undefined;
}

/** Reads a backup, and replaces what the service holds by what is in it. @param now milliseconds since the epoch */
export async function readBackup(transfer: Transfer, now: number): Promise<Failure | undefined> {
  const { service, place } = transfer;
  const answer = await exchange(transfer, 'Restore', { method: 'GET' });
  if ('failure' in answer) {
    return answer.failure;
  }
  const archive = decode(answer.body);
  if (archive === undefined) {
    return failures.noBackup(place.name);
  }
  if (now - archive.createdAt > lifetimeMs) {
    return failures.expired();
  }
  if (archive.sku !== service.tier) {
    return failures.otherSku(service.tier, archive.sku);
  }
  service.contents = archive.contents;
  service.revision += 1;
  return undefined;
}

/** One call of the service to the account; what the storage refuses is the operation's failure. */
async function exchange(
  { storage, blobs, service, place }: Transfer,
  kind: OperationKind,
  call: { readonly method: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: Uint8Array },
): Promise<BlobAnswer | { readonly failure: Failure }> {
  const { account, container, name, access } = place;
  const refusal = refusalOf(storage, account, container, callerOf(service, place), kind === 'Backup' ? 'write' : 'read');
  if (refusal !== undefined) {
    return { failure: failures.storage(kind, refusal.message) };
  }
  const key = access.kind === 'key' ? { key: access.key } : {};
  const answer = await blobs.send(account, { ...call, ...key, container, blob: name });
  return answer.status < 300 ? answer : { failure: failures.storage(kind, messageOf(answer)) };
}

function callerOf(service: Service, { access }: Place): Caller {
  const from = { ip: service.publicIp, region: service.location };
  return access.kind === 'key' ? from : { ...from, principalId: access.principalId, isTrustedService: access.isSystemAssigned };
}

/** The storage's own words, without the lines about the request. */
function messageOf(answer: BlobAnswer): string {
  const text = /<Message>([^<\n]*)/.exec(answer.body.toString('utf8'))?.[1]?.trim();
  return text || `the storage account answered ${answer.status} ${answer.code ?? ''}`.trim();
}
