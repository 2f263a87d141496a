import type { InventoryNode } from '../inventory/types.ts';
import { nodesOf } from '../tree/rows.ts';

/**
 * The nodes that VS Code hands to a command of a tree; undefined where it came from the palette or a keybinding. None
 * where the row has gone, or its level was being read anew at the moment of the click: VS Code then hands over nothing in
 * its place, and does not say which row it was.
 */
export function pickedNodes(args: readonly unknown[]): readonly InventoryNode[] | undefined {
  const [clicked, selected] = args;
  const nodes = nodesOf(clicked, selected);
  const hasGone = args.length > 0 && (clicked === undefined || clicked === null);
  return nodes.length > 0 || hasGone ? nodes : undefined;
}
