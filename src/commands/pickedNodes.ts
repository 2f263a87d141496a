import type { InventoryNode } from '../inventory/types.ts';
import { nodesOf } from '../tree/rows.ts';

/** The nodes that VS Code hands to a command of a tree; undefined where it came from the palette or a keybinding. */
export function pickedNodes(clicked: unknown, selected: unknown): readonly InventoryNode[] | undefined {
  const nodes = nodesOf(clicked, selected);
  return nodes.length > 0 ? nodes : undefined;
}
