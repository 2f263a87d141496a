import type { ArmProvider, ArmToolbox } from '../arm/types.ts';
import { type BlobReply, type BlobRequest, serveBlob } from '../compute/blobs.ts';
import { EstateChanges } from '../compute/changes.ts';
import { estateOf } from '../compute/estates.ts';
import { createProviders, createWorld } from '../providers.ts';
import { WorldChanges } from '../world/changes.ts';
import type { Changes } from './worldRoutes.ts';

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
  /** Storage accounts, which ask for no token: undefined for a path that is none of theirs. */
  readonly blobs?: (request: BlobRequest) => BlobReply | undefined;
  /** What can happen in the world beside backup; absent where there is none. */
  readonly changes?: Changes;
}

export type Compose = (options: ComposeOptions) => Composition;

/** The sandbox's own world and the providers that serve it. */
export const composeWorld: Compose = ({ vaults, items, toolbox }) => {
  const world = createWorld({ vaults, items, clock: toolbox.clock, random: toolbox.random });
  return {
    providers: createProviders(world, toolbox),
    tenantId: world.tenantId,
    subscriptionIds: world.subscriptionIds,
    blobs: (request) => serveBlob(estateOf(world), request),
    changes: { world: new WorldChanges(world), estate: new EstateChanges(estateOf(world)) },
  };
};
