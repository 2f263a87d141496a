import type { ArmReply, ArmRequest, ArmRouter, JsonObject } from '../arm/types.ts';
import { machineId, type DatabaseInstance, type DatabaseServer, type VirtualMachine } from '../world/entities.ts';
import { shareItemName } from './workloadItems.ts';
import { filterOf, vaultOf, vaultTemplate, type BackupContext } from './context.ts';
import { matches } from '../world/scope.ts';
import { type Container, type Management } from './model.ts';
import type { Vault } from './vault.ts';

const type = 'Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectableItems';

interface Protectable {
  readonly management: Management;
  /** Azure's names for it in filters. */
  readonly workloads: readonly string[];
  readonly containerName: string;
  readonly friendlyName: string;
  readonly resource: JsonObject;
}

export function registerProtectable(context: BackupContext, router: ArmRouter): void {
  router.on('GET', `${vaultTemplate}/backupProtectableItems`, (request) => listProtectableItems(context, request));
}

function listProtectableItems(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const filter = filterOf(context, request, ['backupManagementType', 'workloadType', 'containerName', 'status', 'friendlyName']);
  const all = [...machines(context, vault), ...[...vault.containers.values()].flatMap((container) => contentsOf(vault, container))];
  const wanted = all.filter(
    (item) =>
      matches(filter, 'backupmanagementtype', item.management) &&
      matches(filter, 'friendlyname', item.friendlyName) &&
      matches(filter, 'status', 'NotProtected') &&
      (!filter.has('workloadtype') || item.workloads.some((name) => matches(filter, 'workloadtype', name))) &&
      matches(filter, 'containername', item.containerName),
  );
  return context.tools.paged(
    request,
    wanted.map((item) => item.resource),
  );
}

/** Machines of the vault's subscription and region that it has found and that no vault protects. */
function machines({ world }: BackupContext, vault: Vault): Protectable[] {
  return world
    .machines(vault.subscriptionId, vault.location)
    .filter((machine) => machine.createdAt <= vault.refreshedAt && world.protectorOf(machineId(machine)) === undefined)
    .map((machine) => machineItem(vault, machine));
}

function machineItem(vault: Vault, machine: VirtualMachine): Protectable {
  const name = `iaasvmcontainerv2;${machine.resourceGroup.toLowerCase()};${machine.name}`;
  return {
    management: 'AzureIaasVM',
    workloads: ['VM'],
    containerName: `IaasVMContainer;${name}`,
    friendlyName: machine.name,
    resource: {
      id: `${vault.id}/backupFabrics/Azure/protectionContainers/IaasVMContainer;${name}/protectableItems/vm;${name}`,
      // The name lacks the `vm;` that the id ends with.
      name,
      type,
      properties: {
        virtualMachineId: machineId(machine),
        virtualMachineVersion: 'Compute',
        resourceGroup: machine.resourceGroup,
        backupManagementType: 'AzureIaasVM',
        protectableItemType: 'Microsoft.Compute/virtualMachines',
        friendlyName: machine.name,
        protectionState: 'NotProtected',
      },
    },
  };
}

function contentsOf(vault: Vault, container: Container): Protectable[] {
  if (!container.inquired) {
    return [];
  }
  switch (container.management) {
    case 'AzureIaasVM':
      return [];
    case 'AzureWorkload':
      return databases(vault, container);
    case 'AzureStorage':
      return shares(vault, container);
  }
}

function databases(vault: Vault, container: Container): Protectable[] {
  const server = container.databaseServer;
  return server === undefined ? [] : server.instances.flatMap((instance) => databasesOf(vault, container, server, instance));
}

function databasesOf(vault: Vault, container: Container, server: DatabaseServer, of: DatabaseInstance): Protectable[] {
  const isSql = server.kind === 'SQLDataBase';
  const [hostKind, databaseKind] = isSql ? ['sqlinstance', 'sqldatabase'] : ['saphanasystem', 'saphanadatabase'];
  const instance = of.name.toLowerCase();
  const entry = (name: string, it: { friendlyName: string; isHost: boolean; itemType: string }): Protectable => ({
    management: 'AzureWorkload',
    workloads: [server.kind, isSql ? 'SQL' : 'SAPHana'],
    containerName: container.name,
    friendlyName: it.friendlyName,
    resource: {
      id: `${vault.id}/backupFabrics/Azure/protectionContainers/${container.name.toLowerCase()}/protectableItems/${name}`,
      name,
      type,
      properties: {
        parentName: of.name,
        serverName: server.hostName,
        isAutoProtectable: it.isHost && isSql,
        isAutoProtected: false,
        subinquireditemcount: it.isHost ? of.databases.length : 0,
        subprotectableitemcount: it.isHost ? of.databases.length : 0,
        ...(it.isHost ? { prebackupvalidation: { status: 'Success', code: 'Success' } } : {}),
        IsProtectable: !it.isHost,
        backupManagementType: 'AzureWorkload',
        workloadType: isSql ? 'SQL' : 'SAPHana',
        protectableItemType: it.itemType,
        friendlyName: it.friendlyName,
        protectionState: 'NotProtected',
      },
    },
  });
  const open = of.databases.filter(({ name }) => vault.item(container.name, `${databaseKind};${instance};${name}`) === undefined);
  return [
    entry(`${hostKind};${instance}`, { friendlyName: of.name, isHost: true, itemType: isSql ? 'SQLInstance' : 'SAPHanaSystem' }),
    ...open.map(({ name }) =>
      entry(`${databaseKind};${instance};${name.toLowerCase()}`, {
        friendlyName: name,
        isHost: false,
        itemType: isSql ? 'SQLDataBase' : 'SAPHanaDatabase',
      }),
    ),
  ];
}

function shares(vault: Vault, container: Container): Protectable[] {
  return (container.shares ?? [])
    .map((share) => ({ share, name: `azurefileshare;${shareItemName(container.friendlyName, share)}` }))
    .filter(({ name }) => vault.item(container.name, name) === undefined)
    .map(({ share, name }) => ({
      management: 'AzureStorage',
      workloads: ['AzureFileShare'],
      containerName: container.name,
      friendlyName: share,
      resource: {
        id: `${vault.id}/backupFabrics/Azure/protectionContainers/${container.name.toLowerCase()}/protectableItems/${name}`,
        name,
        type,
        properties: {
          parentContainerFabricId: container.sourceResourceId,
          parentContainerFriendlyName: container.friendlyName,
          azureFileShareType: 'XSMB',
          backupManagementType: 'AzureStorage',
          workloadType: 'AzureFileShare',
          protectableItemType: 'AzureFileShare',
          friendlyName: share,
          protectionState: 'NotProtected',
        },
      },
    }));
}
