import { displayName } from '../../core/displayText.ts';
import { lastSegment, segmentOf } from '../../core/armId.ts';
import { disksOf, pointState, type PointState, type RestorePoint } from '../../providers/restorePoints/model.ts';
import type { MadePoint, RunningOperation } from '../overlay.ts';
import { joined, localTime, spelled } from '../text.ts';
import { itemStates, kinds, pointStates, systems } from '../tokens.ts';
import type { InventoryNode, NodeIcon } from '../types.ts';
import { colours, fact, lines, resourceNode, type NodeContext } from './common.ts';
import { runningText } from './protectedItem.ts';

const icons: Readonly<Record<PointState['kind'], NodeIcon>> = {
  creating: { id: 'sync~spin', color: colours.active },
  copying: { id: 'cloud-download', color: colours.active },
  usable: { id: 'device-camera' },
  failed: { id: 'error', color: colours.bad },
  deleting: { id: 'trash', color: colours.muted },
  unknown: { id: 'question', color: colours.muted },
};

const tokens: Readonly<Record<PointState['kind'], string>> = {
  creating: pointStates.creating,
  copying: pointStates.copying,
  usable: pointStates.usable,
  failed: pointStates.failedPoint,
  deleting: pointStates.deleting,
  unknown: pointStates.otherPointState,
};

/**
 * Its state as far as this window knows: lists do not tell how far a copy is, and a copy that was followed to its end is
 * known without asking. @param made what its operation came to
 */
export function knownState(point: RestorePoint, made: MadePoint | undefined): PointState {
  const state = pointState(point);
  return made !== undefined && state.kind === 'copying' && !state.known
    ? made.usable
      ? { kind: 'usable' }
      : { kind: 'failed', reason: made.reason, disks: point.disks.filter(({ name }) => name === made.disk) }
    : state;
}

/** @param source what it is a copy of, where that was read: Azure does not say whether a copy has its own time or its source's */
export function restorePointNode(
  point: RestorePoint,
  made: MadePoint | undefined,
  source: RestorePoint | undefined,
  context: NodeContext,
): InventoryNode {
  const state = knownState(point, made);
  const running = context.running(point.id);
  const copied = point.sourcePointId !== undefined;
  const notLookedAt = state.kind === 'copying' && !state.known && running === undefined;
  const text = stateText(state, running, copied);
  const takenAt = localTime(source?.timeCreated);
  const out = point.excludedDiskIds.length;
  return resourceNode(context, kinds.restorePoint, point, {
    label: point.name,
    description: joined(
      text,
      takenAt === undefined ? localTime(point.timeCreated) : `taken ${takenAt}`,
      consistencyText(point.consistency),
      out > 0 && `${out} ${out === 1 ? 'disk' : 'disks'} left out`,
    ),
    tooltip: lines(
      point.name,
      running && lines(runningText(running), running.message).join(': '),
      ...explained(state),
      fact('Source taken', takenAt),
      fact(copied ? 'Time of the copy, as Azure gives it' : 'Created', localTime(point.timeCreated)),
      fact('Consistency', point.consistency && spelled(point.consistency)),
      fact('Copy of', point.sourcePointId && sourceText(point.sourcePointId)),
      fact('VM size', point.vmSize),
      fact('Operating system', point.osType),
      fact('Security', point.securityType),
      ...disksOf(point).map(({ name, sizeGB }) => `Disk: ${name}${sizeGB === undefined ? '' : ` (${sizeGB} GB)`}`),
      ...point.excludedDiskIds.map((id) => `Left out: ${lastSegment(id)}`),
      fact('Provisioning', point.provisioningState),
    ),
    icon: running ? { id: 'sync~spin', color: colours.active } : notLookedAt ? { id: 'copy', color: colours.muted } : icons[state.kind],
    expandable: true,
    system: systems.restorePoints,
    states: [
      // What nobody has looked at may be usable: the actions look before they do anything.
      notLookedAt ? pointStates.otherPointState : tokens[state.kind],
      ...(copied ? [pointStates.copied] : []),
      ...(running ? [itemStates.busy] : []),
    ],
  });
}

/** `nightly-1 in web-01-points`. */
function sourceText(pointId: string): string {
  const collection = segmentOf(pointId, 'restorePointCollections');
  return collection === undefined ? lastSegment(pointId) : `${lastSegment(pointId)} in ${collection}`;
}

/** What making it is at says more than that something runs. */
function stateText(state: PointState, running: RunningOperation | undefined, copied: boolean): string {
  if (running?.makes) {
    const percent = running.percent === undefined ? '' : ` ${Math.floor(running.percent)} %`;
    return running.waiting ? runningText(running) : `${copied ? 'copying' : 'creating'}${percent}`;
  }
  return joined(running && runningText(running), pointStateText(state));
}

function pointStateText(state: PointState): string {
  switch (state.kind) {
    case 'copying':
      return !state.known
        ? 'copy, open it to see whether it is complete'
        : state.percent === undefined
          ? `copying, ${state.done} of ${state.of} disks`
          : `copying ${state.percent} %`;
    case 'failed':
      return state.disks.length === 0 ? 'failed' : `failed: disk ${state.disks.map(({ name }) => displayName(name, 60)).join(', ')}`;
    case 'unknown':
      return state.said === '' ? 'state not given' : spelled(state.said).toLowerCase();
    default:
      return state.kind;
  }
}

function explained(state: PointState): readonly string[] {
  switch (state.kind) {
    case 'usable':
      return ['Usable: all its disks are there.'];
    case 'copying':
      return [
        state.known
          ? `${state.done} of ${state.of} disks are copied. It can be used when all are.`
          : 'It is a copy, and lists do not tell how far it is. Open it to look.',
      ];
    case 'failed':
      return [`Failed: ${state.reason}`, 'It will never be usable: delete it, and make or copy it again.'];
    case 'creating':
      return ['It is being made. It can be used when it is done.'];
    default:
      return [];
  }
}

/** `application-consistent`, `file-system-consistent`. */
function consistencyText(consistency: string | undefined): string | undefined {
  return consistency && spelled(consistency).toLowerCase().replaceAll(' ', '-');
}
