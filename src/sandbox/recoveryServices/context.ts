import { ArmFailure, type ArmRequest, type ArmToolbox, type JsonObject } from '../arm/types.ts';
import { groupOf, isObject, param } from '../world/scope.ts';
import type { World } from '../world/world.ts';
import type { ProtectedItem } from './model.ts';
import type { Vault } from './vault.ts';
import { refusals } from './rules.ts';

/** What the modules of Recovery Services share. */
export interface WorldContext {
  readonly world: World;
}

/** The same with what the gateway lends: for whatever answers requests. */
export interface BackupContext extends WorldContext {
  readonly tools: ArmToolbox;
}

/** Template of a vault; item and container templates grow from it. */
export const vaultTemplate =
  '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.RecoveryServices/vaults/{vault}';
export const containerTemplate = `${vaultTemplate}/backupFabrics/{fabric}/protectionContainers/{container}`;
export const itemTemplate = `${containerTemplate}/protectedItems/{item}`;

/** @throws ArmFailure 404, ARM's own, for a subscription, group or vault that is not there. */
export function vaultOf({ world }: BackupContext, request: ArmRequest): Vault {
  world.now();
  const { group } = groupOf(world, request);
  const name = param(request, 'vault');
  const id = `/subscriptions/${param(request, 'subscriptionId')}/resourceGroups/${param(request, 'resourceGroup')}/providers/Microsoft.RecoveryServices/vaults/${name}`;
  const vault = world.vault(id);
  if (vault === undefined) {
    throw new ArmFailure(
      404,
      'ResourceNotFound',
      `The Resource 'Microsoft.RecoveryServices/vaults/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
      { failureCause: 'gateway' },
    );
  }
  const { fabric } = request.params;
  if (fabric !== undefined && fabric.toLowerCase() !== 'azure') {
    throw refusals.invalidInput(`'${fabric}' is not a fabric of this vault; virtual machines and workloads are in 'Azure'.`);
  }
  return vault;
}

/** @throws ArmFailure 404 for an item that the vault does not hold. */
export function itemOf(vault: Vault, request: ArmRequest): ProtectedItem {
  const item = vault.item(param(request, 'container'), param(request, 'item'));
  if (item === undefined) {
    throw refusals.itemNotFound();
  }
  return item;
}

/** `properties` of a body. @throws ArmFailure 400 where there are none. */
export function propertiesOf(request: ArmRequest): JsonObject {
  const properties = isObject(request.body) ? request.body.properties : undefined;
  if (!isObject(properties)) {
    throw refusals.invalidInput("The request body must be an object with 'properties'.");
  }
  return properties;
}

/**
 * A `$filter` by lower-case names.
 * @param known the properties that the list can be filtered by (documented), in Azure's spelling.
 * @throws ArmFailure 400 for any other: ignored, it would give everything to somebody who asked for a part.
 */
export function filterOf({ tools }: BackupContext, request: ArmRequest, known: readonly string[]): ReadonlyMap<string, string> {
  const filter = [...(tools.filter(request) ?? [])];
  const unknown = filter.find(([name]) => !known.some((property) => property.toLowerCase() === name.toLowerCase()));
  if (unknown !== undefined) {
    throw refusals.invalidInput(`'${unknown[0]}' is not a property of this filter; it takes ${known.join(', ')}.`);
  }
  return new Map(filter.map(([name, value]) => [name.toLowerCase(), value]));
}
