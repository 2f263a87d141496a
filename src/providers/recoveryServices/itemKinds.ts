/** What the kinds of protected items differ in when something is asked of them. Reading knows no kinds. */
import type { BackupRequestUnion, ProtectedItemUnion } from '@azure/arm-recoveryservicesbackup';
import { BackupError } from '../../core/errors.ts';
import type { ProtectedItem } from './model/protectedItem.ts';

type ItemType = ProtectedItemUnion['protectedItemType'];

interface ItemKind {
  /** The discriminator that Azure takes. */
  readonly type: ItemType;
  /** Whether requests name what is protected: databases are known by their item alone. */
  readonly namesSource: boolean;
  readonly backup: (expiry: Date) => BackupRequestUnion;
}

const vmBackup = (expiry: Date): BackupRequestUnion => ({ objectType: 'IaasVMBackupRequest', recoveryPointExpiryTimeInUTC: expiry });
const databaseBackup = (expiry: Date): BackupRequestUnion => ({
  objectType: 'AzureWorkloadBackupRequest',
  backupType: 'Full',
  enableCompression: false,
  recoveryPointExpiryTimeInUTC: expiry,
});
const shareBackup = (expiry: Date): BackupRequestUnion => ({
  objectType: 'AzureFileShareBackupRequest',
  recoveryPointExpiryTimeInUTC: expiry,
});

const kinds: readonly ItemKind[] = [
  { type: 'Microsoft.Compute/virtualMachines', namesSource: true, backup: vmBackup },
  { type: 'Microsoft.ClassicCompute/virtualMachines', namesSource: true, backup: vmBackup },
  { type: 'AzureFileShareProtectedItem', namesSource: true, backup: shareBackup },
  { type: 'AzureVmWorkloadSQLDatabase', namesSource: false, backup: databaseBackup },
  { type: 'AzureVmWorkloadSAPHanaDatabase', namesSource: false, backup: databaseBackup },
  { type: 'AzureVmWorkloadSAPAseDatabase', namesSource: false, backup: databaseBackup },
];

function kindOf(item: ProtectedItem): ItemKind {
  const said = item.itemType?.toLowerCase();
  const classic = /\/microsoft\.classiccompute\//i.test(item.sourceResourceId ?? '');
  // Some api-versions answer the base type's name for a VM; requests take the concrete one.
  const type = said === 'azureiaasvmprotecteditem' ? `microsoft.${classic ? 'classic' : ''}compute/virtualmachines` : said;
  const found = kinds.find((kind) => kind.type.toLowerCase() === type);
  if (!found) {
    throw new BackupError(
      `${item.friendlyName} is of the kind ${item.itemType ?? '(none given)'}: it can be looked at here, but not changed.`,
      { code: 'UnsupportedItemKind', resource: item.id, remedies: ['Use the Azure portal for it.'] },
    );
  }
  return found;
}

/** The members that every change of an item repeats. @throws BackupError `UnsupportedItemKind` */
export function writableItem(item: ProtectedItem): ProtectedItemUnion {
  const kind = kindOf(item);
  const source = kind.namesSource && item.sourceResourceId !== undefined ? { sourceResourceId: item.sourceResourceId } : {};
  return { protectedItemType: kind.type, ...source };
}

/** @throws BackupError `UnsupportedItemKind` */
export function backupRequestOf(item: ProtectedItem, expiry: Date): BackupRequestUnion {
  return kindOf(item).backup(expiry);
}
