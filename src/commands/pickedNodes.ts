import type { InventoryNode } from '../inventory/types.ts';
import { nodesOf } from '../tree/rows.ts';

/**
 * The nodes that VS Code hands to a command of a tree; undefined where it came from the palette or a keybinding. None
 * where the row has gone while its menu was open: VS Code then hands over nothing in its place.
 */
export function pickedNodes(args: readonly unknown[]): readonly InventoryNode[] | undefined {
  const [clicked, selected] = args;
  const nodes = nodesOf(clicked, selected);
  const hasGone = args.length > 0 && (clicked === undefined || clicked === null);
  return nodes.length > 0 || hasGone ? nodes : undefined;
}
