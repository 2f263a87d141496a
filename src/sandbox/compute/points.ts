import { armIdKey, sameArmId } from '../../core/armId.ts';
import type { ArmReply, ArmRequest, ArmRouter } from '../arm/types.ts';
import { param } from '../world/scope.ts';
import { hasLink } from './access.ts';
import { requireStanding } from './collections.ts';
import { collectionOf, pointOf, pointTemplate, type ComputeContext } from './context.ts';
import { expands, requireName } from './input.ts';
import { operationHeaders, startOperation } from './operations.ts';
import { copyPoint } from './pointCopy.ts';
import { createPoint } from './pointCreation.ts';
import { readPoint, type PointInput } from './pointInput.ts';
import { pointResource } from './pointResource.ts';
import { refusals } from './refusals.ts';
import type { RestorePoint } from './model.ts';

/** Recorded, in ms. */
const deleteMs = 5000;

export function registerPoints(context: ComputeContext, router: ArmRouter): void {
  const { estate } = context;
  router.on('GET', pointTemplate, (request) => {
    const { point } = pointOf(context, request);
    const view = { apiVersion: request.apiVersion, instanceView: expands(request, 'instanceView') };
    return { status: 200, body: pointResource(estate, point, view) };
  });
  router.on('PUT', pointTemplate, (request) => put(context, request));
  router.on('DELETE', pointTemplate, (request) => remove(context, request));
}

/** Recorded: 201 with the point and `Azure-AsyncOperation`, without `Location`. The contract has no other answer, so it is that of the same again too. */
function put(context: ComputeContext, request: ArmRequest): ArmReply {
  const { estate, tools } = context;
  const collection = collectionOf(context, request);
  requireStanding(collection);
  const name = requireName(param(request, 'point'), 'restorePointName');
  const input = readPoint(request);
  const held = collection.points.get(name);
  if (held !== undefined) {
    if (!isSame(held, input)) {
      throw refusals.pointExists(held.name);
    }
    return { status: 201, body: pointResource(estate, held, request) };
  }
  const point =
    collection.source.kind === 'machine' ? createPoint(estate, collection, name, input) : copyPoint(estate, collection, name, input);
  collection.points.add(point);
  const { subscriptionId, location } = collection;
  const operation = startOperation(estate, {
    ...{ subscriptionId, location, family: 'operations' },
    takes: (point.readyAt - point.createdAt) * estate.world.clock.speed,
    failure: () => point.failure,
  });
  return {
    status: 201,
    headers: operationHeaders(tools, request, operation, 'status'),
    body: pointResource(estate, point, request),
  };
}

/** Whether a PUT says again what a point was made with: that is no error. */
function isSame(held: RestorePoint, input: PointInput): boolean {
  const ids = (list: readonly string[]): string => list.map(armIdKey).sort().join();
  const sameSource =
    held.sourcePointId === undefined ? input.sourcePointId === undefined : sameArmId(held.sourcePointId, input.sourcePointId);
  return held.requestedMode === input.mode && sameSource && ids(held.excluded) === ids(input.excluded);
}

function remove(context: ComputeContext, request: ArmRequest): ArmReply {
  const { estate, tools } = context;
  const collection = collectionOf(context, request);
  const point = collection.points.get(param(request, 'point'));
  if (point === undefined) {
    return { status: 204 };
  }
  estate.requireUnlocked(point.id);
  const now = estate.world.now();
  if (hasLink(point, now)) {
    throw refusals.linkOutstanding();
  }
  if (now < point.readyAt) {
    throw refusals.notAllowed(`Restore point '${point.name}' cannot be deleted while it is being created.`);
  }
  point.deletingAt ??= now;
  const { subscriptionId, location } = collection;
  const operation = startOperation(estate, {
    ...{ subscriptionId, location, family: 'operations', takes: deleteMs },
    effect: () => collection.points.remove(point),
  });
  return { status: 202, headers: operationHeaders(tools, request, operation) };
}
