import { sameArmId } from '../../core/armId.ts';
import type { Estate, PointInCollection } from './estate.ts';
import { provisioningOf, type Collection, type RestorePoint } from './model.ts';
import { copiedPoint } from './pointBuilder.ts';
import type { PointInput } from './pointInput.ts';
import { pointLimit } from './pointCreation.ts';
import { refusals } from './refusals.ts';
import { replicationOf } from './transfer.ts';

/** How long it takes until the copying starts, in ms: a guess. */
const initiateMs = 15_000;

/**
 * A copy of a point of another region, not added yet. It is `Succeeded` when the copying has begun (documented); how far
 * it is stands in its instance view. The rules are documented; their codes have no record.
 * @throws ArmFailure where Azure refuses it at once.
 */
export function copyPoint(estate: Estate, target: Collection, name: string, input: PointInput): RestorePoint {
  if (input.sourcePointId === undefined) {
    throw refusals.missing('sourceRestorePoint');
  }
  if (input.excluded.length > 0) {
    throw refusals.invalid('excludeDisks', 'Disks can be excluded when a restore point is created, not when it is copied.');
  }
  if (input.mode !== undefined) {
    throw refusals.invalid('consistencyMode', 'A copy has the consistency of its source.');
  }
  const source = estate.point(input.sourcePointId);
  if (source === undefined) {
    throw refusals.notFound(input.sourcePointId);
  }
  if (!sameArmId(source.collection.id, target.source.id)) {
    throw refusals.invalid(
      'sourceRestorePoint.id',
      `Restore point '${source.point.name}' is not in the source collection '${target.source.id}' of collection '${target.name}'.`,
    );
  }
  requireComplete(estate, source);
  const now = estate.world.now();
  const copies = target.points.all;
  requireTurn(estate, target, source);
  const made = {
    ...{ name, createdAt: now, readyAt: now + estate.scaled(initiateMs), uncopyable: estate.uncopyable },
    isFirst: !copies.some((copy) => replicationOf(copy, now) === 'succeeded'),
  };
  return copiedPoint(estate.world.random, target, source, made, estate.scaled);
}

function requireComplete(estate: Estate, { point }: PointInCollection): void {
  const now = estate.world.now();
  const state = provisioningOf(point, now);
  if (state !== 'Succeeded') {
    throw refusals.notAllowed(`Restore point '${point.name}' cannot be copied: its provisioning state is '${state}', not 'Succeeded'.`);
  }
  if (replicationOf(point, now) !== 'succeeded') {
    throw refusals.notAllowed(`Restore point '${point.name}' cannot be copied: its disk restore points are not complete yet.`);
  }
}

/** One at a time, each once, in the order of their creation. Copies that failed do not count. */
function requireTurn(estate: Estate, target: Collection, source: PointInCollection): void {
  const now = estate.world.now();
  const copies = target.points.all;
  const busy = copies.find((copy) => now < copy.readyAt || replicationOf(copy, now) === 'inProgress');
  if (busy !== undefined) {
    throw refusals.notAllowed(
      `Copying of restore point '${source.point.name}' cannot start before the copy '${busy.name}' in the same collection is complete.`,
    );
  }
  const whole = copies.filter((copy) => replicationOf(copy, now) === 'succeeded');
  const twin = whole.find((copy) => sameArmId(copy.sourcePointId, source.point.id));
  if (twin !== undefined) {
    throw refusals.notAllowed(`Restore point '${source.point.name}' has been copied to '${target.location}' already, as '${twin.name}'.`);
  }
  const newer = whole.find((copy) => (estate.point(copy.sourcePointId ?? '')?.point.createdAt ?? 0) > source.point.createdAt);
  if (newer !== undefined) {
    throw refusals.notAllowed(
      `Restore point '${source.point.name}' cannot be copied any more: the newer one behind '${newer.name}' has been copied, and restore points are copied in order.`,
    );
  }
  if (copies.length >= pointLimit) {
    throw refusals.tooMany(pointLimit);
  }
}
