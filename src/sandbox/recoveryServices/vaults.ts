import { ArmFailure, type ArmReply, type ArmRequest, type ArmRouter, type JsonObject } from '../arm/types.ts';
import { azureTime } from '../world/wireFormat.ts';
import { vaultOf, vaultTemplate, type BackupContext } from './context.ts';
import { groupOf, isObject, param, subscriptionOf, textOf } from '../world/scope.ts';
import { isRunning } from './jobs.ts';
import { locationNames } from '../subscriptions/locations.ts';
import { Vault } from './vault.ts';
import { laterFailures, refusals } from './rules.ts';
import { takeSoftDeleteSettings } from './softDelete.ts';
import { addStandardPolicies } from './standardPolicies.ts';
import { acceptedVault, registerVaultOperations, startVaultOperation, statusHeader, type VaultOperations } from './vaultOperations.ts';

const providerTemplate = 'providers/Microsoft.RecoveryServices/vaults';

export function registerVaults(context: BackupContext, router: ArmRouter): void {
  const operations: VaultOperations = new Map();
  const { world, tools } = context;
  const list = (request: ArmRequest, vaults: readonly Vault[]): ArmReply =>
    tools.paged(
      request,
      vaults.map((vault) => vaultResource(context, vault, false)),
    );
  router.on('GET', `/subscriptions/{subscriptionId}/${providerTemplate}`, (request) =>
    list(request, world.vaults(subscriptionOf(world, request))),
  );
  router.on('GET', `/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/${providerTemplate}`, (request) => {
    const { group, subscriptionId } = groupOf(world, request);
    return list(
      request,
      world.vaults(subscriptionId).filter((vault) => vault.resourceGroup === group),
    );
  });
  router.on('GET', vaultTemplate, (request) => ({ status: 200, body: vaultResource(context, vaultOf(context, request), true) }));
  router.on('PUT', vaultTemplate, (request) => putVault(context, operations, request));
  router.on('PATCH', vaultTemplate, (request) => patchVault(context, operations, request));
  router.on('DELETE', vaultTemplate, (request) => deleteVault(context, operations, request));
  registerVaultOperations(context, operations, router, (vault) => vaultResource(context, vault, true));
}

/** A list leaves out what a GET adds: storage version, security and redundancy settings. */
function vaultResource({ world }: BackupContext, vault: Vault, detailed: boolean): JsonObject {
  const ready = world.now() >= vault.provisionedAt;
  const { monitoringSettings, publicNetworkAccess, restoreSettings, securitySettings } = vault.settings;
  return {
    location: vault.location,
    name: vault.name,
    etag: `W/"datetime'${encodeURIComponent(azureTime(vault.updatedAt))}'"`,
    ...(Object.keys(vault.tags).length > 0 ? { tags: vault.tags } : {}),
    ...(vault.identity === undefined ? {} : { identity: vault.identity }),
    properties: {
      provisioningState: ready ? 'Succeeded' : 'Provisioning',
      privateEndpointStateForBackup: 'None',
      privateEndpointStateForSiteRecovery: 'None',
      ...(monitoringSettings === undefined ? {} : { monitoringSettings }),
      ...(detailed ? details(vault, ready, isObject(securitySettings) ? securitySettings : {}) : {}),
      secureScore: 'None',
      bcdrSecurityLevel: 'Poor',
      publicNetworkAccess: publicNetworkAccess ?? 'Enabled',
      restoreSettings: restoreSettings ?? { crossSubscriptionRestoreSettings: { crossSubscriptionRestoreState: 'Enabled' } },
    },
    id: vault.id,
    type: 'Microsoft.RecoveryServices/vaults',
    sku: { name: 'Standard' },
  };
}

function details(vault: Vault, ready: boolean, given: JsonObject): JsonObject {
  const softDeleteSettings = {
    softDeleteRetentionPeriodInDays: vault.softDeleteRetentionDays,
    softDeleteState: vault.softDeleteState,
    enhancedSecurityState: vault.enhancedSecurityState,
  };
  return {
    ...(ready ? { backupStorageVersion: vault.items.size > 0 ? 'V2' : 'Unassigned' } : {}),
    securitySettings: {
      ...(given.immutabilitySettings === undefined ? {} : { immutabilitySettings: given.immutabilitySettings }),
      ...(ready ? { softDeleteSettings } : {}),
      multiUserAuthorization: ready ? 'Disabled' : 'Invalid',
      sourceScanConfiguration: { state: 'Disabled' },
    },
    redundancySettings: { standardTierStorageRedundancy: vault.storageType, crossRegionRestore: 'Disabled' },
  };
}

function putVault(context: BackupContext, operations: VaultOperations, request: ArmRequest): ArmReply {
  const { world } = context;
  const { group, subscriptionId } = groupOf(world, request);
  const body = isObject(request.body) ? request.body : {};
  const location = (textOf(body.location) ?? '').replaceAll(' ', '').toLowerCase();
  if (location === '') {
    throw new ArmFailure(400, 'LocationRequired', 'The location property is required for this definition.', { failureCause: 'gateway' });
  }
  if (!locationNames.includes(location)) {
    throw new ArmFailure(
      400,
      'LocationNotAvailableForResourceType',
      `The provided location '${location}' is not available for resource type 'Microsoft.RecoveryServices/vaults'. List of available regions for the resource type is '${locationNames.join(',')}'.`,
      { failureCause: 'gateway' },
    );
  }
  const name = param(request, 'vault');
  if (!/^[a-z][a-z0-9-]{1,49}$/i.test(name)) {
    throw refusals.invalidInput(`'${name}' is not a vault name: 2 to 50 letters, digits and hyphens, starting with a letter.`);
  }
  const path = `/subscriptions/${subscriptionId}/resourceGroups/${group}/providers/Microsoft.RecoveryServices/vaults/${name}`;
  const existing = world.vault(path);
  if (existing !== undefined && existing.location !== location) {
    throw new ArmFailure(
      409,
      'InvalidResourceLocation',
      `The resource '${name}' already exists in location '${existing.location}' in resource group '${group}'. A resource with the same name cannot be created in location '${location}'. Please select a new resource name.`,
      { failureCause: 'gateway' },
    );
  }
  const now = world.now();
  const vault = existing ?? new Vault({ subscriptionId, resourceGroup: group, name, location, createdAt: now });
  applySettings(vault, body, now);
  const operation = startVaultOperation(context, operations, { kind: existing === undefined ? 'create' : 'update', vault, takes: 20_000 });
  if (existing === undefined) {
    addStandardPolicies(vault, now);
    vault.provisionedAt = operation.dueAt;
    world.addVault(vault);
  }
  const headers = statusHeader(context, request, vault, operation);
  return { status: existing === undefined ? 201 : 200, headers, body: vaultResource(context, vault, true) };
}

function applySettings(vault: Vault, body: JsonObject, now: number): void {
  if (isObject(body.properties)) {
    takeSoftDeleteSettings(vault, body.properties);
    vault.settings = { ...vault.settings, ...body.properties };
  }
  if (isObject(body.tags)) {
    vault.tags = body.tags;
  }
  if (isObject(body.identity)) {
    vault.identity = body.identity;
  }
  vault.updatedAt = now;
}

function patchVault(context: BackupContext, operations: VaultOperations, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  applySettings(vault, isObject(request.body) ? request.body : {}, context.world.now());
  return acceptedVault(context, request, startVaultOperation(context, operations, { kind: 'update', vault, takes: 20_000 }));
}

/** Recorded: versions before 2024 answer at once, later ones take the request and fail afterwards. */
function deleteVault(context: BackupContext, operations: VaultOperations, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const obstacle = obstacleOf(context, vault);
  if (request.apiVersion < '2024-04-01') {
    if (obstacle !== undefined) {
      throw new ArmFailure(400, obstacle.code, obstacle.message);
    }
    context.world.removeVault(vault);
    return { status: 200 };
  }
  const operation = startVaultOperation(context, operations, {
    kind: 'delete',
    vault,
    takes: 30_000,
    ...(obstacle ? { error: obstacle } : {}),
  });
  if (obstacle === undefined) {
    context.world.agenda.plan(operation.dueAt, () => {
      if (obstacleOf(context, vault) === undefined) {
        context.world.removeVault(vault);
      }
    });
  }
  return acceptedVault(context, request, operation);
}

function obstacleOf({ world }: BackupContext, vault: Vault): { code: string; message: string } | undefined {
  const items = [...vault.items.values()];
  const active = items.filter((item) => item.deletedAt === undefined);
  const registered = [...vault.containers.values()].filter(
    (container) => container.management !== 'AzureIaasVM' && vault.itemsOf(container).length === 0,
  );
  // What is being configured will be in the vault in a moment.
  const coming = active.length === 0 ? vault.jobs().filter((job) => isRunning(job, world.now()) && job.outcome !== 'Failed') : [];
  if (active.length > 0 || registered.length > 0 || coming.length > 0) {
    return laterFailures.vaultHoldsItems([...active, ...registered, ...coming].map((thing) => thing.friendlyName));
  }
  return items.length > 0 ? laterFailures.vaultHoldsSoftDeleted(items.map((item) => item.friendlyName)) : undefined;
}
