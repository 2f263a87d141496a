/** Where the backups of a service are: a container of a storage account. Remembered for each service; no secrets. */
import { armIdKey } from '../../core/armId.ts';
import { stringAt, type JsonObject } from '../../core/json.ts';
import type { OperationRecord } from '../../core/operation.ts';
import type { BlobPlace, CloudEnvironment } from '../../cloud/types.ts';

export interface BackupPlace {
  /** The account's name. */
  readonly account: string;
  readonly container: string;
  /** ARM id; absent where only the name was typed and no account of the subscription has it. */
  readonly accountId?: string;
  /** Where its blobs are, as Azure told. */
  readonly endpoint?: string;
}

/** What it is remembered by: a service of one cloud. @param cloud origin of the resource manager */
export function placeKey(cloud: string, serviceId: string): string {
  return `apiManagement.backups ${cloud.toLowerCase()} ${armIdKey(serviceId)}`;
}

/** The key of the service's id in a key that is of this cloud; undefined for others. */
export function serviceKeyIn(cloud: string, key: string): string | undefined {
  const start = placeKey(cloud, '');
  return key.startsWith(start) && key.length > start.length ? key.slice(start.length) : undefined;
}

/** What an operation has used, once Azure has taken it; undefined for all that is no backup of a service. */
export function placeUsed({
  actionId,
  status,
  cloud,
  intent,
}: OperationRecord): { readonly key: string; readonly value: JsonObject } | undefined {
  const taken = ['accepted', 'running', 'succeeded', 'succeededWithWarnings'].includes(status);
  const place = actionId === 'backUpService' && taken ? placeOf(intent) : undefined;
  const serviceId = stringAt(intent, 'serviceId');
  return place === undefined || serviceId === undefined ? undefined : { key: placeKey(cloud, serviceId), value: placeJson(place) };
}

export function placeJson(place: BackupPlace): JsonObject {
  return { ...place };
}

/** Undefined for what is no place, written by whatever version. */
export function placeOf(value: JsonObject | undefined): BackupPlace | undefined {
  const [account, container, accountId, endpoint] = ['account', 'container', 'accountId', 'endpoint'].map((name) => stringAt(value, name));
  return account === undefined || container === undefined
    ? undefined
    : { account, container, ...(accountId === undefined ? {} : { accountId }), ...(endpoint === undefined ? {} : { endpoint }) };
}

/**
 * Where its blobs are read; undefined where that cannot be told. An account of which only the name is known is on the
 * cloud's own storage.
 */
export function blobPlaceOf({ account, container, endpoint }: BackupPlace, { storage }: CloudEnvironment): BlobPlace | undefined {
  const suffix = storage?.blobSuffixes[0];
  const at = endpoint ?? (suffix === undefined ? undefined : `https://${account}.${suffix}/`);
  return at === undefined ? undefined : { account, container, endpoint: at };
}
