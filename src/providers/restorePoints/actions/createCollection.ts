import { lastSegment, sameArmId, segmentOf } from '../../../core/armId.ts';
import { displayName } from '../../../core/displayText.ts';
import type { OperationRecord } from '../../../core/operation.ts';
import { kinds, targetKinds } from '../../tokens.ts';
import type { Action, ActionContext, Choice, ReadBack } from '../../action.ts';
import { getCollection, listCollectionsOf } from '../api.ts';
import { sameRegion, type VirtualMachine } from '../model.ts';
import { trackerNames } from '../tracking.ts';
import { newNameQuestion, regionQuestion } from './collectionQuestions.ts';
import { locationOf } from './createPoints.ts';
import { describeMachine } from './describing.ts';
import { fact, readAgain, readOptions, statusOf } from '../../arm/asking.ts';
import { freshCollection, freshMachine, refusal } from './looking.ts';
import { newPlace } from './placing.ts';
import { settleCollection } from './settling.ts';

/** The answer for a collection that is made of the VM itself. */
const theMachine = 'machine';

export const createCollection: Action<VirtualMachine> = {
  does: 'send',
  id: 'createCollection',
  title: 'Create Restore Point Collection',
  summary: 'Makes an empty collection: in the VM’s region, or in another region for copies of one of the VM’s collections.',
  nothing: 'There is no VM here.',
  system: 'restorePoints',
  targetKind: targetKinds.virtualMachine,
  when: { all: [kinds.virtualMachine] },
  many: false,
  group: '1_create@2',
  assurance: 'none',
  tracker: trackerNames.armOperation,
  questions: [
    {
      type: 'pick',
      id: 'source',
      title: 'What it is for',
      empty: 'No restore point collection can be made of this VM.',
      load: async (context, [target]) => {
        if (target === undefined) {
          return [];
        }
        const { items } = await listCollectionsOf(
          context.arm,
          target.id,
          segmentOf(target.id, 'subscriptions') ?? '',
          readOptions(context, target),
        );
        return [
          { value: theMachine, label: `Restore points of ${displayName(target.name)}`, detail: 'In the VM’s region', recommended: true },
          ...items.map(({ id, name, location, madeByAzureBackup }): Choice => ({
            value: id,
            label: `Copies of ${displayName(name)}`,
            detail: madeByAzureBackup ? 'Azure Backup made that collection for itself.' : `In another region than ${location ?? 'its own'}`,
            ...(madeByAzureBackup ? { note: true } : {}),
          })),
        ];
      },
    },
    regionQuestion(
      (_target, answers) => answers['source'],
      (_targets, answers) => answers['source'] !== theMachine,
    ),
    newNameQuestion(({ name }, answers) =>
      answers['source'] === undefined || answers['source'] === theMachine
        ? { base: name, end: '-restore-points' }
        : { base: lastSegment(answers['source']), end: `-${answers['region'] ?? 'copy'}` },
    ),
  ],
  describe: describeMachine,

  async build(context, target, answers) {
    const attempted = `create a restore point collection for ${displayName(target.name)}`;
    const chosen = answers['source'] ?? theMachine;
    if (chosen === theMachine) {
      const machine = await freshMachine(context, target, target.id, attempted);
      const made = { location: locationOf(machine, attempted), sourceId: machine.id, groupOf: machine.id };
      const { first, facts, seenAt } = await newPlace(context, target, answers, made, attempted);
      return { request: first.request, intent: { ...facts, seenAt } };
    }
    const source = await freshCollection(context, target, chosen, attempted);
    const name = displayName(source.name);
    if (source.sourceKind !== 'machine' || !sameArmId(source.sourceId, target.id)) {
      const sentence = `${name} is not made of ${displayName(target.name)}, or holds copies, of which Azure makes no copies.`;
      throw refusal('CollectionUnfit', sentence, 'Choose a collection that is made of the VM itself.', attempted, chosen);
    }
    const region = answers['region'] ?? '';
    if (region === '' || sameRegion(region, source.location)) {
      const sentence = `A collection of copies must be in another region than ${name}, which is in ${source.location ?? 'an unknown region'}.`;
      throw refusal('SameRegion', sentence, 'Choose another region.', attempted, chosen);
    }
    const made = { location: region, sourceId: source.id, groupOf: source.id };
    const { first, facts, seenAt } = await newPlace(context, target, answers, made, attempted);
    return { request: first.request, intent: { ...facts, seenAt } };
  },

  readBack: readCollectionBack,
  settle: settleCollection,
};

async function readCollectionBack(context: ActionContext, record: OperationRecord): Promise<ReadBack> {
  const id = fact(record, 'collectionId');
  const name = displayName(lastSegment(id));
  try {
    const collection = await readAgain(context, () => getCollection(context.arm, id, readOptions(context, record)));
    const right = sameArmId(collection.sourceId, fact(record, 'sourceId')) && sameRegion(collection.location, fact(record, 'location'));
    return right
      ? { reading: 'asAsked', sentence: `The restore point collection ${name} is there, in ${collection.location ?? ''}; it is empty.` }
      : { reading: 'different', sentence: `There is a restore point collection ${name}, but of another source or in another region.` };
  } catch (error) {
    if (statusOf(error) === 404) {
      return { reading: 'different', sentence: `The restore point collection ${name} is not there any more.` };
    }
    throw error;
  }
}
