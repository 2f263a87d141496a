import { segmentOf } from '../../core/armId.ts';
import type { Container } from '../../providers/recoveryServices/model.ts';
import { joined, spelled } from '../text.ts';
import { containerStates, itemStates, kinds } from '../tokens.ts';
import type { InventoryNode } from '../types.ts';
import { colours, fact, lines, resourceNode, type NodeContext } from './common.ts';
import { isRegistrable } from './container.ts';
import { runningText } from './protectedItem.ts';

/** A machine that could be registered. Azure does not know yet what runs on it. */
export function protectableContainerNode(container: Container, context: NodeContext): InventoryNode {
  const running = context.running(container.id);
  const health = container.healthStatus && spelled(container.healthStatus).toLowerCase();
  const healthy = health === undefined || health === 'healthy';
  const resourceGroup = segmentOf(container.sourceResourceId ?? '', 'resourceGroups');
  return resourceNode(context, kinds.protectableContainer, container, {
    label: container.friendlyName,
    description: joined(running ? runningText(running) : health, resourceGroup),
    tooltip: lines(
      container.friendlyName,
      running && lines(runningText(running), running.message).join(': '),
      'Not registered: register it to see which databases it has.',
      fact('Health', container.healthStatus),
      fact('Resource group', resourceGroup),
      fact('Type', container.containerType),
      fact('Machine', container.sourceResourceId),
    ),
    icon: running
      ? { id: 'sync~spin', color: colours.active }
      : healthy
        ? { id: 'server', color: colours.muted }
        : { id: 'warning', color: colours.warning },
    expandable: false,
    states: [...(isRegistrable(container) ? [containerStates.registrable] : []), ...(running ? [itemStates.busy] : [])],
  });
}
