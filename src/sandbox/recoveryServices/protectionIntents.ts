import { idUpTo, sameArmId, segmentOf } from '../../core/armId.ts';
import { ArmFailure, type ArmReply, type ArmRequest, type ArmRouter, type JsonObject } from '../arm/types.ts';
import type { AvailabilityGroup, DatabaseInstance } from '../world/entities.ts';
import { matches, param, textOf } from '../world/scope.ts';
import { followIntent, stopIntent } from './autoProtection.ts';
import { filterOf, propertiesOf, vaultOf, vaultTemplate, type BackupContext } from './context.ts';
import type { Container, ProtectionIntent } from './model.ts';
import { policyById, workloadOf } from './policies.ts';
import { parentItemName } from './protectableDatabases.ts';
import { refusals } from './rules.ts';
import type { Vault } from './vault.ts';
import { parentsOf } from './workloadItems.ts';

const intentTemplate = `${vaultTemplate}/backupFabrics/{fabric}/backupProtectionIntent/{intent}`;

/** Auto-protection: what a vault protects by itself. */
export function registerProtectionIntents(context: BackupContext, router: ArmRouter): void {
  router.on('GET', `${vaultTemplate}/backupProtectionIntents`, (request) => list(context, request));
  router.on('PUT', intentTemplate, (request) => put(context, request));
  router.on('GET', intentTemplate, (request) => {
    const vault = vaultOf(context, request);
    const intent = vault.intents.get(param(request, 'intent').toLowerCase());
    if (intent === undefined) {
      throw notFound(param(request, 'intent'));
    }
    return { status: 200, body: resource(vault, intent) };
  });
  router.on('DELETE', intentTemplate, (request) => remove(context, request));
}

/** Types of the published contract for instances and groups, and the one that Azure CLI and PowerShell send for them. */
const types = [
  'AzureWorkloadSQLAutoProtectionIntent',
  'AzureWorkloadAutoProtectionIntent',
  'AzureWorkloadContainerAutoProtectionIntent',
  'RecoveryServiceVaultItem',
];

/** The status is certain, the code has no record. */
function notFound(name: string): ArmFailure {
  return new ArmFailure(404, 'BMSUserErrorProtectionIntentNotFound', `The protection intent '${name}' was not found in this vault.`);
}

/** The status is reported, the code has no record. */
function alreadyThere(parentName: string, name: string): ArmFailure {
  return new ArmFailure(
    409,
    'BMSUserErrorProtectionIntentAlreadyExists',
    `'${parentName}' is protected automatically already, by the protection intent '${name}'. Delete that one first.`,
  );
}

function resource(vault: Vault, intent: ProtectionIntent): JsonObject {
  return {
    id: `${vault.id}/backupFabrics/Azure/backupProtectionIntent/${intent.name}`,
    name: intent.name,
    type: 'Microsoft.RecoveryServices/vaults/backupProtectionIntent',
    properties: {
      protectionIntentItemType: intent.type,
      backupManagementType: 'AzureWorkload',
      policyId: `${vault.id}/backupPolicies/${intent.policyName}`,
      itemId: intent.itemId,
    },
  };
}

function list(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const filter = filterOf(context, request, ['backupManagementType', 'itemType', 'parentName', 'itemName']);
  const wanted = [...vault.intents.values()].filter(
    (intent) =>
      matches(filter, 'backupmanagementtype', 'AzureWorkload') &&
      matches(filter, 'itemtype', itemTypeOf(intent)) &&
      // Recorded: the parent of an instance is its container, in lower case.
      matches(filter, 'parentname', intent.containerName) &&
      matches(filter, 'itemname', intent.parentName),
  );
  return context.tools.paged(
    request,
    wanted.map((intent) => resource(vault, intent)),
  );
}

function itemTypeOf(intent: ProtectionIntent): string {
  return /^sqlag/i.test(intent.containerName) ? 'SQLAvailabilityGroupContainer' : 'SQLInstance';
}

function put(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const properties = propertiesOf(request);
  const name = param(request, 'intent');
  const type = textOf(properties.protectionIntentItemType) ?? '';
  const known = types.find((one) => one.toLowerCase() === type.toLowerCase());
  if (known === undefined) {
    throw refusals.invalidInput(`'${type}' is not a protectionIntentItemType that this vault takes; it is one of ${types.join(', ')}.`);
  }
  const management = textOf(properties.backupManagementType) ?? 'AzureWorkload';
  if (management.toLowerCase() !== 'azureworkload') {
    throw refusals.invalidInput(`Auto-protection is for the backupManagementType 'AzureWorkload', not '${management}'.`);
  }
  const policyName = policyOf(vault, textOf(properties.policyId) ?? '');
  const itemId = textOf(properties.itemId) ?? '';
  const { container, parent } = targetOf(vault, itemId);
  const same = [...vault.intents.values()].find((intent) => intent.containerName === container.name && intent.parentName === parent.name);
  const before = vault.intents.get(name.toLowerCase());
  if (same !== undefined && same !== before) {
    throw alreadyThere(parent.name, same.name);
  }
  if (before !== undefined && same === undefined) {
    throw refusals.invalidInput(
      `The protection intent '${before.name}' is for '${before.parentName}'; it cannot be given to '${parent.name}'.`,
    );
  }
  const intent: ProtectionIntent = {
    name: before?.name ?? name,
    type: known,
    containerName: container.name,
    parentName: parent.name,
    itemId,
    policyName,
    jobIds: before?.jobIds ?? new Set(),
  };
  vault.intents.set(name.toLowerCase(), intent);
  followIntent(context, vault, intent, context.world.now());
  return { status: 200, body: resource(vault, intent) };
}

/** The name of a policy of the vault for SQL Server. @throws ArmFailure 400 for any other. */
function policyOf(vault: Vault, policyId: string): string {
  const policy = policyById(vault, policyId);
  if (policy === undefined) {
    throw refusals.invalidInput(`The policy '${policyId}' is not one of vault '${vault.name}'.`);
  }
  if (workloadOf(policy) !== 'SQLDataBase') {
    throw refusals.invalidProtectionRequest(
      `The policy '${policy.name}' is for '${workloadOf(policy) ?? ''}' and cannot protect 'SQLDataBase'.`,
    );
  }
  return policy.name;
}

/** @throws ArmFailure 400 for an id of another vault or of what cannot be protected automatically, 404 for what was not found. */
function targetOf(vault: Vault, itemId: string): { container: Container; parent: DatabaseInstance | AvailabilityGroup } {
  if (!sameArmId(idUpTo(itemId, 'vaults'), vault.id)) {
    throw refusals.invalidInput(`The itemId '${itemId}' is not that of a protectable item of vault '${vault.name}'.`);
  }
  const container = vault.container(segmentOf(itemId, 'protectionContainers') ?? '');
  const wanted = segmentOf(itemId, 'protectableItems')?.toLowerCase();
  if (wanted !== undefined && !/^(sqlinstance|sqlavailabilitygroupcontainer);/.test(wanted)) {
    throw refusals.invalidInput(`'${wanted}' cannot be protected automatically; SQL Server instances and availability groups can.`);
  }
  const found = container?.isSoftDeleted === true ? undefined : container?.inquiries?.get('SQLDataBase')?.found;
  const parent = found === undefined ? undefined : parentsOf(found).find((one) => parentItemName('SQLDataBase', one) === wanted);
  if (container === undefined || parent === undefined) {
    throw refusals.itemNotFound();
  }
  return { container, parent };
}

function remove(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const key = param(request, 'intent').toLowerCase();
  const intent = vault.intents.get(key);
  if (intent !== undefined) {
    vault.intents.delete(key);
    stopIntent(vault, intent, context.world.now());
  }
  return { status: 204 };
}
