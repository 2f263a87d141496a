import type { ArmReply, ArmRequest, ArmRouter, ArmToolbox, JsonObject } from '../arm/types.ts';
import { groupOf, matches, subscriptionOf } from '../world/scope.ts';
import { apisOf } from '../apiManagement/estates.ts';
import { estateOf } from '../compute/estates.ts';
import { diskId, machineId } from '../world/entities.ts';
import type { World } from '../world/world.ts';

/** The list of all resources of a subscription or group; its `$filter` knows type, name, group, location and one tag. */
export function registerResources(world: World, tools: ArmToolbox, router: ArmRouter): void {
  router.on('GET', '/subscriptions/{subscriptionId}/resources', (request) =>
    reply(tools, request, resourcesOf(world, subscriptionOf(world, request))),
  );
  router.on('GET', '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/resources', (request) => {
    const { group, subscriptionId } = groupOf(world, request);
    const mark = `/resourcegroups/${group.toLowerCase()}/`;
    return reply(
      tools,
      request,
      resourcesOf(world, subscriptionId).filter((resource) => resource.id.toLowerCase().includes(mark)),
    );
  });
}

interface Resource {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly location: string;
  /** Absent where there are none. */
  readonly tags?: JsonObject;
}

function reply(tools: ArmToolbox, request: ArmRequest, resources: readonly Resource[]): ArmReply {
  const filter = new Map([...(tools.filter(request) ?? [])].map(([name, value]) => [name.toLowerCase(), value]));
  const wanted = resources.filter(
    (resource) =>
      matches(filter, 'resourcetype', resource.type) &&
      matches(filter, 'name', resource.name) &&
      matches(filter, 'location', resource.location) &&
      matchesTag(filter, resource.tags ?? {}) &&
      matches(filter, 'resourcegroup', resource.id.split('/')[4] ?? ''),
  );
  return tools.paged(
    request,
    wanted.map((resource): JsonObject => ({ ...resource })),
  );
}

/** `tagName eq 'owner' and tagValue eq 'finance'`, or the name alone. Names are without case, values with. */
export function matchesTag(filter: ReadonlyMap<string, string>, tags: JsonObject): boolean {
  const name = filter.get('tagname')?.toLowerCase();
  const value = filter.get('tagvalue');
  return name === undefined || Object.entries(tags).some(([key, held]) => key.toLowerCase() === name && (value ?? held) === held);
}

function tagged(tags: JsonObject): { tags?: JsonObject } {
  return Object.keys(tags).length > 0 ? { tags: { ...tags } } : {};
}

function resourcesOf(world: World, subscriptionId: string): Resource[] {
  world.now();
  const estate = estateOf(world);
  const apis = apisOf(world);
  const machines = world.machines(subscriptionId);
  return [
    ...machines.map((machine) => ({
      id: machineId(machine),
      name: machine.name,
      type: 'Microsoft.Compute/virtualMachines',
      location: machine.location,
      ...tagged(machine.tags),
    })),
    ...estate.attachedDisks(subscriptionId).map(({ machines: [machine], disk }) => ({
      id: diskId(machine, disk),
      name: disk.name,
      type: 'Microsoft.Compute/disks',
      location: machine.location,
    })),
    ...estate.disks(subscriptionId).map(({ id, name, location, tags }) => ({
      ...{ id, name, location, type: 'Microsoft.Compute/disks' },
      ...tagged(tags),
    })),
    ...estate.collections(subscriptionId).map(({ id, name, location, tags }) => ({
      ...{ id, name, location, type: 'Microsoft.Compute/restorePointCollections' },
      ...tagged(tags),
    })),
    ...apis.storage.accountsOf(subscriptionId).map(({ id, name, location, tags }) => ({
      ...{ id, name, location, type: 'Microsoft.Storage/storageAccounts' },
      ...tagged(tags),
    })),
    ...apis.storage.identitiesOf(subscriptionId).map(({ id, name, location }) => ({
      ...{ id, name, location, type: 'Microsoft.ManagedIdentity/userAssignedIdentities' },
    })),
    ...apis.servicesOf(subscriptionId).map(({ id, name, location, tags }) => ({
      ...{ id, name, location, type: 'Microsoft.ApiManagement/service' },
      ...tagged(tags),
    })),
    ...world.vaults(subscriptionId).map((vault) => ({
      id: vault.id,
      name: vault.name,
      type: 'Microsoft.RecoveryServices/vaults',
      location: vault.location,
      ...tagged(vault.tags),
    })),
  ];
}
