import { ArmFailure, type ArmRequest, type JsonObject } from '../arm/types.ts';
import type { World } from './world.ts';

export function param(request: ArmRequest, name: string): string {
  return request.params[name] ?? '';
}

/** @throws ArmFailure 404 for a subscription or group that is not there. */
export function groupOf(world: World, request: ArmRequest): { group: string; subscriptionId: string; location: string } {
  const subscriptionId = subscriptionOf(world, request);
  const name = param(request, 'resourceGroup');
  const group = world.group(subscriptionId, name);
  if (group === undefined) {
    throw new ArmFailure(404, 'ResourceGroupNotFound', `Resource group '${name}' could not be found.`, { failureCause: 'gateway' });
  }
  return { group: group.name, subscriptionId, location: group.location };
}

/** @throws ArmFailure 404 for a subscription that is not there. */
export function subscriptionOf(world: World, request: ArmRequest): string {
  const id = param(request, 'subscriptionId');
  const subscription = world.subscription(id);
  if (subscription === undefined) {
    throw new ArmFailure(404, 'SubscriptionNotFound', `The subscription '${id}' could not be found.`, { failureCause: 'gateway' });
  }
  return subscription.subscriptionId;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** True where the filter does not ask, or asks for this value in any casing. */
export function matches(filter: ReadonlyMap<string, string>, name: string, value: string): boolean {
  const wanted = filter.get(name.toLowerCase());
  return wanted === undefined || wanted.toLowerCase() === value.toLowerCase();
}
