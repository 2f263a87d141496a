import type { BlobEntry } from '../../../cloud/types.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { BackupPlace } from '../place.ts';

const dayMs = 24 * 3_600_000;

/** Azure restores a backup for so many days after it was made (Microsoft's documentation); the blob stays until somebody deletes it. */
const lifetimeDays = 30;

/** A backup of an API Management service: a blob. */
export interface ApiBackup {
  /** Of this list alone: blobs have no ARM id. */
  readonly id: string;
  readonly name: string;
  /** Of the service below which it is listed: whose it is, no blob tells. */
  readonly serviceId: string;
  readonly place: BackupPlace;
  /** ISO 8601, UTC; absent where the storage account did not say. */
  readonly madeAt?: string;
  readonly sizeBytes?: number;
  readonly raw: JsonObject;
}

export function backupOf(serviceId: string, place: BackupPlace, entry: BlobEntry): ApiBackup {
  const { name, lastModified, sizeBytes } = entry;
  return {
    id: backupId(serviceId, place, name),
    name,
    serviceId,
    place,
    ...(lastModified === undefined ? {} : { madeAt: lastModified }),
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    raw: { ...entry },
  };
}

/** In the form of an id. Ids are compared without case, and names of blobs differ by it, and by slashes. */
export function backupId(serviceId: string, { account, container }: BackupPlace, name: string): string {
  const apart = name.replace(/[\^/]|\p{Lu}/gu, (char) => (char === '^' ? '^^' : char === '/' ? '^-' : `^${char.toLowerCase()}`));
  return `${serviceId}/backups/${[account, container, apart].map(encodeURIComponent).join('/')}`;
}

export type BackupAge =
  | { readonly kind: 'usable'; readonly daysLeft: number }
  | { readonly kind: 'expired'; readonly daysAgo: number }
  /** The storage account did not say when it was made. */
  | { readonly kind: 'unknown' };

/** Whole days, as a person counts what is left: with 29 days and 1 hour gone, less than one day is left, 0. */
export function ageOf({ madeAt }: Pick<ApiBackup, 'madeAt'>, nowMs: number): BackupAge {
  const leftMs = expiryMs(madeAt) - nowMs;
  if (Number.isNaN(leftMs)) {
    return { kind: 'unknown' };
  }
  return leftMs > 0 ? { kind: 'usable', daysLeft: Math.floor(leftMs / dayMs) } : { kind: 'expired', daysAgo: Math.floor(-leftMs / dayMs) };
}

/** Milliseconds since the epoch: until then Azure restores it. NaN where the moment is not known. */
export function expiryMs(madeAt: string | undefined): number {
  return Date.parse(madeAt ?? '') + lifetimeDays * dayMs;
}

/** `expires in 12 days`, `expires today`, `expired 2 days ago`. */
export function expiryText(age: BackupAge): string {
  switch (age.kind) {
    case 'usable':
      return age.daysLeft === 0 ? 'expires within a day' : `expires in ${age.daysLeft} ${age.daysLeft === 1 ? 'day' : 'days'}`;
    case 'expired':
      return age.daysAgo === 0 ? 'expired today' : `expired ${age.daysAgo} ${age.daysAgo === 1 ? 'day' : 'days'} ago`;
    case 'unknown':
      return 'age not given';
  }
}
