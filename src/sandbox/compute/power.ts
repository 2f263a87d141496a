import type { ArmReply, ArmRequest, ArmRouter, ArmToolbox } from '../arm/types.ts';
import { machineId, type VirtualMachine } from '../world/entities.ts';
import { groupOf, param } from '../world/scope.ts';
import type { Estate } from './estate.ts';
import { operationHeaders, startOperation } from './operations.ts';
import { refusals } from './refusals.ts';

/** Azure milliseconds of a start, a stop, a deletion. */
const takes = 30_000;

const states = { start: 'running', powerOff: 'stopped', deallocate: 'deallocated' } as const;

/**
 * Switching machines on and off, and deleting them. Recorded of a deallocation and of deletions: 202 without a body, both
 * URLs at the location. A deletion leaves disks, restore points and their collections; one of what is gone is a 204.
 */
export function registerPower(
  estate: Estate,
  tools: ArmToolbox,
  router: ArmRouter,
  template: string,
  lookUp: (request: ArmRequest) => VirtualMachine | undefined,
): void {
  const { world } = estate;
  for (const [action, powerState] of Object.entries(states)) {
    router.on('POST', `${template}/${action}`, (request) => {
      const machine = lookUp(request);
      if (machine === undefined) {
        throw refusals.resourceNotFound('virtualMachines', param(request, 'virtualMachine'), groupOf(world, request).group);
      }
      return begin(estate, tools, request, machine, (now) => world.replaceMachine({ ...now, powerState }));
    });
  }
  router.on('DELETE', template, (request) => {
    const machine = lookUp(request);
    if (machine === undefined) {
      return { status: 204 };
    }
    estate.requireUnlocked(machineId(machine));
    return begin(estate, tools, request, machine, (now) => world.removeMachine(now));
  });
}

function begin(
  estate: Estate,
  tools: ArmToolbox,
  request: ArmRequest,
  machine: VirtualMachine,
  apply: (now: VirtualMachine) => void,
): ArmReply {
  const { subscriptionId, location } = machine;
  const operation = startOperation(estate, {
    ...{ subscriptionId, location, family: 'operations', takes },
    effect: () => {
      // Somebody else may have deleted it in the meantime.
      const now = estate.world.machine(machineId(machine));
      if (now !== undefined) {
        apply(now);
      }
    },
  });
  return { status: 202, headers: operationHeaders(tools, request, operation) };
}
