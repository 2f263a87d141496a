/** Which recorded requests our providers read beside those of a vault: compute, API Management, storage and subscriptions. */
import { listSubscriptions } from '../../src/cloud/subscriptionList.ts';
import type { ArmClient } from '../../src/cloud/types.ts';
import * as apiManagement from '../../src/providers/apiManagement/api.ts';
import type { ListQuery } from '../../src/providers/arm/lists.ts';
import type { AzureRecord } from '../../src/providers/arm/record.ts';
import * as restorePoints from '../../src/providers/restorePoints/api.ts';
import type { Address } from './address.ts';

export type ArmKind =
  | 'VM'
  | 'disk'
  | 'restore point collection'
  | 'restore point'
  | 'disk restore point'
  | 'API Management service'
  | 'storage account'
  | 'blob container'
  | 'role assignment'
  | 'region'
  | 'resource group'
  | 'subscription';

export type ArmReading =
  | { readonly is: 'list'; readonly kind: ArmKind; readonly query: ListQuery<AzureRecord> }
  | { readonly is: 'whole'; readonly kind: ArmKind; readonly read: (arm: ArmClient) => Promise<readonly AzureRecord[]> }
  | { readonly is: 'detail'; readonly kind: ArmKind; readonly get: (arm: ArmClient) => Promise<AzureRecord> };

/** @param scope id of what the list is asked of: the subscription, the resource group, or the resource that holds it */
type List = (scope: string, address: Address) => ListQuery<AzureRecord>;
type Get = (arm: ArmClient, id: string, address: Address) => Promise<AzureRecord>;

/** By the types in a path, its last provider first. */
const lists: Readonly<Record<string, readonly [ArmKind, List]>> = {
  'microsoft.compute/virtualmachines': ['VM', restorePoints.lists.virtualMachines],
  'microsoft.compute/disks': ['disk', restorePoints.lists.disks],
  'microsoft.compute/restorepointcollections': ['restore point collection', restorePoints.lists.collections],
  'microsoft.compute/restorepointcollections/restorepoints/diskrestorepoints': [
    'disk restore point',
    restorePoints.lists.diskRestorePoints,
  ],
  'microsoft.apimanagement/service': ['API Management service', apiManagement.lists.services],
  'microsoft.storage/storageaccounts': ['storage account', apiManagement.lists.accounts],
  'microsoft.storage/storageaccounts/blobservices/containers': [
    'blob container',
    // Asked of the account, whose one blob service is called `default`.
    (blobService) => apiManagement.lists.containers(blobService.replace(/\/blobServices\/[^/]*$/i, '')),
  ],
  'microsoft.authorization/roleassignments': ['role assignment', rolesOf],
  'subscriptions/locations': ['region', (scope) => restorePoints.lists.regions(lastOf(scope))],
  'subscriptions/resourcegroups': ['resource group', (scope) => restorePoints.lists.resourceGroups(lastOf(scope))],
};

const details: Readonly<Record<string, readonly [ArmKind, Get]>> = {
  'microsoft.compute/virtualmachines': ['VM', (arm, id) => restorePoints.getVirtualMachine(arm, id)],
  'microsoft.compute/disks': ['disk', (arm, id) => restorePoints.getDisk(arm, id)],
  'microsoft.compute/restorepointcollections': [
    'restore point collection',
    (arm, id, { query }) => (query.has('expand') ? restorePoints.getCollectionWithPoints : restorePoints.getCollection)(arm, id),
  ],
  'microsoft.compute/restorepointcollections/restorepoints': ['restore point', (arm, id) => restorePoints.getRestorePoint(arm, id)],
  'microsoft.compute/restorepointcollections/restorepoints/diskrestorepoints': [
    'disk restore point',
    (arm, id) => restorePoints.getDiskRestorePoint(arm, id),
  ],
  'microsoft.apimanagement/service': ['API Management service', (arm, id) => apiManagement.getService(arm, id)],
  'microsoft.storage/storageaccounts': ['storage account', (arm, id) => apiManagement.getAccount(arm, id)],
  'microsoft.storage/storageaccounts/blobservices/containers': [
    'blob container',
    (arm, id) =>
      apiManagement.getContainer(arm, id.replace(/\/blobServices\/[^/]*\/containers\/[^/]*$/i, ''), decodeURIComponent(lastOf(id))),
  ],
};

/** @param idOf the id made of the segments up to one */
export function armReadingOf(address: Address, idOf: (last: number) => string): ArmReading | undefined {
  const { segments } = address;
  const [first, , third] = segments.map((segment) => segment.toLowerCase());
  if (segments.length === 1 && first === 'subscriptions') {
    return { is: 'whole', kind: 'subscription', read: allSubscriptions };
  }
  const at = segments.findLastIndex((segment) => segment.toLowerCase() === 'providers');
  const below = at < 0 ? segments : segments.slice(at + 2);
  const namespace = at < 0 ? [] : [segments[at + 1] ?? ''];
  const types = [...namespace, ...below.filter((_, index) => index % 2 === 0)].join('/').toLowerCase();
  if (below.length === 0 || (at < 0 && (first !== 'subscriptions' || third === undefined))) {
    return undefined;
  }
  if (below.length % 2 === 0) {
    const [kind, get] = details[types] ?? [];
    return kind && get && { is: 'detail', kind, get: (arm) => get(arm, idOf(segments.length - 1), address) };
  }
  const [kind, query] = lists[types] ?? [];
  // What stands in a resource is asked of that; all else of what stands before the provider.
  return kind && query && { is: 'list', kind, query: query(idOf(below.length === 1 ? at - 1 : segments.length - 2), address) };
}

/** Our lists say for whom; other questions for roles are read as they were asked. */
function rolesOf(scope: string, address: Address): ListQuery<AzureRecord> {
  const principal = /^assignedTo\('((?:[^']|'')*)'\)$/i.exec(address.query.get('filter')?.trim() ?? '')?.[1];
  const query = apiManagement.lists.roles(scope, principal?.replaceAll("''", "'") ?? '');
  return principal === undefined ? { ...query, path: address.text } : query;
}

async function allSubscriptions(arm: ArmClient): Promise<readonly AzureRecord[]> {
  const { subscriptions } = await listSubscriptions(arm, [{ tenantId: '', name: 'replay' }], [], new AbortController().signal);
  return subscriptions.map((one) => ({ ...one, type: '', raw: one.raw as AzureRecord['raw'] }));
}

const lastOf = (id: string): string => id.slice(id.lastIndexOf('/') + 1);
