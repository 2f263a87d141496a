import type { ArmReply, ArmRequest, ArmRouter, JsonObject } from '../arm/types.ts';
import { machineId } from '../world/entities.ts';
import { sameArmId } from '../../core/armId.ts';
import { itemOf, itemTemplate, propertiesOf, vaultOf, type BackupContext } from './context.ts';
import { param, textOf } from '../world/scope.ts';
import { changeItem, isChanging, type ItemChange } from './itemChanges.ts';
import { isDatabase } from './databases.ts';
import { configured, placeOf } from './itemBags.ts';
import { itemResource } from './items.ts';
import { managementOf, type OperationError, type Policy, type ProtectedItem, type Workload } from './model.ts';
import type { Vault } from './vault.ts';
import { accepted, startOperation } from './operations.ts';
import { policyById, workloadOf } from './policies.ts';
import { newWorkloadItem, troubleInside } from './workloadItems.ts';
import { addToVault, newMachineItem } from './machineItems.ts';
import { laterFailures, refusals } from './rules.ts';

export function registerProtect(context: BackupContext, router: ArmRouter): void {
  router.on('PUT', itemTemplate, (request) => putItem(context, request));
}

/** Azure's names of what is protected; classic and older spellings are taken too. */
const workloadByType: Readonly<Record<string, Workload>> = {
  'microsoft.compute/virtualmachines': 'VM',
  azureiaasvmprotecteditem: 'VM',
  azurevmworkloadsqldatabase: 'SQLDataBase',
  azurevmworkloadsaphanadatabase: 'SAPHanaDatabase',
  azurefileshareprotecteditem: 'AzureFileShare',
};

/** One PUT does five things; the body tells which. */
function putItem(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const properties = propertiesOf(request);
  const existing = vault.item(param(request, 'container'), param(request, 'item'));
  if (existing !== undefined && isChanging(context, vault, existing)) {
    throw refusals.conflictingProtection();
  }
  if (properties.isRehydrate === true) {
    return undelete(context, request, vault);
  }
  if (existing?.deletedAt !== undefined) {
    throw refusals.softDeleted();
  }
  const state = textOf(properties.protectionState);
  if (state === 'BackupsSuspended') {
    throw refusals.notImmutable();
  }
  const policyId = textOf(properties.policyId) ?? '';
  if (policyId === '') {
    return stop(context, request, vault, state);
  }
  const policy = chosenPolicy(vault, policyId);
  return existing === undefined
    ? configure(context, request, vault, policy, properties)
    : reassign(context, request, vault, existing, policy, properties);
}

function chosenPolicy(vault: Vault, policyId: string): Policy {
  const policy = policyById(vault, policyId);
  if (policy === undefined) {
    throw refusals.invalidInput(`The policy '${policyId}' is not one of vault '${vault.name}'.`);
  }
  return policy;
}

function checkWorkload(policy: Policy, workload: Workload): void {
  if (workloadOf(policy) !== workload) {
    throw refusals.invalidProtectionRequest(
      `The policy '${policy.name}' is for '${workloadOf(policy) ?? ''}' and cannot protect '${workload}'.`,
    );
  }
}

/** A body that names a type at all must name the item's. */
function checkType(item: ProtectedItem, properties: JsonObject): void {
  const type = textOf(properties.protectedItemType);
  if (type !== undefined && workloadByType[type.toLowerCase()] !== item.workload) {
    throw refusals.invalidProtectionRequest(`The protectedItemType '${type}' is not that of '${item.friendlyName}'.`);
  }
}

function start(context: BackupContext, request: ArmRequest, vault: Vault, item: ProtectedItem, change: ItemChange): ArmReply {
  const result = (): JsonObject => itemResource(context, request, vault, item, false);
  return accepted(context, request, vault, changeItem(context, vault, item, { ...change, family: 'item', result }));
}

function undelete(context: BackupContext, request: ArmRequest, vault: Vault): ArmReply {
  const item = itemOf(vault, request);
  if (item.deletedAt === undefined) {
    throw refusals.invalidInput(`'${item.friendlyName}' is not in soft-deleted state, so there is nothing to undelete.`);
  }
  // Unregistered with it: the container has to be registered again first.
  if (vault.container(item.containerName)?.isSoftDeleted === true) {
    throw refusals.softDeleted();
  }
  return start(context, request, vault, item, {
    operation: 'Undelete',
    takes: 30_000,
    properties: placeOf(item, vault),
    apply: () => {
      item.deletedAt = undefined;
    },
  });
}

function stop(context: BackupContext, request: ArmRequest, vault: Vault, state: string | undefined): ArmReply {
  const item = itemOf(vault, request);
  if (state !== undefined && state !== 'ProtectionStopped') {
    throw refusals.invalidProtectionRequest(`The protection state '${state}' needs a policy.`);
  }
  return start(context, request, vault, item, {
    operation: 'DisableBackup',
    takes: item.workload === 'VM' ? 2_000 : 31_000,
    properties: item.workload === 'VM' ? { ...placeOf(item), 'Policy Name': '' } : placeOf(item, vault),
    apply: () => {
      item.policyName = undefined;
      item.protectionState = 'ProtectionStopped';
    },
  });
}

/** Recorded: a machine is resumed in a moment, a database is configured anew. */
function resumeTakes(item: ProtectedItem): number {
  return isDatabase(item) ? 70_000 : 2_000;
}

/** Changes the policy, or resumes with it. */
function reassign(
  context: BackupContext,
  request: ArmRequest,
  vault: Vault,
  item: ProtectedItem,
  policy: Policy,
  properties: JsonObject,
): ArmReply {
  checkWorkload(policy, item.workload);
  checkType(item, properties);
  const error = troubleInside(context, vault, item);
  return start(context, request, vault, item, {
    operation: 'ConfigureBackup',
    takes: item.policyName === undefined ? resumeTakes(item) : 31_000,
    properties: configured(item, policy, vault),
    ...(error === undefined ? {} : { error }),
    apply: (at) => {
      item.policyName = policy.name;
      item.policyState = 'Consistent';
      item.configuredAt = at;
      if (item.protectionState === 'ProtectionStopped') {
        // Recorded: a database waits for its next full backup again, with the points that it has.
        item.protectionState = !isDatabase(item) && item.points.all.length > 0 ? 'Protected' : 'IRPending';
      }
    },
  });
}

function configure(context: BackupContext, request: ArmRequest, vault: Vault, policy: Policy, properties: JsonObject): ArmReply {
  const workload = workloadAsked(properties);
  if (workload === undefined) {
    throw refusals.invalidProtectionRequest(
      `'${textOf(properties.protectedItemType) ?? ''}' is not a protectedItemType that this vault can protect.`,
    );
  }
  checkWorkload(policy, workload);
  return workload === 'VM'
    ? configureMachine(context, request, vault, policy, textOf(properties.sourceResourceId) ?? '')
    : configureInside(context, request, vault, policy, workload);
}

/**
 * What a body is for. The documented body for SQL Server leaves `protectedItemType` out and names `backupManagementType`
 * and `workloadType` instead.
 */
function workloadAsked(properties: JsonObject): Workload | undefined {
  const type = textOf(properties.protectedItemType);
  if (type !== undefined) {
    return workloadByType[type.toLowerCase()];
  }
  const { backupManagementType, workloadType } = properties;
  const workload = (Object.keys(managementOf) as Workload[]).find((known) => known.toLowerCase() === textOf(workloadType)?.toLowerCase());
  return workload !== undefined && managementOf[workload] === backupManagementType ? workload : undefined;
}

/** A database or a share. */
function configureInside(
  context: BackupContext,
  request: ArmRequest,
  vault: Vault,
  policy: Policy,
  workload: Exclude<Workload, 'VM'>,
): ArmReply {
  const [container, name] = [param(request, 'container'), param(request, 'item')];
  if (vault.container(container) === undefined) {
    throw refusals.invalidProtectionRequest(`The container '${container}' is not registered with vault '${vault.name}'.`);
  }
  if (/^(sqlinstance|sqlavailabilitygroupcontainer|hanainstance|saphanasystem);/i.test(name)) {
    throw refusals.invalidProtectionRequest(`'${name}' holds databases and is none; its databases can be protected.`);
  }
  const item = newWorkloadItem(vault, workload, container, name, context.world.random);
  const error = troubleInside(context, vault, item);
  return error === undefined ? begin(context, request, vault, item, policy) : refuseLater(context, request, vault, item, policy, error);
}

function configureMachine(context: BackupContext, request: ArmRequest, vault: Vault, policy: Policy, sourceResourceId: string): ArmReply {
  const { world } = context;
  checkNames(request);
  const machine = world.machine(sourceResourceId);
  if (machine === undefined) {
    const failed = startOperation(context, vault, { family: 'item', takes: 8_000, error: laterFailures.machineGone() });
    return accepted(context, request, vault, failed);
  }
  const item = newMachineItem(machine, world.random.next());
  const named = `${param(request, 'container')}/${param(request, 'item')}`.toLowerCase();
  if (named !== `${item.containerName}/${item.name}`.toLowerCase()) {
    throw refusals.invalidProtectionRequest(`The container and item names in the path are not those of '${machineId(machine)}'.`);
  }
  if (machine.location !== vault.location || machine.subscriptionId !== vault.subscriptionId) {
    throw refusals.invalidProtectionRequest(
      `The virtual machine is in '${machine.location}'; a vault protects machines of its own subscription and region ('${vault.location}') only.`,
    );
  }
  const other = world.protectorOf(sourceResourceId) ?? world.claimantOf(sourceResourceId, managementOf.VM);
  if (other !== undefined && !sameArmId(other.id, vault.id)) {
    return refuseLater(context, request, vault, item, policy, laterFailures.protectedElsewhere(other.name));
  }
  return begin(context, request, vault, item, policy);
}

/** Azure takes the request and lets the job fail. */
function refuseLater(
  context: BackupContext,
  request: ArmRequest,
  vault: Vault,
  item: ProtectedItem,
  policy: Policy,
  error: OperationError,
): ArmReply {
  if (isChanging(context, vault, item)) {
    throw refusals.conflictingProtection();
  }
  const operation = changeItem(context, vault, item, {
    family: 'item',
    operation: 'ConfigureBackup',
    takes: 15_000,
    properties: configured(item, policy),
    error,
    apply: () => undefined,
  });
  return accepted(context, request, vault, operation);
}

function begin(context: BackupContext, request: ArmRequest, vault: Vault, item: ProtectedItem, policy: Policy): ArmReply {
  if (isChanging(context, vault, item)) {
    throw refusals.conflictingProtection();
  }
  const release = item.workload === 'VM' ? context.world.claim(item.sourceResourceId, managementOf.VM, vault) : undefined;
  return start(context, request, vault, item, {
    operation: 'ConfigureBackup',
    takes: item.workload === 'VM' ? 40_000 : 70_000,
    properties: configured(item, policy),
    apply: (at) => {
      release?.();
      item.policyName = policy.name;
      item.configuredAt = at;
      addToVault(context, vault, item, at);
    },
  });
}

function checkNames(request: ArmRequest): void {
  const [container, item] = [param(request, 'container'), param(request, 'item')];
  if (!/^iaasvmcontainer;iaasvmcontainerv2;[^;]+;[^;]+$/i.test(container)) {
    throw refusals.containerName(container);
  }
  if (!/^vm;iaasvmcontainerv2;[^;]+;[^;]+$/i.test(item)) {
    throw refusals.itemName(item);
  }
}
