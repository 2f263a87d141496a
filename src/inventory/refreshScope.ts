import { kinds } from './tokens.ts';
import type { Inventory, InventoryNode } from './types.ts';

/** The lists that a refresh of a node forgets: its own, and all below. */
export function coveredBy(node: InventoryNode, parentOf: Inventory['parentOf']): (listKey: string) => boolean {
  const holder = (levels: number): string => {
    let at: InventoryNode | undefined = node;
    for (let level = 0; level < levels && at; level++) {
      at = parentOf(at);
    }
    return (at ?? node).key;
  };
  switch (node.kind) {
    // The vaults' own lists are below the vaults, whose ids continue the subscription's.
    case kinds.vaults:
      return (key) => isBelow(key, holder(1));
    // Below the vault's items stand only their recovery points.
    case kinds.protectedItems:
      return (key) => key === node.key || key.startsWith(`${holder(1)}/`);
    case kinds.workload:
      return (key) => key === holder(1) || key.startsWith(`${holder(2)}/`);
    // An item's state is in the list that it stands in.
    case kinds.protectedItem:
      return (key) => key === holder(2) || isBelow(key, node.key);
    default:
      return (key) => isBelow(key, node.key);
  }
}

/** The topmost row that looks different after a refresh of a node. */
export function changedKey(node: InventoryNode, parentOf: Inventory['parentOf']): string {
  const parent = parentOf(node);
  if (node.kind === kinds.workload) {
    return parent?.key ?? node.key;
  }
  return node.kind === kinds.protectedItem ? ((parent && parentOf(parent)?.key) ?? node.key) : node.key;
}

/** Lists are named after the node that holds them: an ARM id's key, or that and `#` with the group's kind. */
export function isBelow(listKey: string, nodeKey: string): boolean {
  return listKey === nodeKey || listKey.startsWith(`${nodeKey}/`) || listKey.startsWith(`${nodeKey}#`);
}
