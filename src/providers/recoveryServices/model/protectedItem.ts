import { idUpTo } from '../../../core/armId.ts';
import type { ErrorRecord } from '../../../core/errors.ts';
import { readErrorDetail } from './errorDetail.ts';
import { defined, fieldsOf } from '../../arm/fields.ts';
import { isVirtualMachineType } from './kinds.ts';
import { readRecord, type AzureRecord } from '../../arm/record.ts';

/** A protected item of any kind: VM, database, file share, and kinds that we only show. */
export interface ProtectedItem extends AzureRecord {
  readonly vaultId?: string;
  readonly containerId?: string;
  readonly friendlyName: string;
  /** The discriminator: `Microsoft.Compute/virtualMachines`, `AzureVmWorkloadSQLDatabase`, `AzureFileShareProtectedItem` ... */
  readonly itemType?: string;
  readonly isVirtualMachine: boolean;
  readonly backupManagementType?: string;
  readonly workloadType?: string;
  /** Without the container type that the id has before it: `iaasvmcontainerv2;rg;vm`. */
  readonly containerName?: string;
  /** ARM id of what is protected. */
  readonly sourceResourceId?: string;
  readonly serverName?: string;
  /** Of a database: its instance or availability group. */
  readonly parentName?: string;
  /** `AzureVmWorkloadSQLInstance`, `AzureVmWorkloadSQLAvailabilityGroup`. */
  readonly parentType?: string;
  /** `IRPending`, `Protected`, `ProtectionStopped`, `ProtectionError`, `BackupsSuspended` ... */
  readonly protectionState?: string;
  /** `Healthy`, `Unhealthy` ... */
  readonly protectionStatus?: string;
  /** VMs: `Passed`, `ActionRequired`, `ActionSuggested` ...; workloads: `Healthy`, `Unhealthy`, `NotReachable`, `IRPending`. */
  readonly healthStatus?: string;
  /** VMs and file shares: `Completed`, `Failed` ...; workloads: `Healthy`, `Unhealthy`, `IRPending`. */
  readonly lastBackupStatus?: string;
  /** ISO 8601, UTC. Absent where there was none, which Azure writes as a date of 2001. */
  readonly lastBackupTime?: string;
  readonly lastRecoveryPointTime?: string;
  readonly lastBackupError?: ErrorRecord;
  readonly healthDetails: readonly ErrorRecord[];
  /** Absent while protection is stopped. */
  readonly policyId?: string;
  readonly policyName?: string;
  readonly isScheduledForDeferredDelete: boolean;
  /** ISO 8601, UTC: the moment of the delete, not of the purge. */
  readonly deletedAt?: string;
  /** .NET time span that was left when Azure answered: `13.23:59:44.0256366`. */
  readonly deferredDeleteTimeRemaining?: string;
  /** Days; 0 while nothing is deleted. */
  readonly softDeleteRetentionDays?: number;
  readonly recoveryPointCount?: number;
  /** Of a database, as SQL Server calls it: `FULL`, `SIMPLE`, `BULK_LOGGED`. Some answers leave it out. */
  readonly recoveryModel?: string;
}

/** @throws BackupError `MalformedRecord` */
export function readProtectedItem(raw: unknown): ProtectedItem {
  const { head, properties } = readRecord(raw, 'protected item');
  const itemType = properties.text('protectedItemType');
  return defined<ProtectedItem>({
    ...head,
    vaultId: idUpTo(head.id, 'vaults'),
    containerId: idUpTo(head.id, 'protectionContainers'),
    friendlyName: properties.text('friendlyName') ?? head.name,
    itemType,
    isVirtualMachine: isVirtualMachineType(itemType),
    backupManagementType: properties.text('backupManagementType'),
    workloadType: properties.text('workloadType'),
    containerName: properties.text('containerName'),
    sourceResourceId: properties.text('sourceResourceId', 'virtualMachineId'),
    serverName: properties.text('serverName', 'computerName'),
    parentName: properties.text('parentName'),
    parentType: properties.text('parentType'),
    protectionState: properties.text('protectionState'),
    protectionStatus: properties.text('protectionStatus'),
    healthStatus: properties.text('healthStatus', 'protectedItemHealthStatus'),
    lastBackupStatus: properties.text('lastBackupStatus'),
    lastBackupTime: properties.moment('lastBackupTime'),
    lastRecoveryPointTime: properties.moment('lastRecoveryPoint'),
    lastBackupError: readErrorDetail(properties.object('lastBackupErrorDetail')),
    healthDetails: properties.list('healthDetails').flatMap((one) => readErrorDetail(fieldsOf(one)) ?? []),
    policyId: properties.text('policyId'),
    policyName: properties.text('policyName'),
    isScheduledForDeferredDelete: properties.flag('isScheduledForDeferredDelete') ?? false,
    deletedAt: properties.moment('deferredDeleteTimeInUTC'),
    deferredDeleteTimeRemaining: properties.text('deferredDeleteTimeRemaining'),
    softDeleteRetentionDays: properties.number('softDeleteRetentionPeriod', 'softDeleteRetentionPeriodInDays'),
    recoveryPointCount: properties.object('extendedInfo').number('recoveryPointCount'),
    recoveryModel: properties.object('extendedInfo').text('recoveryModel'),
  });
}
