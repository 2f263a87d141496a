/** Deleting restore points, and collections with all that is in them. */
import { displayName } from '../../../core/displayText.ts';
import { objectAt } from '../../../core/json.ts';
import type { OperationRecord } from '../../../core/operation.ts';
import { kinds, pointStates, targetKinds } from '../../tokens.ts';
import type { Action, ActionContext, ActionTarget, ReadBack } from '../../action.ts';
import { lists, readAllOfSubscription } from '../api.ts';
import { sameArmId } from '../../../core/armId.ts';
import type { RestorePoint, RestorePointCollection } from '../model.ts';
import { deleteCollection as deleteCollectionRequest, deletePoint } from '../requests.ts';
import { trackerNames } from '../tracking.ts';
import { describeCollection, describePoint } from './describing.ts';
import { fact, readOptions } from '../../arm/asking.ts';
import { freshCollection, freshPoint, lookFor, refusal } from './looking.ts';
import { settleDeletion } from './settling.ts';

const shared = { does: 'send', system: 'restorePoints', questions: [], tracker: trackerNames.armOperation } as const;

const azureBackups =
  'Azure Backup made it for itself: deleting it takes away the instant recovery points of a protected VM, and backups may fail.';

export const deleteRestorePoint: Action<RestorePoint> = {
  ...shared,
  id: 'deleteRestorePoint',
  title: 'Delete Restore Point',
  summary: 'Deletes restore points for good; copies of them in other regions stay.',
  nothing: 'There is no restore point here.',
  targetKind: targetKinds.restorePoint,
  when: { all: [kinds.restorePoint], none: [pointStates.deleting] },
  many: true,
  group: '5_delete@1',
  assurance: 'confirm',
  async consequences(context, targets) {
    const collections = new Map(
      targets.flatMap((target) => (target.model.collectionId ? [[target.model.collectionId.toLowerCase(), target] as const] : [])),
    );
    const own = await Promise.all(
      [...collections.values()].map((target) => freshCollection(context, target, target.model.collectionId ?? '', 'read the collection')),
    );
    return [
      `${targets.length === 1 ? 'It is' : 'They are'} gone for good: there is no soft delete of restore points.`,
      ...(own.some(({ madeByAzureBackup }) => madeByAzureBackup) ? [azureBackups] : []),
      ...(targets.some(({ model }) => model.sourcePointId === undefined)
        ? ['Copies in other regions stay, but what they are copies of cannot be told any more.']
        : []),
    ];
  },
  describe: describePoint,

  async build(context, target) {
    const attempted = `delete the restore point ${displayName(target.name)}`;
    const point = await freshPoint(context, target, target.id, attempted);
    if (point.provisioningState?.toLowerCase() === 'deleting') {
      throw refusal('StateChanged', `${displayName(target.name)} is being deleted already.`, 'Refresh.', attempted, target.id);
    }
    return { request: await deletePoint(context.arm.environment, target.id), intent: { pointId: target.id } };
  },

  readBack: (context, record) => readGone(context, record, fact(record, 'pointId'), 'restore point'),
  settle: (context, record) => settleDeletion(context, record, fact(record, 'pointId'), 'restore point'),
};

export const deleteCollection: Action<RestorePointCollection> = {
  ...shared,
  id: 'deleteCollection',
  title: 'Delete Restore Point Collection',
  summary: 'Deletes a collection with every restore point in it; says first how many those are, and asks for its name.',
  nothing: 'There is no restore point collection here.',
  targetKind: targetKinds.restorePointCollection,
  when: { all: [kinds.restorePointCollection] },
  many: false,
  group: '5_delete@1',
  assurance: 'typeName',
  consequences: (context, [target]) => (target === undefined ? Promise.resolve([]) : consequencesOf(context, target)),
  describe: describeCollection,

  async build(context, target) {
    const attempted = `delete the restore point collection ${displayName(target.name)}`;
    const collection = await freshCollection(context, target, target.id, attempted, true);
    return {
      request: await deleteCollectionRequest(context.arm.environment, target.id),
      intent: { collectionId: target.id, points: pointCount(collection) },
    };
  },

  readBack: (context, record) => readGone(context, record, fact(record, 'collectionId'), 'restore point collection'),
  settle: (context, record) => settleDeletion(context, record, fact(record, 'collectionId'), 'restore point collection'),
};

async function consequencesOf(context: ActionContext, target: ActionTarget<RestorePointCollection>): Promise<readonly string[]> {
  const scope = `/subscriptions/${target.model.subscriptionId ?? ''}`;
  const [collection, all] = await Promise.all([
    freshCollection(context, target, target.id, 'read the collection', true),
    readAllOfSubscription(context.arm, scope, lists.collections, readOptions(context, target)),
  ]);
  const name = displayName(collection.name);
  const copies = all.items.filter(({ sourceId }) => sameArmId(sourceId, target.id)).map((one) => displayName(one.name));
  return [
    ...(collection.madeByAzureBackup ? [`${name}: ${azureBackups}`] : []),
    pointsSentence(name, pointCount(collection)),
    ...(copies.length > 0 ? [`The copies in ${copies.join(', ')} stay, but no more can be made there.`] : []),
  ];
}

function pointsSentence(name: string, count: number): string {
  return count === 0
    ? `${name} is deleted; it is empty.`
    : `${name} and ${count === 1 ? 'the 1 restore point' : `all ${count} restore points`} in it are deleted for good: there is no soft delete of restore points.`;
}

function pointCount({ points }: RestorePointCollection): number {
  return (points?.items.length ?? 0) + (points?.problems.length ?? 0);
}

async function readGone(context: ActionContext, record: OperationRecord, id: string, what: string): Promise<ReadBack> {
  const name = displayName(record.target.name);
  const { found, body } = await lookFor(context, record, id, `look whether the ${what} is gone`);
  if (!found) {
    return { reading: 'asAsked', sentence: `The ${what} ${name} is deleted.` };
  }
  const state = objectAt(body, 'properties')['provisioningState'];
  return typeof state === 'string' && state.toLowerCase() === 'deleting'
    ? { reading: 'asAsked', sentence: `The ${what} ${name} is being deleted.` }
    : { reading: 'different', sentence: `The ${what} ${name} should be deleted, but it is still there.` };
}
