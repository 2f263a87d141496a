import type { ErrorRecord } from '../../core/errors.ts';
import { errorWithRemedies } from '../../providers/recoveryServices/errorKnowledge.ts';
import type { ProtectableItem } from '../../providers/recoveryServices/model.ts';
import { joined, spelled } from '../text.ts';
import { capabilities, itemStates, kinds, protectableKinds, protectableStates } from '../tokens.ts';
import type { InventoryNode } from '../types.ts';
import { workloadIcons, workloadOf } from '../workloads.ts';
import { withMachine } from './machineBehind.ts';
import { colours, fact, lines, resourceNode, statementLines, type NodeContext } from './common.ts';
import { runningText } from './protectedItem.ts';

/** @param below true where it stands below its server: what the rows above it say is left out. */
export function protectableItemNode(item: ProtectableItem, context: NodeContext, below = false): InventoryNode {
  const workload = workloadOf(item);
  const running = context.running(item.id);
  const free = isFree(item);
  const state = running
    ? runningText(running)
    : !item.isProtectable
      ? item.role === 'database'
        ? 'cannot be protected as it is'
        : 'holds what can be protected'
      : saysNotProtected(item)
        ? 'not protected'
        : spelled(item.protectionState ?? '').toLowerCase();
  const where = below ? [] : [item.serverName === item.friendlyName ? undefined : item.serverName, item.resourceGroup];
  // Beside the databases of a HANA system stands its instance, which is backed up by snapshots and called the same.
  const what = !below || item.role === 'database' ? undefined : item.role === 'instance' ? 'instance' : item.itemType;
  const trouble = preBackupTrouble(item);
  const node = resourceNode(context, kinds.protectableItem, item, {
    label: item.friendlyName,
    description: joined(
      ...(running ? [state, ...where] : [what, ...where, state, trouble && item.isProtectable && 'cannot be backed up as it is']),
    ),
    tooltip: lines(
      item.friendlyName,
      `State: ${state}`,
      ...troubleLines(item),
      fact('Type', item.itemType),
      fact('Resource group', item.resourceGroup),
      fact('Instance', item.role === 'database' ? item.parentName : undefined),
      fact('Server', item.serverName),
      fact('Resource', item.sourceResourceId),
    ),
    icon: running
      ? { id: 'sync~spin', color: colours.active }
      : trouble
        ? { id: 'warning', color: colours.warning }
        : { id: workloadIcons[workload], color: colours.muted },
    expandable: false,
    states: [
      workload,
      ...(item.role === 'other' ? [] : [protectableKinds[item.role]]),
      free ? protectableStates.notProtected : protectableStates.alreadyProtected,
      ...(running ? [itemStates.busy] : []),
      ...(trouble?.statement ? [capabilities.statement] : []),
    ],
  });
  return withMachine(trouble?.statement ? { ...node, statement: trouble.statement } : node, item);
}

/** It can be protected, and is not. */
export function isFree(item: ProtectableItem): boolean {
  return item.isProtectable && saysNotProtected(item);
}

/** It is not protected, whether it could be or not. */
export function saysNotProtected(item: ProtectableItem): boolean {
  return !item.protectionState || item.protectionState.toLowerCase() === 'notprotected';
}

/** Why a backup would fail, as the service found out beforehand. */
export function preBackupTrouble({ friendlyName, preBackupError, role }: ProtectableItem): ErrorRecord | undefined {
  return preBackupError && errorWithRemedies(preBackupError, role === 'database' ? { database: friendlyName } : undefined);
}

export function troubleLines(item: ProtectableItem): readonly string[] {
  const trouble = preBackupTrouble(item);
  return trouble
    ? [
        `It cannot be backed up as it is. ${trouble.code}: ${trouble.message}`,
        ...(trouble.remedies ?? []),
        ...statementLines(trouble.statement),
      ]
    : [];
}
