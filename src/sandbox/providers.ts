import type { ArmProvider, ArmToolbox, Random, SandboxClock } from './arm/types.ts';
import { apisOf } from './apiManagement/estates.ts';
import { apiManagementProvider } from './apiManagement/provider.ts';
import { estateOf } from './compute/estates.ts';
import { computeProvider } from './compute/provider.ts';
import { recoveryServicesProvider } from './recoveryServices/provider.ts';
import { noBlobStore, type BlobStore } from './storage/blobStore.ts';
import { storageProvider } from './storage/provider.ts';
import { subscriptionsProvider } from './subscriptions/subscriptions.ts';
import { appliancesOf } from './veeam/standing.ts';
import { addFleet } from './world/fleet.ts';
import { populate } from './world/populate.ts';
import { keepSchedule, watchDatabases } from './world/schedule.ts';
import { tellStory } from './world/story.ts';
import { World } from './world/world.ts';

export interface WorldOptions {
  /** Generated vaults beside the standing ones, and items in each. */
  readonly vaults?: number | undefined;
  readonly items?: number | undefined;
  readonly clock: SandboxClock;
  /** From the seed: the same seed gives the same world, at other moments. */
  readonly random: Random;
  /** GUID of whoever signs in, for the roles that he has. */
  readonly principalId?: string | undefined;
}

/** Makes everything that exists when a sandbox starts. */
export function createWorld({ vaults, items, clock, random, principalId }: WorldOptions): World {
  const world = new World(clock, random);
  populate(world);
  tellStory(world);
  estateOf(world);
  apisOf(world, principalId);
  appliancesOf(world);
  addFleet(world, vaults ?? 0, items ?? 10);
  keepSchedule(world, () => world.allVaults());
  watchDatabases(world, () => world.allVaults());
  return world;
}

/** The resource providers that serve a world. */
export function createProviders(world: World, toolbox: ArmToolbox, blobs: BlobStore = noBlobStore): ArmProvider[] {
  return [
    subscriptionsProvider(world, toolbox),
    computeProvider(estateOf(world), toolbox),
    storageProvider(apisOf(world).storage, blobs, toolbox),
    apiManagementProvider({ estate: apisOf(world), blobs }, toolbox),
    recoveryServicesProvider({ world, tools: toolbox }),
  ];
}
