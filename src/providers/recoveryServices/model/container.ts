import { idUpTo } from '../../../core/armId.ts';
import type { ErrorRecord } from '../../../core/errors.ts';
import { withoutSignatures } from '../../../core/signedUrl.ts';
import { readErrorDetail } from './errorDetail.ts';
import { defined, fieldsOf, type Fields } from '../../arm/fields.ts';
import { readRecord, type AzureRecord } from '../../arm/record.ts';

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
  /** What the last discovery of databases inside it came to: `Success`, `Failed`. */
  readonly inquiryStatus?: string;
  /** What was wrong with that look as a whole; Azure says `Success` beside an error that only one workload has. */
  readonly inquiryError?: ErrorRecord;
  /** What it came to for each workload. */
  readonly inquiries: readonly WorkloadInquiry[];
  /** The machine's own name for itself. */
  readonly hostServerName?: string;
  /** `SQLDataBase` ...; Azure answers it seldom. */
  readonly workloadType?: string;
  /** ISO 8601, UTC: when Azure last wrote down something about it. */
  readonly lastUpdatedTime?: string;
}

/** The part of an inquiry's result that is about one workload. */
export interface WorkloadInquiry {
  /** `SQL`, `SAPHana` ... */
  readonly type: string;
  readonly itemCount?: number;
  /** `Success`, `Failed`. */
  readonly status?: string;
  /** Why the backup service cannot work with what it found. */
  readonly error?: ErrorRecord;
  /** What the machine itself said about that, beside a repetition of the code: `A network-related error occurred ...`. */
  readonly additionalDetail?: string;
}

/** @throws BackupError `MalformedRecord` */
export function readContainer(raw: unknown): Container {
  const { head, properties } = readRecord(raw, 'container');
  const inquiry = properties.object('extendedInfo').object('inquiryInfo');
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
    inquiryStatus: inquiry.text('status'),
    inquiryError: readErrorDetail(inquiry.object('errorDetail')),
    inquiries: inquiry.list('inquiryDetails').map((one) => readInquiry(fieldsOf(one))),
    hostServerName: properties.object('extendedInfo').text('hostServerName'),
    workloadType: properties.text('workloadType'),
    lastUpdatedTime: properties.moment('lastUpdatedTime'),
  });
}

function readInquiry(detail: Fields): WorkloadInquiry {
  const validation = detail.object('inquiryValidation');
  const error = readErrorDetail(validation.object('errorDetail'));
  const additional = validation.text('additionalDetail');
  return defined<WorkloadInquiry>({
    type: detail.text('type') ?? 'unknown',
    itemCount: detail.number('itemCount'),
    status: validation.text('status'),
    error,
    additionalDetail: additional === error?.code ? undefined : withoutSignatures(additional),
  });
}
