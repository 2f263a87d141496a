/** Finding out whether a request that got no answer was taken: names are ours, so that what it makes exists or does not. */
import { idUpTo, lastSegment, sameArmId } from '../../../core/armId.ts';
import { apiVersions } from '../../../cloud/apiVersions.ts';
import { displayName } from '../../../core/displayText.ts';
import { objectAt, type Json } from '../../../core/json.ts';
import type { OperationRecord } from '../../../core/operation.ts';
import type { ActionContext, Settlement } from '../../action.ts';
import { armPath } from '../../arm/armUrl.ts';
import { readCollection, readDisk, readRestorePoint, sameRegion } from '../model.ts';
import { trackingOfUrl } from '../../arm/armOperation.ts';
import { pointTracking } from '../tracking.ts';
import { fact } from '../../arm/asking.ts';
import { lookFor } from './looking.ts';

/** The service's clock says seconds, and its own times are finer. */
const slackMs = 5_000;

/** A restore point, by `pointId`. None had its name when it was looked for before sending (`seenAt`). */
export async function settlePoint(context: ActionContext, record: OperationRecord): Promise<Settlement> {
  const pointId = fact(record, 'pointId');
  const name = displayName(lastSegment(pointId));
  const { found, body } = await lookFor(context, record, pointId, 'look for the restore point');
  if (!found) {
    return { found: 'absent', because: `There is no restore point ${name}.` };
  }
  const point = readRestorePoint(body);
  const sourcePointId = record.intent['sourcePointId'];
  // A copy has the time of what it is a copy of; what it is a copy of tells it apart.
  const ours =
    typeof sourcePointId === 'string'
      ? sameArmId(point.sourcePointId, sourcePointId)
      : startedSince(point.timeCreated, fact(record, 'seenAt'));
  return ours
    ? { found: 'started', tracking: pointTracking(record.cloud, pointId, sizesOf(record)), because: `The restore point ${name} exists.` }
    : { found: 'unclear', because: `There is a restore point ${name}, but it is not the one that was asked for.` };
}

function sizesOf(record: OperationRecord): Record<string, number> {
  return Object.fromEntries(
    Object.entries(objectAt(record.intent, 'diskSizes')).flatMap(([name, size]) => (typeof size === 'number' ? [[name, size]] : [])),
  );
}

/** A collection, by `collectionId`, `sourceId` and `location`. */
export async function settleCollection(context: ActionContext, record: OperationRecord): Promise<Settlement> {
  const id = fact(record, 'collectionId');
  const name = displayName(lastSegment(id));
  const { found, body } = await lookFor(context, record, id, 'look for the restore point collection');
  if (!found) {
    return { found: 'absent', because: `There is no restore point collection ${name}.` };
  }
  const collection = readCollection(body);
  return sameArmId(collection.sourceId, fact(record, 'sourceId')) && sameRegion(collection.location, fact(record, 'location'))
    ? { found: 'started', tracking: asked(record, id), because: `The restore point collection ${name} exists.` }
    : { found: 'unclear', because: `There is a restore point collection ${name}, but it is not the one that was asked for.` };
}

/** A disk, by `diskId` and `diskRestorePointId`. */
export async function settleDisk(context: ActionContext, record: OperationRecord): Promise<Settlement> {
  const id = fact(record, 'diskId');
  const name = displayName(lastSegment(id));
  const { found, body } = await lookFor(context, record, id, 'look for the disk', apiVersions.disks);
  if (!found) {
    return { found: 'absent', because: `There is no disk ${name}.` };
  }
  const disk = readDisk(body);
  return sameArmId(disk.madeFrom, fact(record, 'diskRestorePointId')) && startedSince(disk.timeCreated, fact(record, 'seenAt'))
    ? { found: 'started', tracking: asked(record, id, apiVersions.disks), because: `The disk ${name} exists.` }
    : { found: 'unclear', because: `There is a disk ${name}, but it is not the one that was asked for.` };
}

/** What was to be deleted. Whether it is gone by then is for the reading back to say. */
export async function settleDeletion(context: ActionContext, record: OperationRecord, id: string, what: string): Promise<Settlement> {
  const name = displayName(lastSegment(id));
  const { found, body } = await lookFor(context, record, id, `look for the ${what}`);
  if (found && provisioningOf(body) !== 'deleting') {
    return { found: 'absent', because: `The ${what} ${name} is still there and is not being deleted.` };
  }
  // What is gone answers nothing that could be followed to an end; the list that it stood in does.
  const group = idUpTo(id, 'resourceGroups') ?? '';
  const path = armPath(group, ['providers', 'Microsoft.Compute', 'restorePointCollections'], { apiVersion: apiVersions.restorePoints });
  return {
    found: 'started',
    tracking: trackingOfUrl(record.cloud, record.cloud + path),
    because: found ? `The ${what} ${name} is being deleted.` : `The ${what} ${name} is gone.`,
  };
}

function provisioningOf(body: Json | undefined): string | undefined {
  const state = objectAt(body, 'properties')['provisioningState'];
  return typeof state === 'string' ? state.toLowerCase() : undefined;
}

/** The resource itself, asked once more: that it answers is all that there is to wait for. */
function asked(record: OperationRecord, id: string, apiVersion: string = apiVersions.restorePoints): ReturnType<typeof trackingOfUrl> {
  return trackingOfUrl(record.cloud, record.cloud + armPath(id, [], { apiVersion }));
}

/** Without a time, what was absent before counts as made since. */
function startedSince(time: string | undefined, seenAt: string): boolean {
  return time === undefined || Date.parse(time) >= Date.parse(seenAt) - slackMs;
}
