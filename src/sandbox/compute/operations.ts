import type { ArmReply, ArmRequest, ArmRouter, ArmToolbox, JsonObject } from '../arm/types.ts';
import { queryValue } from '../arm/path.ts';
import { param, subscriptionOf } from '../world/scope.ts';
import { offsetTime } from '../world/wireFormat.ts';
import type { Estate } from './estate.ts';
import type { ComputeOperation, FailureDetail } from './model.ts';
import { refusals } from './refusals.ts';

export interface NewOperation {
  readonly subscriptionId: string;
  readonly location: string;
  readonly family: ComputeOperation['family'];
  /** How long it takes in Azure, in ms. */
  readonly takes: number;
  readonly failure?: () => FailureDetail | undefined;
  readonly output?: () => JsonObject | undefined;
  /** Carried out when it is due. */
  readonly effect?: (at: number) => void;
}

/** Azure's own pace for looking again, in seconds; recordings have it stripped. */
const pollSeconds = 10;

export function startOperation(estate: Estate, made: NewOperation): ComputeOperation {
  const { world } = estate;
  const now = world.now();
  const { takes, effect, failure, output, ...rest } = made;
  const operation: ComputeOperation = {
    ...rest,
    id: world.random.guid(),
    startAt: now,
    dueAt: now + world.clock.scaled(takes),
    failure: failure ?? (() => undefined),
    output: output ?? (() => undefined),
  };
  estate.operations.set(operation.id, operation);
  if (effect !== undefined) {
    world.agenda.plan(operation.dueAt, effect);
  }
  return operation;
}

/**
 * The headers of an accepted request. `Azure-AsyncOperation` tells the status, `Location` (`monitor=true`) the result.
 * Recorded: the creation of a restore point has the first only, everything else both.
 */
export function operationHeaders(
  tools: ArmToolbox,
  request: ArmRequest,
  operation: ComputeOperation,
  kinds: 'status' | 'both' = 'both',
): Record<string, string> {
  return {
    'Azure-AsyncOperation': link(tools, request, operation, ''),
    ...(kinds === 'both' ? { Location: link(tools, request, operation, 'monitor=true&') } : {}),
    ...(operation.family === 'operations' ? { 'Azure-AsyncNotification': 'Enabled' } : {}),
    'Retry-After': tools.retryAfter(pollSeconds),
  };
}

/** Azure puts `p` (a GUID of its own, one a region and subscription) and `monitor` before the api-version. */
function link(tools: ArmToolbox, request: ArmRequest, operation: ComputeOperation, monitor: string): string {
  const { subscriptionId, location, family, id } = operation;
  const path = `/subscriptions/${subscriptionId}/providers/Microsoft.Compute/locations/${location}/${family}/${id}`;
  const partition = `p=${subscriptionId.slice(0, 23)}-${id.slice(-12)}&`;
  return tools.signedUrl(request, path, request.apiVersion).replace('?', () => `?${partition}${monitor}`);
}

export function registerOperations(estate: Estate, tools: ArmToolbox, router: ArmRouter): void {
  for (const family of ['operations', 'DiskOperations'] as const) {
    router.on(
      'GET',
      `/subscriptions/{subscriptionId}/providers/Microsoft.Compute/locations/{location}/${family}/{operation}`,
      (request) => {
        const operation = find(estate, request, family);
        const isDue = estate.world.now() >= operation.dueAt;
        if (queryValue(request.query, 'monitor')?.toLowerCase() === 'true') {
          return isDue ? result(operation) : { status: 202, headers: operationHeaders(tools, request, operation) };
        }
        const again = isDue ? {} : { headers: { 'Retry-After': tools.retryAfter(pollSeconds) } };
        return { status: 200, body: statusOf(operation, isDue), ...again };
      },
    );
  }
}

function find(estate: Estate, request: ArmRequest, family: ComputeOperation['family']): ComputeOperation {
  const subscriptionId = subscriptionOf(estate.world, request);
  const id = param(request, 'operation');
  const operation = estate.operations.get(id.toLowerCase());
  if (operation?.family !== family || operation.subscriptionId !== subscriptionId) {
    throw refusals.operationNotFound(id);
  }
  return operation;
}

/** Recorded: the end time stands only once there is one, a disk operation's output in `properties`. */
function statusOf(operation: ComputeOperation, isDue: boolean): JsonObject {
  const startTime = offsetTime(operation.startAt);
  if (!isDue) {
    return { startTime, status: 'InProgress', name: operation.id };
  }
  const failure = operation.failure();
  const output = operation.family === 'DiskOperations' && failure === undefined ? operation.output() : undefined;
  return {
    startTime,
    endTime: offsetTime(operation.dueAt),
    status: failure === undefined ? 'Succeeded' : 'Failed',
    ...(output === undefined ? {} : { properties: { output } }),
    ...(failure === undefined ? {} : { error: { ...failure } }),
    name: operation.id,
  };
}

function result(operation: ComputeOperation): ArmReply {
  const failure = operation.failure();
  if (failure !== undefined) {
    return { status: 409, headers: { 'x-ms-failure-cause': 'service' }, body: { error: { ...failure } } };
  }
  const body = operation.output();
  return body === undefined ? { status: 200 } : { status: 200, body };
}
