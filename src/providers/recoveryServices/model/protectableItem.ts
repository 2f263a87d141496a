import { idUpTo } from '../../../core/armId.ts';
import type { ErrorRecord } from '../../../core/errors.ts';
import { defined, fieldsOf, type Fields } from '../../arm/fields.ts';
import { isVirtualMachineType } from './kinds.ts';
import { readRecord, type AzureRecord } from '../../arm/record.ts';

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
  /** False for SQL Server instances and availability groups, which only hold what can be protected. True where Azure does not say. */
  readonly isProtectable: boolean;
  readonly isAutoProtectable: boolean;
  /** New databases of it are protected by themselves. Azure answers this in lists of protectable items. */
  readonly isAutoProtected: boolean;
  /** What a protectable item of a workload is; `other` for VMs, file shares and what we do not know. */
  readonly role: ProtectableRole;
  /** Of an instance or a group: how many databases were found in it. */
  readonly foundCount?: number;
  /** Why the backup service could not back it up, where it looked beforehand. */
  readonly preBackupError?: ErrorRecord;
  /** Hosts of an availability group. */
  readonly nodes: readonly string[];
}

type ProtectableRole = 'database' | 'instance' | 'availabilityGroup' | 'other';

const roles: Readonly<Record<string, ProtectableRole>> = {
  sqldatabase: 'database',
  saphanadatabase: 'database',
  sapasedatabase: 'database',
  sqlinstance: 'instance',
  saphanasystem: 'instance',
  sapasesystem: 'instance',
  saphanadbinstance: 'instance',
  sqlavailabilitygroupcontainer: 'availabilityGroup',
};

/** Answers of some versions do not say so of them. */
const holdsOnly = /^sql(instance|availabilitygroupcontainer)$/i;

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
    isProtectable: !holdsOnly.test(itemType ?? '') && (properties.flag('isProtectable') ?? true),
    isAutoProtectable: properties.flag('isAutoProtectable') ?? false,
    isAutoProtected: properties.flag('isAutoProtected') ?? false,
    role: roles[itemType?.toLowerCase() ?? ''] ?? 'other',
    foundCount: properties.number('subinquireditemcount'),
    preBackupError: preBackupError(properties.object('prebackupvalidation')),
    nodes: properties.list('nodesList').flatMap((node) => fieldsOf(node).text('nodeName') ?? []),
  });
}

function preBackupError(validation: Fields): ErrorRecord | undefined {
  const status = validation.text('status');
  if (status === undefined || /^(success|invalid)$/i.test(status)) {
    return undefined;
  }
  const code = validation.text('code') ?? status;
  return { code, message: validation.text('message') ?? `The check before a backup came to ${code}.` };
}
