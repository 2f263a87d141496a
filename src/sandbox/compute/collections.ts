import type { ArmReply, ArmRequest, ArmRouter } from '../arm/types.ts';
import { param, subscriptionOf } from '../world/scope.ts';
import { hasLink } from './access.ts';
import { createCollection, refuseChanges } from './collectionCreation.ts';
import {
  collectionOf,
  collectionsInGroup,
  collectionsInSubscription,
  collectionTemplate,
  computeId,
  groupPlace,
  lookUpCollection,
  requireVersion,
  type ComputeContext,
} from './context.ts';
import { expands, locationOf, requireName, resourceOf, tagsOf } from './input.ts';
import type { Collection } from './model.ts';
import { operationHeaders, startOperation } from './operations.ts';
import { collectionResource } from './pointResource.ts';
import { linkOutstanding, refusals } from './refusals.ts';

/** Collections a page. Azure's own number has no record; a small one makes clients walk. */
const pageSize = 10;
/** What deleting takes in Azure, in ms: recorded without points, a guess for each point. */
const deleteMs = 2000;
const deletePointMs = 200;

export function registerCollections(context: ComputeContext, router: ArmRouter): void {
  const { estate, tools } = context;
  router.on('GET', collectionsInSubscription, (request) => {
    requireVersion(request);
    estate.world.now();
    const collections = estate.collections(subscriptionOf(estate.world, request));
    const resources = collections.map((collection) =>
      collectionResource(estate, collection, { apiVersion: request.apiVersion, listed: true }),
    );
    return tools.paged(request, resources, { size: pageSize });
  });
  router.on('GET', collectionsInGroup, (request) => {
    const { group, subscriptionId } = groupPlace(context, request);
    const collections = estate.collections(subscriptionId).filter((collection) => collection.resourceGroup === group);
    const resources = collections.map((collection) => collectionResource(estate, collection, request));
    return tools.paged(request, resources, { size: pageSize });
  });
  router.on('GET', collectionTemplate, (request) => {
    const collection = collectionOf(context, request);
    const view = { apiVersion: request.apiVersion, restorePoints: expands(request, 'restorePoints') };
    return { status: 200, body: collectionResource(estate, collection, view) };
  });
  router.on('PUT', collectionTemplate, (request) => put(context, request));
  router.on('PATCH', collectionTemplate, (request) => patch(context, request));
  router.on('DELETE', collectionTemplate, (request) => remove(context, request));
}

/** Recorded: 201 at once, without an operation. Again: 200, and only the tags may be others (documented). */
function put(context: ComputeContext, request: ArmRequest): ArmReply {
  const { estate } = context;
  const place = groupPlace(context, request);
  const name = requireName(param(request, 'collection'), 'restorePointCollectionName');
  const body = resourceOf(request);
  const location = locationOf(body, 'restorePointCollections');
  const tags = tagsOf(body) ?? {};
  const held = lookUpCollection(context, request);
  if (held === undefined) {
    const id = computeId(place, 'restorePointCollections', name);
    const { subscriptionId, group } = place;
    const collection = createCollection(estate, { id, name, subscriptionId, resourceGroup: group, location, tags }, request);
    return { status: 201, body: collectionResource(estate, collection, request) };
  }
  if (held.location !== location) {
    throw refusals.otherLocation(held.name, held.resourceGroup, held.location, location);
  }
  requireStanding(held);
  refuseChanges(held, request);
  held.tags = tags;
  return { status: 200, body: collectionResource(estate, held, request) };
}

function patch(context: ComputeContext, request: ArmRequest): ArmReply {
  const collection = collectionOf(context, request);
  requireStanding(collection);
  const body = resourceOf(request);
  refuseChanges(collection, request);
  collection.tags = tagsOf(body) ?? collection.tags;
  return { status: 200, body: collectionResource(context.estate, collection, request) };
}

/** All points go with it. A link that is out to one of them is found on the way (that it comes after the 202 has no record). */
function remove(context: ComputeContext, request: ArmRequest): ArmReply {
  const { estate, tools } = context;
  const collection = lookUpCollection(context, request);
  if (collection === undefined) {
    return { status: 204 };
  }
  estate.requireUnlocked(collection.id);
  const now = estate.world.now();
  if (collection.points.all.some((point) => now < point.readyAt)) {
    throw refusals.notAllowed(`Collection '${collection.name}' cannot be deleted while a restore point is being created in it.`);
  }
  const isHeld = collection.points.all.some((point) => hasLink(point, now));
  const { subscriptionId, location } = collection;
  if (!isHeld) {
    collection.deletingAt ??= now;
  }
  const operation = startOperation(estate, {
    ...{ subscriptionId, location, family: 'operations' },
    takes: deleteMs + deletePointMs * collection.points.all.length,
    failure: () => (isHeld ? linkOutstanding : undefined),
    effect: () => {
      if (!isHeld) {
        estate.removeCollection(collection);
      }
    },
  });
  return { status: 202, headers: operationHeaders(tools, request, operation) };
}

export function requireStanding(collection: Collection): void {
  if (collection.deletingAt !== undefined) {
    throw refusals.notAllowed(`Operation is not allowed: restore point collection '${collection.name}' is being deleted.`);
  }
}
