import { armIdKey, lastSegment } from '../../core/armId.ts';
import { diskStatus, diskText, type PointDisk, type PointState, type RestorePoint } from '../../providers/restorePoints/model.ts';
import { readDiskRestorePoint } from '../../providers/restorePoints/model.ts';
import type { Given } from '../../providers/action.ts';
import { joined, localTime } from '../text.ts';
import { itemStates, kinds, pointStates, systems } from '../tokens.ts';
import type { InventoryNode, NodeIcon } from '../types.ts';
import { colours, fact, lines, resourceNode, type NodeContext } from './common.ts';
import { runningText } from './protectedItem.ts';

interface DiskLook {
  readonly words: string;
  readonly token: string;
  readonly icon: NodeIcon;
}

/** @param state of the restore point @param link that was handed out in this window and is in force */
export function diskRestorePointNode(
  disk: PointDisk,
  point: RestorePoint,
  state: PointState,
  link: Given | undefined,
  context: NodeContext,
): InventoryNode {
  const { words, token, icon } = lookOf(disk, point, state);
  const id = disk.diskRestorePointId;
  const running = id === undefined ? undefined : context.running(id);
  const until = link && localTime(new Date(link.expiresAtMs).toISOString());
  const looks = {
    label: disk.name,
    description: joined(running && runningText(running), until && `link until ${until}`, words, diskText(disk)),
    tooltip: lines(
      disk.name,
      running && lines(runningText(running), running.message).join(': '),
      until && `A download link was handed out here and works until ${until}. Revoke it when it is not needed any more.`,
      fact('State', words),
      disk.replication?.message,
      fact('Disk', diskText(disk)),
      fact('Encryption', disk.encryptionType),
      fact('Source', disk.sourceDiskId),
      fact('Name', id && lastSegment(id)),
    ),
    icon: running ? { id: 'sync~spin', color: colours.active } : until ? { id: 'link', color: colours.active } : icon,
    expandable: false,
  };
  if (id === undefined) {
    // It has no id before Azure has made it.
    return {
      key: `${armIdKey(point.id)}#${disk.isOs ? 'os' : `lun${disk.lun ?? ''}`}#${encodeURIComponent(disk.name.toLowerCase())}`,
      kind: kinds.diskRestorePoint,
      ...looks,
      label: shortName(disk.name),
      tokens: [kinds.diskRestorePoint, systems.restorePoints, token],
    };
  }
  const { raw: _, ...node } = resourceNode(
    context,
    kinds.diskRestorePoint,
    // The restore point tells of its disks in its own form; as resources of their own they are read when somebody looks at one.
    readDiskRestorePoint({ id, name: lastSegment(id), properties: { sourceResourceId: disk.sourceDiskId ?? null } }),
    {
      ...looks,
      system: systems.restorePoints,
      states: [token, ...(point.sourcePointId === undefined ? [] : [pointStates.copied]), ...(running ? [itemStates.busy] : [])],
    },
  );
  return { ...node, label: shortName(disk.name) };
}

/** Azure names disks `web-01_OsDisk_1_` and 32 digits more, which would leave no room for what is said of one. */
function shortName(name: string): string {
  return name.replace(/(_[0-9a-f]{4})[0-9a-f]{28}$/i, '$1…');
}

function lookOf(disk: PointDisk, point: RestorePoint, state: PointState): DiskLook {
  // Once copying has begun each disk goes its own way; a local restore point is there with all its disks, or not at all.
  if (point.sourcePointId === undefined || !['copying', 'usable', 'failed'].includes(state.kind)) {
    return ofPoint(state);
  }
  switch (diskStatus(disk)) {
    case 'succeeded':
      // Nothing of a copy can be used before all of it has come.
      return {
        words: 'complete',
        token: state.kind === 'usable' ? pointStates.usable : state.kind === 'failed' ? pointStates.failedPoint : pointStates.copying,
        icon: { id: 'database', color: state.kind === 'failed' ? colours.muted : colours.good },
      };
    case 'failed':
      return { words: 'failed', token: pointStates.failedPoint, icon: { id: 'error', color: colours.bad } };
    case 'notStarted':
      return { words: 'waiting to be copied', token: pointStates.copying, icon: { id: 'database', color: colours.muted } };
    default: {
      const percent = disk.replication?.percent;
      const words = percent === undefined ? 'copying' : `copying ${Math.floor(percent)} %`;
      return { words, token: pointStates.copying, icon: { id: 'cloud-download', color: colours.active } };
    }
  }
}

function ofPoint({ kind }: PointState): DiskLook {
  switch (kind) {
    case 'usable':
      return { words: '', token: pointStates.usable, icon: { id: 'database' } };
    case 'failed':
      return { words: 'failed', token: pointStates.failedPoint, icon: { id: 'error', color: colours.bad } };
    case 'deleting':
      return { words: 'being deleted', token: pointStates.deleting, icon: { id: 'database', color: colours.muted } };
    case 'creating':
    case 'copying':
      return { words: 'being made', token: pointStates.creating, icon: { id: 'database', color: colours.muted } };
    case 'unknown':
      return { words: 'state not known', token: pointStates.otherPointState, icon: { id: 'database', color: colours.muted } };
  }
}
