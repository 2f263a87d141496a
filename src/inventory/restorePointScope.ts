/** Which lists of restore points an operation or a refresh makes old, and which rows look different then. */
import { armIdKey, idUpTo, sameArmId } from '../core/armId.ts';
import type { OverlayChange } from './overlay.ts';
import { isBelow } from './refreshScope.ts';
import { restorePointLists } from './restorePointLists.ts';
import { kinds } from './tokens.ts';
import type { InventoryNode } from './types.ts';

const ours: ReadonlySet<string> = new Set([
  kinds.virtualMachines,
  kinds.virtualMachine,
  kinds.restorePointCollections,
  kinds.restorePointCollection,
  kinds.restorePoint,
]);

export function isOfRestorePoints(kind: string): boolean {
  return ours.has(kind);
}

/**
 * The rows that say something of what was read below a node, or was forgotten: a collection is shown in two places, and VMs
 * and collections tell of each other.
 */
export function rowsThatTellOf(node: InventoryNode): readonly string[] {
  switch (node.kind) {
    case kinds.virtualMachines:
    case kinds.restorePointCollections:
      return groupsOf(node.key);
    case kinds.virtualMachine:
      return groupsOf(node.resourceId ?? node.key);
    default:
      return node.resourceId === undefined ? [] : [node.resourceId];
  }
}

function groupsOf(id: string): readonly string[] {
  const subscriptionId = idUpTo(id.replace(/#.*$/s, ''), 'subscriptions');
  return subscriptionId === undefined ? [] : [restorePointLists.machines(subscriptionId), restorePointLists.collections(subscriptionId)];
}

export interface Stale {
  readonly gone: (listKey: string) => boolean;
  /** Keys of groups, and ids. */
  readonly rows: readonly string[];
}

/** Actions after which the collections themselves, not only what they hold, are others. */
const ofCollections: ReadonlySet<string> = new Set(['createCollection', 'editCollectionTags', 'deleteCollection']);

/** @param idsIn the ids of what a list holds; undefined where it is not loaded */
export function staleSince(
  change: Extract<OverlayChange, { readonly kind: 'made' | 'ended' }>,
  idsIn: (listKey: string) => readonly string[] | undefined,
): Stale {
  const lists = new Set<string>();
  const below = new Set<string>();
  const rows = new Set<string>();
  for (const id of change.ids) {
    const collectionId = idUpTo(id, 'restorePointCollections');
    const subscriptionId = idUpTo(id, 'subscriptions');
    if (collectionId === undefined || subscriptionId === undefined) {
      continue;
    }
    const list = restorePointLists.collections(subscriptionId);
    const known = idsIn(list)?.some((one) => sameArmId(one, collectionId)) ?? true;
    if (!known || (change.kind === 'ended' && ofCollections.has(change.actionId))) {
      lists.add(list);
      groupsOf(id).forEach((row) => rows.add(row));
    }
    below.add(armIdKey(collectionId));
    rows.add(collectionId);
  }
  return { gone: (key) => lists.has(key) || [...below].some((collection) => isBelow(key, collection)), rows: [...rows] };
}
