import type { InventoryNode } from '../inventory/types.ts';

/**
 * The nodes that VS Code hands to a command of a tree: the clicked row and, where several are selected, all of them.
 * Undefined where a command came from the palette or a keybinding, without a row.
 */
export function pickedNodes(clicked: unknown, selected: unknown): readonly InventoryNode[] | undefined {
  const rows: unknown[] =
    Array.isArray(selected) && selected.length > 0 ? selected : clicked === undefined || clicked === null ? [] : [clicked];
  const nodes = rows.flatMap((row) => nodeOf(row) ?? []);
  return nodes.length > 0 ? nodes : undefined;
}

/** A row is a node, or something that carries one. */
function nodeOf(row: unknown): InventoryNode | undefined {
  if (typeof row !== 'object' || row === null) {
    return undefined;
  }
  const at = 'node' in row ? row.node : row;
  return typeof at === 'object' && at !== null && 'tokens' in at && Array.isArray(at.tokens) && 'key' in at
    ? (at as InventoryNode)
    : undefined;
}
