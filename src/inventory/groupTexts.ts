/** What a vault's groups say beside their names: of what is loaded for them, and nothing is asked for it. */
import type { Container, Job, ProtectableItem, ProtectedItem } from '../providers/recoveryServices/model.ts';
import { countText, jobsText, troubledText } from './counts.ts';
import type { ListKey, Lists } from './lists.ts';
import type { VaultGroup } from './nodes/groups.ts';
import { isFree } from './nodes/protectableItem.ts';
import type { Overlay } from './overlay.ts';
import { joined } from './text.ts';
import type { InventoryNode } from './types.ts';

interface Known {
  readonly lists: Lists;
  readonly overlay: Pick<Overlay, 'isGone'>;
  readonly now: () => number;
}

/** `12 · 3 failed`; undefined where nothing is loaded. */
export function groupText(vault: InventoryNode, kind: VaultGroup, { lists, overlay, now }: Known): string | undefined {
  const key = `${vault.key}#${kind}`;
  switch (kind) {
    case 'protectedItems':
      return said<ProtectedItem>(lists, key, (items) => troubledText(items, now()));
    case 'jobs':
      return said<Job>(lists, key, jobsText);
    case 'protectableItems':
      // Instances only hold what can be protected.
      return countOf<ProtectableItem>(lists, key, (item) => isFree(item) && !overlay.isGone(item.id));
    case 'containers':
    case 'protectableContainers':
      return countOf<Container>(lists, key, (container) => !overlay.isGone(container.id));
    case 'policies':
      return countOf(lists, key);
  }
}

/** The count of a list, and what else its records say. */
function said<R>(lists: Lists, key: ListKey, text: (records: readonly R[]) => string): string | undefined {
  const records = lists.loaded<R>(key)?.records;
  return records && joined(countOf(lists, key), text(records));
}

/** `12`, or `200 loaded, there are more`; undefined where nothing is loaded. */
export function countOf<R>(lists: Lists, key: ListKey, counts: (record: R) => boolean = () => true): string | undefined {
  const list = lists.loaded<R>(key);
  return list && countText(list.records.filter(counts).length, list.next);
}
