import { createHmac, randomBytes } from 'node:crypto';
import type { ArmRequest } from '../arm/types.ts';
import type { Estate } from './estate.ts';
import type { Access, DiskPoint, RestorePoint } from './model.ts';
import { refusals } from './refusals.ts';

/** Since February 2025 Azure gives no link for longer (reported: 60 days). */
const longestAccessSeconds = 60 * 24 * 3600;

const key = randomBytes(32);

function isActive(access: Access | undefined, now: number): access is Access {
  return access !== undefined && now < access.expiresAt;
}

/** Whether somebody may read one of the point's disks: then it cannot go (documented). */
export function hasLink(point: RestorePoint, now: number): boolean {
  return point.disks.some((disk) => isActive(disk.access, now));
}

/**
 * Lets whoever has the link read a disk restore point. A link that is out already is extended and given again (documented).
 * @param seconds from now on, in real time.
 */
export function grant(estate: Estate, disk: DiskPoint, seconds: number): Access {
  const now = estate.world.now();
  const until = now + seconds * 1000;
  if (isActive(disk.access, now)) {
    disk.access.expiresAt = Math.max(disk.access.expiresAt, until);
    return disk.access;
  }
  const identifier = estate.world.random.guid();
  const path = `/md-${letters(12)}.z41.blob.storage.azure.net/${letters(12)}/abcd`;
  const signature = createHmac('sha256', key).update(`${path}\n${identifier}`).digest('base64');
  const access: Access = { path, identifier, signature, startAt: now, expiresAt: until };
  disk.access = access;
  estate.links.set(path, { disk, access });
  return access;
}

/** Nobody reads it any more, at once. No link at all is no error. */
export function revoke(disk: DiskPoint): void {
  delete disk.access;
}

/** The link, on the server that the caller reached. */
export function linkOf(request: ArmRequest, access: Access): string {
  const query = `sv=2018-03-28&sr=b&si=${access.identifier}&sig=${encodeURIComponent(access.signature)}`;
  return `${request.origin}${access.path}?${query}`;
}

/** `durationInSeconds` of a body. @throws ArmFailure 400; the code has no record. */
export function requireDuration(value: unknown): number {
  if (value === undefined || value === null) {
    throw refusals.missing('grantAccessData.durationInSeconds');
  }
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > longestAccessSeconds) {
    throw refusals.invalid(
      'grantAccessData.durationInSeconds',
      `Expected whole seconds from 1 to ${longestAccessSeconds} (60 days), not ${JSON.stringify(value)}.`,
    );
  }
  return value;
}

function letters(count: number): string {
  return [...randomBytes(count)].map((byte) => 'abcdefghijklmnopqrstuvwxyz012345'[byte % 32]).join('');
}
