import { idUpTo } from '../../core/armId.ts';
import type { JsonObject } from '../arm/types.ts';
import type { DiskSku } from '../world/entities.ts';

/** What Microsoft.Compute holds besides machines and the disks attached to them. Sizes in GB, moments in ms UTC. */

interface Place {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly location: string;
}

/** A disk of its own: one that somebody made, or that a deleted machine left behind. */
export interface LooseDisk extends Place {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  /** Until then a read says `Updating`. */
  readyAt: number;
  readonly uniqueId: string;
  readonly creationData: JsonObject;
  readonly zones: readonly string[];
  readonly osType?: 'Windows' | 'Linux';
  sku: DiskSku;
  sizeGb: number;
  tags: JsonObject;
}

export interface FailureDetail {
  readonly code: string;
  readonly message: string;
}

/** A long-running operation of Microsoft.Compute; what it shows at a moment follows from its times. */
export interface ComputeOperation {
  /** GUID. */
  readonly id: string;
  readonly subscriptionId: string;
  readonly location: string;
  /** Which of Azure's two paths answer for it: disks and access to them have their own. */
  readonly family: 'operations' | 'DiskOperations';
  readonly startAt: number;
  readonly dueAt: number;
  /** How it ends, asked once it is due. */
  readonly failure: () => FailureDetail | undefined;
  /** Body of the 200 behind `Location`, and `properties.output` of a disk operation's status; undefined where there is none. */
  readonly output: () => JsonObject | undefined;
}

/** Where data of a disk restore point goes that is not there at once; a run of time, from which percentages follow. */
export interface Transfer {
  readonly startAt: number;
  readonly endAt: number;
  /** It ends without the data. */
  readonly fails: boolean;
  /** Absent where the data stays in its region. */
  readonly fromRegion?: string;
}

/** A link that lets its bearer read a disk restore point. */
export interface Access {
  /** The blob's path on the server: host name of Azure's as the first segment. */
  readonly path: string;
  /** GUID of the stored policy that the link names. */
  readonly identifier: string;
  readonly signature: string;
  readonly startAt: number;
  /** In real time: `--speed` does not shorten it. */
  expiresAt: number;
}

export interface DiskPoint {
  readonly id: string;
  readonly name: string;
  /** As the machine had it. */
  readonly diskId: string;
  readonly diskName: string;
  readonly diskUniqueId: string;
  readonly sizeGb: number;
  readonly sku: DiskSku;
  readonly osType?: 'Windows' | 'Linux';
  readonly familyId: string;
  /** What it is a copy of. */
  readonly sourceDiskPointId?: string;
  readonly transfer?: Transfer;
  /** Until then a snapshot that is not complete can be restored from all the same. */
  readonly instantUntil?: number;
  access?: Access;
}

export type ConsistencyMode = 'ApplicationConsistent' | 'FileSystemConsistent' | 'CrashConsistent';

export interface RestorePoint {
  readonly id: string;
  readonly name: string;
  /** Id of the machine that it is, or once was, of. */
  readonly machineId: string;
  readonly createdAt: number;
  /** Until then `Creating`. */
  readonly readyAt: number;
  /** How its creation ends, where it fails. */
  readonly failure?: FailureDetail;
  /** What the caller asked for; where absent, the machine decides. */
  readonly requestedMode?: ConsistencyMode;
  readonly mode: ConsistencyMode;
  /** Ids as the caller spelt them. */
  readonly excluded: readonly string[];
  readonly sourcePointId?: string;
  readonly instantAccessMinutes?: number;
  /** What Azure remembers of the machine, without the disk restore points in it. */
  readonly machine: JsonObject;
  readonly disks: readonly DiskPoint[];
  /** From then on `Deleting`. */
  deletingAt?: number;
}

export interface Collection extends Place {
  readonly id: string;
  readonly name: string;
  /** GUID. */
  readonly guid: string;
  readonly createdAt: number;
  readonly source: { readonly kind: 'machine' | 'collection'; readonly id: string; readonly location: string };
  readonly instantAccess: boolean | undefined;
  readonly points: PointStore;
  tags: JsonObject;
  deletingAt?: number;
}

/** The points of a collection, oldest first; those of the standing world are made when somebody looks. */
export class PointStore {
  #points: Map<string, RestorePoint> | undefined;
  readonly #past: () => readonly RestorePoint[];

  constructor(past: () => readonly RestorePoint[] = () => []) {
    this.#past = past;
  }

  get all(): readonly RestorePoint[] {
    return [...this.#map.values()];
  }

  get(name: string): RestorePoint | undefined {
    return this.#map.get(name.toLowerCase());
  }

  add(point: RestorePoint): void {
    this.#map.set(point.name.toLowerCase(), point);
  }

  remove(point: RestorePoint): void {
    this.#map.delete(point.name.toLowerCase());
  }

  get #map(): Map<string, RestorePoint> {
    return (this.#points ??= new Map(this.#past().map((point) => [point.name.toLowerCase(), point])));
  }
}

export type Provisioning = 'Creating' | 'Succeeded' | 'Failed' | 'Deleting';

export function provisioningOf(point: RestorePoint, now: number): Provisioning {
  if (point.deletingAt !== undefined) {
    return 'Deleting';
  }
  return now < point.readyAt ? 'Creating' : point.failure === undefined ? 'Succeeded' : 'Failed';
}

/** The collection's id of a restore point's, or of anything below it. */
export function collectionIdOf(id: string): string {
  return idUpTo(id, 'restorePointCollections') ?? '';
}
