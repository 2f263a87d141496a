import { idUpTo } from '../../../core/armId.ts';
import { defined } from '../../arm/fields.ts';
import { describeParts, describeRetention, describeSchedule, type PolicyPart } from './policySummary.ts';
import { readRecord, type AzureRecord } from '../../arm/record.ts';

export interface Policy extends AzureRecord {
  readonly vaultId?: string;
  readonly backupManagementType?: string;
  /** `SQLDataBase`, `AzureFileShare` ...; absent for VMs. */
  readonly workloadType?: string;
  /** VMs: `V1` (standard), `V2` (enhanced). */
  readonly policyType?: string;
  readonly timeZone?: string;
  readonly protectedItemsCount?: number;
  /** When it backs up, one line for a person: `Daily at 14:30 UTC`. Empty where Azure gave no schedule that we can read. */
  readonly schedule: string;
  /** How long it keeps: `30 days; monthly 12 months`. Empty as above. */
  readonly retention: string;
  /** What a database's policy does for each type of backup; empty for VMs and file shares. */
  readonly parts: readonly PolicyPart[];
  /** Whether backups of databases are compressed; absent where Azure did not say. */
  readonly compresses?: boolean;
}

/** @throws BackupError `MalformedRecord` */
export function readPolicy(raw: unknown): Policy {
  const { head, properties } = readRecord(raw, 'policy');
  return defined<Policy>({
    ...head,
    vaultId: idUpTo(head.id, 'vaults'),
    backupManagementType: properties.text('backupManagementType'),
    workloadType: properties.text('workLoadType'),
    policyType: properties.text('policyType'),
    timeZone: properties.text('timeZone') ?? properties.object('settings').text('timeZone'),
    protectedItemsCount: properties.number('protectedItemsCount'),
    schedule: describeSchedule(properties),
    retention: describeRetention(properties),
    parts: describeParts(properties),
    // The older name goes first in Azure's own words for it: clients are to go by the newer one.
    compresses: properties.object('settings').flag('isCompression') ?? properties.object('settings').flag('issqlcompression'),
  });
}
