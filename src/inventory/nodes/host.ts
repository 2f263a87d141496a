import { lastSegment } from '../../core/armId.ts';
import type { ProtectedItem, ProtectionIntent } from '../../providers/recoveryServices/model.ts';
import type { Host } from '../servers.ts';
import { joined } from '../text.ts';
import { autoProtection, capabilities, itemStates, kinds, protectableKinds, protectableStates } from '../tokens.ts';
import type { InventoryNode, NodeIcon } from '../types.ts';
import { workloadOf } from '../workloads.ts';
import { colours, fact, lines, resourceNode, type NodeContext } from './common.ts';
import { preBackupTrouble, saysNotProtected, troubleLines } from './protectableItem.ts';
import { protectedItemNode, runningText } from './protectedItem.ts';
import { foundIn, notProtectedText, several } from './server.ts';

export interface HostLook {
  /** False while the list of protectable items has pages that were not read. */
  readonly complete: boolean;
  /** The vault's own order to protect new databases of it, where the intents were asked for. */
  readonly intent?: ProtectionIntent | undefined;
}

/** An instance, an availability group or a HANA system: holds databases, and is not protected itself. */
export function hostNode(host: Host, look: HostLook, context: NodeContext): InventoryNode {
  const { item, databases } = host;
  const running = context.running(item.id);
  const isGroup = item.role === 'availabilityGroup';
  const automatic = item.isAutoProtected || look.intent !== undefined;
  const trouble = preBackupTrouble(item);
  const found = foundIn(host);
  const counts =
    found === undefined
      ? undefined
      : found === 0
        ? 'no databases'
        : `${several(found, 'database')}, ${notProtectedText(databases.filter(saysNotProtected).length, look.complete)}`;
  const policy = look.intent?.policyId === undefined ? undefined : lastSegment(look.intent.policyId);
  const node = resourceNode(context, kinds.protectableItem, item, {
    label: item.friendlyName,
    description: joined(
      running && runningText(running),
      trouble && 'cannot be backed up as it is',
      isGroup && 'availability group',
      automatic && 'auto-protected',
      counts,
    ),
    tooltip: lines(
      item.friendlyName,
      running && lines(runningText(running), running.message).join(': '),
      ...troubleLines(item),
      counts,
      automatic
        ? `Auto-protected${policy === undefined ? '' : ` with ${policy}`}: databases that are added to it are protected by themselves.`
        : item.isAutoProtectable && 'Auto-protection can be turned on: databases that are added to it are then protected by themselves.',
      fact('Type', item.itemType),
      fact('Server', item.serverName),
      fact('Nodes', item.nodes.join(', ')),
    ),
    icon: running ? { id: 'sync~spin', color: colours.active } : iconOf(isGroup, automatic, trouble !== undefined),
    expandable: true,
    states: [
      workloadOf(item),
      isGroup ? protectableKinds.availabilityGroup : protectableKinds.instance,
      protectableStates.alreadyProtected,
      ...(automatic ? [autoProtection.autoProtected] : item.isAutoProtectable ? [autoProtection.autoProtectable] : []),
      ...(running ? [itemStates.busy] : []),
      ...(trouble?.statement ? [capabilities.statement] : []),
    ],
  });
  return trouble?.statement ? { ...node, statement: trouble.statement } : node;
}

function iconOf(isGroup: boolean, automatic: boolean, wrong: boolean): NodeIcon {
  if (wrong) {
    return { id: 'warning', color: colours.warning };
  }
  return automatic ? { id: 'shield', color: colours.good } : { id: isGroup ? 'layers' : 'server-process' };
}

/** A protected database below its host: what can be done with it can be done here too. Its recovery points are with the item. */
export function protectedDatabaseNode(host: InventoryNode, item: ProtectedItem, context: NodeContext): InventoryNode {
  const node = protectedItemNode(item, context, true);
  return {
    ...node,
    // The item itself has a row among the protected items.
    key: `${host.key}#${node.key}`,
    tokens: [
      ...node.tokens.filter((token) => token !== capabilities.refreshable),
      protectableKinds.database,
      protectableStates.alreadyProtected,
    ],
    expandable: false,
  };
}
