import type { Connection } from '../cloud/types.ts';
import { armIdKey, idUpTo } from '../core/armId.ts';
import { displayName } from '../core/displayText.ts';
import { BackupError } from '../core/errors.ts';
import { Emitter, type Disposable } from '../core/events.ts';
import type { OperationRecord } from '../core/operation.ts';
import type { Remembered } from '../core/remembered.ts';
import type { GivenLinks } from '../providers/restorePoints/links.ts';
import { Catalog } from './catalog.ts';
import { findNode } from './find.ts';
import { followHappenings } from './happenings.ts';
import type { Built, Level } from './levels.ts';
import { changedKey, coveredBy } from './refreshScope.ts';
import { isOfRestorePoints, rowsThatTellOf } from './restorePointScope.ts';
import { createOverlay } from './overlay.ts';
import type { VeeamMachine } from '../providers/veeam/model.ts';
import { veeamLists, type KnownAppliances } from './veeamLevels.ts';
import { kinds } from './tokens.ts';
import type { Inventory, InventoryNode, NodePage } from './types.ts';

export interface LiveInventory extends Inventory, Disposable {
  /** What the VMs of an appliance are searched for; empty where all are listed. */
  searchOf(origin: string): string;
  /** Lists only VMs of an appliance with this text in their names; all where it is empty. */
  search(origin: string, text: string): void;
  /** Tells it of an operation's step, so that rows show what runs and forget what has become old. */
  noteOperation(record: OperationRecord): void;
  /** Tells it that an operation was taken off the list: nobody will tell how it goes on. */
  noteRemoval(operationId: string): void;
}

export interface InventoryOptions {
  readonly connection: Connection;
  /** Download links that were handed out in this window. */
  readonly links?: Pick<GivenLinks, 'list' | 'onDidChange'>;
  /** What was used last: where the backups of a service are. */
  readonly remembered?: Remembered;
  /** The Veeam appliances that were added. */
  readonly appliances?: KnownAppliances;
  /** Milliseconds since the epoch, UTC. */
  readonly now?: () => number;
}

interface Entry {
  readonly parent: InventoryNode | undefined;
  readonly rebuild: () => InventoryNode;
}

/** What exists in the connected cloud, read level by level as it is asked for and kept until it is forgotten. */
export function createInventory({ connection, links, remembered, appliances, now = Date.now }: InventoryOptions): LiveInventory {
  /** Every node that was handed out and is not forgotten, by key. */
  const entries = new Map<string, Entry>();
  /** Keys of the nodes of a resource, of those that stand elsewhere than under its own. */
  const places = new Map<string, Set<string>>();
  const forbidden = new Set<string>();
  const overlay = createOverlay();
  const changes = new Emitter<InventoryNode | undefined>();
  const looks = new Emitter<InventoryNode>();
  const mended = new Emitter<InventoryNode>();
  const parentOf = (node: InventoryNode): InventoryNode | undefined => {
    const parent = entries.get(node.key)?.parent;
    return parent && (entries.get(parent.key)?.rebuild() ?? parent);
  };
  const catalog = new Catalog({
    connection,
    overlay,
    links,
    remembered,
    appliances,
    now,
    parentOf,
    isForbidden: (id) => forbidden.has(armIdKey(id)),
  });

  const handOut = (parent: InventoryNode | undefined, built: readonly Built[]): readonly InventoryNode[] =>
    built.map(({ node, rebuild }) => {
      entries.set(node.key, { parent, rebuild });
      const own = node.resourceId === undefined ? node.key : armIdKey(node.resourceId);
      if (own !== node.key) {
        places.set(own, (places.get(own) ?? new Set()).add(node.key));
      }
      return node;
    });

  const pageOf = (parent: InventoryNode | undefined, level: Level): NodePage => {
    const nodes = handOut(parent, level.nodes());
    const problems = level.problems ?? [];
    return {
      nodes,
      ...(level.next === undefined ? {} : { more: level.next, soFar: level.soFar }),
      ...(nodes.length === 0 && level.next === undefined && problems.length === 0 && level.empty ? { empty: level.empty } : {}),
      ...(problems.length === 0 ? {} : { problems }),
    };
  };

  const fire = (key: string): void => {
    const node = entries.get(key)?.rebuild();
    if (node) {
      changes.fire(node);
    }
  };

  /** The keys of a group by its key; those of a resource by its id, wherever it stands. */
  const keysOf = (id: string): ReadonlySet<string> => new Set([id, armIdKey(id), ...(places.get(armIdKey(id)) ?? [])]);

  const fireAll = (id: string): void => keysOf(id).forEach(fire);

  const mend = (id: string): void =>
    keysOf(id).forEach((key) => {
      const node = entries.get(key)?.rebuild();
      if (node) {
        mended.fire(node);
      }
    });

  /** A group with what stands in it, or a resource wherever it stands: what they say may be something else now. */
  const redraw = (id: string): void => {
    for (const key of [id, ...(catalog.idsIn(id) ?? [])].flatMap((one) => [...keysOf(one)])) {
      const node = entries.get(key)?.rebuild();
      if (node) {
        looks.fire(node);
      }
    }
  };

  /** Remembers a refusal, so that the subscription itself says so. */
  const noteRefusal = (parent: InventoryNode | undefined, error: unknown): void => {
    const subscription = parent?.kind === kinds.vaults ? parentOf(parent) : undefined;
    if (subscription && error instanceof BackupError && error.facts.status === 403 && !forbidden.has(subscription.key)) {
      forbidden.add(subscription.key);
      fire(subscription.key);
    }
  };

  const noteAccess = (parent: InventoryNode | undefined): void => {
    const subscription = parent?.kind === kinds.vaults ? parentOf(parent) : undefined;
    if (subscription && forbidden.delete(subscription.key)) {
      fire(subscription.key);
    }
  };

  const children: Inventory['children'] = async (parent, { signal, more }) => {
    const level = catalog.levelOf(parent);
    if (!level) {
      if (parent?.expandable) {
        throw forgotten(parent);
      }
      return { nodes: [] };
    }
    const wasLoaded = level.loaded;
    try {
      if (more !== undefined && wasLoaded) {
        const { nodes, next } = await level.more(more, signal);
        announceCounts(parent);
        return { nodes: handOut(parent, nodes), ...(next === undefined ? {} : { more: next }) };
      }
      await level.load(signal);
    } catch (error) {
      noteRefusal(parent, error);
      throw error;
    }
    const page = pageOf(parent, level);
    if (!wasLoaded) {
      noteAccess(parent);
      announceCounts(parent);
    }
    return page;
  };

  /** A list that grew changes what its group, and the group above it, say of their number. */
  const announceCounts = (parent: InventoryNode | undefined): void => {
    if (parent !== undefined && isOfRestorePoints(parent.kind)) {
      [parent.key, ...rowsThatTellOf(parent)].forEach(redraw);
      return;
    }
    const group = parent?.kind === kinds.workload ? parentOf(parent) : parent;
    if (group && group.target?.kind !== kinds.protectedItem) {
      fire(group.key);
    }
    // Azure's own rows of the VMs say that an appliance knows them.
    if (parent?.kind === kinds.veeamMachines) {
      const level = catalog.levelOf(parent);
      level?.nodes().forEach(({ node }) => azureIdsOf(node).forEach(fireAll));
    }
    // What hosts databases has read the vault's protected items too.
    const vaultId = parent?.kind === kinds.protectableItem ? idUpTo(parent.key, 'vaults') : undefined;
    if (vaultId !== undefined) {
      fire(`${vaultId}#${kinds.protectedItems}`);
    }
  };

  const refresh = (node?: InventoryNode): void => {
    overlay.forget();
    if (node === undefined) {
      forbidden.clear();
      catalog.forget(() => true);
      changes.fire(undefined);
      return;
    }
    catalog.forget(coveredBy(node, parentOf));
    if (isOfRestorePoints(node.kind)) {
      rowsThatTellOf(node).forEach(fireAll);
    }
    fire(changedKey(node, parentOf));
  };

  const subscriptions = [
    ...followHappenings(
      { connection, catalog, overlay, links, remembered, appliances },
      { has: (key) => entries.has(key), fire, fireAll, mend, fireRoots: () => changes.fire(undefined) },
    ),
    // Another cloud, another account: nothing of what was read holds.
    connection.onDidChange(() => {
      entries.clear();
      places.clear();
      overlay.clear();
      refresh();
    }),
  ];

  const inventory: LiveInventory = {
    children,
    beside: () => handOut(undefined, catalog.veeam.groups()),
    searchOf: (origin) => catalog.veeam.searchOf(origin),
    search: (origin, text) => {
      const key = veeamLists.machines(origin);
      catalog.veeam.setSearch(origin, text);
      catalog.forget((one) => one === key);
      mend(key);
      fire(key);
    },
    loaded: (parent) => {
      const level = catalog.levelOf(parent);
      return level?.loaded ? pageOf(parent, level) : undefined;
    },
    parentOf,
    find: (resourceId, signal) => findNode(inventory, resourceId, signal),
    refresh,
    onDidChange: changes.event,
    onDidChangeLooks: looks.event,
    onDidMend: mended.event,
    noteOperation: (record) => overlay.note(record),
    noteRemoval: (operationId) => overlay.drop(operationId),
    dispose: () => {
      subscriptions.forEach((subscription) => subscription.dispose());
      changes.dispose();
      looks.dispose();
      mended.dispose();
    },
  };
  return inventory;
}

function azureIdsOf({ target }: InventoryNode): readonly string[] {
  const { azureId } = target?.model as VeeamMachine;
  return azureId === undefined ? [] : [azureId];
}

function forgotten(node: InventoryNode): BackupError {
  return new BackupError(`${displayName(node.label)} is not in the tree any more, so what it holds cannot be listed.`, {
    code: 'NotInTree',
    attempted: 'list what it holds',
    resource: node.label,
    remedies: ['Refresh the tree.'],
  });
}
