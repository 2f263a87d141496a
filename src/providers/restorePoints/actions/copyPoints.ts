/** Copying restore points into another region: one, or those of a whole collection, oldest first. */
import { sameArmId } from '../../../core/armId.ts';
import { displayName } from '../../../core/displayText.ts';
import { collectionStates, kinds, pointStates, targetKinds } from '../../tokens.ts';
import { manyOf, type Action, type ActionTarget, type Answers, type BuiltOperation, type PickManyQuestion } from '../../action.ts';
import { getCollectionWithPoints } from '../api.ts';
import { keysOfCopy, pointState, type RestorePoint, type RestorePointCollection } from '../model.ts';
import { refuseName } from '../names.ts';
import { trackerNames } from '../tracking.ts';
import { copyCollectionQuestion, newCollection, newNameQuestion, regionQuestion } from './collectionQuestions.ts';
import { beginCopies, laterCopy, type Copies } from './copying.ts';
import { describeCollection, describePoint } from './describing.ts';
import { readOptions } from '../../arm/asking.ts';
import { freshPoint, inTurns, refusal } from './looking.ts';
import { readPointBack } from './pointOutcome.ts';
import { nameOf } from './pointQuestions.ts';
import { settleCollection, settlePoint } from './settling.ts';

const shared = {
  does: 'send',
  system: 'restorePoints',
  many: false,
  assurance: 'none',
  tracker: trackerNames.point,
  readBack: readPointBack,
  settle: settlePoint,
  settleFirst: settleCollection,
} as const;

const isNew = (_targets: unknown, answers: Answers): boolean => answers['collection'] === newCollection;

export const copyRestorePoint: Action<RestorePoint> = {
  ...shared,
  id: 'copyRestorePoint',
  title: 'Copy Restore Point to Another Region',
  summary: 'Copies a restore point into a collection in another region; shows each disk’s percentage until the copy can be used.',
  nothing: 'There is no restore point here that could be copied.',
  targetKind: targetKinds.restorePoint,
  when: { all: [kinds.restorePoint, pointStates.usable], none: [pointStates.copied] },
  group: '2_copy@1',
  questions: [
    regionQuestion(collectionOf, undefined, ({ model }) => keysOfCopy(model)),
    copyCollectionQuestion(collectionOf),
    newNameQuestion((target, answers) => ({ base: collectionNameOf(target), end: `-${answers['region'] ?? 'copy'}` }), isNew),
    {
      type: 'text',
      id: 'pointName',
      title: 'Name of the copy',
      propose: (_nowMs, [target]) => target?.name ?? '',
      refuse: (text) => refuseName(text.trim()),
    },
  ],
  describe: describePoint,

  async build(context, target, answers) {
    const attempted = `copy the restore point ${displayName(target.name)}`;
    const point = await freshPoint(context, target, target.id, attempted);
    const copies = await beginCopies(context, target, collectionOf(target), answers, attempted);
    return copies.of(point, nameOf(answers, 'pointName', attempted), copies.place.first);
  },
};

function collectionOf({ model }: ActionTarget<RestorePoint>): string | undefined {
  return model.collectionId;
}

function collectionNameOf({ model }: ActionTarget<RestorePoint>): string {
  return model.collectionId?.split('/').at(-1) ?? 'copies';
}

export const copyCollection: Action<RestorePointCollection> = {
  ...shared,
  id: 'copyCollection',
  title: 'Copy Collection to Another Region',
  summary: 'Copies the restore points of a collection into a collection in another region, one after another, oldest first.',
  nothing: 'There is no restore point collection here that could be copied.',
  targetKind: targetKinds.restorePointCollection,
  when: { all: [kinds.restorePointCollection, collectionStates.ofMachine] },
  group: '2_copy@1',
  questions: [
    regionQuestion(({ id }) => id),
    copyCollectionQuestion(({ id }) => id),
    newNameQuestion(({ name }, answers) => ({ base: name, end: `-${answers['region'] ?? 'copy'}` }), isNew),
    pointsQuestion(),
  ],
  describe: describeCollection,

  /** @throws BackupError `SeveralOperations` where there is more than one point to copy: those are for `buildEach` */
  async build(context, target, answers) {
    const [only, ...others] = await copiesOf(context, target, answers);
    if (only === undefined || others.length > 0) {
      const sentence = `Copying ${displayName(target.name)} takes ${others.length + 1} operations, one for each restore point.`;
      throw refusal('SeveralOperations', sentence, 'Choose one restore point, or copy them one by one.', 'copy the collection', target.id);
    }
    return only;
  },

  buildEach: copiesOf,
};

async function copiesOf(
  ...[context, target, answers]: Parameters<Action<RestorePointCollection>['build']>
): Promise<readonly BuiltOperation[]> {
  const attempted = `copy the restore point collection ${displayName(target.name)}`;
  const copies = await beginCopies(context, target, target.id, answers, attempted);
  const chosen = manyOf(answers['points']);
  const points = copies.source.points?.items.filter((point) => chosen.some((id) => sameArmId(id, point.id))) ?? [];
  if (points.length < chosen.length) {
    const sentence = 'One of the chosen restore points is not in the collection any more.';
    throw refusal('RestorePointGone', sentence, 'Start again and choose anew.', attempted, target.id);
  }
  if (points.length === 0) {
    throw refusal('NothingToDo', 'No restore point was chosen.', 'Choose those that are to be copied.', attempted, target.id);
  }
  // With how far their disks are, which the list does not tell.
  const fresh = await inTurns(points, ({ id }) => freshPoint(context, target, id, attempted));
  return each(copies, fresh.toSorted(byTime));
}

/** The first one makes the collection, where there is none yet; the others wait for it in its lane. */
async function each(copies: Copies, points: readonly RestorePoint[]): Promise<readonly BuiltOperation[]> {
  const built: BuiltOperation[] = [];
  for (const [index, point] of points.entries()) {
    const operation = await copies.of(point, point.name, index === 0 ? copies.place.first : undefined);
    built.push({ ...operation, target: describePoint(point) });
  }
  return built;
}

function pointsQuestion(): PickManyQuestion<RestorePointCollection> {
  return {
    type: 'pickMany',
    id: 'points',
    title: 'The restore points to copy',
    empty: 'This collection has no restore point that could be copied.',
    load: async (context, [target], answers) => {
      if (target === undefined) {
        return [];
      }
      const options = readOptions(context, target);
      const { points } = await getCollectionWithPoints(context.arm, target.id, options);
      const into = answers['collection'];
      const there =
        into === undefined || into === newCollection
          ? []
          : ((await getCollectionWithPoints(context.arm, into, options)).points?.items ?? []);
      const own = points?.items ?? [];
      return own.toSorted(byTime).map((point) => {
        const because = whyNotCopied(point, there, own);
        const keys = keysOfCopy(point);
        return {
          value: point.id,
          label: point.name,
          ...(point.timeCreated ? { description: `${point.timeCreated.slice(0, 16).replace('T', ' ')} UTC` } : {}),
          ...(because === undefined
            ? { recommended: true, ...(keys === undefined ? {} : { detail: keys }) }
            : { detail: because, note: true }),
        };
      });
    },
  };
}

function whyNotCopied(point: RestorePoint, there: readonly RestorePoint[], own: readonly RestorePoint[]): string | undefined {
  if (there.some(({ sourcePointId }) => sameArmId(sourcePointId, point.id))) {
    return 'It has been copied there already.';
  }
  if (pointState(point).kind !== 'usable') {
    return 'It is not ready.';
  }
  return laterCopy(point, there, own) === undefined
    ? undefined
    : 'A later one has been copied there: Azure copies them in their order only.';
}

function byTime(a: RestorePoint, b: RestorePoint): number {
  return (a.timeCreated ?? '').localeCompare(b.timeCreated ?? '');
}
