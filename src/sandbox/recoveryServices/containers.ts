import type { ArmReply, ArmRequest, ArmRouter, JsonObject } from '../arm/types.ts';
import { machineId, storageAccountId } from '../world/entities.ts';
import { azureTime } from '../world/wireFormat.ts';
import { containerTemplate, filterOf, vaultOf, vaultTemplate, type BackupContext } from './context.ts';
import { matches, param } from '../world/scope.ts';
import type { Container } from './model.ts';
import type { Vault } from './vault.ts';
import { accepted, startOperation } from './operations.ts';
import { refusals } from './rules.ts';

export function registerContainers(context: BackupContext, router: ArmRouter): void {
  router.on('GET', `${vaultTemplate}/backupProtectionContainers`, (request) => listContainers(context, request));
  router.on('GET', containerTemplate, (request) => {
    const vault = vaultOf(context, request);
    return { status: 200, body: containerResource(vault, containerOf(vault, request)) };
  });
  router.on('GET', `${vaultTemplate}/backupFabrics/{fabric}/protectableContainers`, (request) => listProtectable(context, request));
  router.on('POST', `${vaultTemplate}/backupFabrics/{fabric}/refreshContainers`, (request) => refresh(context, request));
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

export function containerResource(vault: Vault, container: Container, type = 'protectionContainers'): JsonObject {
  return {
    id: containerId(vault, container),
    name: container.name,
    type: `Microsoft.RecoveryServices/vaults/backupFabrics/${type}`,
    properties: {
      ...kindFields(vault, container),
      friendlyName: container.friendlyName,
      backupManagementType: container.management,
      registrationStatus: statusOf(vault, container),
      healthStatus: 'Healthy',
      containerType: containerType(container),
      protectableObjectType: containerType(container),
      ...(container.management === 'AzureStorage' && statusOf(vault, container) === 'SoftDeleted'
        ? { isScheduledForDeferredDelete: true }
        : {}),
    },
  };
}

/** A container is soft-deleted where all its items are. */
export function statusOf(vault: Vault, container: Container): 'Registered' | 'SoftDeleted' {
  const items = vault.itemsOf(container);
  return items.length > 0 && items.every((item) => item.deletedAt !== undefined) ? 'SoftDeleted' : 'Registered';
}

function containerType(container: Container): string {
  return { AzureIaasVM: 'Microsoft.Compute/virtualMachines', AzureWorkload: 'VMAppContainer', AzureStorage: 'StorageContainer' }[
    container.management
  ];
}

function kindFields(vault: Vault, container: Container): JsonObject {
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
        extendedInfo: inquiry(container),
      };
  }
}

function inquiry(container: Container): JsonObject {
  const ok = { code: 'Success', message: '', recommendations: [''] };
  const server = container.databaseServer;
  const hostServerName = server?.hostName ?? container.friendlyName;
  if (server === undefined || !container.inquired) {
    return { hostServerName, inquiryInfo: { status: 'Invalid', inquiryDetails: [] } };
  }
  const isSql = server.kind === 'SQLDataBase';
  const { instances } = server;
  const databases = instances.reduce((sum, instance) => sum + instance.databases.length, 0);
  const counts = isSql
    ? { SQLInstance: instances.length, SQLDataBase: databases }
    : { SAPHanaSystem: instances.length, SAPHanaDatabase: databases };
  const detail = {
    type: isSql ? 'SQL' : 'SAPHana',
    itemCount: databases,
    inquiryValidation: { status: 'Success', errorDetail: ok, additionalDetail: '', protectableItemCount: counts },
  };
  return { hostServerName, inquiryInfo: { status: 'Success', errorDetail: ok, inquiryDetails: [detail] } };
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
  const wanted = containers.filter(
    // Recorded: `status eq 'Registered'` gives soft-deleted containers too.
    (container) => matches(filter, 'status', 'Registered') || matches(filter, 'status', statusOf(vault, container)),
  );
  if (!filter.has('backupmanagementtype')) {
    throw refusals.invalidInput("The filter must name a 'backupManagementType'.");
  }
  return context.tools.paged(
    request,
    wanted.map((container) => containerResource(vault, container)),
  );
}

/** Machines and accounts that the vault knows and that are not registered with it. */
function listProtectable(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const filter = filterOf(context, request, ['backupManagementType']);
  const found = candidates(context, vault).filter((candidate) => matches(filter, 'backupmanagementtype', candidate.management));
  return context.tools.paged(
    request,
    found
      .filter((candidate) => vault.container(candidate.name) === undefined)
      .map((candidate) => ({
        id: `${vault.id}/backupFabrics/Azure/protectableContainers/${candidate.name}`,
        name: candidate.name,
        type: 'Microsoft.RecoveryServices/vaults/backupFabrics/protectableContainers',
        properties: {
          friendlyName: candidate.friendlyName,
          backupManagementType: candidate.management,
          protectableContainerType: candidate.management === 'AzureWorkload' ? 'VMAppContainer' : 'StorageContainer',
          healthStatus: 'Healthy',
          containerId: candidate.containerId,
        },
      })),
  );
}

function candidates(
  { world }: BackupContext,
  vault: Vault,
): { name: string; friendlyName: string; containerId: string; management: 'AzureWorkload' | 'AzureStorage' }[] {
  const known = world.machines(vault.subscriptionId, vault.location).filter((machine) => machine.createdAt <= vault.refreshedAt);
  const machines = known.map((machine) => ({
    name: `VMAppContainer;Compute;${machine.resourceGroup};${machine.name}`,
    friendlyName: machine.name,
    containerId: machineId(machine),
    management: 'AzureWorkload' as const,
  }));
  const near = world.storageAccounts(vault.subscriptionId).filter((account) => account.location === vault.location);
  const accounts = near.map((account) => ({
    name: `StorageContainer;Storage;${account.resourceGroup};${account.name}`,
    friendlyName: account.name,
    containerId: storageAccountId(account),
    management: 'AzureStorage' as const,
  }));
  return [...machines, ...accounts];
}

function refresh(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  filterOf(context, request, ['backupManagementType']);
  const operation = startOperation(context, vault, { family: 'fabric', takes: 30_000 });
  context.world.agenda.plan(operation.dueAt, (at) => {
    vault.refreshedAt = at;
  });
  return accepted(context, request, vault, operation);
}
