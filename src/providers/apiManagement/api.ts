/**
 * Reading API Management, storage accounts and the backups in them: pure functions over an `ArmClient`. Every function throws
 * `BackupError` for an answer that is an error, and `CancelledError` where its signal aborts. Ids are as Azure gave them.
 */
import { apiVersions } from '../../cloud/apiVersions.ts';
import type { ArmClient, BlobReader } from '../../cloud/types.ts';
import { lastSegment } from '../../core/armId.ts';
import { BackupError } from '../../core/errors.ts';
import { armPath } from '../arm/armUrl.ts';
import { readOne, type ListQuery, type ReadOptions } from '../arm/lists.ts';
import {
  backupOf,
  readAccount,
  readContainer,
  readRoleAssignment,
  readService,
  type ApiBackup,
  type ApiService,
  type Container,
  type RoleAssignment,
  type StorageAccount,
} from './model.ts';
import { blobPlaceOf, type BackupPlace } from './place.ts';

export { readAllOfSubscription } from '../arm/groupwise.ts';
export { readAll } from '../arm/lists.ts';
export type { ReadOptions } from '../arm/lists.ts';

/** The lists, as data for `readPage` and `readAll`. */
export const lists = {
  /** @param scope `/subscriptions/{id}`, or a resource group's id */
  services: (scope: string): ListQuery<ApiService> =>
    query(
      scope,
      ['providers', 'Microsoft.ApiManagement', 'service'],
      readService,
      'list the API Management services',
      apiVersions.apiManagement,
    ),
  /** @param scope `/subscriptions/{id}`, or a resource group's id */
  accounts: (scope: string): ListQuery<StorageAccount> =>
    query(scope, ['providers', 'Microsoft.Storage', 'storageAccounts'], readAccount, 'list the storage accounts', apiVersions.storage),
  containers: (accountId: string): ListQuery<Container> =>
    query(accountId, ['blobServices', 'default', 'containers'], readContainer, 'list the containers', apiVersions.storage),
  workspaces: (serviceId: string): ListQuery<{ readonly id: string }> =>
    query(serviceId, ['workspaces'], () => ({ id: serviceId }), 'list the workspaces', apiVersions.apiManagement),
  /** At, above and below the account. @param principalId GUID */
  roles: (accountId: string, principalId: string): ListQuery<RoleAssignment> => {
    const all = query(
      accountId,
      ['providers', 'Microsoft.Authorization', 'roleAssignments'],
      readRoleAssignment,
      'list the roles',
      apiVersions.roleAssignments,
    );
    // `assignedTo` counts roles of groups that it is in, too. It is no `eq`, so it stands outside of `armPath`.
    return { ...all, path: `${all.path}&$filter=${encodeURIComponent(`assignedTo('${principalId.replaceAll("'", "''")}')`)}` };
  },
} as const;

function query<T>(id: string, below: readonly string[], read: (raw: unknown) => T, attempted: string, apiVersion: string): ListQuery<T> {
  return { path: armPath(id, below, { apiVersion }), read, attempted, resource: lastSegment(id) };
}

/** Path and query of a service, for trackers. */
export function servicePath(serviceId: string): string {
  return armPath(serviceId, [], { apiVersion: apiVersions.apiManagement });
}

export function getService(arm: ArmClient, serviceId: string, options?: ReadOptions): Promise<ApiService> {
  return readOne(arm, query(serviceId, [], readService, 'read the API Management service', apiVersions.apiManagement), options);
}

export function getAccount(arm: ArmClient, accountId: string, options?: ReadOptions): Promise<StorageAccount> {
  return readOne(arm, query(accountId, [], readAccount, 'read the storage account', apiVersions.storage), options);
}

export function getContainer(arm: ArmClient, accountId: string, name: string, options?: ReadOptions): Promise<Container> {
  const below = ['blobServices', 'default', 'containers', name];
  return readOne(arm, { ...query(accountId, below, readContainer, 'read the container', apiVersions.storage), resource: name }, options);
}

export interface BackupPage {
  readonly items: readonly ApiBackup[];
  /** Opaque; hand it back to get the next page. */
  readonly next?: string;
}

/** A page of the blobs where the backups of a service are; whose backup each is, no blob tells. */
export async function listBackups(
  arm: ArmClient,
  serviceId: string,
  place: BackupPlace,
  options: ReadOptions & { readonly next?: string } = {},
): Promise<BackupPage> {
  const { blobs, at } = readerOf(arm, place);
  const page = await blobs.list(at, { ...options, attempted: 'list the backups', resource: `${place.account}/${place.container}` });
  return { ...page, items: page.items.map((entry) => backupOf(serviceId, place, entry)) };
}

/** Undefined where the container holds no such blob. */
export async function findBackup(
  arm: ArmClient,
  serviceId: string,
  place: BackupPlace,
  name: string,
  options: ReadOptions = {},
): Promise<ApiBackup | undefined> {
  const { blobs, at } = readerOf(arm, place);
  const entry = await blobs.find(at, name, { ...options, attempted: 'look for the backup', resource: name });
  return entry && backupOf(serviceId, place, entry);
}

/** @throws BackupError `StorageUnknown` where nobody said where this cloud keeps blobs */
function readerOf({ blobs, environment }: ArmClient, place: BackupPlace): { blobs: BlobReader; at: Parameters<BlobReader['list']>[0] } {
  const at = blobPlaceOf(place, environment);
  if (blobs === undefined || at === undefined) {
    throw new BackupError(`Where the blobs of ${place.account} are is not known.`, {
      code: 'StorageUnknown',
      resource: place.account,
      remedies: ['Choose the account from the list, or set azureBackup.customCloud.blobSuffix for a cloud of your own.'],
    });
  }
  return { blobs, at };
}
