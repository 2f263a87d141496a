import type { JsonObject } from '../../../src/core/json.ts';
import type { ActionTarget } from '../../../src/providers/action.ts';
import { readContainer, readProtectableItem, type Container, type ProtectableItem } from '../../../src/providers/recoveryServices/model.ts';
import { subscriptionId, vaultId } from './fakeArm.ts';

export const machineId = `/subscriptions/${subscriptionId}/resourceGroups/sql-rg/providers/Microsoft.Compute/virtualMachines/sql-01`;
const name = 'VMAppContainer;Compute;sql-rg;sql-01';
export const containerId = `${vaultId}/backupFabrics/Azure/protectionContainers/${name}`;
export const containersList = `${vaultId}/backupProtectionContainers`;
export const protectableContainersList = `${vaultId}/backupFabrics/Azure/protectableContainers`;
export const itemsList = `${vaultId}/backupProtectedItems`;
export const intentsList = `${vaultId}/backupProtectionIntents`;

const ok: JsonObject = { code: 'Success', message: '', recommendations: [''] };
export const noSysadmin: JsonObject = {
  code: 'UserErrorSQLNoSysadminMembership',
  message: 'Azure Backup service creates a service account for all operations and this account needs SQL sysadmin privilege.',
  recommendations: ['Ensure that SQL sysadmin privileges are granted.'],
};

/** One workload of an inquiry's result. @param error none where it went well */
export function inquiryJson(type: string, itemCount: number, error?: JsonObject, additionalDetail = ''): JsonObject {
  const inquiryValidation = { status: error ? 'Failed' : 'Success', errorDetail: error ?? ok, additionalDetail };
  return { type, itemCount, inquiryValidation };
}

/** A registered machine as Azure answers it; found were 4 databases where nothing else is said. */
export function containerJson(
  properties: JsonObject = {},
  inquiries: JsonObject[] = [inquiryJson('SQL', 4)],
  whole: JsonObject = ok,
): JsonObject {
  return {
    id: containerId,
    name,
    type: 'Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers',
    properties: {
      sourceResourceId: machineId,
      lastUpdatedTime: '2026-03-01T10:02:00.1234567Z',
      extendedInfo: { hostServerName: 'sql-01', inquiryInfo: { status: 'Success', errorDetail: whole, inquiryDetails: inquiries } },
      friendlyName: 'sql-01',
      backupManagementType: 'AzureWorkload',
      registrationStatus: 'Registered',
      healthStatus: 'Healthy',
      containerType: 'VMAppContainer',
      protectableObjectType: 'VMAppContainer',
      ...properties,
    },
  };
}

export function protectableContainerJson(properties: JsonObject = {}): JsonObject {
  return {
    id: `${protectableContainersList}/${name}`,
    name,
    type: 'Microsoft.RecoveryServices/vaults/backupFabrics/protectableContainers',
    properties: {
      friendlyName: 'sql-01',
      backupManagementType: 'AzureWorkload',
      protectableContainerType: 'VMAppContainer',
      healthStatus: 'Healthy',
      containerId: machineId,
      ...properties,
    },
  };
}

export function containerTarget(json: JsonObject = containerJson(), kind = 'container'): ActionTarget<Container> {
  const model = readContainer(json);
  return { kind, id: model.id, name: model.friendlyName, model };
}

/** An instance among the protectable items, its id in lower case as Azure writes it there. */
export function instanceTarget(properties: JsonObject = {}, container = name): ActionTarget<ProtectableItem> {
  const model = readProtectableItem({
    id: `${vaultId}/backupFabrics/Azure/protectionContainers/${container.toLowerCase()}/protectableItems/sqlinstance;mssqlserver`,
    name: 'sqlinstance;mssqlserver',
    type: 'Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectableItems',
    properties: {
      parentName: 'MSSQLSERVER',
      serverName: 'sql-01.contoso.com',
      isAutoProtectable: true,
      IsProtectable: false,
      backupManagementType: 'AzureWorkload',
      workloadType: 'SQL',
      protectableItemType: 'SQLInstance',
      friendlyName: 'MSSQLSERVER',
      protectionState: 'NotProtected',
      ...properties,
    },
  });
  return { kind: 'protectableItem', id: model.id, name: model.friendlyName, model };
}

export function intentJson(id: string, properties: JsonObject): JsonObject {
  return {
    id,
    name: id.slice(id.lastIndexOf('/') + 1),
    type: 'Microsoft.RecoveryServices/vaults/backupProtectionIntent',
    properties: { protectionIntentItemType: 'AzureWorkloadSQLAutoProtectionIntent', backupManagementType: 'AzureWorkload', ...properties },
  };
}

export function databaseJson(friendlyName: string, properties: JsonObject = {}, container = containerId): JsonObject {
  return {
    // Azure writes the container's type in another case here than in the list of containers.
    id: `${container.replace('VMAppContainer;Compute', 'VMAppContainer;compute')}/protectedItems/SQLDataBase;mssqlserver;${friendlyName}`,
    name: `SQLDataBase;mssqlserver;${friendlyName}`,
    type: 'Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems',
    properties: {
      friendlyName,
      protectedItemType: 'AzureVmWorkloadSQLDatabase',
      backupManagementType: 'AzureWorkload',
      workloadType: 'SQLDataBase',
      protectionState: 'Protected',
      ...properties,
    },
  };
}
