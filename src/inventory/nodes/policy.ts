import type { Policy } from '../../providers/recoveryServices/model.ts';
import { joined } from '../text.ts';
import { kinds } from '../tokens.ts';
import type { InventoryNode } from '../types.ts';
import { shortTitles, workloadOf } from '../workloads.ts';
import { fact, lines, resourceNode, type NodeContext } from './common.ts';

export function policyNode(policy: Policy, context: NodeContext): InventoryNode {
  const workload = workloadOf(policy);
  const count = policy.protectedItemsCount;
  return resourceNode(context, kinds.policy, policy, {
    label: policy.name,
    description: joined(
      shortTitles[workload] ?? policy.workloadType ?? policy.backupManagementType,
      policy.schedule,
      count === undefined ? undefined : `${count} ${count === 1 ? 'item' : 'items'}`,
    ),
    tooltip: lines(
      policy.name,
      fact('Schedule', policy.schedule),
      fact('Keeps', policy.retention),
      fact('Time zone', policy.timeZone),
      fact('Type', policy.policyType === 'V2' ? 'enhanced (V2)' : policy.policyType === 'V1' ? 'standard (V1)' : policy.policyType),
      fact('Protected items', count),
    ),
    icon: { id: 'calendar' },
    expandable: false,
    states: [workload],
  });
}
