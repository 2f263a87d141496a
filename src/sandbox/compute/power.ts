import { ArmFailure, type ArmReply, type ArmRequest, type ArmRouter, type ArmToolbox, type JsonObject } from '../arm/types.ts';
import { machineId, type VirtualMachine } from '../world/entities.ts';
import { param } from '../world/scope.ts';
import { offsetTime } from '../world/wireFormat.ts';
import type { World } from '../world/world.ts';

interface ComputeOperation {
  /** GUID. */
  readonly id: string;
  readonly startAt: number;
  readonly dueAt: number;
}

interface Power {
  readonly world: World;
  readonly tools: ArmToolbox;
  /** GUID of the `p` that Compute puts into its operation URLs. */
  readonly partition: string;
  readonly operations: Map<string, ComputeOperation>;
}

/** Azure milliseconds of a start, a stop, a deletion. */
const takes = 30_000;

const states = { start: 'running', powerOff: 'stopped', deallocate: 'deallocated' } as const;

/**
 * Switching machines on and off, and deleting them. Recorded of a deallocation and of deletions: 202 without a body, both
 * URLs at the location; the status has no `endTime` before its end.
 */
export function registerPower(
  world: World,
  tools: ArmToolbox,
  router: ArmRouter,
  template: string,
  find: (request: ArmRequest) => VirtualMachine,
): void {
  const power: Power = { world, tools, partition: tools.random.guid(), operations: new Map() };
  for (const [action, powerState] of Object.entries(states)) {
    router.on('POST', `${template}/${action}`, (request) =>
      begin(power, request, find(request), (machine) => world.replaceMachine({ ...machine, powerState })),
    );
  }
  router.on('DELETE', template, (request) => {
    const machine = present(find, request);
    return machine === undefined ? { status: 204 } : begin(power, request, machine, (last) => world.removeMachine(last));
  });
  router.on('GET', '/subscriptions/{subscriptionId}/providers/Microsoft.Compute/locations/{location}/operations/{operation}', (request) =>
    poll(power, request),
  );
}

/** A machine that is gone needs no second deletion. */
function present(find: (request: ArmRequest) => VirtualMachine, request: ArmRequest): VirtualMachine | undefined {
  try {
    return find(request);
  } catch (error) {
    if (error instanceof ArmFailure && error.code === 'ResourceNotFound') {
      return undefined;
    }
    throw error;
  }
}

function begin(
  { world, tools, partition, operations }: Power,
  request: ArmRequest,
  machine: VirtualMachine,
  apply: (machine: VirtualMachine) => void,
): ArmReply {
  const startAt = world.now();
  const operation: ComputeOperation = { id: tools.random.guid(), startAt, dueAt: startAt + world.clock.scaled(takes) };
  operations.set(operation.id, operation);
  world.agenda.plan(operation.dueAt, () => {
    // Somebody else may have deleted it in the meantime.
    const now = world.machine(machineId(machine));
    if (now !== undefined) {
      apply(now);
    }
  });
  const path = `/subscriptions/${machine.subscriptionId}/providers/Microsoft.Compute/locations/${machine.location}/operations/${operation.id}`;
  const url = (query: string): string =>
    tools.signedUrl(request, path, request.apiVersion).replace('?api-version=', `?p=${partition}${query}&api-version=`);
  return {
    status: 202,
    headers: { 'Azure-AsyncOperation': url(''), Location: url('&monitor=true'), 'Retry-After': tools.retryAfter(10) },
  };
}

function poll({ world, tools, operations }: Power, request: ArmRequest): ArmReply {
  const now = world.now();
  const operation = operations.get(param(request, 'operation').toLowerCase());
  if (operation === undefined) {
    throw new ArmFailure(404, 'OperationNotFound', `The operation '${param(request, 'operation')}' was not found.`);
  }
  const isDone = now >= operation.dueAt;
  if (request.query.get('monitor') === 'true') {
    return isDone ? { status: 200 } : { status: 202, headers: { 'Retry-After': tools.retryAfter(10) } };
  }
  const body: JsonObject = {
    startTime: offsetTime(operation.startAt),
    ...(isDone ? { endTime: offsetTime(operation.dueAt) } : {}),
    status: isDone ? 'Succeeded' : 'InProgress',
    name: operation.id,
  };
  return { status: 200, body, ...(isDone ? {} : { headers: { 'Retry-After': tools.retryAfter(10) } }) };
}
