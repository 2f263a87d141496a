/** Making restore points of a VM: into a collection of its own, or a new one in one go. */
import { armIdKey, sameArmId } from '../../../core/armId.ts';
import { displayName } from '../../../core/displayText.ts';
import { collectionStates, kinds, targetKinds } from '../../tokens.ts';
import type { Action, ActionContext, ActionTarget, Answers, BuiltAction } from '../../action.ts';
import { whyNotConsistency, type RestorePointCollection, type VirtualMachine } from '../model.ts';
import { createPoint, idOfRequest } from '../requests.ts';
import { trackerNames } from '../tracking.ts';
import { newCollection, newNameQuestion, ownCollectionQuestion, whyNotFor } from './collectionQuestions.ts';
import { describeCollection, describeMachine } from './describing.ts';
import { freshCollection, freshMachine, refusal, requireFree, requireRoom } from './looking.ts';
import { knownPlace, newPlace, type Place } from './placing.ts';
import { readPointBack } from './pointOutcome.ts';
import { consistencyOf, consistencyQuestion, excludedOf, excludeQuestion, nameOf, pointNameQuestion } from './pointQuestions.ts';
import { settleCollection, settlePoint } from './settling.ts';

const shared = {
  does: 'send',
  system: 'restorePoints',
  many: false,
  assurance: 'none',
  tracker: trackerNames.point,
  readBack: readPointBack,
  settle: settlePoint,
} as const;

const ofMachine = ({ id }: ActionTarget<VirtualMachine>): string => id;

export const createRestorePoint: Action<VirtualMachine> = {
  ...shared,
  id: 'createRestorePoint',
  title: 'Create Restore Point',
  summary: 'Makes a restore point of a VM, with a collection for it where there is none; asks for consistency and disks to leave out.',
  nothing: 'There is no VM here.',
  targetKind: targetKinds.virtualMachine,
  when: { all: [kinds.virtualMachine] },
  inlineIcon: 'add',
  group: '1_create@1',
  questions: [
    ownCollectionQuestion,
    newNameQuestion(
      ({ name }) => ({ base: name, end: '-restore-points' }),
      (_targets, answers) => answers['collection'] === newCollection,
    ),
    pointNameQuestion(ofMachine),
    consistencyQuestion(ofMachine),
    excludeQuestion(ofMachine),
  ],
  describe: describeMachine,

  async build(context, target, answers) {
    const attempted = `create a restore point of ${displayName(target.name)}`;
    const machine = await freshMachine(context, target, target.id, attempted);
    const place = await placeFor(context, target, machine, answers, attempted);
    return pointIn(context, target, machine, place, answers, attempted);
  },

  settleFirst: settleCollection,
};

export const addRestorePoint: Action<RestorePointCollection> = {
  ...shared,
  id: 'addRestorePoint',
  title: 'Add Restore Point',
  summary: 'Makes a restore point of the VM that a collection is made of.',
  nothing: 'There is no restore point collection of a VM here.',
  targetKind: targetKinds.restorePointCollection,
  when: { all: [kinds.restorePointCollection, collectionStates.ofMachine], none: [collectionStates.azureBackup] },
  inlineIcon: 'add',
  group: '1_create@1',
  questions: [pointNameQuestion(machineOf), consistencyQuestion(machineOf, true), excludeQuestion(machineOf)],
  describe: describeCollection,

  async build(context, target, answers) {
    const attempted = `add a restore point to ${displayName(target.name)}`;
    const collection = await freshCollection(context, target, target.id, attempted);
    if (collection.sourceKind !== 'machine' || collection.sourceId === undefined) {
      const sentence = `The restore point collection ${displayName(collection.name)} is not made of a VM.`;
      throw refusal('NotOfVm', sentence, 'Copy a restore point into it instead.', attempted, target.id);
    }
    const machine = await freshMachine(context, target, collection.sourceId, attempted);
    requireFit(collection, machine, attempted);
    return pointIn(context, target, machine, knownPlace(collection), answers, attempted);
  },
};

function machineOf({ model }: ActionTarget<RestorePointCollection>): string | undefined {
  return model.sourceKind === 'machine' ? model.sourceId : undefined;
}

async function placeFor(
  context: ActionContext,
  target: ActionTarget<VirtualMachine>,
  machine: VirtualMachine,
  answers: Answers,
  attempted: string,
): Promise<Place> {
  const chosen = answers['collection'];
  if (chosen === newCollection) {
    return newPlace(
      context,
      target,
      answers,
      { location: locationOf(machine, attempted), sourceId: machine.id, groupOf: machine.id },
      attempted,
    );
  }
  if (chosen === undefined || chosen === '') {
    throw refusal('AnswerMissing', 'No restore point collection was chosen.', 'Choose one, or a new one.', attempted);
  }
  const collection = await freshCollection(context, target, chosen, attempted);
  if (!sameArmId(collection.sourceId, machine.id)) {
    const sentence = `The restore point collection ${displayName(collection.name)} is made of something else than ${displayName(machine.name)}.`;
    throw refusal('CollectionOfAnother', sentence, 'Choose a collection of this VM.', attempted, chosen);
  }
  requireFit(collection, machine, attempted);
  return knownPlace(collection);
}

export function locationOf(machine: VirtualMachine, attempted: string): string {
  if (machine.location === undefined) {
    throw refusal(
      'RegionUnknown',
      `Azure does not say which region ${displayName(machine.name)} is in.`,
      'Refresh.',
      attempted,
      machine.id,
    );
  }
  return machine.location;
}

/** @throws BackupError `CollectionUnfit`: Azure Backup's own, or in another region than the VM */
function requireFit(collection: RestorePointCollection, machine: VirtualMachine, attempted: string): void {
  const because = whyNotFor(collection, machine);
  if (because !== undefined) {
    const sentence = `The restore point collection ${displayName(collection.name)} cannot take it: ${because}`;
    throw refusal('CollectionUnfit', sentence, 'Choose another collection, or a new one.', attempted, collection.id);
  }
}

async function pointIn(
  context: ActionContext,
  target: ActionTarget<unknown>,
  machine: VirtualMachine,
  place: Place,
  answers: Answers,
  attempted: string,
): Promise<BuiltAction> {
  const consistency = consistencyOf(answers);
  const because = whyNotConsistency(machine, consistency);
  if (because !== undefined) {
    throw refusal('UnsupportedVm', `${displayName(machine.name)}: ${because}`, 'Choose application consistent.', attempted, machine.id);
  }
  const excludedDiskIds = excludedOf(machine, consistency, answers, attempted);
  await requireRoom(context, target, machine, attempted);
  const request = await createPoint(context.arm.environment, place.at, nameOf(answers, 'pointName', attempted), {
    consistency,
    excludedDiskIds,
  });
  const pointId = idOfRequest(request);
  const seenAt = await requireFree(context, target, pointId, 'a restore point', attempted);
  return {
    request,
    intent: {
      ...place.facts,
      pointId,
      machineId: machine.id,
      consistency,
      excludedDiskIds: [...excludedDiskIds],
      diskSizes: Object.fromEntries(machine.disks.flatMap(({ name, sizeGB }) => (sizeGB === undefined ? [] : [[name, sizeGB]]))),
      seenAt,
    },
    ...(place.first === undefined ? {} : { first: place.first }),
    lane: {
      key: armIdKey(machine.id),
      waiting: `Waiting for another restore point of ${displayName(machine.name)}: Azure makes one at a time`,
    },
  };
}
