import type { ArmReply, ArmRequest, ArmRouter, ArmToolbox } from '../arm/types.ts';
import { groupId, type VirtualMachine } from '../world/entities.ts';
import { groupOf, param, subscriptionOf } from '../world/scope.ts';
import type { World } from '../world/world.ts';
import type { Estate } from './estate.ts';
import { instanceView, machineResource } from './machineResource.ts';
import { registerPower } from './power.ts';
import { refusals } from './refusals.ts';

const inSubscription = '/subscriptions/{subscriptionId}/providers/Microsoft.Compute/virtualMachines';
const inLocation = '/subscriptions/{subscriptionId}/providers/Microsoft.Compute/locations/{location}/virtualMachines';
const inGroup = '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.Compute/virtualMachines';

/** Machines: to look at, to switch on and off, and to delete. */
export function registerMachines(estate: Estate, tools: ArmToolbox, router: ArmRouter): void {
  const { world } = estate;
  const list = (request: ArmRequest, machines: readonly VirtualMachine[]): ArmReply =>
    tools.paged(
      request,
      machines.map((machine) => machineResource(world, machine, wantsInstanceView(request, 'statusOnly'))),
    );
  router.on('GET', inSubscription, (request) => {
    world.now();
    return list(request, world.machines(subscriptionOf(world, request)));
  });
  router.on('GET', inGroup, (request) => {
    const { group, subscriptionId } = placeOf(world, request);
    return list(
      request,
      world.machines(subscriptionId).filter((machine) => machine.resourceGroup === group),
    );
  });
  router.on('GET', inLocation, (request) =>
    list(request, world.machines(subscriptionOf(world, request), param(request, 'location').toLowerCase())),
  );
  router.on('GET', `${inGroup}/{virtualMachine}`, (request) => ({
    status: 200,
    body: machineResource(world, find(world, request), wantsInstanceView(request, '$expand')),
  }));
  router.on('GET', `${inGroup}/{virtualMachine}/instanceView`, (request) => ({
    status: 200,
    body: instanceView(world, find(world, request)),
  }));
  registerPower(estate, tools, router, `${inGroup}/{virtualMachine}`, (request) => lookUp(world, request));
}

/** A GET asks with `$expand=instanceView`, a list with `$expand` too or with `statusOnly=true`. */
function wantsInstanceView(request: ArmRequest, key: 'statusOnly' | '$expand'): boolean {
  const query = new Map([...request.query].map(([name, value]) => [name.toLowerCase(), value.toLowerCase()]));
  return query.get('$expand')?.includes('instanceview') === true || (key === 'statusOnly' && query.get('statusonly') === 'true');
}

function placeOf(world: World, request: ArmRequest): { group: string; subscriptionId: string; location: string } {
  world.now();
  return groupOf(world, request);
}

function lookUp(world: World, request: ArmRequest): VirtualMachine | undefined {
  const { group, subscriptionId } = placeOf(world, request);
  const name = param(request, 'virtualMachine');
  return world.machine(
    `${groupId({ subscriptionId, resourceGroup: group })}/providers/Microsoft.Compute/virtualMachines/${encodeURIComponent(name)}`,
  );
}

function find(world: World, request: ArmRequest): VirtualMachine {
  const machine = lookUp(world, request);
  if (machine === undefined) {
    throw refusals.resourceNotFound('virtualMachines', param(request, 'virtualMachine'), groupOf(world, request).group);
  }
  return machine;
}
