import type { VirtualMachine } from '../world/entities.ts';
import type { Appliance } from './appliance.ts';
import type { Outcome, ProtectedMachine } from './model.ts';

interface Judgement {
  readonly outcome: Outcome;
  /** For the session's log; absent where there is nothing to say. */
  readonly message?: string;
}

/** How a snapshot of a machine ends, looked at when its turn comes: by then it may be gone. */
export function judge(appliance: Appliance, machine: ProtectedMachine): Judgement {
  const wished = appliance.outcomeOf(machine);
  if (wished !== undefined) {
    return wished === 'succeeds' ? { outcome: wished } : { outcome: wished, message: wishes[wished] };
  }
  if (!knowsSubscription(appliance, machine)) {
    return { outcome: 'succeeds' };
  }
  const inAzure = appliance.world.machine(machine.azureId);
  return inAzure === undefined
    ? { outcome: 'fails', message: `The Azure VM was not found in the resource group ${machine.resourceGroup}.` }
    : judgeMachine(inAzure);
}

/** True where the machine is no longer in Azure. Of subscriptions that only the appliance sees, it knows as it was told. */
export function isGone(appliance: Appliance, machine: ProtectedMachine): boolean {
  return knowsSubscription(appliance, machine) && appliance.world.machine(machine.azureId) === undefined;
}

const wishes = {
  warns: 'The snapshot was created, but it is crash-consistent only.',
  fails: 'The snapshot could not be created: the operation was not completed within the allotted time.',
} as const;

/** What of Azure's own machines makes them hard to snapshot. */
function judgeMachine(machine: VirtualMachine): Judgement {
  if (machine.disks.some((disk) => disk.vhdUri !== undefined)) {
    return { outcome: 'fails', message: 'The Azure VM has unmanaged disks, which are not supported.' };
  }
  if (machine.trouble === 'collectionLimit') {
    return { outcome: 'fails', message: 'The number of snapshots of a virtual disk has reached the limit of Microsoft Azure.' };
  }
  if (machine.disks.some((disk) => disk.ephemeral === true)) {
    return { outcome: 'warns', message: 'The ephemeral OS disk is not supported and was skipped.' };
  }
  if (machine.disks.some((disk) => (disk.maxShares ?? 1) > 1)) {
    return { outcome: 'warns', message: 'A shared disk is not supported and was skipped.' };
  }
  if (machine.trouble !== undefined) {
    return { outcome: 'warns', message: wishes.warns };
  }
  return { outcome: 'succeeds' };
}

function knowsSubscription(appliance: Appliance, machine: ProtectedMachine): boolean {
  return appliance.world.subscription(machine.subscriptionId) !== undefined;
}
