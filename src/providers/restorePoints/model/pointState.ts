/** What a restore point's parts come to: whether it can be used, and how far a copy is. */
import type { TaskStatus } from '../../../core/operation.ts';
import type { PointDisk, RestorePoint } from './restorePoint.ts';

export type PointState =
  | { readonly kind: 'creating' }
  /** Of a copy. `percent`: see `percentOf`. `known` is false where the instance view was not asked for. */
  | { readonly kind: 'copying'; readonly known: boolean; readonly percent?: number; readonly done: number; readonly of: number }
  | { readonly kind: 'usable' }
  | { readonly kind: 'failed'; readonly reason: string; readonly disks: readonly PointDisk[] }
  | { readonly kind: 'deleting' }
  | { readonly kind: 'unknown'; readonly said: string };

/**
 * `Succeeded` of a copy only says that copying has begun: it can be used when every disk has arrived. One that is `Creating`
 * and tells of its disks already is being copied too.
 */
export function pointState(point: RestorePoint): PointState {
  const said = point.provisioningState?.toLowerCase();
  switch (said) {
    case 'creating':
    case 'updating':
      return point.sourcePointId !== undefined && disksOf(point).some(({ replication }) => replication !== undefined)
        ? copyState(point, false)
        : { kind: 'creating' };
    case 'deleting':
      return { kind: 'deleting' };
    case 'failed':
      return { kind: 'failed', reason: reasonOf(point), disks: [] };
    case 'succeeded':
      return point.sourcePointId === undefined ? { kind: 'usable' } : copyState(point, true);
    default:
      return { kind: 'unknown', said: point.provisioningState ?? '' };
  }
}

/** @param created false while Azure says that the copy itself is still being made: then it cannot be used, whatever its disks say */
function copyState(point: RestorePoint, created: boolean): PointState {
  const disks = disksOf(point);
  const failed = disks.filter((disk) => diskStatus(disk) === 'failed');
  if (failed.length > 0) {
    return { kind: 'failed', reason: failed.map(reasonOfDisk).join(' '), disks: failed };
  }
  const done = disks.filter((disk) => diskStatus(disk) === 'succeeded').length;
  if (created && point.hasInstanceView && disks.length > 0 && done === disks.length) {
    return { kind: 'usable' };
  }
  const percent = percentOf(point);
  return { kind: 'copying', known: point.hasInstanceView, done, of: disks.length, ...(percent === undefined ? {} : { percent }) };
}

/** The disks that are in it: those that were left out are not. */
export function disksOf(point: RestorePoint): readonly PointDisk[] {
  const inside = point.disks.filter(({ excluded }) => !excluded);
  // Once it is made, a disk without an id of its own in it is not in it, whatever the list of excluded ones says.
  const identified = inside.filter(({ diskRestorePointId }) => diskRestorePointId !== undefined);
  return identified.length > 0 ? identified : inside;
}

/** How far one disk is. A word that we do not know is no end, and neither is 100 percent beside a word for "not done". */
export function diskStatus({ replication }: PointDisk): TaskStatus {
  if (replication === undefined) {
    return 'notStarted';
  }
  if (replication.isError || /^fail/.test(replication.state ?? '')) {
    return 'failed';
  }
  switch (replication.state) {
    case 'succeeded':
    case 'completed':
      return 'succeeded';
    case 'pending':
    case 'notstarted':
      return 'notStarted';
    case undefined:
      return replication.percent === 100 ? 'succeeded' : 'running';
    default:
      return 'running';
  }
}

/** True where disks can be made of it: newer Azure says so by itself, snapshots of Ultra disks may not be there at once. */
export function canRestore({ replication }: PointDisk): boolean {
  return !/^(pending|unknown)$/i.test(replication?.access ?? '');
}

/** True where all its data is there, which copying and downloading need. Without an instance view nothing speaks against it. */
export function isWhole(disk: PointDisk): boolean {
  return disk.replication === undefined || diskStatus(disk) === 'succeeded';
}

/** Sizes where the point itself does not have them, by disk name in lower case, in GB. */
export type KnownSizes = Readonly<Record<string, number>>;

/**
 * One figure for all disks, weighted by their sizes: only of disks that Azure gives a figure for, undefined where it gives
 * none. Below 100 until every disk has arrived, whatever those that have a figure say. Where a size is not known all weigh the same.
 */
export function percentOf(point: RestorePoint, sizes: KnownSizes = {}): number | undefined {
  const disks = disksOf(point);
  const told = disks.flatMap((disk) => {
    const percent = diskStatus(disk) === 'succeeded' ? 100 : disk.replication?.percent;
    return percent === undefined ? [] : [{ percent, size: disk.sizeGB ?? sizes[disk.name.toLowerCase()] }];
  });
  if (told.length === 0) {
    return undefined;
  }
  const weighted = told.every(({ size }) => size !== undefined && size > 0);
  const weightOf = (size: number | undefined): number => (weighted ? (size ?? 1) : 1);
  const sum = told.reduce((all, { percent, size }) => all + percent * weightOf(size), 0);
  const figure = sum / told.reduce((all, { size }) => all + weightOf(size), 0);
  return disks.every((disk) => diskStatus(disk) === 'succeeded') ? 100 : Math.min(99, Math.floor(figure));
}

/** Azure gives no details of a failed copy most of the time. */
export function reasonOfDisk(disk: PointDisk): string {
  return disk.replication?.message ?? `Azure says that copying the disk ${disk.name} failed and gives no reason.`;
}

function reasonOf(point: RestorePoint): string {
  return point.statusMessages.length > 0
    ? point.statusMessages.join(' ')
    : 'Azure says that making the restore point failed and gives no reason.';
}
