/** What a restore point's answer means for the operation that makes or copies it. */
import type { ErrorRecord } from '../../../core/errors.ts';
import type { OperationProgress, OperationTask } from '../../../core/operation.ts';
import { displayName } from '../../../core/displayText.ts';
import { defined } from '../../arm/fields.ts';
import { withComputeRemedies } from '../errorKnowledge.ts';
import { diskStatus, disksOf, percentOf, reasonOfDisk, type KnownSizes, type PointState } from '../model/pointState.ts';
import type { PointDisk, RestorePoint } from '../model/restorePoint.ts';

export function progressOf(point: RestorePoint, state: PointState, sizes: KnownSizes): OperationProgress {
  const copied = point.sourcePointId !== undefined;
  const disks = disksOf(point);
  return defined<OperationProgress>({
    // A local restore point has no figure: Azure gives none.
    percent: copied ? percentOf(point, sizes) : undefined,
    message: messageOf(state, copied),
    tasks: copied && disks.length > 0 ? disks.map((disk) => taskOf(disk, sizes)) : undefined,
    remaining: undefined,
    properties: undefined,
  });
}

function taskOf(disk: PointDisk, sizes: KnownSizes): OperationTask {
  const size = disk.sizeGB ?? sizes[disk.name.toLowerCase()];
  const status = diskStatus(disk);
  return defined<OperationTask>({
    name: disk.name,
    status,
    percent: status === 'succeeded' ? 100 : disk.replication?.percent,
    detail: status === 'failed' ? reasonOfDisk(disk) : size === undefined ? undefined : `${size} GB`,
    duration: undefined,
  });
}

function messageOf(state: PointState, copied: boolean): string | undefined {
  switch (state.kind) {
    case 'creating':
      return copied ? 'Azure is beginning the copy' : 'Azure is taking the snapshots';
    case 'copying':
      return state.known
        ? `${state.done} of ${state.of} disks copied; it can be used when all are`
        : 'Azure does not say yet how far the copy is';
    case 'deleting':
      return 'It is being deleted';
    case 'unknown':
      return `Azure says "${state.said || 'nothing'}", which this version does not know`;
    case 'usable':
    case 'failed':
      return undefined;
  }
}

/** Why it failed: the disk's own message where one disk did. The other disks that failed are told beside it. */
export function failureOf(
  point: RestorePoint,
  state: Extract<PointState, { kind: 'failed' }>,
): { readonly error: ErrorRecord; readonly warnings?: readonly ErrorRecord[] } {
  const [first, ...others] = state.disks.map((disk) => errorOfDisk(disk));
  if (first === undefined) {
    return { error: withComputeRemedies({ code: 'RestorePointFailed', message: state.reason, remedies: [deleteIt(point)] }) };
  }
  return {
    error: { ...first, remedies: [...(first.remedies ?? []), deleteIt(point)] },
    ...(others.length > 0 ? { warnings: others } : {}),
  };
}

function errorOfDisk(disk: PointDisk): ErrorRecord {
  const said = reasonOfDisk(disk);
  const message = said.includes(disk.name) ? said : `The disk ${displayName(disk.name)} was not copied: ${said}`;
  return withComputeRemedies({ code: 'DiskCopyFailed', message, detail: { disk: disk.name } });
}

function deleteIt(point: RestorePoint): string {
  return `Delete the restore point ${displayName(point.name)}, which will never be usable, and start it again.`;
}
