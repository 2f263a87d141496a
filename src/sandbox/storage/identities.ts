import type { ArmRouter, ArmToolbox, JsonObject } from '../arm/types.ts';
import { groupId } from '../world/entities.ts';
import { groupOf, param, subscriptionOf } from '../world/scope.ts';
import type { StorageEstate } from './estate.ts';
import type { Identity } from './model.ts';
import { refusals } from './refusals.ts';

const type = 'Microsoft.ManagedIdentity/userAssignedIdentities';
const inGroup = `/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/${type}`;

/** User-assigned managed identities: to look at. */
export function registerIdentities(estate: StorageEstate, tools: ArmToolbox, router: ArmRouter): void {
  const resource = (identity: Identity): JsonObject => identityResource(identity, estate.world.tenantId);
  router.on('GET', `/subscriptions/{subscriptionId}/providers/${type}`, (request) =>
    tools.paged(request, estate.identitiesOf(subscriptionOf(estate.world, request)).map(resource)),
  );
  router.on('GET', inGroup, (request) => {
    const { subscriptionId, group } = groupOf(estate.world, request);
    const found = estate.identitiesOf(subscriptionId).filter((identity) => identity.resourceGroup === group);
    return tools.paged(request, found.map(resource));
  });
  router.on('GET', `${inGroup}/{identity}`, (request) => {
    const { subscriptionId, group } = groupOf(estate.world, request);
    const name = param(request, 'identity');
    const identity = estate.identity(identityId({ subscriptionId, resourceGroup: group, name: encodeURIComponent(name) }));
    if (identity === undefined) {
      throw refusals.resourceNotFound(type, name, group);
    }
    return { status: 200, body: resource(identity) };
  });
}

/** Recorded: Azure writes `resourcegroups` in lower case here. */
export function identityId(of: { subscriptionId: string; resourceGroup: string; name: string }): string {
  return `${groupId(of).replace('/resourceGroups/', '/resourcegroups/')}/providers/${type}/${of.name}`;
}

function identityResource(identity: Identity, tenantId: string): JsonObject {
  const { id, name, location, principalId, clientId } = identity;
  return { location, tags: {}, id, name, type, properties: { tenantId, principalId, clientId } };
}
