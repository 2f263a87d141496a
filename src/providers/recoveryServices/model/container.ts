import { idUpTo } from '../../../core/armId.ts';
import { defined } from './fields.ts';
import { readRecord, type AzureRecord } from './record.ts';

/** A protection container: a VM, a server with databases, a storage account ... registered with a vault. */
export interface Container extends AzureRecord {
  readonly vaultId?: string;
  /** For a person; the name where Azure gave none. */
  readonly friendlyName: string;
  /** `Microsoft.Compute/virtualMachines`, `VMAppContainer`, `StorageContainer`, `Windows`, `AzureSqlContainer` ... */
  readonly containerType?: string;
  readonly backupManagementType?: string;
  /** `Registered`, `NotRegistered`, `SoftDeleted` ... */
  readonly registrationStatus?: string;
  /** `Healthy`, `Deleted` (the machine is gone, though the container stays registered) ... */
  readonly healthStatus?: string;
  readonly sourceResourceId?: string;
  readonly protectedItemCount?: number;
  readonly isScheduledForDeferredDelete: boolean;
  /** What the last look for databases inside it came to: `Success`, `Failed`. */
  readonly inquiryStatus?: string;
}

/** @throws BackupError `MalformedRecord` */
export function readContainer(raw: unknown): Container {
  const { head, properties } = readRecord(raw, 'container');
  return defined<Container>({
    ...head,
    vaultId: idUpTo(head.id, 'vaults'),
    friendlyName: properties.text('friendlyName') ?? head.name,
    containerType: properties.text('containerType', 'protectableContainerType'),
    backupManagementType: properties.text('backupManagementType'),
    registrationStatus: properties.text('registrationStatus'),
    healthStatus: properties.text('healthStatus'),
    sourceResourceId: properties.text('sourceResourceId', 'virtualMachineId', 'containerId'),
    protectedItemCount: properties.number('protectedItemCount'),
    isScheduledForDeferredDelete: properties.flag('isScheduledForDeferredDelete') ?? false,
    inquiryStatus: properties.object('extendedInfo').object('inquiryInfo').text('status'),
  });
}
