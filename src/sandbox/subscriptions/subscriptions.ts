import { ArmFailure, type ArmProvider, type ArmRequest, type ArmRouter, type ArmToolbox, type JsonObject } from '../arm/types.ts';
import { groupOf, subscriptionOf } from '../world/scope.ts';
import { groupId, type ResourceGroup, type Subscription } from '../world/entities.ts';
import type { World } from '../world/world.ts';
import { locationResource, locations } from './locations.ts';
import { registerNamespaces } from './namespaces.ts';
import { matchesTag, registerResources } from './resources.ts';

/** Microsoft.Resources as far as a backup tool looks at it: tenants, subscriptions, locations, groups, resources. */
export function subscriptionsProvider(world: World, tools: ArmToolbox): ArmProvider {
  return {
    register: (router: ArmRouter): void => {
      router.on('GET', '/tenants', (request) => tools.paged(request, [tenantResource(world)]));
      router.on('GET', '/subscriptions', () => {
        const value = world.subscriptions.map((subscription) => subscriptionResource(world, subscription));
        return { status: 200, body: { value, count: { type: 'Total', value: value.length } } };
      });
      router.on('GET', '/subscriptions/{subscriptionId}', (request) => ({
        status: 200,
        body: subscriptionResource(world, find(world, request)),
      }));
      router.on('GET', '/subscriptions/{subscriptionId}/locations', (request) => {
        const id = subscriptionOf(world, request);
        return { status: 200, body: { value: locations.map((location) => locationResource(id, location)) } };
      });
      router.on('GET', '/subscriptions/{subscriptionId}/resourceGroups', (request) =>
        tools.paged(
          request,
          world
            .groups(subscriptionOf(world, request))
            .filter((group) =>
              matchesTag(new Map([...(tools.filter(request) ?? [])].map(([key, value]) => [key.toLowerCase(), value])), group.tags),
            )
            .map(groupResource),
        ),
      );
      router.on('GET', '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}', (request) => {
        const { group, subscriptionId } = groupOf(world, request);
        const found = world.group(subscriptionId, group);
        return { status: 200, body: found === undefined ? {} : groupResource(found) };
      });
      router.on('HEAD', '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}', (request) => {
        groupOf(world, request);
        return { status: 204 };
      });
      registerResources(world, tools, router);
      registerNamespaces(world, tools, router);
    },
  };
}

function find(world: World, request: ArmRequest): Subscription {
  const id = subscriptionOf(world, request);
  const subscription = world.subscription(id);
  if (subscription === undefined) {
    throw new ArmFailure(404, 'SubscriptionNotFound', `The subscription '${id}' could not be found.`, { failureCause: 'gateway' });
  }
  return subscription;
}

function tenantResource(world: World): JsonObject {
  return {
    id: `/tenants/${world.tenantId}`,
    tenantId: world.tenantId,
    countryCode: 'NL',
    displayName: 'Northwind Traders',
    domains: ['northwind.example'],
    tenantCategory: 'Home',
    defaultDomain: 'northwind.example',
    tenantType: 'AAD',
  };
}

function subscriptionResource(world: World, subscription: Subscription): JsonObject {
  return {
    id: `/subscriptions/${subscription.subscriptionId}`,
    authorizationSource: 'RoleBased',
    managedByTenants: [],
    subscriptionId: subscription.subscriptionId,
    tenantId: world.tenantId,
    displayName: subscription.name,
    state: 'Enabled',
    subscriptionPolicies: { locationPlacementId: 'Public_2014-09-01', quotaId: 'EnterpriseAgreement_2014-09-01', spendingLimit: 'Off' },
  };
}

function groupResource(group: ResourceGroup): JsonObject {
  return {
    id: groupId({ subscriptionId: group.subscriptionId, resourceGroup: group.name }),
    name: group.name,
    type: 'Microsoft.Resources/resourceGroups',
    location: group.location,
    ...(Object.keys(group.tags).length > 0 ? { tags: { ...group.tags } } : {}),
    properties: { provisioningState: 'Succeeded' },
  };
}
