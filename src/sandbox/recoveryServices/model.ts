import { armIdKey } from '../../core/armId.ts';
import type { Json, JsonObject } from '../arm/types.ts';
import type { DatabaseServer } from '../world/entities.ts';
import type { RecoveryPointStore } from './recoveryPointStore.ts';

/** Backup's own words for the systems it backs up: `itemType` of filters, `workloadType` of items. */
export type Workload = 'VM' | 'SQLDataBase' | 'SAPHanaDatabase' | 'AzureFileShare';
export type Management = 'AzureIaasVM' | 'AzureWorkload' | 'AzureStorage';

export const managementOf: Readonly<Record<Workload, Management>> = {
  VM: 'AzureIaasVM',
  SQLDataBase: 'AzureWorkload',
  SAPHanaDatabase: 'AzureWorkload',
  AzureFileShare: 'AzureStorage',
};

export interface Policy {
  readonly name: string;
  /** As Azure answers it, without `protectedItemsCount`. */
  readonly properties: JsonObject;
}

export type DatabaseWorkload = 'SQLDataBase' | 'SAPHanaDatabase';

export interface Container {
  /** As lists give it: `IaasVMContainer;iaasvmcontainerv2;{rg};{vm}`. */
  readonly name: string;
  readonly management: Management;
  /** Of an availability group, the machine through which it was found. */
  readonly sourceResourceId: string;
  readonly resourceGroup: string;
  readonly friendlyName: string;
  /**
   * What runs in the machine at this moment; undefined where nothing does, and where the machine is gone. The vault itself
   * knows only its `inquiries`.
   */
  readonly databaseServer?: DatabaseServer | undefined;
  /** This is an availability group and no machine. It is there as long as one of its machines is registered. */
  readonly isGroup?: true;
  /** What the last look for databases of each workload came to; only what it found is protectable. */
  readonly inquiries?: Map<DatabaseWorkload, Inquiry>;
  readonly shares?: readonly string[];
  /** The shares were looked for. */
  inquired: boolean;
  /** Unregistered while it held nothing but soft-deleted items: it stays for as long as they do. */
  isSoftDeleted?: boolean;
  updatedAt: number;
}

export interface Inquiry {
  readonly itemCount: number;
  /** What was there; after a failure, what the last good look has found. */
  readonly found?: DatabaseServer;
  readonly error?: InquiryError;
}

export interface InquiryError {
  readonly code: string;
  readonly message: string;
  readonly recommendations: readonly string[];
  readonly additionalDetail: string;
}

/** The databases of one instance or availability group are protected by themselves. */
export interface ProtectionIntent {
  /** Chosen by the client, by custom a GUID. */
  readonly name: string;
  /** `protectionIntentItemType`, as it was sent. */
  readonly type: string;
  readonly containerName: string;
  /** Name of the instance or group. */
  readonly parentName: string;
  /** As it was sent. */
  readonly itemId: string;
  readonly policyName: string;
  /** Ids of the ConfigureBackup jobs that it has started. */
  readonly jobIds: Set<string>;
}

export interface BackupError {
  readonly code: number;
  readonly title: string;
  readonly message: string;
  readonly recommendations: readonly string[];
  /** What the workload itself said, where it said something. */
  readonly additionalDetails?: string;
}

/** What a request or a policy asks of a database. */
export type BackupType = 'Full' | 'CopyOnlyFull' | 'Differential' | 'Incremental' | 'Log';

export interface RecoveryPoint {
  /** A decimal number. */
  readonly name: string;
  readonly at: number;
  readonly type: 'AppConsistent' | 'FileSystemConsistent' | 'CrashConsistent' | 'Full' | 'Differential' | 'Incremental';
  /** A full backup that nothing is chained to; the published contract has no type of its own for it. */
  readonly copyOnly?: true;
  /** Moment from which the snapshot is gone; undefined where there never was one. */
  readonly snapshotUntil?: number;
  /** Moment from which the vault holds the data; undefined while only the snapshot does. */
  vaultedAt?: number;
  readonly expiresAt: number;
  /** `Daily`, `Weekly`, ... or `On-Demand`. */
  readonly rule: string;
}

type ProtectionState = 'IRPending' | 'Protected' | 'ProtectionStopped' | 'ProtectionError';

export interface ProtectedItem {
  readonly workload: Workload;
  /** As in the item's id: `VMAppContainer;compute;{rg};{vm}` where the container's own name says `Compute`. */
  readonly containerName: string;
  readonly name: string;
  readonly friendlyName: string;
  readonly sourceResourceId: string;
  /** Instance or system of a database; storage account of a share. */
  readonly parentName?: string;
  readonly hostName?: string;
  /** Decimal number, Azure's internal id. */
  readonly dataId: string;
  /** Size of what is backed up, in GB: decides how long a transfer takes. */
  readonly sizeGb: number;
  /** Name of a policy of the same vault; undefined while protection is stopped. */
  policyName: string | undefined;
  protectionState: ProtectionState;
  /** As Azure words it for the workload: `Completed`, `Healthy`, `IRPending`, empty. */
  lastBackupStatus: string;
  lastBackupAt: number | undefined;
  lastError: BackupError | undefined;
  /** Moment of the delete while the item is soft-deleted. */
  deletedAt: number | undefined;
  /** Since when it has its policy, where that is since the sandbox started. */
  configuredAt?: number;
  /** The change of its policy did not reach it (documented as an inconsistent policy). */
  policyState?: 'Consistent' | 'Inconsistent';
  /** Newest first. Made when first read, where the item has a past. */
  readonly points: RecoveryPointStore;
}

export type JobStatus = 'InProgress' | 'Completed' | 'CompletedWithWarnings' | 'Failed' | 'Cancelling' | 'Cancelled';

export interface PlannedTask {
  readonly taskId: string;
  readonly startAt: number;
  readonly endAt: number;
}

/** A job as it was planned at its start; what it shows at a moment follows from the plan. */
export interface Job {
  /** GUID. */
  readonly id: string;
  readonly activityId: string;
  readonly workload: Workload;
  /** `Backup`, `ConfigureBackup`, `DisableBackup`, `DeleteBackupData`, `Undelete`. */
  readonly operation: string;
  /** Backup type in brackets that a workload's job shows once it runs: `Full`. */
  readonly backupType?: BackupType;
  readonly friendlyName: string;
  /** `sql-host` in `erp [sql-host]`. */
  readonly hostName?: string;
  readonly containerName: string;
  /** Key of the item in its vault. */
  readonly itemKey: string;
  readonly startAt: number;
  readonly endAt: number;
  /** Until then a GET of the job gives 404: the operation knows the job before the job service does. */
  readonly visibleAt: number;
  readonly tasks: readonly PlannedTask[];
  readonly outcome: 'Completed' | 'CompletedWithWarnings' | 'Failed';
  readonly error?: BackupError;
  readonly cancellable: boolean;
  readonly userTriggered: boolean;
  readonly properties: Readonly<Record<string, string>>;
  /** Shown once the job is done. */
  readonly resultProperties?: Readonly<Record<string, string>>;
  /** Data to transfer, in GB. */
  readonly transferGb?: number;
  cancel?: { readonly requestedAt: number; readonly doneAt: number };
}

export interface OperationError {
  readonly code: string;
  readonly message: string;
}

/** Which paths answer for an operation; the guid works at all of them. */
export type OperationFamily = 'item' | 'container' | 'fabric' | 'vault' | 'job' | 'policy';

export interface Operation {
  /** GUID. */
  readonly id: string;
  readonly family: OperationFamily;
  readonly startAt: number;
  readonly dueAt: number;
  readonly jobId?: string;
  /** Of an operation that started several jobs: their ids. */
  readonly jobIds?: readonly string[];
  /** Codes of the errors of those that failed, by job id. */
  readonly failedJobs?: Readonly<Record<string, string>>;
  readonly error?: OperationError;
  /** HTTP status of an operationResults poll that tells the error; where absent such a poll answers with the operation's body. */
  readonly errorStatus?: number;
  /** Body of the 200 at operationResults; absent: 204. */
  readonly result?: () => Json | undefined;
  /** Azure says 202 at least twice before a result. */
  resultPolls: number;
  /** Once told, the end stays told. */
  told: boolean;
}

export function itemKey(containerName: string, itemName: string): string {
  return armIdKey(`${containerName}/${itemName}`);
}
