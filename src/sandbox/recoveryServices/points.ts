import type { WorldContext } from './context.ts';
import type { ProtectedItem, RecoveryPoint } from './model.ts';

/** The points of an item that still exist, newest first. Stopped items keep theirs. */
export function pointsOf({ world }: WorldContext, item: ProtectedItem): readonly RecoveryPoint[] {
  if (item.policyName !== undefined) {
    item.points.dropExpired(world.now());
  }
  return item.points.all;
}
