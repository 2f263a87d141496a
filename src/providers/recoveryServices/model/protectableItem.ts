import { idUpTo } from '../../../core/armId.ts';
import { defined } from './fields.ts';
import { isVirtualMachineType } from './kinds.ts';
import { readRecord, type AzureRecord } from './record.ts';

/** Something that a vault has found and could protect. */
export interface ProtectableItem extends AzureRecord {
  readonly vaultId?: string;
  readonly containerId?: string;
  readonly friendlyName: string;
  /** `Microsoft.Compute/virtualMachines`, `SQLDataBase`, `SQLInstance`, `AzureFileShare`, `SAPHanaDatabase` ... */
  readonly itemType?: string;
  readonly backupManagementType?: string;
  readonly workloadType?: string;
  /** `NotProtected`, `Protecting`, `Protected` ... */
  readonly protectionState?: string;
  readonly isVirtualMachine: boolean;
  /** ARM id of the VM or the storage account behind it. */
  readonly sourceResourceId?: string;
  readonly resourceGroup?: string;
  /** The server that a database is on. */
  readonly serverName?: string;
  readonly parentName?: string;
  /** False for instances, which only hold what can be protected. True where Azure does not say. */
  readonly isProtectable: boolean;
  readonly isAutoProtectable: boolean;
}

/** Also reads the entries of a container's `items`. @throws BackupError `MalformedRecord` */
export function readProtectableItem(raw: unknown): ProtectableItem {
  const { head, properties } = readRecord(raw, 'protectable item');
  const itemType = properties.text('protectableItemType', 'workloadItemType');
  return defined<ProtectableItem>({
    ...head,
    vaultId: idUpTo(head.id, 'vaults'),
    containerId: idUpTo(head.id, 'protectionContainers'),
    friendlyName: properties.text('friendlyName') ?? head.name,
    itemType,
    backupManagementType: properties.text('backupManagementType'),
    workloadType: properties.text('workloadType'),
    protectionState: properties.text('protectionState'),
    isVirtualMachine: isVirtualMachineType(itemType),
    sourceResourceId: properties.text('virtualMachineId', 'parentContainerFabricId'),
    resourceGroup: properties.text('resourceGroup'),
    serverName: properties.text('serverName', 'parentContainerFriendlyName'),
    parentName: properties.text('parentName'),
    isProtectable: properties.flag('isProtectable') ?? true,
    isAutoProtectable: properties.flag('isAutoProtectable') ?? false,
  });
}
