/** Where a restore point goes: the collection that was chosen, or a request for a new one that comes first. */
import { segmentOf } from '../../../core/armId.ts';
import type { ActionContext, Answers, FirstRequest } from '../../action.ts';
import { displayName } from '../../../core/displayText.ts';
import { collectionAt, createCollection, idOfRequest, type CollectionAddress } from '../requests.ts';
import { trackerNames } from '../tracking.ts';
import { requireFree, type Of } from './looking.ts';
import { nameOf } from './pointQuestions.ts';

export interface Place {
  readonly at: CollectionAddress;
  readonly collectionId: string;
  /** Present where the collection is yet to be made. */
  readonly first?: FirstRequest;
  /** For the journal: what settling the first request needs. */
  readonly facts: { readonly collectionId: string; readonly sourceId: string; readonly location: string };
}

/**
 * A collection that does not exist yet, under the name that was answered. Its request is built, not sent.
 * @param location its region @param sourceId what it is made of @param groupOf an id in the resource group that it goes to
 * @throws BackupError `NameRefused`, `NameTaken`
 */
export async function newPlace(
  context: ActionContext,
  of: Of,
  answers: Answers,
  made: { readonly location: string; readonly sourceId: string; readonly groupOf: string },
  attempted: string,
): Promise<Place & { readonly first: FirstRequest; readonly seenAt: string }> {
  const name = nameOf(answers, 'collectionName', attempted);
  const at: CollectionAddress = {
    subscriptionId: segmentOf(made.groupOf, 'subscriptions') ?? '',
    resourceGroup: segmentOf(made.groupOf, 'resourceGroups') ?? '',
    name,
  };
  const request = await createCollection(context.arm.environment, at, { location: made.location, sourceId: made.sourceId });
  const collectionId = idOfRequest(request);
  const seenAt = await requireFree(context, of, collectionId, 'a restore point collection', attempted);
  return {
    at,
    collectionId,
    first: { request, tracker: trackerNames.armOperation, title: `Creating the restore point collection ${displayName(name)}` },
    facts: { collectionId, sourceId: made.sourceId, location: made.location },
    seenAt,
  };
}

/** The collection that was chosen. */
export function knownPlace(collection: { readonly id: string; readonly sourceId?: string; readonly location?: string }): Place {
  return {
    at: collectionAt(collection.id),
    collectionId: collection.id,
    facts: { collectionId: collection.id, sourceId: collection.sourceId ?? '', location: collection.location ?? '' },
  };
}
