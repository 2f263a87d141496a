/**
 * Reading Azure Backup: pure functions over an `ArmClient`. Raw JSON is read by our own models, because the SDK's drop
 * members that they do not know. Every function throws `BackupError` for an answer that is an error, and
 * `CancelledError` where its signal aborts.
 */
import { apiVersions } from '../../cloud/apiVersions.ts';
import type { ArmClient } from '../../cloud/types.ts';
import { lastSegment } from '../../core/armId.ts';
import { armPath, filterMoment, type FilterValues } from '../arm/armUrl.ts';
import { readAll, readMerged, readOne, type ListQuery, type ReadOptions } from '../arm/lists.ts';
import { readContainer, type Container } from './model/container.ts';
import { readJob, type Job } from './model/job.ts';
import { readPolicy, type Policy } from './model/policy.ts';
import { readProtectableItem, type ProtectableItem } from './model/protectableItem.ts';
import { readProtectionIntent, type ProtectionIntent } from './model/protectionIntent.ts';
import { readProtectedItem, type ProtectedItem } from './model/protectedItem.ts';
import { readRecord, type AzureRecord, type RecordList } from '../arm/record.ts';
import { readRecoveryPoint, type RecoveryPoint } from './model/recoveryPoint.ts';
import { readVault, type Vault } from './model/vault.ts';

export { readAll, readMerged, readPage } from '../arm/lists.ts';
export type { ListQuery, ReadOptions, RecordPage } from '../arm/lists.ts';

/** Container lists must name one type each: these are asked side by side. */
export const containerManagementTypes = ['AzureIaasVM', 'AzureWorkload', 'AzureStorage', 'MAB', 'DPM', 'AzureBackupServer'] as const;
/** What a vault can look for by itself. */
export const protectableManagementTypes = ['AzureIaasVM', 'AzureWorkload', 'AzureStorage'] as const;

/** Jobs that began between two moments (milliseconds since the epoch, UTC), and what else Azure filters by. */
export interface JobFilter {
  readonly started?: { readonly fromMs: number; readonly toMs: number };
  readonly status?: string;
  readonly operation?: string;
  readonly backupManagementType?: string;
  readonly jobId?: string;
}

/** The lists, as data for `readPage` (200 records a page) and `readAll`. Ids are as Azure gave them. */
export const lists = {
  /** @param scope `/subscriptions/{id}`, or a resource group's id. */
  vaults: (scope: string): ListQuery<Vault> =>
    query(scope, ['providers', 'Microsoft.RecoveryServices', 'vaults'], readVault, 'list the vaults', undefined, apiVersions.vaults),
  /** @param filter `backupManagementType` is required by Azure. */
  containers: (vaultId: string, filter: FilterValues & { readonly backupManagementType: string }): ListQuery<Container> =>
    query(vaultId, ['backupProtectionContainers'], readContainer, 'list the containers', filter),
  softDeletedContainers: (vaultId: string, filter: FilterValues & { readonly backupManagementType: string }): ListQuery<Container> =>
    query(vaultId, ['backupDeletedProtectionContainers'], readContainer, 'list the soft-deleted containers', filter),
  /** Servers and storage accounts that could be registered. */
  protectableContainers: (vaultId: string, filter: FilterValues & { readonly backupManagementType: string }): ListQuery<Container> =>
    query(vaultId, ['backupFabrics', 'Azure', 'protectableContainers'], readContainer, 'list what can be registered', filter),
  /** @param filter `backupManagementType` is required by Azure; workloads may name a `workloadType` too. */
  protectableItems: (vaultId: string, filter: FilterValues & { readonly backupManagementType: string }): ListQuery<ProtectableItem> =>
    query(vaultId, ['backupProtectableItems'], readProtectableItem, 'list the protectable items', filter),
  /** What a registered server holds: instances and databases. */
  containerItems: (containerId: string, filter: FilterValues = {}): ListQuery<ProtectableItem> =>
    query(containerId, ['items'], readProtectableItem, 'list what the container holds', filter),
  protectedItems: (vaultId: string, filter: FilterValues = {}): ListQuery<ProtectedItem> =>
    query(vaultId, ['backupProtectedItems'], readProtectedItem, 'list the protected items', filter),
  /** @param filter `backupManagementType`, `itemType`, `parentName`, `itemName`. */
  protectionIntents: (vaultId: string, filter: FilterValues = {}): ListQuery<ProtectionIntent> =>
    query(vaultId, ['backupProtectionIntents'], readProtectionIntent, 'list the protection intents', filter),
  policies: (vaultId: string, filter: FilterValues = {}): ListQuery<Policy> =>
    query(vaultId, ['backupPolicies'], readPolicy, 'list the policies', filter),
  /** Newest first, without tasks and percentages: those come with `getJob`. */
  jobs: (vaultId: string, filter: JobFilter = {}): ListQuery<Job> =>
    query(vaultId, ['backupJobs'], readJob, 'list the jobs', jobFilter(filter)),
  recoveryPoints: (protectedItemId: string, filter: FilterValues = {}): ListQuery<RecoveryPoint> =>
    query(protectedItemId, ['recoveryPoints'], readRecoveryPoint, 'list the recovery points', filter),
} as const;

function query<T>(
  id: string,
  below: readonly string[],
  read: (raw: unknown) => T,
  attempted: string,
  filter: FilterValues = {},
  apiVersion: string = apiVersions.backup,
): ListQuery<T> {
  return { path: armPath(id, below, { filter, apiVersion }), read, attempted, resource: lastSegment(id) };
}

function jobFilter({ started, ...values }: JobFilter): FilterValues {
  return {
    ...values,
    startTime: started && filterMoment(started.fromMs),
    endTime: started && filterMoment(started.toMs),
  };
}

/** @param scope `/subscriptions/{id}`, or a resource group's id. */
export function listVaults(arm: ArmClient, scope: string, options?: ReadOptions): Promise<RecordList<Vault>> {
  return readAll(arm, lists.vaults(scope), options);
}

/** Some management types only, instead of all that are worth asking for. */
type ReadByType = ReadOptions & { readonly types?: readonly string[] };

/** Lists that Azure gives one management type at a time, as one. */
function readByType<T extends { readonly id: string }>(
  arm: ArmClient,
  list: (backupManagementType: string) => ListQuery<T>,
  allTypes: readonly string[],
  { types = allTypes, ...read }: ReadByType = {},
): Promise<RecordList<T>> {
  return readMerged(arm, types.map(list), read);
}

/** Containers of every type that a vault can have. */
export function listContainers(arm: ArmClient, vaultId: string, options?: ReadByType): Promise<RecordList<Container>> {
  return readByType(arm, (backupManagementType) => lists.containers(vaultId, { backupManagementType }), containerManagementTypes, options);
}

/** Containers whose items were deleted and are kept for a while. */
export function listSoftDeletedContainers(arm: ArmClient, vaultId: string, options?: ReadByType): Promise<RecordList<Container>> {
  return readByType(
    arm,
    (backupManagementType) => lists.softDeletedContainers(vaultId, { backupManagementType }),
    containerManagementTypes,
    options,
  );
}

/** What the vault found at its last discovery and does not protect. */
export function listProtectableItems(arm: ArmClient, vaultId: string, options?: ReadByType): Promise<RecordList<ProtectableItem>> {
  return readByType(
    arm,
    (backupManagementType) => lists.protectableItems(vaultId, { backupManagementType }),
    protectableManagementTypes,
    options,
  );
}

/** Soft-deleted items too. Without a filter: of every kind. */
export function listProtectedItems(
  arm: ArmClient,
  vaultId: string,
  filter?: FilterValues,
  options?: ReadOptions,
): Promise<RecordList<ProtectedItem>> {
  return readAll(arm, lists.protectedItems(vaultId, filter), options);
}

/** Whose new databases a vault protects by itself. */
export function listProtectionIntents(
  arm: ArmClient,
  vaultId: string,
  filter?: FilterValues,
  options?: ReadOptions,
): Promise<RecordList<ProtectionIntent>> {
  return readAll(arm, lists.protectionIntents(vaultId, filter), options);
}

/** @throws BackupError of status 404 where there is no such intent */
export function getProtectionIntent(arm: ArmClient, intentId: string, options?: ReadOptions): Promise<ProtectionIntent> {
  return readOne(arm, query(intentId, [], readProtectionIntent, 'read the protection intent'), options);
}

/** Machines that could be registered, of workloads in VMs. */
export function listProtectableContainers(arm: ArmClient, vaultId: string, options?: ReadOptions): Promise<RecordList<Container>> {
  return readAll(arm, lists.protectableContainers(vaultId, { backupManagementType: 'AzureWorkload' }), options);
}

/** @param filter e.g. `{ backupManagementType: 'AzureIaasVM' }`. */
export function listPolicies(arm: ArmClient, vaultId: string, filter?: FilterValues, options?: ReadOptions): Promise<RecordList<Policy>> {
  return readAll(arm, lists.policies(vaultId, filter), options);
}

export function listJobs(arm: ArmClient, vaultId: string, filter?: JobFilter, options?: ReadOptions): Promise<RecordList<Job>> {
  return readAll(arm, lists.jobs(vaultId, filter), options);
}

export function listRecoveryPoints(
  arm: ArmClient,
  protectedItemId: string,
  filter?: FilterValues,
  options?: ReadOptions,
): Promise<RecordList<RecoveryPoint>> {
  return readAll(arm, lists.recoveryPoints(protectedItemId, filter), options);
}

export function getVault(arm: ArmClient, vaultId: string, options?: ReadOptions): Promise<Vault> {
  return readOne(arm, query(vaultId, [], readVault, 'read the vault', {}, apiVersions.vaults), options);
}

export function getContainer(arm: ArmClient, containerId: string, options?: ReadOptions): Promise<Container> {
  return readOne(arm, query(containerId, [], readContainer, 'read the container'), options);
}

export function getProtectedItem(arm: ArmClient, itemId: string, options?: ReadOptions): Promise<ProtectedItem> {
  return readOne(arm, query(itemId, [], readProtectedItem, 'read the protected item'), options);
}

export function getPolicy(arm: ArmClient, policyId: string, options?: ReadOptions): Promise<Policy> {
  return readOne(arm, query(policyId, [], readPolicy, 'read the policy'), options);
}

/** With tasks, percentage and property bag. */
export function getJob(arm: ArmClient, jobId: string, options?: ReadOptions): Promise<Job> {
  return readOne(arm, query(jobId, [], readJob, 'read the job'), options);
}

export function getRecoveryPoint(arm: ArmClient, recoveryPointId: string, options?: ReadOptions): Promise<RecoveryPoint> {
  return readOne(arm, query(recoveryPointId, [], readRecoveryPoint, 'read the recovery point'), options);
}

/** `backupconfig/vaultconfig`: soft delete and enhanced security as the backup service sees them, for `softDeleteKeeps`. */
export function getVaultConfig(arm: ArmClient, vaultId: string, options?: ReadOptions): Promise<AzureRecord> {
  const read = (raw: unknown): AzureRecord => readRecord(raw, 'vault configuration').head;
  return readOne(arm, query(vaultId, ['backupconfig', 'vaultconfig'], read, "read the vault's soft delete setting"), options);
}
