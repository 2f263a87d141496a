/** The levels of VMs, their restore point collections, restore points and those points' disks. */
import { armIdKey, idUpTo, sameArmId } from '../core/armId.ts';
import { disksOf, type RestorePoint, type RestorePointCollection, type VirtualMachine } from '../providers/restorePoints/model.ts';
import type { VeeamMachine } from '../providers/veeam/model.ts';
import type { GivenLinks } from '../providers/restorePoints/links.ts';
import { offered } from './emptyStates.ts';
import { groupedLevel, listLevel, type Built, type Level } from './levels.ts';
import type { Lists } from './lists.ts';
import type { NodeContext } from './nodes/common.ts';
import { diskRestorePointNode } from './nodes/diskRestorePoint.ts';
import { placeBelow, placedBelow } from './nodes/places.ts';
import { knownState, restorePointNode } from './nodes/restorePoint.ts';
import { restorePointCollectionNode } from './nodes/restorePointCollection.ts';
import { withVeeam } from './nodes/veeam.ts';
import { virtualMachineNode } from './nodes/virtualMachine.ts';
import type { Overlay } from './overlay.ts';
import type { PagedList } from './pagedList.ts';
import { restorePointLists } from './restorePointLists.ts';
import { collectionSource, newestFirst, pointSource, pointsSource, virtualMachineSource } from './restorePointSources.ts';
import type { Where } from './sources.ts';
import { kinds } from './tokens.ts';
import type { InventoryNode } from './types.ts';

export interface RestorePointOptions {
  readonly lists: Lists;
  readonly overlay: Pick<Overlay, 'made'>;
  readonly context: (node: InventoryNode) => NodeContext;
  readonly where: (node: InventoryNode) => Where;
  readonly links?: Pick<GivenLinks, 'list'> | undefined;
  /** The VM as a Veeam appliance knows it, where that was read. */
  readonly veeamMachine: (azureId: string) => VeeamMachine | undefined;
}

export class RestorePointLevels {
  readonly #options: RestorePointOptions;
  readonly #bySource = new WeakMap<readonly RestorePointCollection[], ReadonlyMap<string, readonly RestorePointCollection[]>>();
  readonly #machineKeys = new WeakMap<readonly VirtualMachine[], ReadonlySet<string>>();

  constructor(options: RestorePointOptions) {
    this.#options = options;
  }

  levelOf(parent: InventoryNode): Level | undefined {
    const subscriptionId = idUpTo(parent.resourceId ?? parent.key.replace(/#.*$/s, ''), 'subscriptions');
    if (subscriptionId === undefined) {
      return undefined;
    }
    switch (parent.kind) {
      case kinds.virtualMachines:
        return this.#machines(parent, subscriptionId);
      case kinds.restorePointCollections:
        return this.#collections(parent, subscriptionId);
      case kinds.virtualMachine:
        return this.#collectionsOf(parent, subscriptionId);
      case kinds.restorePointCollection:
        return this.#points(parent);
      case kinds.restorePoint:
        return this.#disks(parent);
      default:
        return undefined;
    }
  }

  #machines(group: InventoryNode, subscriptionId: string): Level {
    const list = this.#options.lists.get(restorePointLists.machines(subscriptionId), () =>
      virtualMachineSource(this.#options.where(group), subscriptionId),
    );
    return listLevel(list, {
      build: (machine) =>
        withVeeam(
          virtualMachineNode(machine, this.#countOf(machine, subscriptionId), this.#options.context(group)),
          this.#options.veeamMachine(machine.id),
        ),
      empty: offered.virtualMachines,
    });
  }

  #collectionList(node: InventoryNode, subscriptionId: string): PagedList<RestorePointCollection> {
    return this.#options.lists.get(restorePointLists.collections(subscriptionId), () =>
      collectionSource(this.#options.where(node), subscriptionId),
    );
  }

  #collections(group: InventoryNode, subscriptionId: string): Level {
    return listLevel(this.#collectionList(group, subscriptionId), {
      build: (collection) => this.#collectionNode(collection, group, subscriptionId, false),
      empty: offered.restorePointCollections,
    });
  }

  /**
   * The collections that are made of a VM, and the copies of those in other regions. Azure has no list of them: they are
   * looked for in the subscription's, page by page, and the next one is read where a person asks for more.
   */
  #collectionsOf(machine: InventoryNode, subscriptionId: string): Level {
    const list = this.#collectionList(machine, subscriptionId);
    const place = placeBelow(machine);
    const ofIt = (): readonly RestorePointCollection[] => this.#ofMachine(list.records, machine.resourceId ?? '');
    return listLevel(list, {
      build: (collection) => {
        const node = this.#collectionNode(collection, machine, subscriptionId, true);
        return { ...node, key: `${place}${node.key}` };
      },
      belongs: (collection) => ofIt().includes(collection),
      empty: offered.collectionsOfMachine,
      soFar: () => `${ofIt().length} of this VM among ${list.records.length} read`,
    });
  }

  #ofMachine(records: readonly RestorePointCollection[], machineId: string): readonly RestorePointCollection[] {
    const bySource = this.#indexOf(records);
    const own = bySource.get(armIdKey(machineId)) ?? [];
    return own.flatMap((collection) => [collection, ...(bySource.get(armIdKey(collection.id)) ?? [])]);
  }

  #indexOf(records: readonly RestorePointCollection[]): ReadonlyMap<string, readonly RestorePointCollection[]> {
    const known = this.#bySource.get(records);
    if (known) {
      return known;
    }
    const index = new Map<string, RestorePointCollection[]>();
    for (const record of records) {
      const key = armIdKey(record.sourceId ?? '');
      const same = index.get(key);
      if (same) {
        same.push(record);
      } else {
        index.set(key, [record]);
      }
    }
    this.#bySource.set(records, index);
    return index;
  }

  /** Only where all collections of the subscription are known. */
  #countOf(machine: VirtualMachine, subscriptionId: string): number | undefined {
    const list = this.#options.lists.loaded<RestorePointCollection>(restorePointLists.collections(subscriptionId));
    return list === undefined || list.next !== undefined || list.problems.length > 0
      ? undefined
      : this.#ofMachine(list.records, machine.id).length;
  }

  #collectionNode(collection: RestorePointCollection, parent: InventoryNode, subscriptionId: string, below: boolean): InventoryNode {
    // Read later than the list, with its points.
    const opened = this.#options.lists.loaded<RestorePointCollection>(restorePointLists.points(collection.id))?.records[0];
    const look = {
      points: opened?.points?.items.length,
      machineGone: this.#isMachineGone(collection, subscriptionId),
      below,
    };
    // In the spelling of the list: Azure gives the one in capitals.
    const { id, name, resourceGroup } = collection;
    const newest = opened === undefined ? collection : { ...opened, id, name, ...(resourceGroup === undefined ? {} : { resourceGroup }) };
    return restorePointCollectionNode(newest, look, this.#options.context(parent));
  }

  /** True where all VMs of the subscription are known and its VM, which would be among them, is not. */
  #isMachineGone({ sourceKind, sourceId }: RestorePointCollection, subscriptionId: string): boolean {
    const list = this.#options.lists.loaded<VirtualMachine>(restorePointLists.machines(subscriptionId));
    if (
      sourceKind !== 'machine' ||
      sourceId === undefined ||
      list === undefined ||
      list.next !== undefined ||
      list.problems.length > 0 ||
      !sameArmId(idUpTo(sourceId, 'subscriptions'), subscriptionId)
    ) {
      return false;
    }
    let keys = this.#machineKeys.get(list.records);
    if (keys === undefined) {
      keys = new Set(list.records.map(({ id }) => armIdKey(id)));
      this.#machineKeys.set(list.records, keys);
    }
    return !keys.has(armIdKey(sourceId));
  }

  #points(parent: InventoryNode): Level {
    const id = parent.resourceId ?? '';
    const list = this.#options.lists.get(restorePointLists.points(id), () =>
      pointsSource(
        this.#options.where(parent),
        id,
        (pointId) => this.#options.overlay.made(pointId) !== undefined || this.#options.context(parent).running(pointId) !== undefined,
      ),
    );
    return groupedLevel(
      list,
      ([collection]) => (collection?.points?.items ?? []).toSorted(newestFirst).map((point) => this.#point(parent, point)),
      offered.restorePoints(parent),
    );
  }

  #point(parent: InventoryNode, listed: RestorePoint): Built {
    return built(() => {
      const opened = this.#options.lists.loaded<RestorePoint>(restorePointLists.disks(listed.id))?.records[0];
      const point = opened ?? listed;
      const made = this.#options.overlay.made(point.id);
      return placedBelow(parent, restorePointNode(point, made, this.#sourceOf(point), this.#options.context(parent)));
    });
  }

  #sourceOf({ sourcePointId }: RestorePoint): RestorePoint | undefined {
    const collectionId = sourcePointId === undefined ? undefined : idUpTo(sourcePointId, 'restorePointCollections');
    const list =
      collectionId === undefined ? undefined : this.#options.lists.loaded<RestorePointCollection>(restorePointLists.points(collectionId));
    return list?.records[0]?.points?.items.find(({ id }) => sameArmId(id, sourcePointId));
  }

  #disks(parent: InventoryNode): Level {
    const id = parent.resourceId ?? '';
    const list = this.#options.lists.get(restorePointLists.disks(id), () => pointSource(this.#options.where(parent), id));
    return groupedLevel(
      list,
      ([point]) =>
        point === undefined
          ? []
          : disksOf(point).map((disk) =>
              built(() => {
                const state = knownState(point, this.#options.overlay.made(point.id));
                const link = this.#options.links?.list().find(({ target }) => sameArmId(target.id, disk.diskRestorePointId));
                return placedBelow(parent, diskRestorePointNode(disk, point, state, link, this.#options.context(parent)));
              }),
            ),
      offered.diskRestorePoints,
    );
  }
}

function built(rebuild: () => InventoryNode): Built {
  return { node: rebuild(), rebuild };
}
