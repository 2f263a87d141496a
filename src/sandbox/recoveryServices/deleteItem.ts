import type { ArmReply, ArmRequest, ArmRouter } from '../arm/types.ts';
import { day } from '../world/wireFormat.ts';
import { runningBackup } from './backup.ts';
import { itemOf, itemTemplate, vaultOf, vaultTemplate, type BackupContext, type WorldContext } from './context.ts';
import { containerResource, filteredContainers, statusOf } from './containers.ts';
import { isDatabase } from './databases.ts';
import { placeOf } from './itemBags.ts';
import { changeItem, isChanging } from './itemChanges.ts';
import { itemKey, type ProtectedItem } from './model.ts';
import type { Vault } from './vault.ts';
import { accepted } from './operations.ts';
import { refusals } from './rules.ts';

export function registerDeleteItem(context: BackupContext, router: ArmRouter): void {
  router.on('DELETE', itemTemplate, (request) => deleteItem(context, request));
  router.on('GET', `${vaultTemplate}/backupDeletedProtectionContainers`, (request) => {
    const vault = vaultOf(context, request);
    const { containers } = filteredContainers(context, request, vault);
    const gone = containers.filter((container) => statusOf(vault, container) === 'SoftDeleted');
    return context.tools.paged(
      request,
      gone.map((container) => containerResource(context, vault, container, 'DeletedProtectionContainers')),
    );
  });
}

function deleteItem(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const item = itemOf(vault, request);
  const { world } = context;
  if (item.deletedAt !== undefined) {
    throw refusals.softDeleted();
  }
  if (isChanging(context, vault, item) || runningBackup(vault, item, world.now()) !== undefined) {
    throw refusals.objectLocked();
  }
  const isSoft = deletesSoftly(vault, request.apiVersion);
  const properties =
    item.workload === 'VM' ? { ...placeOf(item), 'Number of Recovery Points': String(item.points.all.length) } : placeOf(item, vault);
  const deletedAt = world.now();
  const operation = changeItem(context, vault, item, {
    family: 'vault',
    operation: 'DeleteBackupData',
    // Recorded: of databases it takes half a minute.
    takes: isDatabase(item) ? 31_600 : 60_000,
    properties,
    apply: (at) => {
      if (isSoft) {
        softDelete(context, vault, item, deletedAt);
      } else {
        purge(context, vault, item);
      }
      vault.updatedAt = at;
    },
  });
  return accepted(context, request, vault, operation);
}

/**
 * Recorded: since 2025 an item is soft-deleted although the vault's answer says `Disabled`; before, `Disabled` made
 * deletes permanent.
 */
function deletesSoftly(vault: Vault, apiVersion: string): boolean {
  return vault.softDeleteState !== 'Disabled' || apiVersion >= '2025';
}

export function softDelete(context: WorldContext, vault: Vault, item: ProtectedItem, deletedAt: number): void {
  item.deletedAt = deletedAt;
  item.policyName = undefined;
  item.protectionState = 'ProtectionStopped';
  context.world.agenda.plan(deletedAt + vault.softDeleteRetentionDays * day, () => {
    // An undelete in between, or a second delete, has made this date void.
    if (item.deletedAt === deletedAt) {
      purge(context, vault, item);
    }
  });
}

/** A container that was unregistered while it held soft-deleted items goes with the last of them. */
function forgetUnregistered(vault: Vault, containerName: string): void {
  const container = vault.container(containerName);
  if (container?.isSoftDeleted === true && vault.itemsOf(container).length === 0) {
    vault.containers.delete(containerName.toLowerCase());
  }
}

function purge({ world }: WorldContext, vault: Vault, item: ProtectedItem): void {
  vault.items.delete(itemKey(item.containerName, item.name));
  if (item.workload === 'VM') {
    vault.containers.delete(item.containerName.toLowerCase());
    world.setProtector(item.sourceResourceId, undefined);
  } else {
    forgetUnregistered(vault, item.containerName);
  }
}
