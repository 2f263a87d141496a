import { param, subscriptionOf } from '../world/scope.ts';
import { machineId } from '../world/entities.ts';
import type { ArmReply, ArmRequest, ArmRouter, JsonObject } from '../arm/types.ts';
import { computeId, type ComputeContext, type GroupPlace } from './context.ts';
import { createDisk, updateDisk } from './diskCreation.ts';
import { attachedDiskResource, looseDiskResource } from './diskResource.ts';
import { groupOf } from '../world/scope.ts';
import { locationOf, requireName, resourceOf } from './input.ts';
import type { LooseDisk } from './model.ts';
import { operationHeaders, startOperation } from './operations.ts';
import { refusals } from './refusals.ts';

const inSubscription = '/subscriptions/{subscriptionId}/providers/Microsoft.Compute/disks';
const inGroup = '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.Compute/disks';

/** What Azure takes, in ms: recorded for a disk of a few GB. */
const createMs = 1000;
const deleteMs = 1000;

export function registerDisks(context: ComputeContext, router: ArmRouter): void {
  const { estate, tools } = context;
  router.on('GET', inSubscription, (request) => {
    estate.world.now();
    return tools.paged(request, all(context, subscriptionOf(estate.world, request)));
  });
  router.on('GET', inGroup, (request) => {
    const { group, subscriptionId } = placeOf(context, request);
    return tools.paged(request, all(context, subscriptionId, group));
  });
  router.on('GET', `${inGroup}/{disk}`, (request) => {
    const place = placeOf(context, request);
    const name = param(request, 'disk');
    const id = computeId(place, 'disks', encodeURIComponent(name));
    const loose = estate.disk(id);
    const attached = loose === undefined ? estate.attachedDisk(place.subscriptionId, id) : undefined;
    if (loose === undefined && attached === undefined) {
      throw refusals.resourceNotFound('disks', name, place.group);
    }
    const body = loose !== undefined ? looseDiskResource(loose, estate.world.now()) : attached && attachedDiskResource(attached);
    return { status: 200, ...(body === undefined ? {} : { body }) };
  });
  router.on('PUT', `${inGroup}/{disk}`, (request) => put(context, request));
  router.on('DELETE', `${inGroup}/{disk}`, (request) => remove(context, request));
}

function placeOf({ estate }: ComputeContext, request: ArmRequest): GroupPlace {
  estate.world.now();
  const { group, subscriptionId } = groupOf(estate.world, request);
  return { group, subscriptionId };
}

function all({ estate }: ComputeContext, subscriptionId: string, group?: string): JsonObject[] {
  const now = estate.world.now();
  const isWanted = (of: { readonly resourceGroup: string }): boolean => group === undefined || of.resourceGroup === group;
  return [
    ...estate
      .attachedDisks(subscriptionId)
      .filter(({ machines }) => isWanted(machines[0]))
      .map(attachedDiskResource),
    ...estate
      .disks(subscriptionId)
      .filter(isWanted)
      .map((disk) => looseDiskResource(disk, now)),
  ];
}

/** Recorded: 202 with what was asked for, `Updating`; the operation's output and the result behind `Location` are the disk. */
function put(context: ComputeContext, request: ArmRequest): ArmReply {
  const { estate, tools } = context;
  const place = placeOf(context, request);
  const name = requireName(param(request, 'disk'), 'diskName');
  const body = resourceOf(request);
  const location = locationOf(body, 'disks');
  const id = computeId(place, 'disks', name);
  const attached = estate.attachedDisk(place.subscriptionId, id);
  if (attached !== undefined) {
    throw refusals.notAllowed(`Disk ${name} is attached to VM ${machineId(attached.machines[0])}; this sandbox changes loose disks only.`);
  }
  const held = estate.disk(id);
  if (held !== undefined && held.location !== location) {
    throw refusals.otherLocation(held.name, held.resourceGroup, held.location, location);
  }
  const { subscriptionId, group } = place;
  const disk = held ?? createDisk(estate, { id, name, subscriptionId, resourceGroup: group, location }, body);
  if (held === undefined) {
    estate.addDisk(disk);
  } else {
    updateDisk(held, body);
  }
  const operation = startOperation(estate, {
    ...{ subscriptionId, location, family: 'DiskOperations', takes: createMs },
    output: () => looseDiskResource(disk, disk.readyAt),
  });
  disk.readyAt = operation.dueAt;
  return { status: 202, headers: operationHeaders(tools, request, operation), body: accepted(disk) };
}

/** Recorded. */
function accepted(disk: LooseDisk): JsonObject {
  const { name, id, location, tags, sku, creationData, sizeGb, zones } = disk;
  return {
    name,
    id,
    type: 'Microsoft.Compute/disks',
    location,
    tags: { ...tags },
    ...(zones.length > 0 ? { zones: [...zones] } : {}),
    sku: { name: sku },
    properties: { creationData, diskSizeGB: sizeGb, provisioningState: 'Updating' },
  };
}

function remove(context: ComputeContext, request: ArmRequest): ArmReply {
  const { estate, tools } = context;
  const place = placeOf(context, request);
  const id = computeId(place, 'disks', encodeURIComponent(param(request, 'disk')));
  const attached = estate.attachedDisk(place.subscriptionId, id);
  if (attached !== undefined) {
    throw refusals.diskAttached(attached.disk.name, machineId(attached.machines[0]));
  }
  const disk = estate.disk(id);
  if (disk === undefined) {
    return { status: 204 };
  }
  estate.requireUnlocked(disk.id);
  const { subscriptionId, location } = disk;
  const operation = startOperation(estate, {
    ...{ subscriptionId, location, family: 'DiskOperations', takes: deleteMs },
    effect: () => estate.removeDisk(disk),
  });
  return { status: 202, headers: operationHeaders(tools, request, operation) };
}
