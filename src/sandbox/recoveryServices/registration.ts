import { sameArmId } from '../../core/armId.ts';
import type { ArmReply, ArmRequest, ArmRouter, JsonObject } from '../arm/types.ts';
import { containerTemplate, filterOf, propertiesOf, vaultOf, type BackupContext } from './context.ts';
import { isObject, param, textOf } from '../world/scope.ts';
import { containerOf, containerResource, statusOf } from './containers.ts';
import type { Container } from './model.ts';
import type { Vault } from './vault.ts';
import { accepted, acceptedInquiry, acceptedUnregister, startOperation } from './operations.ts';
import { laterFailures, refusals } from './rules.ts';

export function registerRegistration(context: BackupContext, router: ArmRouter): void {
  router.on('PUT', containerTemplate, (request) => register(context, request));
  router.on('DELETE', containerTemplate, (request) => unregister(context, request));
  router.on('POST', `${containerTemplate}/inquire`, (request) => inquire(context, request));
}

function register(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const properties = propertiesOf(request);
  const name = param(request, 'container');
  const existing = vault.container(name);
  if (existing !== undefined && existing.management === 'AzureIaasVM') {
    throw refusals.invalidInput('Containers of virtual machines are registered by protecting the machine.');
  }
  const container = existing ?? newContainer(context, vault, name, properties);
  const other = existing === undefined ? registeredElsewhere(context, vault, container) : undefined;
  if (other !== undefined) {
    const error = laterFailures.registeredElsewhere(container.friendlyName, other.name);
    return accepted(context, request, vault, startOperation(context, vault, { family: 'container', takes: 15_000, error }));
  }
  const release = context.world.claim(container.sourceResourceId, container.management, vault);
  const operation = startOperation(context, vault, {
    family: 'container',
    takes: 90_000,
    // Recorded: the resource in this answer has no `type`.
    result: () => withoutType(containerResource(vault, container)),
  });
  context.world.agenda.plan(operation.dueAt, (at) => {
    release();
    container.updatedAt = at;
    // Registering a machine looks for its databases; the shares of an account need an inquiry.
    container.inquired ||= container.management === 'AzureWorkload';
    vault.addContainer(container);
  });
  return accepted(context, request, vault, operation);
}

/** A server or an account is registered with one vault only. */
function registeredElsewhere({ world }: BackupContext, vault: Vault, container: Container): Vault | undefined {
  const { management, sourceResourceId } = container;
  const claimant = world.claimantOf(sourceResourceId, management);
  const holds = (other: Vault): boolean =>
    [...other.containers.values()].some((held) => held.management === management && sameArmId(held.sourceResourceId, sourceResourceId));
  return [...(claimant === undefined ? [] : [claimant]), ...world.allVaults().filter(holds)].find((other) => other !== vault);
}

function withoutType(resource: JsonObject): JsonObject {
  const { type: _type, ...rest } = resource;
  return rest;
}

function newContainer({ world }: BackupContext, vault: Vault, name: string, properties: JsonObject): Container {
  const source = textOf(properties.sourceResourceId) ?? '';
  const [kind = '', , group = '', resource = ''] = name.split(';');
  if (resource === '' || !['vmappcontainer', 'storagecontainer'].includes(kind.toLowerCase())) {
    throw refusals.containerName(name);
  }
  const common = { resourceGroup: group, friendlyName: resource, inquired: false, updatedAt: world.now() };
  if (kind.toLowerCase() === 'storagecontainer') {
    const account = world.storageAccount(source);
    if (account === undefined || account.location !== vault.location) {
      throw refusals.invalidInput(`The storage account '${source}' was not found in region '${vault.location}'.`);
    }
    const stored = `StorageContainer;Storage;${account.resourceGroup};${account.name}`;
    return { ...common, name: stored, management: 'AzureStorage', sourceResourceId: source, shares: account.shares };
  }
  const machine = world.machine(source);
  if (machine === undefined || machine.location !== vault.location) {
    throw refusals.invalidInput(`The virtual machine '${source}' was not found in region '${vault.location}'.`);
  }
  // Answers use the machine's own casing, whatever the request had (recorded).
  return {
    ...common,
    name: `VMAppContainer;Compute;${machine.resourceGroup};${machine.name}`,
    resourceGroup: machine.resourceGroup,
    friendlyName: machine.name,
    management: 'AzureWorkload',
    sourceResourceId: `/subscriptions/${machine.subscriptionId}/resourceGroups/${machine.resourceGroup}/providers/Microsoft.Compute/virtualMachines/${machine.name}`,
    ...(machine.databaseServer === undefined ? {} : { databaseServer: machine.databaseServer }),
  };
}

function unregister(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const container = vault.container(param(request, 'container'));
  if (container === undefined) {
    return { status: 204 };
  }
  if (container.management === 'AzureIaasVM') {
    throw refusals.invalidInput('Containers of virtual machines cannot be unregistered.');
  }
  if (statusOf(vault, container) === 'SoftDeleted') {
    throw refusals.containerNotRegistered();
  }
  if (vault.itemsOf(container).length > 0) {
    throw refusals.containerHasItems();
  }
  const operation = startOperation(context, vault, { family: 'fabric', takes: 45_000 });
  context.world.agenda.plan(operation.dueAt, () => vault.containers.delete(container.name.toLowerCase()));
  return acceptedUnregister(context, request, vault, operation);
}

function inquire(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const container = containerOf(vault, request);
  if (isObject(request.body) && Object.keys(request.body).length > 0) {
    throw refusals.invalidInput('An inquiry takes no body.');
  }
  filterOf(context, request, ['backupManagementType', 'workloadType']);
  const operation = startOperation(context, vault, { family: 'fabric', takes: 30_000 });
  context.world.agenda.plan(operation.dueAt, (at) => {
    container.inquired = true;
    container.updatedAt = at;
  });
  return acceptedInquiry(context, request, vault, operation);
}
