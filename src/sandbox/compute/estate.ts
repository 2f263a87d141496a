import { armIdKey, idUpTo, sameArmId } from '../../core/armId.ts';
import { diskId, machineId, type Disk, type VirtualMachine } from '../world/entities.ts';
import type { World } from '../world/world.ts';
import {
  collectionIdOf,
  type Access,
  type Collection,
  type ComputeOperation,
  type DiskPoint,
  type LooseDisk,
  type RestorePoint,
} from './model.ts';
import { refusals } from './refusals.ts';

/** A point and the collection it is in. */
export interface PointInCollection {
  readonly collection: Collection;
  readonly point: RestorePoint;
}

/** A disk and the machines it is attached to: more than one where they share it. */
export interface AttachedDisk {
  readonly machines: readonly [VirtualMachine, ...VirtualMachine[]];
  readonly disk: Disk;
}

/** What Microsoft.Compute holds besides machines. Keys are ids without case. */
export class Estate {
  readonly world: World;
  readonly operations = new Map<string, ComputeOperation>();
  /** Ids of scopes below which nothing can be deleted. */
  readonly locks: string[] = [];
  /** What links lead to, by the path of the blob. */
  readonly links = new Map<string, { readonly disk: DiskPoint; readonly access: Access }>();
  /** Names of disks whose copies to another region fail. */
  readonly uncopyable = new Set<string>();
  readonly #collections = new Map<string, Collection>();
  readonly #disks = new Map<string, LooseDisk>();

  constructor(world: World) {
    this.world = world;
    world.onMachineRemoved((machine) => this.#keepDisksOf(machine));
  }

  /** What Azure's milliseconds are here. */
  readonly scaled = (azureMs: number): number => this.world.clock.scaled(azureMs);

  addCollection(collection: Collection): void {
    this.#collections.set(armIdKey(collection.id), collection);
  }

  removeCollection(collection: Collection): void {
    this.#collections.delete(armIdKey(collection.id));
  }

  /** By its id in any spelling. */
  collection(id: string): Collection | undefined {
    return this.#collections.get(armIdKey(id));
  }

  /** Of a subscription, by their names. */
  collections(subscriptionId: string): Collection[] {
    const wanted = subscriptionId.toLowerCase();
    return [...this.#collections.values()].filter((collection) => collection.subscriptionId.toLowerCase() === wanted);
  }

  /** By the id of a restore point, or of anything below it. */
  point(id: string): PointInCollection | undefined {
    const collection = this.collection(collectionIdOf(id));
    const pointId = idUpTo(id, 'restorePoints');
    const point = collection?.points.all.find((candidate) => sameArmId(candidate.id, pointId));
    return collection && point && { collection, point };
  }

  /** By the id of a disk restore point. */
  diskPoint(id: string): (PointInCollection & { readonly disk: DiskPoint }) | undefined {
    const found = this.point(id);
    const disk = found?.point.disks.find((candidate) => sameArmId(candidate.id, id));
    return found && disk && { ...found, disk };
  }

  /** Every point of a machine's own collections, in whatever group they are. */
  pointsOf(machine: string): PointInCollection[] {
    return [...this.#collections.values()]
      .filter(({ source }) => source.kind === 'machine' && sameArmId(source.id, machine))
      .flatMap((collection) => collection.points.all.map((point) => ({ collection, point })));
  }

  /** Collections that are filled with copies of this one. */
  targetsOf(collection: Collection): Collection[] {
    return [...this.#collections.values()].filter(({ source }) => source.kind === 'collection' && sameArmId(source.id, collection.id));
  }

  addDisk(disk: LooseDisk): void {
    this.#disks.set(armIdKey(disk.id), disk);
  }

  removeDisk(disk: LooseDisk): void {
    this.#disks.delete(armIdKey(disk.id));
  }

  disk(id: string): LooseDisk | undefined {
    return this.#disks.get(armIdKey(id));
  }

  disks(subscriptionId: string): LooseDisk[] {
    const wanted = subscriptionId.toLowerCase();
    return [...this.#disks.values()].filter((disk) => disk.subscriptionId.toLowerCase() === wanted);
  }

  /** Disks of a subscription that machines hold; one that several share comes once. */
  attachedDisks(subscriptionId: string): AttachedDisk[] {
    const found = new Map<string, { machines: [VirtualMachine, ...VirtualMachine[]]; disk: Disk }>();
    for (const machine of this.world.machines(subscriptionId)) {
      for (const disk of machine.disks.filter((held) => held.vhdUri === undefined)) {
        const key = armIdKey(diskId(machine, disk));
        const known = found.get(key);
        if (known === undefined) {
          found.set(key, { machines: [machine], disk });
        } else {
          known.machines.push(machine);
        }
      }
    }
    return [...found.values()];
  }

  /** A disk that a machine holds, by its id in any spelling. */
  attachedDisk(subscriptionId: string, id: string): AttachedDisk | undefined {
    return this.attachedDisks(subscriptionId).find(({ machines, disk }) => sameArmId(diskId(machines[0], disk), id));
  }

  /** Disks stay behind (`deleteOption: Detach`), but for those on the host and those that another machine holds too. */
  #keepDisksOf(machine: VirtualMachine): void {
    const readyAt = this.world.clock.now();
    for (const disk of machine.disks) {
      const id = diskId(machine, disk);
      if (disk.vhdUri !== undefined || disk.ephemeral === true || this.attachedDisk(machine.subscriptionId, id) !== undefined) {
        continue;
      }
      const { subscriptionId, resourceGroup, location, osType, createdAt, zone } = machine;
      this.addDisk({
        ...{ id, name: disk.name, subscriptionId, resourceGroup, location, createdAt, readyAt, uniqueId: disk.uniqueId },
        creationData: { createOption: disk.lun === undefined ? 'FromImage' : 'Empty' },
        zones: zone === undefined ? [] : [zone],
        ...(disk.lun === undefined ? { osType } : {}),
        sku: disk.sku,
        sizeGb: disk.sizeGb,
        tags: {},
      });
    }
  }

  /** @throws ArmFailure 409 where a lock stands on the resource or above it. */
  requireUnlocked(id: string): void {
    const key = armIdKey(id);
    const holding = this.locks.filter((scope) => key === armIdKey(scope) || key.startsWith(`${armIdKey(scope)}/`));
    if (holding.length > 0) {
      throw refusals.scopeLocked(id, holding);
    }
  }

  /** The machine of an id in any spelling, with its id as Azure spells it. */
  machine(id: string): { machine: VirtualMachine; id: string } | undefined {
    const machine = this.world.machine(id);
    return machine && { machine, id: machineId(machine) };
  }
}
