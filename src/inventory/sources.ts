/** The lists that the tree is made of, each as a source of pages: which request, which order. */
import type { ArmClient, Connection, Subscription } from '../cloud/types.ts';
import { isCancelled } from '../core/cancellation.ts';
import { BackupError } from '../core/errors.ts';
import {
  containerManagementTypes,
  lists,
  protectableManagementTypes,
  readPage,
  type ListQuery,
  type ReadOptions,
  type RecordPage,
} from '../providers/recoveryServices/api.ts';
import type {
  AzureRecord,
  Container,
  Job,
  Policy,
  ProtectableItem,
  ProtectedItem,
  ProtectionIntent,
  RecoveryPoint,
  Vault,
} from '../providers/recoveryServices/model.ts';
import type { ListPart, ListSource } from './pagedList.ts';
import { workloadOf, workloadOrder } from './workloads.ts';

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
/** Azure's own page: shorter ones (vault lists begin with 15, lists of restore point collections may have fewer) are filled up, so that one click shows as much. */
export const fullPage = 200;

export interface Where {
  readonly connection: Pick<Connection, 'arm' | 'subscriptions' | 'problems'>;
  readonly tenantId?: string;
}

export function subscriptionSource({ connection }: Where): ListSource<Subscription> {
  return {
    fetch: async (_, signal) => {
      const items = await connection.subscriptions(signal);
      // A tenant that lets nobody in is one row beside what the others gave.
      return { items, problems: connection.problems.map((problem) => problem.error) };
    },
    idOf: (subscription) => subscription.id,
    compare: (a, b) => collator.compare(a.name, b.name) || collator.compare(a.id, b.id),
    atLeast: 1,
  };
}

export function vaultSource(where: Where, scope: string): ListSource<Vault> {
  return source(
    where,
    [lists.vaults(scope)],
    byName((vault) => vault.name),
    fullPage,
  );
}

/** Of every workload in one list: an unfiltered request is one request, whatever the vault holds. */
export function protectedItemSource(where: Where, vaultId: string): ListSource<ProtectedItem> {
  return source(
    where,
    [lists.protectedItems(vaultId)],
    byName((item) => `${item.friendlyName} ${item.serverName ?? ''}`),
  );
}

export function protectableItemSource(where: Where, vaultId: string): ListSource<ProtectableItem> {
  const queries = protectableManagementTypes.map((backupManagementType) => lists.protectableItems(vaultId, { backupManagementType }));
  const name = byName<ProtectableItem>((item) => `${item.friendlyName} ${item.serverName ?? ''}`);
  return source(where, queries, (a, b) => workloadOrder.indexOf(workloadOf(a)) - workloadOrder.indexOf(workloadOf(b)) || name(a, b));
}

export function containerSource(where: Where, vaultId: string): ListSource<Container> {
  const queries = containerManagementTypes.map((backupManagementType) => lists.containers(vaultId, { backupManagementType }));
  return source(
    where,
    queries,
    byName((container) => container.friendlyName),
  );
}

/** Machines that are registered, in full: who asks wants the one of a machine, whichever page that is on. */
export function serverContainerSource(where: Where, vaultId: string): ListSource<Container> {
  return source(
    where,
    [lists.containers(vaultId, { backupManagementType: 'AzureWorkload' })],
    byName((container) => container.friendlyName),
    Infinity,
  );
}

/** Machines that could be registered. */
export function protectableContainerSource(where: Where, vaultId: string): ListSource<Container> {
  return source(
    where,
    [lists.protectableContainers(vaultId, { backupManagementType: 'AzureWorkload' })],
    byName((container) => container.friendlyName),
  );
}

/** In full: an order says only by its item which instance it is for. */
export function protectionIntentSource(where: Where, vaultId: string): ListSource<ProtectionIntent> {
  return source(
    where,
    [lists.protectionIntents(vaultId, { backupManagementType: 'AzureWorkload' })],
    byName((intent) => intent.name),
    Infinity,
  );
}

export function policySource(where: Where, vaultId: string): ListSource<Policy> {
  return source(
    where,
    [lists.policies(vaultId)],
    byName((policy) => policy.name),
  );
}

export function jobSource(where: Where, vaultId: string): ListSource<Job> {
  return source(
    where,
    [lists.jobs(vaultId)],
    newestFirst((job) => job.startTime),
  );
}

export function recoveryPointSource(where: Where, itemId: string): ListSource<RecoveryPoint> {
  return source(
    where,
    [lists.recoveryPoints(itemId)],
    newestFirst((point) => point.time ?? point.timeRanges.at(-1)?.end),
  );
}

export function byName<R extends AzureRecord>(name: (record: R) => string): (a: R, b: R) => number {
  return (a, b) => collator.compare(name(a), name(b)) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

function newestFirst<R extends AzureRecord>(time: (record: R) => string | undefined): (a: R, b: R) => number {
  const at = (record: R): number => Date.parse(time(record) ?? '') || 0;
  return (a, b) => at(b) - at(a) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** One list of several requests that Azure wants apart; they are sent side by side, and each goes on by itself. */
export function source<R extends AzureRecord>(
  where: Where,
  queries: readonly ListQuery<R>[],
  compare: (a: R, b: R) => number,
  atLeast = 1,
): ListSource<R> {
  return {
    fetch: (next, signal) =>
      fetchAll(where.connection.arm(), queries, next, {
        signal,
        ...(where.tenantId === undefined ? {} : { tenantId: where.tenantId }),
      }),
    idOf: (record) => record.id,
    compare,
    atLeast,
  };
}

/** @param next where each query goes on, as JSON: its next link, or null where it has ended. */
async function fetchAll<R>(
  arm: ArmClient,
  queries: readonly ListQuery<R>[],
  next: string | undefined,
  options: ReadOptions,
): Promise<ListPart<R>> {
  const links = next === undefined ? queries.map(() => undefined) : (JSON.parse(next) as (string | null)[]);
  const answers = await Promise.allSettled(
    queries.map(async (query, index): Promise<RecordPage<R>> => {
      const link = links[index];
      return link === null ? { items: [], problems: [] } : readPage(arm, query, link === undefined ? options : { ...options, next: link });
    }),
  );
  const refusals = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
  const serious = refusals.find((reason) => isCancelled(reason) || !(reason instanceof BackupError));
  const asked = links.filter((link) => link !== null).length;
  if (refusals.length > 0 && (serious !== undefined || refusals.length === asked)) {
    throw serious ?? refusals[0];
  }
  const ends = answers.map((answer) => (answer.status === 'fulfilled' ? (answer.value.nextLink ?? null) : null));
  const parts = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  return {
    items: parts.flatMap((part) => part.items),
    problems: [
      ...refusals.filter((reason) => reason instanceof BackupError),
      ...parts.flatMap((part) => part.problems.map((problem) => problem.error)),
    ],
    ...(ends.some((end) => end !== null) ? { next: JSON.stringify(ends) } : {}),
  };
}
