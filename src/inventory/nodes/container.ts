import type { ErrorRecord } from '../../core/errors.ts';
import { inquiryProblems, workloadTypeOf } from '../../providers/recoveryServices/inquiry.ts';
import type { Container } from '../../providers/recoveryServices/model.ts';
import { joined, spelled } from '../text.ts';
import { containerStates, itemStates, kinds } from '../tokens.ts';
import type { InventoryNode, NodeIcon } from '../types.ts';
import { shortTitles, workloadOf, type Workload } from '../workloads.ts';
import { colours, fact, lines, resourceNode, type NodeContext } from './common.ts';
import { runningText } from './protectedItem.ts';

const typeIcons: Readonly<Record<Workload, string>> = { vm: 'vm', sql: 'server', hana: 'server', fileShare: 'folder', other: 'server' };

export function containerNode(container: Container, context: NodeContext): InventoryNode {
  const workload = workloadOfContainer(container);
  const running = context.running(container.id);
  const gone = isMachineGone(container);
  const status = container.registrationStatus && spelled(container.registrationStatus).toLowerCase();
  const health = gone ? 'its machine is gone' : container.healthStatus && spelled(container.healthStatus).toLowerCase();
  const trouble = inquiryTrouble(container);
  return resourceNode(context, kinds.container, container, {
    label: container.friendlyName,
    // One machine may stand here twice: as a VM, and for its databases.
    description: joined(
      running && runningText(running),
      shortTitles[workload],
      trouble && !gone && 'database discovery failed',
      status,
      health,
    ),
    tooltip: lines(
      container.friendlyName,
      running && lines(runningText(running), running.message).join(': '),
      fact('Type', container.containerType),
      fact('Registration', container.registrationStatus),
      fact('Health', container.healthStatus),
      fact('Database discovery', container.inquiryStatus),
      trouble && `${trouble.code}: ${trouble.message}`,
      fact('Protected items', container.protectedItemCount),
      fact('Host name', container.hostServerName === container.friendlyName ? undefined : container.hostServerName),
      fact('Resource', container.sourceResourceId),
    ),
    icon: running ? { id: 'sync~spin', color: colours.active } : iconOf(container, workload, gone || trouble !== undefined),
    expandable: isRegistrable(container),
    states: [workload, ...containerStateTokens(container), ...(running ? [itemStates.busy] : [])],
  });
}

/** Azure takes a registration of machines with workloads; an Azure VM's own container comes and goes with its protection. */
export function isRegistrable(container: Container): boolean {
  return container.containerType?.toLowerCase() === 'vmappcontainer';
}

/** The container stays registered when its machine is deleted. */
export function isMachineGone(container: Container): boolean {
  return container.healthStatus?.toLowerCase() === 'deleted';
}

/** A list of containers leaves it out in Microsoft's published answers: what stands in it is registered. */
function isRegistered({ registrationStatus }: Container): boolean {
  return registrationStatus === undefined || registrationStatus.toLowerCase() === 'registered';
}

function isSoftDeleted(container: Container): boolean {
  return container.isScheduledForDeferredDelete || container.registrationStatus?.toLowerCase() === 'softdeleted';
}

export function containerStateTokens(container: Container): readonly string[] {
  return [
    isRegistrable(container) && containerStates.registrable,
    isRegistered(container) && containerStates.registered,
    isMachineGone(container) && containerStates.machineGone,
    isSoftDeleted(container) && containerStates.softDeletedContainer,
  ].filter((token) => token !== false);
}

/** Why databases of a registered machine are not, or not all, found: the first of it. */
export function inquiryTrouble(container: Container): ErrorRecord | undefined {
  return inquiryProblems(container)[0];
}

/** A machine's container has no workload of its own: it is of what was found in it. */
function workloadOfContainer(container: Container): Workload {
  const looked = isRegistrable(container) && (container.inquiries.length > 0 || container.workloadType !== undefined);
  return workloadOf({
    ...(container.containerType === undefined ? {} : { itemType: container.containerType }),
    ...(container.backupManagementType === undefined ? {} : { backupManagementType: container.backupManagementType }),
    ...(looked ? { workloadType: workloadTypeOf(container) } : {}),
  });
}

function iconOf(container: Container, workload: Workload, wrong: boolean): NodeIcon {
  if (wrong) {
    return { id: 'warning', color: colours.warning };
  }
  return isSoftDeleted(container)
    ? { id: 'trash', color: colours.warning }
    : isRegistered(container)
      ? { id: typeIcons[workload] }
      : { id: typeIcons[workload], color: colours.muted };
}
