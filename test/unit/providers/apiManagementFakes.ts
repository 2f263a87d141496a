/** A cloud with one API Management service, one storage account and its blobs, for the provider's tests. */
import type { BlobEntry, BlobPlace } from '../../../src/cloud/types.ts';
import { BackupError } from '../../../src/core/errors.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import type { Remembered } from '../../../src/core/remembered.ts';
import type { ActionContext, ActionTarget } from '../../../src/providers/action.ts';
import { readService, type ApiService } from '../../../src/providers/apiManagement/model.ts';
import { fakeArm, serverTime, subscriptionId, type Answer, type FakeArm } from './fakeArm.ts';

export const group = `/subscriptions/${subscriptionId}/resourceGroups/api-rg`;
export const serviceId = `${group}/providers/Microsoft.ApiManagement/service/contoso`;
export const otherId = `${group}/providers/Microsoft.ApiManagement/service/fabrikam`;
export const accountId = `${group}/providers/Microsoft.Storage/storageAccounts/stbackups`;
export const identityId = `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-backup`;
export const containerId = `${accountId}/blobServices/default/containers/apim`;
const own = '11111111-0000-0000-0000-000000000001';
const user = '22222222-0000-0000-0000-000000000002';
export const key = Buffer.alloc(64, 5).toString('base64');

export function serviceJson(changes: JsonObject = {}, properties: JsonObject = {}, id = serviceId): JsonObject {
  return {
    id,
    name: id.slice(id.lastIndexOf('/') + 1),
    type: 'Microsoft.ApiManagement/service',
    location: 'West Europe',
    properties: { provisioningState: 'Succeeded', gatewayUrl: 'https://contoso.azure-api.net', ...properties },
    sku: { name: 'Developer', capacity: 1 },
    identity: {
      type: 'SystemAssigned, UserAssigned',
      principalId: own,
      userAssignedIdentities: { [identityId]: { principalId: user, clientId: 'client-2' } },
    },
    ...changes,
  };
}

export function accountJson(properties: JsonObject = {}, changes: JsonObject = {}): JsonObject {
  return {
    id: accountId,
    name: 'stbackups',
    type: 'Microsoft.Storage/storageAccounts',
    location: 'westeurope',
    properties: { primaryEndpoints: { blob: 'https://stbackups.blob.test/' }, networkAcls: { defaultAction: 'Allow' }, ...properties },
    ...changes,
  };
}

export function roleJson(role: string, scope = accountId): JsonObject {
  return {
    id: `${scope}/providers/Microsoft.Authorization/roleAssignments/1`,
    name: '1',
    properties: { roleDefinitionId: `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${role}`, scope },
  };
}

export const contributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe';
export const rolesPath = `${accountId}/providers/Microsoft.Authorization/roleAssignments`;
const accountsPath = `/subscriptions/${subscriptionId}/providers/Microsoft.Storage/storageAccounts`;
export const servicesPath = `/subscriptions/${subscriptionId}/providers/Microsoft.ApiManagement/service`;

/** Where everything is as it should be. */
export function goodCloud(changes: Readonly<Record<string, Answer>> = {}): Record<string, Answer> {
  return {
    [serviceId]: serviceJson(),
    [`${serviceId}/workspaces`]: { value: [] },
    [servicesPath]: { value: [serviceJson(), serviceJson({}, {}, otherId)] },
    [otherId]: serviceJson({}, {}, otherId),
    [`${otherId}/workspaces`]: 404,
    [accountsPath]: { value: [accountJson()] },
    [accountId]: accountJson(),
    [`${accountId}/blobServices/default/containers`]: {
      value: [
        { id: containerId, name: 'apim' },
        { id: `${accountId}/x/$logs`, name: '$logs' },
      ],
    },
    [containerId]: { id: containerId, name: 'apim' },
    [rolesPath]: { value: [roleJson(contributor)] },
    ...changes,
  };
}

/** Blobs by name, or what asking for them is refused with. */
export type Blobs = Record<string, string> | BackupError;

export interface Cloud {
  readonly arm: FakeArm;
  readonly context: ActionContext;
  /** Places and names asked for. */
  readonly looked: string[];
}

export function cloudWith(routes: Readonly<Record<string, Answer>>, blobs: Blobs = {}, remembered: Record<string, JsonObject> = {}): Cloud {
  const looked: string[] = [];
  const entries = ({ account, container }: BlobPlace, what: string): BlobEntry[] => {
    looked.push(`${account}/${container}/${what}`);
    if (blobs instanceof BackupError) {
      throw blobs;
    }
    return Object.entries(blobs).map(([name, lastModified]) => ({ name, lastModified, sizeBytes: 2048 }));
  };
  const arm: FakeArm = {
    ...fakeArm(routes),
    blobs: {
      list: (place) => Promise.resolve().then(() => ({ items: entries(place, '*') })),
      find: (place, name) => Promise.resolve().then(() => entries(place, name).find((entry) => entry.name === name)),
    },
  };
  const kept: Pick<Remembered, 'get'> = { get: (one) => remembered[one] };
  const context = { arm, signal: new AbortController().signal, now: () => Date.parse(serverTime), remembered: kept };
  return { arm, context, looked };
}

export function serviceTargetOf(changes: JsonObject = {}): ActionTarget<ApiService> {
  const model = readService(serviceJson(changes));
  return { kind: 'apiManagementService', id: model.id, name: model.name, model };
}

export const refusedBlobs = new BackupError('Could not look: No role. (AuthorizationPermissionMismatch)', {
  code: 'AuthorizationPermissionMismatch',
  status: 403,
});

/** ISO 8601: so many days before now in these tests. */
export function daysAgo(days: number): string {
  return new Date(Date.parse(serverTime) - days * 86_400_000).toISOString();
}
