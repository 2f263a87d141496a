import { diskText, whyUnsupported, type VirtualMachine } from '../../providers/restorePoints/model.ts';
import { joined, spelled } from '../text.ts';
import { itemStates, kinds, systems } from '../tokens.ts';
import type { InventoryNode } from '../types.ts';
import { colours, fact, lines, resourceNode, type NodeContext } from './common.ts';
import { runningText } from './protectedItem.ts';

/** @param collections how many it has; undefined while that is not known without asking. */
export function virtualMachineNode(machine: VirtualMachine, collections: number | undefined, context: NodeContext): InventoryNode {
  const running = context.running(machine.id);
  const provisioning = machine.provisioningState?.toLowerCase() ?? 'succeeded';
  const unsupported = whyUnsupported(machine);
  return resourceNode(context, kinds.virtualMachine, machine, {
    label: machine.name,
    description: joined(
      running && runningText(running),
      // What tells it from its neighbours first: their region is the same mostly.
      collections !== undefined && collections > 0 && countOf(collections, 'collection'),
      machine.location,
      machine.resourceGroup,
      provisioning !== 'succeeded' && spelled(machine.provisioningState ?? '').toLowerCase(),
    ),
    tooltip: lines(
      machine.name,
      running && lines(runningText(running), running.message).join(': '),
      unsupported && `No restore points can be made of it: it ${unsupported}.`,
      fact('Region', machine.location),
      fact('Zone', machine.zones.join(', ')),
      fact('Resource group', machine.resourceGroup),
      fact('Size', machine.size),
      fact('Operating system', machine.osType),
      fact('Security', machine.securityType),
      fact('Provisioning', machine.provisioningState),
      ...machine.disks.map((disk) => `Disk: ${disk.name} (${diskText(disk)})`),
      fact('Restore point collections', collections),
    ),
    icon: running
      ? { id: 'sync~spin', color: colours.active }
      : { id: 'vm', ...(unsupported === undefined ? {} : { color: colours.muted }) },
    expandable: true,
    system: systems.restorePoints,
    states: running ? [itemStates.busy] : [],
  });
}

/** `1 collection`, `3 collections`. */
export function countOf(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
