/** What copies into another region have in common: where they go, and what Azure copies at all. */
import { armIdKey, sameArmId } from '../../../core/armId.ts';
import { displayName } from '../../../core/displayText.ts';
import type { ActionContext, Answers, BuiltAction, FirstRequest } from '../../action.ts';
import { disksOf, isConfidential, sameRegion, type RestorePoint, type RestorePointCollection } from '../model.ts';
import { copyPoint, idOfRequest } from '../requests.ts';
import { newCollection } from './collectionQuestions.ts';
import { freshCollection, refusal, requireFree, requireUsable, type Of } from './looking.ts';
import { knownPlace, newPlace, type Place } from './placing.ts';

export interface Copies {
  /** With its points. */
  readonly source: RestorePointCollection;
  readonly place: Place;
  /** The operation that copies one point. @throws BackupError where Azure would not copy it */
  of(point: RestorePoint, name: string, first: FirstRequest | undefined): Promise<BuiltAction>;
}

/**
 * The source as it is now, and the collection in the other region.
 * @throws BackupError `CopyOfCopy`, `SameRegion`, `CollectionUnfit`, and as `freshCollection` and `newPlace`
 */
export async function beginCopies(
  context: ActionContext,
  of: Of,
  sourceId: string | undefined,
  answers: Answers,
  attempted: string,
): Promise<Copies> {
  if (sourceId === undefined) {
    throw refusal('UnexpectedId', 'It names no restore point collection.', 'Refresh and try again.', attempted);
  }
  const source = await freshCollection(context, of, sourceId, attempted, true);
  const name = displayName(source.name);
  if (source.sourceKind === 'collection') {
    const sentence = `${name} holds copies, and Azure makes no copies of copies.`;
    throw refusal('CopyOfCopy', sentence, 'Copy the restore points of the collection that they were made of.', attempted, sourceId);
  }
  const region = answers['region'] ?? '';
  if (region === '') {
    throw refusal('AnswerMissing', 'No region was chosen.', 'Choose the region to copy to.', attempted);
  }
  if (sameRegion(source.location, region)) {
    const sentence = `${name} is in ${region} itself: its restore points can be copied to other regions only.`;
    throw refusal('SameRegion', sentence, 'Choose another region.', attempted, sourceId);
  }
  const { place, there } = await placeFor(context, of, source, region, answers, attempted);
  const sources = source.points?.items ?? [];
  return {
    source,
    place,
    of: (point, pointName, first) => copyOf(context, of, { point, pointName, place, there, sources, first, attempted }),
  };
}

async function placeFor(
  context: ActionContext,
  of: Of,
  source: RestorePointCollection,
  region: string,
  answers: Answers,
  attempted: string,
): Promise<{ readonly place: Place; readonly there: readonly RestorePoint[] }> {
  const chosen = answers['collection'];
  if (chosen === newCollection) {
    const made = { location: region, sourceId: source.id, groupOf: source.id };
    return { place: await newPlace(context, of, answers, made, attempted), there: [] };
  }
  if (chosen === undefined || chosen === '') {
    throw refusal('AnswerMissing', 'No restore point collection was chosen.', 'Choose one, or a new one.', attempted);
  }
  const collection = await freshCollection(context, of, chosen, attempted, true);
  const name = displayName(collection.name);
  if (!sameArmId(collection.sourceId, source.id)) {
    const sentence = `The restore point collection ${name} is not made of ${displayName(source.name)}, so it takes none of its restore points.`;
    throw refusal('CollectionUnfit', sentence, 'Choose one that is made of it, or a new one.', attempted, chosen);
  }
  if (!sameRegion(collection.location, region)) {
    const sentence = `The restore point collection ${name} is in ${collection.location ?? 'an unknown region'}, not in ${region}.`;
    throw refusal('CollectionUnfit', sentence, 'Choose one in that region, or a new one.', attempted, chosen);
  }
  return { place: knownPlace(collection), there: collection.points?.items ?? [] };
}

interface Asked {
  readonly point: RestorePoint;
  readonly pointName: string;
  readonly place: Place;
  /** What the collection in the other region holds already. */
  readonly there: readonly RestorePoint[];
  /** What the collection that is copied holds. */
  readonly sources: readonly RestorePoint[];
  readonly first: FirstRequest | undefined;
  readonly attempted: string;
}

async function copyOf(
  context: ActionContext,
  of: Of,
  { point, pointName, place, there, sources, first, attempted }: Asked,
): Promise<BuiltAction> {
  requireCopiable(point, there, sources, attempted);
  const request = await copyPoint(context.arm.environment, place.at, pointName, point.id);
  const pointId = idOfRequest(request);
  const seenAt = await requireFree(context, of, pointId, 'a restore point', attempted);
  return {
    request,
    intent: {
      ...place.facts,
      pointId,
      sourcePointId: point.id,
      diskSizes: Object.fromEntries(disksOf(point).flatMap(({ name, sizeGB }) => (sizeGB === undefined ? [] : [[name, sizeGB]]))),
      seenAt,
    },
    ...(first === undefined ? {} : { first }),
    lane: {
      key: armIdKey(place.collectionId),
      waiting: `Waiting for another copy into ${displayName(place.at.name)}: they are made in their order`,
    },
  };
}

/**
 * A copy of a later point than this one, which keeps Azure from copying this one. Told by the times of what the copies are
 * of: whether a copy itself has the time of its source or its own is not to be relied on. Copies of what is gone tell nothing.
 */
export function laterCopy(point: RestorePoint, there: readonly RestorePoint[], sources: readonly RestorePoint[]): RestorePoint | undefined {
  const timeOf = new Map(sources.map(({ id, timeCreated }) => [armIdKey(id), timeCreated]));
  return there.find(({ sourcePointId }) => {
    const time = sourcePointId === undefined ? undefined : timeOf.get(armIdKey(sourcePointId));
    return time !== undefined && point.timeCreated !== undefined && Date.parse(time) > Date.parse(point.timeCreated);
  });
}

/** @throws BackupError where Azure would refuse: from its documented limits of copies between regions */
function requireCopiable(point: RestorePoint, there: readonly RestorePoint[], sources: readonly RestorePoint[], attempted: string): void {
  const name = displayName(point.name);
  if (point.sourcePointId !== undefined) {
    throw refusal(
      'CopyOfCopy',
      `${name} is a copy, and Azure makes no copies of copies.`,
      'Copy the one that it was made of.',
      attempted,
      point.id,
    );
  }
  requireUsable(point, 'read', attempted);
  if (isConfidential(point)) {
    throw refusal(
      'UnsupportedVm',
      `${name} is of a confidential VM, whose restore points Azure does not copy.`,
      'Keep it where it is.',
      attempted,
      point.id,
    );
  }
  const copied = there.find(({ sourcePointId }) => sameArmId(sourcePointId, point.id));
  if (copied !== undefined) {
    const sentence = `${name} has been copied there already, as ${displayName(copied.name)}; Azure makes one copy in a region.`;
    throw refusal('CopiedAlready', sentence, 'Use that copy; delete it first where it failed.', attempted, copied.id);
  }
  const later = laterCopy(point, there, sources);
  if (later !== undefined) {
    const sentence = `${displayName(later.name)}, which is later than ${name}, has been copied there: Azure copies them in their order only.`;
    throw refusal('CopyOutOfOrder', sentence, 'Copy it into another region, or copy a later one.', attempted, point.id);
  }
}
