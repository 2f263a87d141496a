import type { Container } from '../../providers/recoveryServices/model.ts';
import { joined, spelled } from '../text.ts';
import { kinds } from '../tokens.ts';
import type { InventoryNode, NodeIcon } from '../types.ts';
import { workloadOf, type Workload } from '../workloads.ts';
import { colours, fact, lines, resourceNode, type NodeContext } from './common.ts';

const typeIcons: Readonly<Record<Workload, string>> = { vm: 'vm', sql: 'server', hana: 'server', fileShare: 'folder', other: 'server' };

export function containerNode(container: Container, context: NodeContext): InventoryNode {
  const workload = workloadOf({
    ...(container.containerType === undefined ? {} : { itemType: container.containerType }),
    ...(container.backupManagementType === undefined ? {} : { backupManagementType: container.backupManagementType }),
  });
  const gone = container.healthStatus?.toLowerCase() === 'deleted';
  const registered = container.registrationStatus?.toLowerCase() === 'registered';
  const status = container.registrationStatus && spelled(container.registrationStatus).toLowerCase();
  const health = gone ? 'its machine is gone' : container.healthStatus && spelled(container.healthStatus).toLowerCase();
  return resourceNode(context, kinds.container, container, {
    label: container.friendlyName,
    description: joined(status, health),
    tooltip: lines(
      container.friendlyName,
      fact('Type', container.containerType),
      fact('Registration', container.registrationStatus),
      fact('Health', container.healthStatus),
      fact('Last look for databases', container.inquiryStatus),
      fact('Protected items', container.protectedItemCount),
      fact('Resource', container.sourceResourceId),
    ),
    icon: iconOf(workload, gone, registered, container.isScheduledForDeferredDelete),
    expandable: false,
    states: [workload],
  });
}

function iconOf(workload: Workload, gone: boolean, registered: boolean, deleted: boolean): NodeIcon {
  if (gone) {
    return { id: 'warning', color: colours.warning };
  }
  return deleted
    ? { id: 'trash', color: colours.warning }
    : registered
      ? { id: typeIcons[workload] }
      : { id: typeIcons[workload], color: colours.muted };
}
