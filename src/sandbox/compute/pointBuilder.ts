import { sameArmId } from '../../core/armId.ts';
import type { JsonObject, Random } from '../arm/types.ts';
import { diskId, machineId, type VirtualMachine } from '../world/entities.ts';
import { minute } from '../world/wireFormat.ts';
import type { PointInCollection } from './estate.ts';
import { cachingOf, hyperVGeneration, osProfile, securityProfile } from './machineResource.ts';
import type { Collection, ConsistencyMode, DiskPoint, FailureDetail, RestorePoint, Transfer } from './model.ts';
import { backgroundOf, copyOf, fillsInBackground } from './transfer.ts';

/** How long a snapshot of an Ultra or Premium SSD v2 disk can be restored from at once, where nobody says. */
const instantMinutes = 300;

/** Azure's milliseconds as the sandbox takes them. */
type Scaled = (azureMs: number) => number;

export interface NewPoint {
  readonly name: string;
  readonly createdAt: number;
  readonly readyAt: number;
  readonly requestedMode?: ConsistencyMode | undefined;
  readonly mode: ConsistencyMode;
  readonly excluded?: readonly string[];
  readonly failure?: FailureDetail | undefined;
  readonly instantAccessMinutes?: number | undefined;
}

function pointIdOf(collection: { readonly id: string }, name: string): string {
  return `${collection.id}/restorePoints/${name}`;
}

/** A point of a machine in a collection of its region. Nothing is added anywhere. */
export function localPoint(random: Random, collection: Collection, machine: VirtualMachine, made: NewPoint, scaled: Scaled): RestorePoint {
  const { excluded = [], failure, requestedMode, instantAccessMinutes, ...rest } = made;
  const id = pointIdOf(collection, made.name);
  const isExcluded = (disk: string): boolean => excluded.some((other) => sameArmId(other, disk));
  const included = machine.disks.filter((disk) => !isExcluded(diskId(machine, disk)));
  const instantUntil = collection.instantAccess === true ? made.readyAt + (instantAccessMinutes ?? instantMinutes) * minute : undefined;
  return {
    ...rest,
    id,
    machineId: machineId(machine),
    excluded,
    ...(requestedMode === undefined ? {} : { requestedMode }),
    ...(failure === undefined ? {} : { failure }),
    ...(instantAccessMinutes === undefined ? {} : { instantAccessMinutes }),
    machine: metadataOf(machine, isExcluded),
    disks:
      failure === undefined
        ? included.map((disk): DiskPoint => {
            const inBackground = fillsInBackground(disk.sku);
            return {
              ...named(random, id, disk.name),
              diskId: diskId(machine, disk),
              diskName: disk.name,
              diskUniqueId: disk.uniqueId,
              sizeGb: disk.sizeGb,
              sku: disk.sku,
              ...(disk.lun === undefined ? { osType: machine.osType } : {}),
              familyId: random.guid(),
              ...(inBackground ? { transfer: backgroundOf(disk, made.readyAt, scaled) } : {}),
              ...(inBackground && instantUntil !== undefined ? { instantUntil } : {}),
            };
          })
        : [],
  };
}

export interface NewCopy {
  readonly name: string;
  readonly createdAt: number;
  /** When the copying starts: the point is `Succeeded` from then on. */
  readonly readyAt: number;
  /** The first of its source collection in this region carries all, later ones what has changed. */
  readonly isFirst: boolean;
  /** Names of disks whose copies fail. */
  readonly uncopyable: ReadonlySet<string>;
}

/** A copy in a collection of another region. Nothing is added anywhere. */
export function copiedPoint(random: Random, target: Collection, source: PointInCollection, made: NewCopy, scaled: Scaled): RestorePoint {
  const { point, collection } = source;
  const { name, createdAt, readyAt, isFirst, uncopyable } = made;
  const id = pointIdOf(target, name);
  return {
    id,
    name,
    createdAt,
    readyAt,
    machineId: point.machineId,
    mode: point.mode,
    excluded: [],
    sourcePointId: point.id,
    machine: point.machine,
    disks: point.disks.map((disk): DiskPoint => {
      const { diskId: held, diskName, diskUniqueId, sizeGb, sku, osType } = disk;
      const transfer: Transfer = copyOf(
        disk,
        { region: collection.location, startAt: readyAt, isFirst, fails: uncopyable.has(diskName) },
        scaled,
      );
      return {
        ...named(random, id, diskName),
        ...{ diskId: held, diskName, diskUniqueId, sizeGb, sku },
        ...(osType === undefined ? {} : { osType }),
        familyId: random.guid(),
        sourceDiskPointId: disk.id,
        transfer,
      };
    }),
  };
}

/** Recorded: `{disk}_{guid}`. */
function named(random: Random, pointId: string, disk: string): { id: string; name: string } {
  const name = `${disk}_${random.guid()}`;
  return { name, id: `${pointId}/diskRestorePoints/${name}` };
}

/** Data disks that are left out are not remembered (published example); the system's always is, as the contract's one place for it. */
function metadataOf(machine: VirtualMachine, isExcluded: (id: string) => boolean): JsonObject {
  const [osDisk, ...dataDisks] = machine.disks.map((disk): JsonObject => ({
    ...(disk.lun === undefined ? { osType: machine.osType } : { lun: disk.lun }),
    name: disk.name,
    diskSizeGB: disk.sizeGb,
    caching: cachingOf(disk),
    managedDisk: { storageAccountType: disk.sku, id: diskId(machine, disk) },
  }));
  const kept = dataDisks.filter((_, at) => {
    const disk = machine.disks[at + 1];
    return disk !== undefined && !isExcluded(diskId(machine, disk));
  });
  return {
    vmId: machine.vmId,
    location: machine.location,
    hardwareProfile: { vmSize: machine.size },
    storageProfile: { ...(osDisk === undefined ? {} : { osDisk }), dataDisks: kept, diskControllerType: 'SCSI' },
    osProfile: osProfile(machine),
    ...securityProfile(machine),
    hyperVGeneration: hyperVGeneration(machine),
  };
}
