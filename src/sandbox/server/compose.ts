import type { ArmProvider, ArmToolbox } from '../arm/types.ts';
import { createProviders, createWorld } from '../providers.ts';
import { WorldChanges } from '../world/changes.ts';

interface ComposeOptions {
  readonly vaults: number | undefined;
  readonly items: number | undefined;
  readonly toolbox: ArmToolbox;
}

/** What stands behind the resource manager. */
interface Composition {
  readonly providers: readonly ArmProvider[];
  /** GUID of the directory that all subscriptions trust. */
  readonly tenantId: string;
  readonly subscriptionIds: readonly string[];
  /** What can happen in the world beside backup; absent where there is none. */
  readonly changes?: WorldChanges;
}

export type Compose = (options: ComposeOptions) => Composition;

/** The sandbox's own world and the providers that serve it. */
export const composeWorld: Compose = ({ vaults, items, toolbox }) => {
  const world = createWorld({ vaults, items, clock: toolbox.clock, random: toolbox.random });
  return {
    providers: createProviders(world, toolbox),
    tenantId: world.tenantId,
    subscriptionIds: world.subscriptionIds,
    changes: new WorldChanges(world),
  };
};
