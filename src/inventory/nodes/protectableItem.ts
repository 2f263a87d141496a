import type { ProtectableItem } from '../../providers/recoveryServices/model.ts';
import { joined, spelled } from '../text.ts';
import { itemStates, kinds, protectableStates } from '../tokens.ts';
import type { InventoryNode } from '../types.ts';
import { workloadIcons, workloadOf } from '../workloads.ts';
import { colours, fact, lines, resourceNode, type NodeContext } from './common.ts';
import { runningText } from './protectedItem.ts';

export function protectableItemNode(item: ProtectableItem, context: NodeContext): InventoryNode {
  const workload = workloadOf(item);
  const running = context.running(item.id);
  const free = !item.protectionState || item.protectionState.toLowerCase() === 'notprotected';
  const state = running
    ? runningText(running)
    : !item.isProtectable
      ? 'holds what can be protected'
      : free
        ? 'not protected'
        : spelled(item.protectionState ?? '').toLowerCase();
  const where = [item.serverName === item.friendlyName ? undefined : item.serverName, item.resourceGroup];
  return resourceNode(context, kinds.protectableItem, item, {
    label: item.friendlyName,
    description: joined(...(running ? [state, ...where] : [...where, state])),
    tooltip: lines(
      item.friendlyName,
      `State: ${state}`,
      fact('Type', item.itemType),
      fact('Resource group', item.resourceGroup),
      fact('Server', item.serverName),
      fact('Resource', item.sourceResourceId),
    ),
    icon: running ? { id: 'sync~spin', color: colours.active } : { id: workloadIcons[workload], color: colours.muted },
    expandable: false,
    states: [
      workload,
      free && item.isProtectable ? protectableStates.notProtected : protectableStates.alreadyProtected,
      ...(running ? [itemStates.busy] : []),
    ],
  });
}
