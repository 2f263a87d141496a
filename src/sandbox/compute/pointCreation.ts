import { sameArmId, segmentOf } from '../../core/armId.ts';
import { diskId, type Disk, type VirtualMachine } from '../world/entities.ts';
import type { Estate } from './estate.ts';
import type { Collection, ConsistencyMode, FailureDetail, RestorePoint } from './model.ts';
import { localPoint } from './pointBuilder.ts';
import type { PointInput } from './pointInput.ts';
import { creationFailures, refusals } from './refusals.ts';

/** Of a machine, whatever the number of its collections (documented). */
export const pointLimit = 500;

/** Recorded: 6 to 11 seconds without the guest, 46 for a running Linux machine with two disks. */
const crashMs = 8000;
const guestMs = 25_000;
const guestDiskMs = 10_000;

/** A point of the machine that a collection is of, not added yet. @throws ArmFailure where Azure refuses it at once. */
export function createPoint(estate: Estate, collection: Collection, name: string, input: PointInput): RestorePoint {
  if (input.sourcePointId !== undefined) {
    throw refusals.invalid(
      'sourceRestorePoint.id',
      `Collection '${collection.name}' is of a virtual machine; copies go into a collection whose source is the collection of the source restore point.`,
    );
  }
  const machine = estate.world.machine(collection.source.id);
  if (machine === undefined) {
    const id = collection.source.id;
    throw refusals.resourceNotFound('virtualMachines', segmentOf(id, 'virtualMachines') ?? id, segmentOf(id, 'resourceGroups') ?? '');
  }
  requireSupported(machine, input);
  requireRoom(estate, collection);
  const now = estate.world.now();
  const mode = modeOf(machine, input.mode);
  const failure = failureOf(machine, mode);
  const takes = mode === 'CrashConsistent' ? crashMs : guestMs + guestDiskMs * machine.disks.length;
  const made = {
    ...{ name, createdAt: now, readyAt: now + estate.scaled(takes) },
    ...{ mode, failure, requestedMode: input.mode, excluded: input.excluded, instantAccessMinutes: input.instantAccessMinutes },
  };
  return localPoint(estate.world.random, collection, machine, made, estate.scaled);
}

/** Recorded for machines that are off and for running Linux ones, documented for Windows. */
function modeOf(machine: VirtualMachine, asked: ConsistencyMode | undefined): ConsistencyMode {
  if (asked === 'CrashConsistent' || machine.powerState !== 'running' || machine.trouble === 'crashConsistent') {
    return 'CrashConsistent';
  }
  return machine.osType === 'Windows' ? 'ApplicationConsistent' : 'FileSystemConsistent';
}

/** Only a snapshot that needs the guest fails with it. */
function failureOf(machine: VirtualMachine, mode: ConsistencyMode): FailureDetail | undefined {
  if (mode === 'CrashConsistent') {
    return undefined;
  }
  return machine.trouble === 'agentUnavailable' || machine.trouble === 'comError' ? creationFailures[machine.trouble] : undefined;
}

/** Kinds of machines and disks that restore points do not support: all documented; of the codes only that of shared disks is. */
function requireSupported(machine: VirtualMachine, { excluded, mode }: PointInput): void {
  if (machine.securityType === 'ConfidentialVM') {
    throw refusals.notAllowed('Creation of Restore Point of a confidential Virtual Machine is not supported.');
  }
  if (machine.disks.some((disk) => disk.vhdUri !== undefined)) {
    throw refusals.notAllowed('Creation of Restore Point of a Virtual Machine with unmanaged disks is not supported.');
  }
  const unknown = excluded.find((id) => !machine.disks.some((disk) => sameArmId(diskId(machine, disk), id)));
  if (unknown !== undefined) {
    throw refusals.invalid('excludeDisks', `Disk '${unknown}' is not attached to virtual machine '${machine.name}'.`);
  }
  const included = machine.disks.filter((disk) => !excluded.some((id) => sameArmId(diskId(machine, disk), id)));
  if (included.length === 0) {
    throw refusals.invalid(
      'excludeDisks',
      'All disks of the virtual machine are excluded; at least one must be part of the restore point.',
    );
  }
  requireSupportedDisks(included, mode);
}

function requireSupportedDisks(included: readonly Disk[], mode: ConsistencyMode | undefined): void {
  if (included.some((disk) => (disk.maxShares ?? 1) > 1)) {
    throw refusals.sharedDisks();
  }
  if (included.some((disk) => disk.ephemeral === true)) {
    throw refusals.notAllowed(
      'Creation of Restore Point of a Virtual Machine with Ephemeral OS disk is not supported. You may exclude this disk from the restore point via excludeDisks property.',
    );
  }
  const fast = included.find((disk) => disk.sku === 'UltraSSD_LRS' || disk.sku === 'PremiumV2_LRS');
  if (mode === 'CrashConsistent' && fast !== undefined) {
    throw refusals.notAllowed(
      `Creation of a crash consistent Restore Point is not supported for disks of type ${fast.sku}: '${fast.name}'. You may exclude this disk from the restore point via excludeDisks property.`,
    );
  }
}

/** One creation at a time, and no more than fit: both of the machine, not of the collection. */
function requireRoom(estate: Estate, collection: Collection): void {
  const now = estate.world.now();
  const points = estate.pointsOf(collection.source.id);
  if (points.some(({ point }) => now < point.readyAt)) {
    throw refusals.concurrent();
  }
  if (points.length >= pointLimit) {
    throw refusals.tooMany(pointLimit);
  }
}
