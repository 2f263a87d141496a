import type { ArmReply, ArmRequest, ArmRouter } from '../arm/types.ts';
import { machineId, type VirtualMachine } from '../world/entities.ts';
import { shareItemName } from './workloadItems.ts';
import { filterOf, vaultOf, vaultTemplate, type BackupContext } from './context.ts';
import { matches } from '../world/scope.ts';
import type { Container } from './model.ts';
import { databases, protectableType as type, type Protectable } from './protectableDatabases.ts';
import type { Vault } from './vault.ts';

export function registerProtectable(context: BackupContext, router: ArmRouter): void {
  router.on('GET', `${vaultTemplate}/backupProtectableItems`, (request) => listProtectableItems(context, request));
}

function listProtectableItems(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const filter = filterOf(context, request, ['backupManagementType', 'workloadType', 'containerName', 'status', 'friendlyName']);
  const all = [
    ...machines(context, vault),
    ...[...vault.containers.values()].flatMap((container) => contentsOf(context, vault, container)),
  ];
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
    .filter((machine) => machine.createdAt <= vault.refreshedAt.AzureIaasVM && world.protectorOf(machineId(machine)) === undefined)
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

function contentsOf(context: BackupContext, vault: Vault, container: Container): Protectable[] {
  switch (container.management) {
    case 'AzureIaasVM':
      return [];
    case 'AzureWorkload':
      return databases(context, vault, container);
    case 'AzureStorage':
      return container.inquired ? shares(vault, container) : [];
  }
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
