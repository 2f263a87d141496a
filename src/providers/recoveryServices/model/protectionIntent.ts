import { idUpTo } from '../../../core/armId.ts';
import { defined } from '../../arm/fields.ts';
import { readRecord, type AzureRecord } from '../../arm/record.ts';

/** What a vault is to do by itself: protect each new database of an instance or an availability group. */
export interface ProtectionIntent extends AzureRecord {
  readonly vaultId?: string;
  /** `AzureWorkloadSQLAutoProtectionIntent`, `AzureWorkloadContainerAutoProtectionIntent`, `AzureResourceItem` ... */
  readonly intentType?: string;
  readonly backupManagementType?: string;
  /** Id of the protectable item that it is for. */
  readonly itemId?: string;
  readonly policyId?: string;
  readonly protectionState?: string;
}

/** @throws BackupError `MalformedRecord` */
export function readProtectionIntent(raw: unknown): ProtectionIntent {
  const { head, properties } = readRecord(raw, 'protection intent');
  return defined<ProtectionIntent>({
    ...head,
    vaultId: idUpTo(head.id, 'vaults'),
    intentType: properties.text('protectionIntentItemType'),
    backupManagementType: properties.text('backupManagementType'),
    itemId: properties.text('itemId'),
    policyId: properties.text('policyId'),
    protectionState: properties.text('protectionState'),
  });
}
