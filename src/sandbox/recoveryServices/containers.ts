import type { ArmReply, ArmRequest, ArmRouter, JsonObject } from '../arm/types.ts';
import { azureTime } from '../world/wireFormat.ts';
import type { World } from '../world/world.ts';
import { containerTemplate, filterOf, vaultOf, vaultTemplate, type BackupContext, type WorldContext } from './context.ts';
import { inquiryAnswer } from './inquiryAnswer.ts';
import { matches, param } from '../world/scope.ts';
import type { Container } from './model.ts';
import type { Vault } from './vault.ts';
import { refusals } from './rules.ts';

export function registerContainers(context: BackupContext, router: ArmRouter): void {
  router.on('GET', `${vaultTemplate}/backupProtectionContainers`, (request) => listContainers(context, request));
  router.on('GET', containerTemplate, (request) => {
    const vault = vaultOf(context, request);
    return { status: 200, body: containerResource(context, vault, containerOf(vault, request)) };
  });
}

/** @throws ArmFailure 404 for a container that the vault does not hold. */
export function containerOf(vault: Vault, request: ArmRequest): Container {
  const container = vault.container(param(request, 'container'));
  if (container === undefined) {
    throw refusals.itemNotFound();
  }
  return container;
}

function containerId(vault: Vault, container: Container): string {
  return `${vault.id}/backupFabrics/Azure/protectionContainers/${container.name}`;
}

export function containerResource(context: WorldContext, vault: Vault, container: Container, type = 'protectionContainers'): JsonObject {
  const registrationStatus = statusOf(vault, container);
  return {
    id: containerId(vault, container),
    name: container.name,
    type: `Microsoft.RecoveryServices/vaults/backupFabrics/${type}`,
    properties: {
      ...kindFields(context.world, vault, container),
      friendlyName: container.friendlyName,
      backupManagementType: container.management,
      registrationStatus,
      healthStatus: healthOf(context.world, container),
      containerType: containerType(container),
      protectableObjectType: containerType(container),
      ...(container.management !== 'AzureIaasVM' && registrationStatus === 'SoftDeleted' ? { isScheduledForDeferredDelete: true } : {}),
    },
  };
}

/**
 * Recorded: a machine's container is soft-deleted with its item; a workload's or an account's stays registered with
 * soft-deleted items, until it is unregistered.
 */
export function statusOf(vault: Vault, container: Container): 'Registered' | 'SoftDeleted' {
  const isGone = container.management === 'AzureIaasVM' ? holdsOnlySoftDeleted(vault, container) : container.isSoftDeleted === true;
  return isGone ? 'SoftDeleted' : 'Registered';
}

export function holdsOnlySoftDeleted(vault: Vault, container: Container): boolean {
  const items = vault.itemsOf(container);
  return items.length > 0 && items.every((item) => item.deletedAt !== undefined);
}

/** Recorded: `Deleted` where the machine is gone, with the container still registered. A machine that is off is healthy. */
function healthOf(world: World, container: Container): string {
  const isThere =
    container.management === 'AzureStorage'
      ? world.storageAccount(container.sourceResourceId) !== undefined
      : container.isGroup === true || world.machine(container.sourceResourceId) !== undefined;
  return isThere ? 'Healthy' : 'Deleted';
}

function containerType(container: Container): string {
  if (container.isGroup === true) {
    return 'SQLAGWorkLoadContainer';
  }
  return { AzureIaasVM: 'Microsoft.Compute/virtualMachines', AzureWorkload: 'VMAppContainer', AzureStorage: 'StorageContainer' }[
    container.management
  ];
}

function kindFields(world: World, vault: Vault, container: Container): JsonObject {
  switch (container.management) {
    case 'AzureIaasVM':
      return { virtualMachineId: container.sourceResourceId, virtualMachineVersion: 'Compute', resourceGroup: container.resourceGroup };
    case 'AzureStorage':
      return {
        sourceResourceId: container.sourceResourceId,
        protectedItemCount: vault.itemsOf(container).length,
        acquireStorageAccountLock: 'Acquire',
      };
    case 'AzureWorkload':
      return {
        sourceResourceId: container.sourceResourceId,
        lastUpdatedTime: azureTime(container.updatedAt),
        extendedInfo: inquiryAnswer(world, vault, container),
      };
  }
}

const filters = ['backupManagementType', 'containerType', 'fabricName', 'status', 'friendlyName', 'backupEngineName'];

/** The containers that a request asks for; `status` is left to the caller. */
export function filteredContainers(
  context: BackupContext,
  request: ArmRequest,
  vault: Vault,
): { filter: ReadonlyMap<string, string>; containers: Container[] } {
  const filter = filterOf(context, request, filters);
  const containers = [...vault.containers.values()].filter(
    (container) =>
      matches(filter, 'backupmanagementtype', container.management) &&
      matches(filter, 'friendlyname', container.friendlyName) &&
      matches(filter, 'containertype', containerType(container)) &&
      matches(filter, 'fabricname', 'Azure') &&
      matches(filter, 'backupenginename', ''),
  );
  return { filter, containers };
}

function listContainers(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const { filter, containers } = filteredContainers(context, request, vault);
  const wanted = containers
    .filter(
      // Reported: availability groups are not listed. Who asks for their type gets them, in this sandbox.
      (container) => container.isGroup !== true || filter.has('containertype'),
    )
    .filter(
      // Recorded: `status eq 'Registered'` gives soft-deleted containers too.
      (container) => matches(filter, 'status', 'Registered') || matches(filter, 'status', statusOf(vault, container)),
    );
  if (!filter.has('backupmanagementtype')) {
    throw refusals.invalidInput("The filter must name a 'backupManagementType'.");
  }
  return context.tools.paged(
    request,
    wanted.map((container) => containerResource(context, vault, container)),
  );
}
