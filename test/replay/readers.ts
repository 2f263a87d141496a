/** Which recorded requests our provider reads, and by which of its functions: those that the tree and the actions use. */
import type { ArmClient } from '../../src/cloud/types.ts';
import * as provider from '../../src/providers/recoveryServices/api.ts';
import type { ListQuery, ReadOptions, RecordPage } from '../../src/providers/recoveryServices/api.ts';
import type { AzureRecord, RecordList } from '../../src/providers/recoveryServices/model.ts';
import { filterOf, type Address } from './address.ts';
import { armReadingOf, type ArmKind, type ArmReading } from './armReaders.ts';

export type Kind =
  | ArmKind
  | 'vault'
  | 'container'
  | 'protectable item'
  | 'protected item'
  | 'protection intent'
  | 'policy'
  | 'job'
  | 'recovery point'
  | 'vault configuration';

export type Reading =
  | Extract<ArmReading, { is: 'whole' }>
  | { readonly is: 'list'; readonly kind: Kind; readonly query: ListQuery<AzureRecord> }
  | { readonly is: 'detail'; readonly kind: Kind; readonly get: (arm: ArmClient) => Promise<AzureRecord> };

/** What reads; a test puts a broken one in its place to see that the replay tells. */
export interface Readers {
  readonly api: typeof provider;
  readPage<T>(arm: ArmClient, query: ListQuery<T>, options?: ReadOptions & { readonly next?: string }): Promise<RecordPage<T>>;
  readAll<T>(arm: ArmClient, query: ListQuery<T>, options?: ReadOptions): Promise<RecordList<T>>;
}

export const ourReaders: Readers = { api: provider, readPage: provider.readPage, readAll: provider.readAll };

type Filter = Record<string, string>;
type Api = typeof provider;

/** Segments below the vault (or the subscription) to what reads them; `*` is one name. */
const listReaders: readonly [string, Kind, (api: Api, id: string, filter: Filter) => ListQuery<AzureRecord>][] = [
  ['backupprotectioncontainers', 'container', (api, id, filter) => api.lists.containers(id, filter as never)],
  ['backupdeletedprotectioncontainers', 'container', (api, id, filter) => api.lists.softDeletedContainers(id, filter as never)],
  ['backupfabrics/*/protectablecontainers', 'container', (api, id, filter) => api.lists.protectableContainers(id, filter as never)],
  ['backupprotectableitems', 'protectable item', (api, id, filter) => api.lists.protectableItems(id, filter as never)],
  ['backupprotecteditems', 'protected item', (api, id, filter) => api.lists.protectedItems(id, filter)],
  ['backupprotectionintents', 'protection intent', (api, id, filter) => api.lists.protectionIntents(id, filter)],
  ['backuppolicies', 'policy', (api, id, filter) => api.lists.policies(id, filter)],
  ['backupjobs', 'job', (api, id, filter) => api.lists.jobs(id, jobFilter(filter))],
  ['backupfabrics/*/protectioncontainers/*/items', 'protectable item', (api, id, filter) => api.lists.containerItems(id, filter)],
  [
    'backupfabrics/*/protectioncontainers/*/protecteditems/*/recoverypoints',
    'recovery point',
    (api, id, filter) => api.lists.recoveryPoints(id, filter),
  ],
];

const detailReaders: readonly [string, Kind, (api: Api, arm: ArmClient, id: string) => Promise<AzureRecord>][] = [
  ['', 'vault', (api, arm, id) => api.getVault(arm, id)],
  ['backupfabrics/*/protectioncontainers/*', 'container', (api, arm, id) => api.getContainer(arm, id)],
  ['backupfabrics/*/protectioncontainers/*/protecteditems/*', 'protected item', (api, arm, id) => api.getProtectedItem(arm, id)],
  [
    'backupfabrics/*/protectioncontainers/*/protecteditems/*/recoverypoints/*',
    'recovery point',
    (api, arm, id) => api.getRecoveryPoint(arm, id),
  ],
  ['backupfabrics/*/backupprotectionintent/*', 'protection intent', (api, arm, id) => api.getProtectionIntent(arm, id)],
  ['backupconfig/vaultconfig', 'vault configuration', (api, arm, id) => api.getVaultConfig(arm, id.replace(/\/[^/]+\/[^/]+$/, ''))],
  ['backuppolicies/*', 'policy', (api, arm, id) => api.getPolicy(arm, id)],
  ['backupjobs/*', 'job', (api, arm, id) => api.getJob(arm, id)],
];

/** Undefined for a request that is none of a list or a detail that we read. */
export function readingOf(address: Address, api: Api): Reading | undefined {
  const at = address.segments.findIndex(
    (segment, index) => segment.toLowerCase() === 'vaults' && address.segments[index - 1]?.toLowerCase() === 'microsoft.recoveryservices',
  );
  if (at < 0 || address.segments.some((segment, index) => index > at && segment.toLowerCase() === 'providers')) {
    const reading = armReadingOf(address, (last) => idOf(address, last));
    return reading?.is === 'list' && reading.kind !== 'role assignment' ? list(reading.kind, reading.query, address) : reading;
  }
  if (at === address.segments.length - 1) {
    // `.../providers/Microsoft.RecoveryServices/vaults` of a subscription or a resource group.
    return list('vault', api.lists.vaults(idOf(address, at - 3)), address);
  }
  const below = address.segments.slice(at + 2);
  for (const [pattern, kind, query] of listReaders) {
    if (matches(below, pattern)) {
      const filter = filterOf(address);
      // A vault's lists are asked of the vault, an item's and a container's of themselves.
      const owner = /^backupfabrics\/\*\/protectioncontainers/.test(pattern) ? address.segments.length - 2 : at + 1;
      return list(kind, query(api, idOf(address, owner), filter === 'unreadable' ? {} : filter), address);
    }
  }
  for (const [pattern, kind, get] of detailReaders) {
    if (matches(below, pattern)) {
      const id = idOf(address, address.segments.length - 1);
      return { is: 'detail', kind, get: (arm) => get(api, arm, id) };
    }
  }
  return undefined;
}

function list(kind: Kind, query: ListQuery<AzureRecord>, address: Address): Reading {
  // A later page, or a filter that is no `eq` and `and`: asked as it was recorded, read by the same code.
  const asRecorded = address.query.has('skiptoken') || filterOf(address) === 'unreadable';
  return { is: 'list', kind, query: asRecorded ? { ...query, path: address.text } : query };
}

/** The id made of the segments up to one, in the recorded spelling. */
function idOf(address: Address, last: number): string {
  return `/${address.segments
    .slice(0, last + 1)
    .map(encodeURIComponent)
    .join('/')}`;
}

function matches(segments: readonly string[], pattern: string): boolean {
  const parts = pattern === '' ? [] : pattern.split('/');
  return segments.length === parts.length && parts.every((part, index) => part === '*' || part === segments[index]?.toLowerCase());
}

/** Moments are handed over as numbers, so that the form that Azure wants is made by our own code. */
function jobFilter(filter: Filter): provider.JobFilter {
  const { startTime, endTime, ...rest } = filter;
  const fromMs = momentOf(startTime);
  const toMs = momentOf(endTime);
  return fromMs === undefined || toMs === undefined ? filter : { ...rest, started: { fromMs, toMs } };
}

function momentOf(text: string | undefined): number | undefined {
  const ms = Date.parse(`${text ?? ''} UTC`);
  return Number.isNaN(ms) ? undefined : ms;
}
