/** Making disks of a restore point: one operation a disk. */
import { lastSegment, sameArmId, segmentOf } from '../../../core/armId.ts';
import { apiVersions } from '../../../cloud/apiVersions.ts';
import { displayName } from '../../../core/displayText.ts';
import type { OperationRecord } from '../../../core/operation.ts';
import { kinds, pointStates, targetKinds } from '../../tokens.ts';
import {
  manyOf,
  type Action,
  type ActionContext,
  type ActionTarget,
  type Answers,
  type BuiltOperation,
  type ReadBack,
} from '../../action.ts';
import { getDisk } from '../api.ts';
import { disksOf, type PointDisk, type RestorePoint } from '../model.ts';
import { proposeName, refuseName } from '../names.ts';
import { idOfRequest, restoreDisk } from '../requests.ts';
import { trackerNames } from '../tracking.ts';
import { describeDisk, describePoint } from './describing.ts';
import { asItWas, diskQuestions, noZone } from './diskQuestions.ts';
import { fact, readAgain, readOptions, statusOf } from '../../arm/asking.ts';
import { freshCollection, freshPoint, refusal, requireFree, requireUsable } from './looking.ts';
import { settleDisk } from './settling.ts';

export const restoreDisks: Action<RestorePoint> = {
  does: 'send',
  id: 'restoreDisks',
  title: 'Restore Disks',
  summary: 'Makes disks of a restore point in a resource group and zone of your choice.',
  nothing: 'There is no restore point here that can be used yet.',
  system: 'restorePoints',
  targetKind: targetKinds.restorePoint,
  when: { all: [kinds.restorePoint], none: [pointStates.creating, pointStates.copying, pointStates.failedPoint, pointStates.deleting] },
  many: false,
  inlineIcon: 'discard',
  group: '3_use@1',
  assurance: 'none',
  tracker: trackerNames.armOperation,
  questions: diskQuestions,
  describe: describePoint,

  /** @throws BackupError `SeveralOperations` where more than one disk was chosen: those are for `buildEach` */
  async build(context, target, answers) {
    const [only, ...others] = await restoresOf(context, target, answers);
    if (only === undefined || others.length > 0) {
      const sentence = `Restoring ${displayName(target.name)} takes ${others.length + 1} operations, one for each disk.`;
      throw refusal('SeveralOperations', sentence, 'Choose one disk at a time.', 'restore the disks', target.id);
    }
    return only;
  },

  buildEach: restoresOf,
  readBack: readDiskBack,
  settle: settleDisk,
};

async function restoresOf(
  context: ActionContext,
  target: ActionTarget<RestorePoint>,
  answers: Answers,
): Promise<readonly BuiltOperation[]> {
  const attempted = `restore disks of ${displayName(target.name)}`;
  const point = await freshPoint(context, target, target.id, attempted);
  requireUsable(point, 'restore', attempted);
  const chosen = manyOf(answers['disks']);
  const disks = disksOf(point).filter((disk) => chosen.some((id) => sameArmId(id, disk.diskRestorePointId)));
  if (disks.length === 0 || disks.length < chosen.length) {
    const sentence = disks.length === 0 ? 'No disk was chosen.' : 'One of the chosen disks is not in the restore point any more.';
    throw refusal('AnswerMissing', sentence, 'Start again and choose the disks.', attempted, target.id);
  }
  const { location } = await freshCollection(context, target, point.collectionId ?? '', attempted);
  const group = answers['group'] ?? '';
  if (location === undefined || group === '') {
    const sentence = group === '' ? 'No resource group was chosen.' : 'Azure does not say which region the restore point is in.';
    throw refusal('AnswerMissing', sentence, 'Start again.', attempted, target.id);
  }
  const names = new Map(disks.map((disk) => [disk, newNameOf(disk, answers, attempted)]));
  if (new Set([...names.values()].map((name) => name.toLowerCase())).size < disks.length) {
    throw refusal('NameTaken', 'Two of the disks would get the same name.', 'Restore them one by one.', attempted, target.id);
  }
  return Promise.all([...names].map(([disk, name]) => restoreOf(context, target, { disk, name, location, group, answers, attempted })));
}

function newNameOf(disk: PointDisk, answers: Answers, attempted: string): string {
  const name = proposeName(disk.name, answers['ending'] ?? '');
  const because = refuseName(name);
  if (because !== undefined) {
    throw refusal('NameRefused', `The disk cannot be called ${displayName(name)}: ${because}`, 'Choose another ending.', attempted);
  }
  return name;
}

interface Asked {
  readonly disk: PointDisk;
  readonly name: string;
  readonly location: string;
  /** Id of a resource group. */
  readonly group: string;
  readonly answers: Answers;
  readonly attempted: string;
}

async function restoreOf(context: ActionContext, target: ActionTarget<RestorePoint>, asked: Asked): Promise<BuiltOperation> {
  const { disk, name, location, group, answers, attempted } = asked;
  const zone = answers['zone'] === undefined || answers['zone'] === noZone ? undefined : answers['zone'];
  const sku = answers['sku'] === undefined || answers['sku'] === asItWas ? disk.sku : answers['sku'];
  if (zone !== undefined && /_zrs$/i.test(sku ?? '')) {
    const sentence = `${displayName(disk.name)} would be a ${sku} disk, which is in all zones at once.`;
    throw refusal('ZoneRefused', sentence, 'Choose no zone, or a type that is not zone-redundant.', attempted, disk.diskRestorePointId);
  }
  const diskRestorePointId = disk.diskRestorePointId ?? '';
  const request = await restoreDisk(context.arm.environment, {
    subscriptionId: segmentOf(group, 'subscriptions') ?? '',
    resourceGroup: segmentOf(group, 'resourceGroups') ?? '',
    name,
    location,
    diskRestorePointId,
    ...(sku === undefined ? {} : { sku }),
    ...(zone === undefined ? {} : { zone }),
  });
  const diskId = idOfRequest(request);
  const seenAt = await requireFree(context, target, diskId, 'a disk', attempted, apiVersions.disks);
  return {
    request,
    intent: { diskId, diskRestorePointId, pointId: target.id, seenAt, ...(zone === undefined ? {} : { zone }) },
    target: describeDisk(diskId, name),
  };
}

async function readDiskBack(context: ActionContext, record: OperationRecord): Promise<ReadBack> {
  const id = fact(record, 'diskId');
  const name = displayName(lastSegment(id));
  try {
    const disk = await readAgain(context, () => getDisk(context.arm, id, readOptions(context, record)));
    if (!sameArmId(disk.madeFrom, fact(record, 'diskRestorePointId'))) {
      return { reading: 'different', sentence: `The disk ${name} is there, but was made of something else.` };
    }
    if (disk.provisioningState?.toLowerCase() === 'failed') {
      return { reading: 'different', sentence: `The disk ${name} is there, but Azure says that making it failed.` };
    }
    const where = [disk.resourceGroup, disk.zones.length > 0 ? `zone ${disk.zones.join(', ')}` : ''].filter(Boolean).join(', ');
    const size = [disk.sizeGB === undefined ? '' : `${disk.sizeGB} GB`, disk.sku ?? ''].filter(Boolean).join(', ');
    return { reading: 'asAsked', sentence: `The disk ${name} is there (${size}; ${where}). Attach it to a VM to use it.` };
  } catch (error) {
    if (statusOf(error) === 404) {
      return { reading: 'different', sentence: `The disk ${name} is not there any more.` };
    }
    throw error;
  }
}
