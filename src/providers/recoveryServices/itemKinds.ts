/** What the kinds of protected items differ in when something is asked of them. Reading knows no kinds. */
import type { BackupRequestUnion, ProtectedItemUnion } from '@azure/arm-recoveryservicesbackup';
import { displayName } from '../../core/displayText.ts';
import { BackupError } from '../../core/errors.ts';
import type { ProtectedItem } from './model/protectedItem.ts';

type ItemType = ProtectedItemUnion['protectedItemType'];

/** What Azure backs a database up as. Differential and log backups build on a full one. */
export type DatabaseBackupType = 'Full' | 'CopyOnlyFull' | 'Differential' | 'Log';

export interface DatabaseBackup {
  readonly type: DatabaseBackupType;
  readonly compress: boolean;
  /** Until when it is kept; absent where the policy says that: for differential and log backups. */
  readonly expiry?: Date;
}

interface ItemKind {
  /** The discriminator that Azure takes. */
  readonly type: ItemType;
  /** Whether requests name what is protected: databases are known by their item alone. */
  readonly namesSource: boolean;
  /** Absent for databases, which are backed up in several ways: see `databaseBackupOf`. */
  readonly backup?: (expiry: Date) => BackupRequestUnion;
}

const vmBackup = (expiry: Date): BackupRequestUnion => ({ objectType: 'IaasVMBackupRequest', recoveryPointExpiryTimeInUTC: expiry });
const shareBackup = (expiry: Date): BackupRequestUnion => ({
  objectType: 'AzureFileShareBackupRequest',
  recoveryPointExpiryTimeInUTC: expiry,
});

const kinds: readonly ItemKind[] = [
  { type: 'Microsoft.Compute/virtualMachines', namesSource: true, backup: vmBackup },
  { type: 'Microsoft.ClassicCompute/virtualMachines', namesSource: true, backup: vmBackup },
  { type: 'AzureFileShareProtectedItem', namesSource: true, backup: shareBackup },
  { type: 'AzureVmWorkloadSQLDatabase', namesSource: false },
  { type: 'AzureVmWorkloadSAPHanaDatabase', namesSource: false },
  { type: 'AzureVmWorkloadSAPAseDatabase', namesSource: false },
];

function kindOf(item: ProtectedItem): ItemKind {
  const said = item.itemType?.toLowerCase();
  const classic = /\/microsoft\.classiccompute\//i.test(item.sourceResourceId ?? '');
  // Some api-versions answer the base type's name for a VM; requests take the concrete one.
  const type = said === 'azureiaasvmprotecteditem' ? `microsoft.${classic ? 'classic' : ''}compute/virtualmachines` : said;
  const found = kinds.find((kind) => kind.type.toLowerCase() === type);
  if (!found) {
    throw unsupported(item, 'it can be looked at here, but not changed');
  }
  return found;
}

function unsupported(item: ProtectedItem, because: string): BackupError {
  return new BackupError(`${displayName(item.friendlyName)} is of the kind ${item.itemType ?? '(none given)'}: ${because}.`, {
    code: 'UnsupportedItemKind',
    resource: item.id,
    remedies: ['Use the Azure portal for it.'],
  });
}

/** The members that every change of an item repeats. @throws BackupError `UnsupportedItemKind` */
export function writableItem(item: ProtectedItem): ProtectedItemUnion {
  const kind = kindOf(item);
  const source = kind.namesSource && item.sourceResourceId !== undefined ? { sourceResourceId: item.sourceResourceId } : {};
  return { protectedItemType: kind.type, ...source };
}

/** Of a VM or a file share. @throws BackupError `UnsupportedItemKind` */
export function backupRequestOf(item: ProtectedItem, expiry: Date): BackupRequestUnion {
  const { backup } = kindOf(item);
  if (!backup) {
    throw unsupported(item, 'a backup of it has a type (full, differential ...), which must be chosen');
  }
  return backup(expiry);
}

/** Of a database in an Azure VM; members as in recorded traffic. @throws BackupError `UnsupportedItemKind` */
export function databaseBackupOf(item: ProtectedItem, order: DatabaseBackup): BackupRequestUnion {
  if (!/^AzureVmWorkload/.test(kindOf(item).type)) {
    throw unsupported(item, 'it is no database');
  }
  return {
    objectType: 'AzureWorkloadBackupRequest',
    backupType: order.type,
    enableCompression: order.compress,
    ...(order.expiry === undefined ? {} : { recoveryPointExpiryTimeInUTC: order.expiry }),
  };
}
