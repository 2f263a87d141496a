import { isDatabase } from './databases.ts';
import type { WorldContext } from './context.ts';
import { databaseTrouble, supports } from './databaseTroubles.ts';
import type { BackupType, ProtectedItem } from './model.ts';
import { logIntervalOf } from './retention.ts';
import type { Vault } from './vault.ts';
import { databaseOf } from './workloadItems.ts';

/**
 * Lets the scheduled log backups of an item happen, as far as its policy has scheduled them until the moment. To be called
 * before anything that they depend on changes, and before anything is read that depends on them.
 */
export function advanceLogs(context: WorldContext, vault: Vault, item: ProtectedItem, until: number): void {
  const interval = item.policyName === undefined ? undefined : logIntervalOf(vault.policy(item.policyName));
  if (!isDatabase(item) || interval === undefined || item.deletedAt !== undefined) {
    return;
  }
  const { logs } = item.points;
  if (!keepsLog(vault, item)) {
    // Under the simple recovery model SQL Server drops the log: what comes later is not chained to what was before.
    if (databaseIn(vault, item) !== undefined) {
      logs.break();
    }
    return;
  }
  const last = Math.floor(until / interval) * interval;
  if (last <= (logs.reaches ?? Infinity) || databaseTrouble(context, vault, item, 'Log', []) !== undefined) {
    return;
  }
  logs.extend(last);
  if (last > (item.lastBackupAt ?? 0)) {
    item.lastBackupAt = last;
    item.lastBackupStatus = 'Healthy';
    item.lastError = undefined;
  }
}

/** Whether the item's database has a log that can be backed up. */
export function keepsLog(vault: Vault, item: ProtectedItem): boolean {
  return databaseIn(vault, item) !== undefined && supportsNow(vault, item, 'Log');
}

/** Whether the item's database, as it is at this moment, can be backed up so. */
export function supportsNow(vault: Vault, item: ProtectedItem, type: BackupType): boolean {
  return supports(item, databaseIn(vault, item), type);
}

function databaseIn(vault: Vault, item: ProtectedItem): ReturnType<typeof databaseOf> {
  const container = vault.container(item.containerName);
  return container === undefined ? undefined : databaseOf(container, item);
}
