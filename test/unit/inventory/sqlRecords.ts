/** Records of SQL Server in Azure VMs as Azure answers them: spellings, odd casing and all (recorded at azure-cli, 2025). */
import type { JsonObject } from '../../../src/core/json.ts';
import { vaultId } from './fakeCloud.ts';

const fabric = `${vaultId}/backupFabrics/Azure`;

export const paths = {
  protectableItems: `${vaultId}/backupProtectableItems?backupManagementType eq 'AzureWorkload'`,
  protectableVms: `${vaultId}/backupProtectableItems?backupManagementType eq 'AzureIaasVM'`,
  containers: `${vaultId}/backupProtectionContainers?backupManagementType eq 'AzureWorkload'`,
  protectableContainers: `${vaultId}/backupFabrics/Azure/protectableContainers?backupManagementType eq 'AzureWorkload'`,
  protectedItems: `${vaultId}/backupProtectedItems`,
  intents: `${vaultId}/backupProtectionIntents?backupManagementType eq 'AzureWorkload'`,
} as const;

function item(server: string, name: string, properties: JsonObject): JsonObject {
  return {
    // Lists of protectable items spell the container in lower case, lists of containers do not.
    id: `${fabric}/protectionContainers/vmappcontainer;compute;erp-rg;${server.toLowerCase()}/protectableItems/${name}`,
    name,
    type: 'Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectableItems',
    properties: {
      serverName: server,
      backupManagementType: 'AzureWorkload',
      workloadType: 'SQL',
      protectionState: 'NotProtected',
      isAutoProtectable: false,
      isAutoProtected: false,
      subinquireditemcount: 0,
      ...properties,
    },
  };
}

export function sqlInstance(server: string, name: string, found: number, properties: JsonObject = {}): JsonObject {
  return item(server, `sqlinstance;${name.toLowerCase()}`, {
    friendlyName: name,
    parentName: name,
    protectableItemType: 'SQLInstance',
    isAutoProtectable: true,
    subinquireditemcount: found,
    prebackupvalidation: { status: 'Success', code: 'Success' },
    IsProtectable: false,
    ...properties,
  });
}

export function availabilityGroup(server: string, name: string, found: number, nodes: readonly string[]): JsonObject {
  return item(server, `sqlavailabilitygroupcontainer;${name.toLowerCase()}`, {
    friendlyName: name,
    parentName: name,
    protectableItemType: 'SQLAvailabilityGroupContainer',
    isAutoProtectable: true,
    subinquireditemcount: found,
    nodesList: nodes.map((nodeName) => ({ nodeName, status: 'Registered' })),
    IsProtectable: false,
  });
}

export function sqlDatabase(server: string, parent: string, name: string, properties: JsonObject = {}): JsonObject {
  return item(server, `sqldatabase;${parent.toLowerCase()};${name.toLowerCase()}`, {
    friendlyName: name,
    parentName: parent,
    protectableItemType: 'SQLDataBase',
    IsProtectable: true,
    ...properties,
  });
}

/** A SAP HANA system with its databases, and the instance that is backed up by snapshots and called the same. */
export function hanaSystem(server: string, sid: string, databases: readonly string[]): readonly JsonObject[] {
  const of = (name: string, properties: JsonObject): JsonObject =>
    item(server, name, { parentName: sid, workloadType: 'SAPHana', ...properties });
  const system = sid.toLowerCase();
  return [
    of(`saphanasystem;${system}`, {
      friendlyName: sid,
      protectableItemType: 'SAPHanaSystem',
      subinquireditemcount: databases.length,
      IsProtectable: false,
    }),
    ...databases.map((name) =>
      of(`saphanadatabase;${system};${name.toLowerCase()}`, {
        friendlyName: name,
        protectableItemType: 'SAPHanaDatabase',
        IsProtectable: true,
      }),
    ),
    of(`saphanadbinstance;${system};${system}(dbinstance)`, {
      friendlyName: sid,
      parentName: server,
      protectableItemType: 'SAPHanaDBInstance',
      IsProtectable: true,
    }),
  ];
}

export function protectedDatabase(server: string, parent: string, name: string, properties: JsonObject = {}): JsonObject {
  const itemName = `SQLDataBase;${parent.toLowerCase()};${name.toLowerCase()}`;
  return {
    id: `${fabric}/protectionContainers/VMAppContainer;compute;erp-rg;${server.toLowerCase()}/protectedItems/${itemName}`,
    name: itemName,
    properties: {
      friendlyName: name,
      serverName: server,
      parentName: parent,
      parentType: 'AzureVmWorkloadSQLInstance',
      protectionState: 'Protected',
      protectionStatus: 'Healthy',
      lastBackupStatus: 'Healthy',
      lastBackupTime: '2026-03-01T09:00:00Z',
      protectedItemType: 'AzureVmWorkloadSQLDatabase',
      backupManagementType: 'AzureWorkload',
      workloadType: 'SQLDataBase',
      policyName: 'HourlyLog',
      ...properties,
    },
  };
}

const wellDone = { code: 'Success', message: '', recommendations: [''] };

export function inquired(itemCount: number, error?: JsonObject): JsonObject {
  const errorDetail = error ?? wellDone;
  return {
    inquiryInfo: {
      status: 'Success',
      errorDetail,
      inquiryDetails: [
        { type: 'SQL', itemCount, inquiryValidation: { status: error ? 'Failed' : 'Success', errorDetail, additionalDetail: '' } },
      ],
    },
  };
}

export const missingRight: JsonObject = {
  code: 'UserErrorSQLNoSysadminMembership',
  message: 'Azure Backup lacks the right sysadmin on the SQL instance.',
  recommendations: ['Provide sysadmin rights to the account.'],
};

export function sqlContainer(server: string, properties: JsonObject = {}, extendedInfo: JsonObject = inquired(4)): JsonObject {
  const name = `VMAppContainer;Compute;erp-rg;${server}`;
  return {
    id: `${fabric}/protectionContainers/${name}`,
    name,
    type: 'Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers',
    properties: {
      sourceResourceId: machineId(server),
      friendlyName: server,
      backupManagementType: 'AzureWorkload',
      registrationStatus: 'Registered',
      healthStatus: 'Healthy',
      containerType: 'VMAppContainer',
      extendedInfo: { hostServerName: server, ...extendedInfo },
      ...properties,
    },
  };
}

export function protectableContainer(server: string, properties: JsonObject = {}): JsonObject {
  const name = `VMAppContainer;Compute;erp-rg;${server}`;
  return {
    id: `${fabric}/protectableContainers/${name}`,
    name,
    type: 'Microsoft.RecoveryServices/vaults/backupFabrics/protectableContainers',
    properties: {
      friendlyName: server,
      backupManagementType: 'AzureWorkload',
      protectableContainerType: 'VMAppContainer',
      healthStatus: 'Healthy',
      containerId: machineId(server),
      ...properties,
    },
  };
}

function machineId(server: string): string {
  return `/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/erp-rg/providers/Microsoft.Compute/virtualMachines/${server}`;
}
