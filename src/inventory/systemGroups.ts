import { apiManagementLists } from './apiManagementLists.ts';
import { countOf } from './groupTexts.ts';
import type { ListKey, Lists } from './lists.ts';
import { collectionsGroup, servicesGroup, vaultsGroup, virtualMachinesGroup } from './nodes/groups.ts';
import { restorePointLists } from './restorePointLists.ts';
import { kinds } from './tokens.ts';
import type { InventoryNode } from './types.ts';

/** A group for each thing that stands in a subscription by itself, with how many are loaded; each makes itself anew. */
export function systemGroups(subscription: InventoryNode, lists: Lists): readonly (() => InventoryNode)[] {
  const { machines, collections } = restorePointLists;
  return [
    () => vaultsGroup(subscription, countOf(lists, vaultsKey(subscription))),
    () => virtualMachinesGroup(subscription, countOf(lists, machines(subscription.key))),
    () => collectionsGroup(subscription, countOf(lists, collections(subscription.key))),
    () => servicesGroup(subscription, countOf(lists, apiManagementLists.services(subscription.key))),
  ];
}

export function vaultsKey(subscription: InventoryNode): ListKey {
  return `${subscription.key}#${kinds.vaults}`;
}
