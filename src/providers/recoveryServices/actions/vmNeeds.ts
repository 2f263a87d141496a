/** Which VMs need an Enhanced policy: told by the VM itself, not by the vault. */
import { apiVersions } from '../../../cloud/apiVersions.ts';
import { isCancelled } from '../../../core/cancellation.ts';
import { arrayAt, objectAt, stringAt, type Json } from '../../../core/json.ts';
import type { ActionContext, ActionTarget } from '../../action.ts';
import { armPath } from '../../arm/armUrl.ts';
import type { ProtectableItem } from '../model.ts';
import { readOptions } from '../../arm/asking.ts';

/** More are not looked at: the answer only sorts and marks policies, Azure decides. */
const mostLooked = 20;
const parallel = 4;

/**
 * True where one of the VMs has a security type or disks that Microsoft's support matrix for VM backup asks an Enhanced
 * policy for. A VM that cannot be read counts as one that needs none.
 */
export async function needsEnhanced(context: ActionContext, targets: readonly ActionTarget<ProtectableItem>[]): Promise<boolean> {
  const waiting = targets.slice(0, mostLooked);
  let found = false;
  const worker = async (): Promise<void> => {
    for (let target = waiting.shift(); target && !found; target = waiting.shift()) {
      found ||= await needs(context, target);
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return found;
}

async function needs(context: ActionContext, target: ActionTarget<ProtectableItem>): Promise<boolean> {
  const id = target.model.sourceResourceId;
  if (id === undefined || !/\/providers\/microsoft\.compute\/virtualmachines\//i.test(id)) {
    return false;
  }
  try {
    const path = armPath(id, [], { apiVersion: apiVersions.virtualMachines });
    const { body } = await context.arm.get(path, { ...readOptions(context, target), attempted: 'read the VM', resource: target.name });
    return asksForEnhanced(body);
  } catch (error) {
    if (isCancelled(error)) {
      throw error;
    }
    // Reading VMs takes a role of its own; without it the policies are offered unmarked.
    return false;
  }
}

const disksOfEnhanced = new Set(['ultrassd_lrs', 'premiumv2_lrs']);

/** @param vm a virtual machine as Microsoft.Compute answers it */
export function asksForEnhanced(vm: Json | undefined): boolean {
  const properties = objectAt(vm, 'properties');
  const security = stringAt(properties['securityProfile'], 'securityType')?.toLowerCase();
  const storage = objectAt(properties, 'storageProfile');
  const disks = [objectAt(storage, 'osDisk'), ...arrayAt(storage, 'dataDisks')];
  const types = disks.map((disk) => stringAt(objectAt(disk, 'managedDisk'), 'storageAccountType')?.toLowerCase() ?? '');
  return security === 'trustedlaunch' || security === 'confidentialvm' || types.some((type) => disksOfEnhanced.has(type));
}
