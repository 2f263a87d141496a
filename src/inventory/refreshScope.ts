import { armIdKey, idUpTo } from '../core/armId.ts';
import { isOfApiManagement } from './apiManagementLists.ts';
import { originOfId } from '../providers/veeam/ids.ts';
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
      return (key) => isBelow(key, holder(1)) && !isOfCompute(key) && !isOfApiManagement(key);
    // Below VMs stand their collections, which are the subscription's, with all that they hold.
    case kinds.virtualMachines:
      return (key) => isBelow(key, holder(1)) && isOfCompute(key);
    case kinds.virtualMachine:
    case kinds.restorePointCollections: {
      const subscriptionKey = idUpTo(node.key.replace(/#.*$/s, ''), 'subscriptions') ?? '';
      return (key) => isBelow(key, subscriptionKey) && isOfCompute(key) && !key.endsWith(`#${kinds.virtualMachines}`);
    }
    case kinds.restorePointCollection:
    case kinds.restorePoint:
      return (key) => isBelow(key, armIdKey(node.resourceId ?? node.key));
    // Services stand below their subscription, and their lists with them.
    case kinds.apiManagementServices:
      return (key) => isBelow(key, holder(1)) && isOfApiManagement(key);
    // A service's state is in the list that it stands in.
    case kinds.apiManagementService:
      return (key) => key === holder(1) || isBelow(key, node.key);
    // Appliances are known by their hosts: their lists are below no group's key.
    case kinds.veeamAppliances:
      return (key) => originOfId(key.replace(/^veeam:\/+/, 'veeam://')) !== undefined;
    // Below the vault's items stand only their recovery points.
    case kinds.protectedItems:
      return (key) => key === node.key || key.startsWith(`${holder(1)}/`);
    case kinds.workload:
      return (key) => key === holder(1) || key.startsWith(`${holder(2)}/`);
    // An item's state is in the list that it stands in.
    case kinds.protectedItem:
      return node.expandable ? (key) => key === holder(2) || isBelow(key, node.key) : ofProtectables(node, parentOf);
    case kinds.container:
      return (key) => key === holder(1);
    // Servers and what they host are made of one list, and of what the vault protects.
    case kinds.protectableItems:
    case kinds.server:
    case kinds.protectableItem:
      return ofProtectables(node, parentOf);
    default:
      return (key) => isBelow(key, node.key);
  }
}

/** Of VMs, of restore point collections, or of what those hold. */
function isOfCompute(listKey: string): boolean {
  return (
    listKey.endsWith(`#${kinds.virtualMachines}`) ||
    listKey.endsWith(`#${kinds.restorePointCollections}`) ||
    listKey.includes('/providers/microsoft.compute/')
  );
}

function ofProtectables(node: InventoryNode, parentOf: Inventory['parentOf']): (listKey: string) => boolean {
  const group = ancestor(node, kinds.protectableItems, parentOf);
  const vault = ancestor(node, kinds.vault, parentOf);
  return (key) => (group !== undefined && isBelow(key, group.key)) || key === `${vault?.key}#${kinds.protectedItems}`;
}

function ancestor(node: InventoryNode, kind: string, parentOf: Inventory['parentOf']): InventoryNode | undefined {
  let at: InventoryNode | undefined = node;
  while (at && at.kind !== kind) {
    at = parentOf(at);
  }
  return at;
}

/** The topmost row that looks different after a refresh of a node. */
export function changedKey(node: InventoryNode, parentOf: Inventory['parentOf']): string {
  const parent = parentOf(node);
  switch (node.kind) {
    case kinds.workload:
    case kinds.container:
    case kinds.apiManagementService:
      return parent?.key ?? node.key;
    case kinds.protectedItem:
      return node.expandable ? ((parent && parentOf(parent)?.key) ?? node.key) : (ancestor(node, kinds.vault, parentOf)?.key ?? node.key);
    case kinds.protectableItems:
    case kinds.server:
    case kinds.protectableItem:
      return ancestor(node, kinds.vault, parentOf)?.key ?? node.key;
    default:
      return node.key;
  }
}

/** Lists are named after the node that holds them: an ARM id's key, or that and `#` with the group's kind. */
export function isBelow(listKey: string, nodeKey: string): boolean {
  return listKey === nodeKey || listKey.startsWith(`${nodeKey}/`) || listKey.startsWith(`${nodeKey}#`);
}
