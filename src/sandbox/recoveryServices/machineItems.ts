import { machineId, totalGb, type VirtualMachine } from '../world/entities.ts';
import { pointName } from './backup.ts';
import type { WorldContext } from './context.ts';
import { managementOf, type ProtectedItem } from './model.ts';
import { RecoveryPointStore } from './recoveryPointStore.ts';
import type { Vault } from './vault.ts';

/** Puts an item, and for a machine its container, into a vault. */
export function addToVault({ world }: WorldContext, vault: Vault, item: ProtectedItem, at: number): void {
  vault.addItem(item);
  if (item.workload !== 'VM') {
    return;
  }
  world.setProtector(item.sourceResourceId, vault);
  const machine = world.machine(item.sourceResourceId);
  vault.addContainer({
    name: item.containerName,
    management: managementOf.VM,
    sourceResourceId: item.sourceResourceId,
    resourceGroup: machine?.resourceGroup ?? '',
    friendlyName: item.friendlyName,
    inquired: true,
    updatedAt: at,
  });
}

/** An item for a machine that is not protected yet. Its names are Azure's: upper-case VM, and the group as the machine has it. */
export function newMachineItem(machine: VirtualMachine, random: number): ProtectedItem {
  const native = `iaasvmcontainerv2;${machine.resourceGroup.toLowerCase()};${machine.name}`;
  return {
    workload: 'VM',
    containerName: `IaasVMContainer;${native}`,
    name: `VM;${native}`,
    friendlyName: machine.name,
    sourceResourceId: machineId(machine),
    dataId: pointName(random),
    sizeGb: totalGb(machine),
    policyName: undefined,
    protectionState: 'IRPending',
    lastBackupStatus: '',
    lastBackupAt: undefined,
    lastError: undefined,
    deletedAt: undefined,
    points: new RecoveryPointStore(),
  };
}
