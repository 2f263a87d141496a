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
  readonly overlay: Pick<Overlay, 'isGone' | 'version'>;
  readonly now: () => number;
}

/** By the records of a list, which are others whenever it grows: what was counted of them at a version of the overlay. */
const counted = new WeakMap<readonly unknown[], { readonly version: number; readonly count: number }>();
const saids = new WeakMap<readonly unknown[], string>();

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
      return countAt<ProtectableItem>(lists, key, overlay.version, (item) => isFree(item) && !overlay.isGone(item.id));
    case 'containers':
    case 'protectableContainers':
      return countAt<Container>(lists, key, overlay.version, (container) => !overlay.isGone(container.id));
    case 'policies':
      return countOf(lists, key);
  }
}

/** The count of a list, and what else its records say. */
function said<R>(lists: Lists, key: ListKey, text: (records: readonly R[]) => string): string | undefined {
  const records = lists.loaded<R>(key)?.records;
  if (!records) {
    return undefined;
  }
  // The group is built anew for each node below it that is opened, thousands of times where a vault is searched.
  const known = saids.get(records) ?? text(records);
  saids.set(records, known);
  return joined(countOf(lists, key), known);
}

/** As `countOf`, of those that count; counted again when the list, or what is known to have left it, has changed. */
function countAt<R>(lists: Lists, key: ListKey, version: number, counts: (record: R) => boolean): string | undefined {
  const list = lists.loaded<R>(key);
  if (!list) {
    return undefined;
  }
  const known = counted.get(list.records);
  const count = known?.version === version ? known.count : list.records.filter(counts).length;
  counted.set(list.records, { version, count });
  return countText(count, list.next);
}

/** `12`, or `200 loaded, there are more`; undefined where nothing is loaded. */
export function countOf(lists: Lists, key: ListKey): string | undefined {
  const list = lists.loaded(key);
  return list && countText(list.records.length, list.next);
}
