import { workloads } from './tokens.ts';

export type Workload = (typeof workloads)[keyof typeof workloads];

/** In the order in which they are shown. */
export const workloadOrder: readonly Workload[] = ['vm', 'sql', 'hana', 'fileShare', 'other'];

export const workloadTitles: Readonly<Record<Workload, string>> = {
  vm: 'Azure virtual machines',
  sql: 'SQL Server in Azure VMs',
  hana: 'SAP HANA in Azure VMs',
  fileShare: 'Azure file shares',
  other: 'Other workloads',
};

/** Beside a name. */
export const shortTitles: Readonly<Record<Workload, string | undefined>> = {
  vm: 'VM',
  sql: 'SQL',
  hana: 'SAP HANA',
  fileShare: 'file share',
  other: undefined,
};

export const workloadIcons: Readonly<Record<Workload, string>> = {
  vm: 'vm',
  sql: 'database',
  hana: 'database',
  fileShare: 'files',
  other: 'package',
};

/** What Azure says of a record's workload, in whichever members it says it. */
export interface WorkloadClues {
  readonly isVirtualMachine?: boolean;
  readonly itemType?: string;
  readonly workloadType?: string;
  readonly backupManagementType?: string;
}

/** The workload group of a record. Databases of other services than Azure VMs, and whatever is new, are `other`. */
export function workloadOf(clues: WorkloadClues): Workload {
  const management = clues.backupManagementType?.toLowerCase() ?? '';
  const type = `${clues.itemType ?? ''} ${clues.workloadType ?? ''}`.toLowerCase();
  if (clues.isVirtualMachine || (management === 'azureiaasvm' && !type.includes('classic'))) {
    return workloads.vm;
  }
  if (management === 'azurestorage' || type.includes('fileshare')) {
    return workloads.fileShare;
  }
  if (management === 'azureworkload' || management === '') {
    return type.includes('hana') ? workloads.hana : /\bsql|mssql|workloadsql|vmworkloadsql/.test(type) ? workloads.sql : workloads.other;
  }
  return workloads.other;
}
