import type { RecoveryPoint, RecoveryPointTier } from '../../providers/recoveryServices/model.ts';
import { joined, localTime, spelled } from '../text.ts';
import { itemStates, kinds } from '../tokens.ts';
import type { InventoryNode } from '../types.ts';
import type { Workload } from '../workloads.ts';
import { colours, fact, lines, resourceNode, type NodeContext } from './common.ts';

const tierNames: Readonly<Record<string, string>> = { InstantRP: 'snapshot', HardenedRP: 'vault', ArchivedRP: 'archive' };

/** @param workload of the protected item that it is of. */
export function recoveryPointNode(point: RecoveryPoint, workload: Workload, context: NodeContext): InventoryNode {
  const label = localTime(point.time) ?? logText(point) ?? point.name;
  const ranges = point.timeRanges.length;
  const isRanges = point.time === undefined && isLog(point);
  const type =
    !isRanges &&
    point.recoveryPointType &&
    spelled(point.recoveryPointType)
      .toLowerCase()
      .replace(/ consistent$/, '-consistent');
  return resourceNode(context, kinds.recoveryPoint, point, {
    label,
    description: joined(
      type,
      isRanges && (ranges === 0 ? 'nothing to restore from yet' : ranges > 1 && `${ranges} ranges, gaps between them`),
      point.tiers.filter(isUsable).map(tierName).join(', '),
      point.isSoftDeleted && 'soft-deleted',
    ),
    tooltip: lines(
      label,
      fact('Type', point.recoveryPointType),
      ...point.tiers.map((tier) => `In ${tierName(tier)}: ${tier.status ?? 'status not given'}`),
      ...point.timeRanges.map(({ start, end }) => `Any moment from ${localTime(start)} to ${localTime(end)}`),
      fact('Kept until', localTime(point.expiryTime)),
      fact('Kept by', point.ruleName),
      fact('Name', point.name),
    ),
    icon: point.isSoftDeleted ? { id: 'trash', color: colours.warning } : { id: 'history' },
    expandable: false,
    states: [workload, ...(point.isSoftDeleted ? [itemStates.softDeleted] : [])],
  });
}

/** The logs of a database are one record, whose ranges are what can be restored to; without any before the first log backup. */
function isLog(point: RecoveryPoint): boolean {
  return point.recoveryPointType?.toLowerCase() === 'log' || point.timeRanges.length > 0;
}

function logText(point: RecoveryPoint): string | undefined {
  const first = point.timeRanges[0];
  const last = point.timeRanges.at(-1);
  return first && last ? `Log from ${localTime(first.start)} to ${localTime(last.end)}` : isLog(point) ? 'Log' : undefined;
}

function isUsable(tier: RecoveryPointTier): boolean {
  return tier.status === undefined || ['Valid', 'Rehydrated'].includes(tier.status);
}

function tierName(tier: RecoveryPointTier): string {
  return tierNames[tier.type] ?? spelled(tier.type).toLowerCase();
}
