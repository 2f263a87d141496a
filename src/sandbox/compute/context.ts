import type { ArmRequest, ArmToolbox } from '../arm/types.ts';
import { groupId } from '../world/entities.ts';
import { groupOf, param } from '../world/scope.ts';
import type { Estate, PointInCollection } from './estate.ts';
import type { Collection, DiskPoint } from './model.ts';
import { refusals } from './refusals.ts';

/** What the modules of Microsoft.Compute share. */
export interface ComputeContext {
  readonly estate: Estate;
  readonly tools: ArmToolbox;
}

export const collectionsInSubscription = '/subscriptions/{subscriptionId}/providers/Microsoft.Compute/restorePointCollections';
export const collectionsInGroup =
  '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.Compute/restorePointCollections';
export const collectionTemplate = `${collectionsInGroup}/{collection}`;
export const pointTemplate = `${collectionTemplate}/restorePoints/{point}`;
export const diskPointTemplate = `${pointTemplate}/diskRestorePoints/{diskPoint}`;

export interface GroupPlace {
  readonly subscriptionId: string;
  readonly group: string;
}

/** The group of a request, at the present moment. @throws ArmFailure 404 where there is none; 400 below the first api-version (documented). */
export function groupPlace({ estate }: ComputeContext, request: ArmRequest): GroupPlace {
  requireVersion(request);
  estate.world.now();
  const { group, subscriptionId } = groupOf(estate.world, request);
  return { group, subscriptionId };
}

/** @throws ArmFailure 400 where the api-version knows no restore points yet. */
export function requireVersion(request: ArmRequest): void {
  if (request.apiVersion < '2021-03-01') {
    throw refusals.tooOld();
  }
}

/** An id below a group, of a name as the caller gave it. */
export function computeId({ subscriptionId, group }: GroupPlace, type: string, name: string): string {
  return `${groupId({ subscriptionId, resourceGroup: group })}/providers/Microsoft.Compute/${type}/${name}`;
}

/** The collection of a request, where it is there. */
export function lookUpCollection(context: ComputeContext, request: ArmRequest): Collection | undefined {
  const place = groupPlace(context, request);
  return context.estate.collection(computeId(place, 'restorePointCollections', encodeURIComponent(param(request, 'collection'))));
}

/** @throws ArmFailure 404. */
export function collectionOf(context: ComputeContext, request: ArmRequest): Collection {
  const collection = lookUpCollection(context, request);
  if (collection === undefined) {
    const { group } = groupPlace(context, request);
    const name = param(request, 'collection');
    throw request.params.point === undefined
      ? refusals.resourceNotFound('restorePointCollections', name, group)
      : refusals.parentNotFound(name);
  }
  return collection;
}

/** @throws ArmFailure 404. */
export function pointOf(context: ComputeContext, request: ArmRequest): PointInCollection {
  const collection = collectionOf(context, request);
  const name = param(request, 'point');
  const point = collection.points.get(name);
  if (point === undefined) {
    throw refusals.notFound(`${collection.name}/${name}`);
  }
  return { collection, point };
}

/** @throws ArmFailure 404. */
export function diskPointOf(context: ComputeContext, request: ArmRequest): PointInCollection & { readonly disk: DiskPoint } {
  const { collection, point } = pointOf(context, request);
  const name = param(request, 'diskPoint');
  const now = context.estate.world.now();
  const disk = now < point.readyAt ? undefined : point.disks.find((known) => known.name.toLowerCase() === name.toLowerCase());
  if (disk === undefined) {
    throw refusals.notFound(`${collection.name}/${point.name}/${name}`);
  }
  return { collection, point, disk };
}
