import type { WorldContext } from './context.ts';
import { keepsLogsFor } from './retention.ts';
import type { ProtectedItem, RecoveryPoint } from './model.ts';
import type { Vault } from './vault.ts';

/** The points of an item that still exist, newest first. Stopped items keep theirs. */
export function pointsOf({ world }: WorldContext, vault: Vault, item: ProtectedItem): readonly RecoveryPoint[] {
  if (item.policyName !== undefined) {
    item.points.dropExpired(world.now(), keepsLogsFor(vault.policy(item.policyName)));
  }
  return item.points.all;
}
