import { armIdKey } from '../../core/armId.ts';
import type { BlobStore } from '../storage/blobStore.ts';
import type { StorageEstate } from '../storage/estate.ts';
import { groupId } from '../world/entities.ts';
import type { World } from '../world/world.ts';
import type { Service } from './model.ts';

/** The API Management services of a world. Keys are ids without case. */
export class ApiEstate {
  readonly world: World;
  readonly storage: StorageEstate;
  readonly #services = new Map<string, Service>();

  constructor(world: World, storage: StorageEstate) {
    this.world = world;
    this.storage = storage;
  }

  add(service: Service): void {
    this.#services.set(armIdKey(service.id), service);
  }

  service(id: string): Service | undefined {
    return this.#services.get(armIdKey(id));
  }

  services(): Service[] {
    return [...this.#services.values()];
  }

  servicesOf(subscriptionId: string): Service[] {
    return this.services().filter((service) => service.subscriptionId.toLowerCase() === subscriptionId.toLowerCase());
  }
}

/** What the modules of Microsoft.ApiManagement share. */
export interface ApiContext {
  readonly estate: ApiEstate;
  readonly blobs: BlobStore;
}

export function serviceId(of: { subscriptionId: string; resourceGroup: string; name: string }): string {
  return `${groupId(of)}/providers/Microsoft.ApiManagement/service/${of.name}`;
}
