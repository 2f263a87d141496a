/**
 * Where a node stands: a restore point collection stands in its subscription and below the VM that it is made of, with all
 * that it holds. A key in the tree is unique, so what stands below a VM has the VM's key before its own.
 */
import { armIdKey } from '../../core/armId.ts';
import type { InventoryNode } from '../types.ts';

/** The node as one of those below `holder`: a VM, or what stands below one. */
export function placedBelow(holder: InventoryNode, node: InventoryNode): InventoryNode {
  const place = placeOf(holder);
  return place === '' ? node : { ...node, key: `${place}${node.key}` };
}

/** What the keys below a VM begin with. */
export function placeBelow(machine: InventoryNode): string {
  return `${machine.key}#`;
}

/** What stands before the node's own key; nothing where it stands in its subscription. */
function placeOf({ key, resourceId }: InventoryNode): string {
  const own = resourceId === undefined ? '' : armIdKey(resourceId);
  return own !== '' && key.endsWith(`#${own}`) ? key.slice(0, -own.length) : '';
}
