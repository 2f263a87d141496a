import { day, minute } from '../world/wireFormat.ts';
import type { DiskSku } from '../world/entities.ts';
import type { DiskPoint, RestorePoint, Transfer } from './model.ts';

/** Azure brings the percentage up to date every ten minutes (documented in the preview of cross-region copies). */
const tickMs = 10 * minute;
/** Hours for a first copy of a usual disk to another region; Azure tells no rate, only that it may take days. */
const firstCopyMsPerGb = minute;
/** Later copies of the same collection to the same region carry what has changed. */
const laterCopyMsPerGb = minute / 10;
/** Snapshots of Ultra and Premium SSD v2 disks are filled in the background. */
const backgroundMsPerGb = minute / 10;
/** How far a copy gets that is to fail. */
const failsAfter = 0.4;
/** Azure ends copies that take longer. */
const longestCopyMs = 14 * day;

/** The copy of a disk restore point to another region. @param scaled Azure's milliseconds as the sandbox takes them. */
export function copyOf(
  disk: { readonly sizeGb: number },
  from: { readonly region: string; readonly startAt: number; readonly isFirst: boolean; readonly fails: boolean },
  scaled: (azureMs: number) => number,
): Transfer {
  const whole = Math.min(longestCopyMs, disk.sizeGb * (from.isFirst ? firstCopyMsPerGb : laterCopyMsPerGb));
  const takes = from.fails ? whole * failsAfter : whole;
  return { startAt: from.startAt, endAt: from.startAt + scaled(takes), fails: from.fails, fromRegion: from.region };
}

/** True for disks whose snapshots are not complete at once. */
export function fillsInBackground(sku: DiskSku): boolean {
  return sku === 'UltraSSD_LRS' || sku === 'PremiumV2_LRS';
}

export function backgroundOf(disk: { readonly sizeGb: number }, startAt: number, scaled: (azureMs: number) => number): Transfer {
  return { startAt, endAt: startAt + scaled(disk.sizeGb * backgroundMsPerGb), fails: false };
}

export type TransferState = 'inProgress' | 'succeeded' | 'failed';

export function transferState(transfer: Transfer | undefined, now: number): TransferState {
  if (transfer === undefined) {
    return 'succeeded';
  }
  return now < transfer.endAt ? 'inProgress' : transfer.fails ? 'failed' : 'succeeded';
}

/** 0 to 100, in Azure's steps; undefined for a failed one, of which Azure does not say how far it got (documented). */
export function percentOf(transfer: Transfer | undefined, now: number, scaled: (azureMs: number) => number): number | undefined {
  const state = transferState(transfer, now);
  if (transfer === undefined || state !== 'inProgress') {
    return state === 'failed' ? undefined : 100;
  }
  const tick = scaled(tickMs);
  const told = Math.floor((now - transfer.startAt) / tick) * tick;
  const length = transfer.fails ? (transfer.endAt - transfer.startAt) / failsAfter : transfer.endAt - transfer.startAt;
  return Math.max(0, Math.min(99, Math.floor((100 * told) / length)));
}

/** The same for a point: as bad as its worst disk. */
export function replicationOf(point: RestorePoint, now: number): TransferState {
  const states = point.disks.map((disk) => transferState(disk.transfer, now));
  return states.includes('failed') ? 'failed' : states.includes('inProgress') ? 'inProgress' : 'succeeded';
}

export type SnapshotAccess = 'Unknown' | 'Pending' | 'Available' | 'InstantAccess' | 'AvailableWithInstantAccess';

/** What can be done with a disk restore point (`snapshotAccessState`, documented in the published contract). */
export function snapshotAccess(disk: DiskPoint, now: number): SnapshotAccess {
  const state = transferState(disk.transfer, now);
  const instant = disk.instantUntil !== undefined && now < disk.instantUntil;
  if (state === 'succeeded') {
    return instant ? 'AvailableWithInstantAccess' : 'Available';
  }
  return state === 'failed' ? 'Unknown' : instant ? 'InstantAccess' : 'Pending';
}

/** True where disks can be made from it. */
export function canRestore(disk: DiskPoint, now: number): boolean {
  return !['Unknown', 'Pending'].includes(snapshotAccess(disk, now));
}

/** True where it can be copied and downloaded. */
export function isComplete(disk: DiskPoint, now: number): boolean {
  return transferState(disk.transfer, now) === 'succeeded';
}
