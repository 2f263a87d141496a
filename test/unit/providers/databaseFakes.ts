/** SQL databases as Azure answers them, of two servers and two instances: every one has an `msdb`. */
import type { JsonObject } from '../../../src/core/json.ts';
import type { ActionTarget } from '../../../src/providers/action.ts';
import {
  readProtectableItem,
  readProtectedItem,
  type ProtectableItem,
  type ProtectedItem,
} from '../../../src/providers/recoveryServices/model.ts';
import { jobJson, policyId, policyJson, vaultId } from './fakeArm.ts';

export interface Place {
  readonly server: string;
  readonly instance?: string;
  readonly name: string;
}

const containers = `${vaultId}/backupFabrics/Azure/protectionContainers`;
const keyOf = ({ instance = 'MSSQLSERVER', name }: Place): string => `${instance.toLowerCase()};${name.toLowerCase()}`;

/** In the mix of spellings that recorded traffic has. */
export const databaseId = (place: Place): string =>
  `${containers}/VMAppContainer;compute;sql-rg;${place.server}/protectedItems/SQLDataBase;${keyOf(place)}`;
const protectableDatabaseId = (place: Place): string =>
  `${containers}/vmappcontainer;compute;sql-rg;${place.server}/protectableItems/sqldatabase;${keyOf(place)}`;

export const msdb: Place = { server: 'erp-db-01', name: 'msdb' };
export const otherServer: Place = { ...msdb, server: 'erp-db-02' };
export const otherInstance: Place = { ...msdb, instance: 'REPORTING' };

export function databaseJson(place: Place = msdb, properties: JsonObject = {}): JsonObject {
  const id = databaseId(place);
  return {
    id,
    name: id.slice(id.lastIndexOf('/') + 1),
    type: 'Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems',
    properties: {
      friendlyName: place.name,
      serverName: place.server,
      parentName: place.instance ?? 'MSSQLSERVER',
      parentType: 'AzureVmWorkloadSQLInstance',
      protectionStatus: 'Healthy',
      protectionState: 'Protected',
      lastBackupStatus: 'Healthy',
      lastBackupTime: '2026-02-28T02:00:00Z',
      protectedItemHealthStatus: 'Healthy',
      extendedInfo: { recoveryPointCount: 3, policyState: 'Consistent', recoveryModel: 'FULL' },
      protectedItemType: 'AzureVmWorkloadSQLDatabase',
      backupManagementType: 'AzureWorkload',
      workloadType: 'SQLDataBase',
      containerName: `VMAppContainer;compute;sql-rg;${place.server}`,
      sourceResourceId: `/subscriptions/s/resourceGroups/sql-rg/providers/Microsoft.Compute/virtualMachines/${place.server}`,
      policyId: policyId('HourlyLogBackup'),
      ...properties,
    },
  };
}

export function protectableDatabaseJson(place: Place = msdb, properties: JsonObject = {}): JsonObject {
  const id = protectableDatabaseId(place);
  return {
    id,
    name: id.slice(id.lastIndexOf('/') + 1),
    type: 'Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectableItems',
    properties: {
      parentName: place.instance ?? 'MSSQLSERVER',
      serverName: place.server,
      isAutoProtectable: false,
      IsProtectable: true,
      backupManagementType: 'AzureWorkload',
      workloadType: 'SQL',
      protectableItemType: 'SQLDataBase',
      friendlyName: place.name,
      protectionState: 'NotProtected',
      ...properties,
    },
  };
}

export function databaseTarget(place: Place = msdb, properties?: JsonObject): ActionTarget<ProtectedItem> {
  const model = readProtectedItem(databaseJson(place, properties));
  return { kind: 'protectedItem', id: model.id, name: model.friendlyName, model };
}

export function protectableDatabaseTarget(place: Place = msdb, properties?: JsonObject): ActionTarget<ProtectableItem> {
  const model = readProtectableItem(protectableDatabaseJson(place, properties));
  return { kind: 'protectableItem', id: model.id, name: model.friendlyName, model };
}

export function sqlPolicyJson(name: string, properties: JsonObject = {}): JsonObject {
  const { schedulePolicy, retentionPolicy } = policyJson(name)['properties'] as JsonObject;
  const part = (policyType: string, days: number, schedule: JsonObject): JsonObject => ({
    policyType,
    schedulePolicy: schedule,
    retentionPolicy: { retentionPolicyType: 'SimpleRetentionPolicy', retentionDuration: { count: days, durationType: 'Days' } },
  });
  return {
    id: policyId(name),
    name,
    type: 'Microsoft.RecoveryServices/vaults/backupPolicies',
    properties: {
      backupManagementType: 'AzureWorkload',
      workLoadType: 'SQLDataBase',
      settings: { timeZone: 'UTC', issqlcompression: false, isCompression: false },
      subProtectionPolicy: [
        { policyType: 'Full', schedulePolicy: schedulePolicy as JsonObject, retentionPolicy: retentionPolicy as JsonObject },
        part('Differential', 20, {
          schedulePolicyType: 'SimpleSchedulePolicy',
          scheduleRunFrequency: 'Weekly',
          scheduleRunDays: ['Sunday'],
        }),
        part('Log', 15, { schedulePolicyType: 'LogSchedulePolicy', scheduleFrequencyInMins: 60 }),
      ],
      protectedItemsCount: 2,
      ...properties,
    },
  };
}

/** A job of a database as a list has it: without the extended info that tells its container. */
export function databaseJobJson(name: string, properties: JsonObject = {}): JsonObject {
  return jobJson(name, {
    jobType: 'AzureWorkloadJob',
    entityFriendlyName: 'msdb',
    backupManagementType: 'AzureWorkload',
    isUserTriggered: true,
    ...properties,
  });
}
