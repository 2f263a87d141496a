import { redated } from '../apiManagement/archive.ts';
import { apisOf } from '../apiManagement/estates.ts';
import { standingBlobs } from '../apiManagement/standing.ts';
import type { ArmProvider, ArmToolbox } from '../arm/types.ts';
import { type BlobReply, type BlobRequest, serveBlob } from '../compute/blobs.ts';
import { EstateChanges } from '../compute/changes.ts';
import { estateOf } from '../compute/estates.ts';
import { createProviders, createWorld } from '../providers.ts';
import { BlobService, type BlobServiceOptions } from '../storage/azurite/service.ts';
import type { StorageEstate } from '../storage/estate.ts';
import type { Appliance } from '../veeam/appliance.ts';
import { appliancesOf } from '../veeam/standing.ts';
import { WorldChanges } from '../world/changes.ts';
import type { Changes } from './worldRoutes.ts';

interface ComposeOptions {
  readonly vaults: number | undefined;
  readonly items: number | undefined;
  readonly toolbox: ArmToolbox;
  /** GUID of whoever signs in. */
  readonly principalId: string;
  readonly blobService: BlobServiceOptions;
}

/** What stands behind the resource manager. */
interface Composition {
  readonly providers: readonly ArmProvider[];
  /** GUID of the directory that all subscriptions trust. */
  readonly tenantId: string;
  readonly subscriptionIds: readonly string[];
  /** Storage accounts, which ask for no token: undefined for a path that is none of theirs. */
  readonly blobs?: (request: BlobRequest) => BlobReply | undefined;
  /** Storage accounts and the service that holds their blobs; absent where there are none. */
  readonly storage?: StorageComposition;
  /** What can happen in the world beside backup; absent where there is none. */
  readonly changes?: Changes;
  /** Veeam appliances, which have ports of their own. */
  readonly appliances?: readonly Appliance[];
}

export interface StorageComposition {
  readonly estate: StorageEstate;
  readonly service: BlobService;
  /** The content of a backup as if it had been made then; undefined for what is no backup. */
  readonly redated: (content: Uint8Array, createdAt: number) => Uint8Array | undefined;
}

export type Compose = (options: ComposeOptions) => Composition;

/** The sandbox's own world and the providers that serve it. */
export const composeWorld: Compose = ({ vaults, items, toolbox, principalId, blobService }) => {
  const world = createWorld({ vaults, items, clock: toolbox.clock, random: toolbox.random, principalId });
  const apis = apisOf(world);
  const service = new BlobService(blobService);
  service.fill(apis.storage.accounts(), () => standingBlobs(apis));
  return {
    providers: createProviders(world, toolbox, service),
    tenantId: world.tenantId,
    subscriptionIds: world.subscriptionIds,
    blobs: (request) => serveBlob(estateOf(world), request),
    storage: { estate: apis.storage, service, redated },
    changes: { world: new WorldChanges(world), estate: new EstateChanges(estateOf(world)) },
    appliances: appliancesOf(world),
  };
};
