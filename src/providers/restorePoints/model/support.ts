/**
 * What cannot be in a restore point, and why. From Microsoft's support matrix for VM restore points and its limits of
 * copies between regions; one sentence each, for a person.
 */
import { displayName } from '../../../core/displayText.ts';
import { disksOf } from './pointState.ts';
import type { RestorePoint } from './restorePoint.ts';
import type { VirtualMachine, VmDisk } from './virtualMachine.ts';

/** What a restore point holds of running applications. Azure takes the second word only; without it, it makes the first. */
export type Consistency = 'ApplicationConsistent' | 'CrashConsistent';

/** Restore points that one VM may have, in all its collections together. */
export const mostPointsOfMachine = 500;
/** From here on a person is told how many are left. */
export const manyPointsOfMachine = 450;

/** Crash consistency across several disks needs a write order that these types do not share with the others. */
const notCrashConsistent = new Set(['ultrassd_lrs', 'premiumv2_lrs']);

/** Why a disk must be left out, as a sentence; undefined where it can be in the restore point. */
export function whyLeftOut(disk: VmDisk, consistency: Consistency): string | undefined {
  if (disk.ephemeral) {
    return 'Must be left out: it is an ephemeral OS disk, which lives on the host of the VM.';
  }
  if (disk.shared === true) {
    return 'Must be left out: it is a shared disk, and restore points hold none.';
  }
  if (consistency === 'CrashConsistent' && notCrashConsistent.has(disk.sku?.toLowerCase() ?? '')) {
    return `Must be left out: ${disk.sku} disks can be in application consistent restore points only.`;
  }
  return undefined;
}

/** True where not one disk can be in such a restore point: to leave out those that must be would leave out all. */
function holdsNone(machine: VirtualMachine, consistency: Consistency): boolean {
  return machine.disks.every((disk) => whyLeftOut(disk, consistency) !== undefined);
}

/** Why Azure makes no restore point of this VM at all, as the rest of a sentence that its name begins; undefined where it can. */
export function whyUnsupported(machine: VirtualMachine): string | undefined {
  if (!/\/providers\/microsoft\.compute\/virtualmachines\/[^/]+\/?$/i.test(machine.id)) {
    return 'is no VM of its own (an instance of a scale set with uniform orchestration, say), and restore points are made of VMs only';
  }
  if (machine.disks.length === 0) {
    return 'has no disk that Azure tells of';
  }
  const unmanaged = machine.disks.find((disk) => disk.id === undefined);
  if (unmanaged !== undefined) {
    return `has the unmanaged disk ${displayName(unmanaged.name)}, and restore points are made of managed disks only`;
  }
  if (holdsNone(machine, 'ApplicationConsistent')) {
    const each = machine.disks.map((disk) => `${displayName(disk.name)}: ${whyLeftOut(disk, 'ApplicationConsistent') ?? ''}`);
    return `has no disk that can be in a restore point. ${each.join(' ').replace(/\.$/, '')}`;
  }
  return undefined;
}

/** Why this kind of restore point cannot be made of this VM, as a sentence; undefined where it can. */
export function whyNotConsistency(machine: VirtualMachine, consistency: Consistency): string | undefined {
  if (consistency !== 'CrashConsistent') {
    return undefined;
  }
  if (isConfidential(machine)) {
    return 'Azure makes no crash consistent restore points of confidential VMs.';
  }
  return holdsNone(machine, consistency) ? 'None of its disks can be in one: Azure takes no Ultra and no Premium SSD v2 disks.' : undefined;
}

/** What becomes of disks that are encrypted with keys of one's own (Microsoft's limits of copies), as a sentence; undefined where there are none. */
export function keysOfCopy(point: RestorePoint): string | undefined {
  const own = disksOf(point).some(
    ({ encryptionType, encryptionSetId }) => encryptionSetId !== undefined || /customerkey/i.test(encryptionType ?? ''),
  );
  return own ? 'In the copy, disks with keys of your own are encrypted with keys of the platform.' : undefined;
}

/** Azure supports them in few regions and sizes, and does not copy their restore points. */
export function isConfidential(machine: Pick<VirtualMachine, 'securityType'>): boolean {
  return machine.securityType?.toLowerCase() === 'confidentialvm';
}
