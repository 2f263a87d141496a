import { standingStorage } from '../storage/standing.ts';
import { ownRandom } from '../world/ownRandom.ts';
import type { World } from '../world/world.ts';
import type { ApiEstate } from './estate.ts';
import { standingServices } from './standing.ts';

const estates = new WeakMap<World, ApiEstate>();

/**
 * What a world holds of API Management, and the storage accounts beside it; made when it is first asked for.
 * @param principalId GUID of whoever signs in; counts with the first call only
 */
export function apisOf(world: World, principalId = ownRandom(`user ${world.tenantId}`).guid()): ApiEstate {
  let estate = estates.get(world);
  if (estate === undefined) {
    estate = standingServices(world, standingStorage(world, principalId));
    estates.set(world, estate);
  }
  return estate;
}
