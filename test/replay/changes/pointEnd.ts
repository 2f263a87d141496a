/** How making or copying a restore point ended: the point decides, once its operation has succeeded. */
import { isObject } from '../../../src/core/json.ts';
import type { Interaction } from '../recording.ts';
import type { ExpectedEnd } from './expectedEnd.ts';
import { member, property } from './place.ts';
import { keyOf, type World } from './world.ts';

export const makesPoint = ({ method, url }: Interaction): boolean =>
  method === 'PUT' && /\/restorepointcollections\/[^/]+\/restorepoints\/[^/]+$/.test(`/${keyOf(url)}`);

/** @param after position of the answer that ended the operation */
export function endOfPoint(change: Interaction, world: World, after: number): ExpectedEnd {
  const copied = member(change.sent, 'sourceRestorePoint') !== undefined;
  const ends = world
    .versions(keyOf(change.url))
    // What was changed since is not of this change.
    .filter(({ index }) => index > after && world.changesBetween(change.url, change.index, index).length === 0)
    .map(({ raw }) => (/^failed$/i.test(property(raw, 'provisioningState') ?? '') ? 'failed' : copied ? ofCopies(raw) : ofPoint(raw)));
  const status = ends.find((end) => end !== undefined);
  return status === undefined ? {} : { status };
}

const ofPoint = (raw: unknown): 'succeeded' | undefined =>
  /^succeeded$/i.test(property(raw, 'provisioningState') ?? '') ? 'succeeded' : undefined;

/** By each disk's own state, which only the instance view tells. */
function ofCopies(raw: unknown): 'succeeded' | 'failed' | undefined {
  const view = member(raw, 'instanceView');
  const disks = isObject(view) && Array.isArray(view['diskRestorePoints']) ? view['diskRestorePoints'] : [];
  const states = disks.map((disk) => /ReplicationState\/(\w+)/i.exec(JSON.stringify(disk))?.[1]?.toLowerCase());
  return states.includes('failed')
    ? 'failed'
    : states.length > 0 && states.every((state) => state === 'succeeded')
      ? 'succeeded'
      : undefined;
}
