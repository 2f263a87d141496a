import { sameArmId } from '../../core/armId.ts';
import type { ArmReply, ArmRequest, ArmRouter, JsonObject } from '../arm/types.ts';
import { machineId, type DatabaseServer } from '../world/entities.ts';
import { param, textOf } from '../world/scope.ts';
import type { World } from '../world/world.ts';
import { startIntents } from './autoProtection.ts';
import { containerResource, holdsOnlySoftDeleted, statusOf } from './containers.ts';
import { containerTemplate, propertiesOf, vaultOf, type BackupContext } from './context.ts';
import { forgetGroups, groupsThrough, registeredNodes } from './groups.ts';
import { lookInside, unreachable } from './inquiry.ts';
import { managementOf, type Container, type DatabaseWorkload, type OperationError } from './model.ts';
import { accepted, acceptedUnregister, startOperation } from './operations.ts';
import { laterFailures, refusals } from './rules.ts';
import { insideFailures } from './sqlTroubles.ts';
import type { Vault } from './vault.ts';

export function registerRegistration(context: BackupContext, router: ArmRouter): void {
  router.on('PUT', containerTemplate, (request) => register(context, request));
  router.on('DELETE', containerTemplate, (request) => unregister(context, request));
}

function register(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const properties = propertiesOf(request);
  const name = param(request, 'container');
  const existing = vault.container(name);
  if (existing !== undefined && existing.management === 'AzureIaasVM') {
    throw refusals.invalidInput('Containers of virtual machines are registered by protecting the machine.');
  }
  if (existing?.isGroup === true) {
    throw refusals.invalidInput('Availability groups are registered by registering their machines.');
  }
  const container = existing ?? newContainer(context, vault, name, properties);
  checkBody(container, existing, properties);
  const workload = workloadAsked(container, properties);
  const other = existing === undefined ? registeredElsewhere(context, vault, container) : undefined;
  const error =
    other === undefined
      ? workload === undefined
        ? undefined
        : unreachable(context, vault, container)
      : laterFailures.registeredElsewhere(container.friendlyName, other.name);
  return error === undefined ? finish(context, request, vault, container, workload) : refuseLater(context, request, vault, error);
}

/** Azure takes the request, and the operation fails. */
function refuseLater(context: BackupContext, request: ArmRequest, vault: Vault, error: OperationError): ArmReply {
  return accepted(context, request, vault, startOperation(context, vault, { family: 'container', takes: 15_000, error }));
}

function finish(
  context: BackupContext,
  request: ArmRequest,
  vault: Vault,
  container: Container,
  workload: DatabaseWorkload | undefined,
): ArmReply {
  const release = context.world.claim(container.sourceResourceId, container.management, vault);
  const operation = startOperation(context, vault, {
    family: 'container',
    takes: 90_000,
    // Recorded: the resource in this answer has no `type`.
    result: () => withoutType(containerResource(context, vault, container)),
  });
  context.world.agenda.plan(operation.dueAt, (at) => {
    release();
    container.updatedAt = at;
    container.isSoftDeleted = false;
    vault.addContainer(container);
    // Registering a machine looks for its databases; the shares of an account need an inquiry.
    if (workload !== undefined && unreachable(context, vault, container) === undefined) {
      lookInside(context, vault, container, workload);
      startIntents(context, vault, container, at);
    }
  });
  return accepted(context, request, vault, operation);
}

/** @throws ArmFailure 400 for a body that is not this container's. */
function checkBody(container: Container, existing: Container | undefined, properties: JsonObject): void {
  const management = textOf(properties.backupManagementType);
  if (management !== undefined && management.toLowerCase() !== container.management.toLowerCase()) {
    throw refusals.invalidInput(`'${container.name}' has the backupManagementType '${container.management}', not '${management}'.`);
  }
  const source = textOf(properties.sourceResourceId);
  if (source !== undefined && !sameArmId(source, container.sourceResourceId)) {
    throw refusals.invalidInput(`'${container.name}' is the container of '${container.sourceResourceId}', not of '${source}'.`);
  }
  const operation = textOf(properties.operationType);
  if (operation !== undefined && !['register', 'reregister'].includes(operation.toLowerCase())) {
    throw refusals.invalidInput(`'${operation}' is not an operationType; it is Register or Reregister.`);
  }
  if (operation?.toLowerCase() === 'reregister' && existing === undefined) {
    throw refusals.containerNotRegistered();
  }
}

/** The workload that is looked for inside; undefined for accounts. @throws ArmFailure 400 for one that machines do not have. */
function workloadAsked(container: Container, properties: JsonObject): DatabaseWorkload | undefined {
  if (container.management !== 'AzureWorkload') {
    return undefined;
  }
  const asked = textOf(properties.workloadType) ?? container.inquiries?.keys().next().value ?? 'SQLDataBase';
  const workload = databaseWorkloads.find((known) => known.toLowerCase() === asked.toLowerCase());
  if (workload === undefined) {
    throw refusals.invalidInput(`'${asked}' is not a workloadType of virtual machines here; it is one of ${databaseWorkloads.join(', ')}.`);
  }
  return workload;
}

export const databaseWorkloads: readonly DatabaseWorkload[] = ['SQLDataBase', 'SAPHanaDatabase'];

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
  const made = kind.toLowerCase() === 'storagecontainer' ? ofAccount(world, vault, source) : ofMachine(world, vault, source);
  if (made.resourceGroup.toLowerCase() !== group.toLowerCase() || made.friendlyName.toLowerCase() !== resource.toLowerCase()) {
    throw refusals.invalidInput(`The container '${name}' is not that of '${source}'.`);
  }
  return made;
}

function ofAccount(world: World, vault: Vault, source: string): Container {
  const account = world.storageAccount(source);
  if (account === undefined || account.location !== vault.location) {
    throw refusals.invalidInput(`The storage account '${source}' was not found in region '${vault.location}'.`);
  }
  return {
    name: `StorageContainer;Storage;${account.resourceGroup};${account.name}`,
    management: managementOf.AzureFileShare,
    sourceResourceId: source,
    resourceGroup: account.resourceGroup,
    friendlyName: account.name,
    shares: account.shares,
    inquired: false,
    updatedAt: world.now(),
  };
}

/** A container for a machine, not in the vault yet. @throws ArmFailure 400 where the vault cannot have the machine. */
export function ofMachine(world: World, vault: Vault, source: string): Container {
  const machine = world.machine(source);
  if (machine === undefined || machine.location !== vault.location) {
    throw refusals.invalidInput(`The virtual machine '${source}' was not found in region '${vault.location}'.`);
  }
  // Answers use the machine's own casing, whatever the request had (recorded).
  const id = machineId(machine);
  return {
    name: `VMAppContainer;Compute;${machine.resourceGroup};${machine.name}`,
    management: managementOf.SQLDataBase,
    sourceResourceId: id,
    resourceGroup: machine.resourceGroup,
    friendlyName: machine.name,
    inquiries: new Map(),
    inquired: false,
    updatedAt: world.now(),
    get databaseServer(): DatabaseServer | undefined {
      return world.machine(id)?.databaseServer;
    },
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
  if (container.isGroup === true) {
    throw refusals.invalidInput('Availability groups are unregistered by unregistering their machines.');
  }
  if (statusOf(vault, container) === 'SoftDeleted') {
    throw refusals.containerNotRegistered();
  }
  const keepsItems = holdsOnlySoftDeleted(vault, container);
  if ((vault.itemsOf(container).length > 0 && !keepsItems) || isLastOfGroup(context, vault, container)) {
    throw refusals.containerHasItems();
  }
  // Recorded: with soft-deleted shares this ends in an error, although the account is unregistered by it; with databases it does not.
  const failure = keepsItems && container.management === 'AzureStorage' ? { error: insideFailures.internalError(), errorStatus: 500 } : {};
  const operation = startOperation(context, vault, { family: 'fabric', takes: 45_000, ...failure });
  context.world.agenda.plan(operation.dueAt, () => leave(context, vault, container));
  return acceptedUnregister(context, request, vault, operation);
}

/** No record, but databases of a group would be left with nobody to back them up. */
function isLastOfGroup({ world }: BackupContext, vault: Vault, container: Container): boolean {
  return groupsThrough(world, vault, container).some(
    (group) => vault.itemsOf(group).length > 0 && registeredNodes(world, vault, group).length === 1,
  );
}

/** With soft-deleted items the container stays as long as they do. */
function leave({ world }: BackupContext, vault: Vault, container: Container): void {
  if (vault.itemsOf(container).length > 0) {
    container.isSoftDeleted = true;
  } else {
    vault.containers.delete(container.name.toLowerCase());
  }
  for (const [name, intent] of vault.intents) {
    if (intent.containerName.toLowerCase() === container.name.toLowerCase()) {
      vault.intents.delete(name);
    }
  }
  forgetGroups(world, vault);
}
