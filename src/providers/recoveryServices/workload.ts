/** The kinds of what is protected that this extension changes, and what they differ in: words, and how Azure filters them. */

export interface Workload {
  readonly key: 'vm' | 'sql';
  /** As an operation's target says it. */
  readonly kind: 'VM' | 'SQL database';
  readonly managementType: 'AzureIaasVM' | 'AzureWorkload';
  /** A policy's `workLoadType`; VM policies have none. */
  readonly policyWorkload?: 'SQLDataBase';
  /** Whose policies they are, in sentences. */
  readonly policiesFor: 'Azure VMs' | 'SQL Server in Azure VMs';
  /** Lower case: the policy that Azure makes with every vault. */
  readonly defaultPolicy: string;
}

const vm: Workload = {
  key: 'vm',
  kind: 'VM',
  managementType: 'AzureIaasVM',
  policiesFor: 'Azure VMs',
  defaultPolicy: 'defaultpolicy',
};
const sql: Workload = {
  key: 'sql',
  kind: 'SQL database',
  managementType: 'AzureWorkload',
  policyWorkload: 'SQLDataBase',
  policiesFor: 'SQL Server in Azure VMs',
  defaultPolicy: 'hourlylogbackup',
};

export const itemWorkloads = { vm, sql } as const;

/** What Azure says of a protected or protectable item's workload, in whichever members it says it. */
interface WorkloadClues {
  readonly isVirtualMachine: boolean;
  readonly itemType?: string;
  readonly workloadType?: string;
  readonly backupManagementType?: string;
}

/** Of a protected item, a database, an instance or a group; undefined for kinds that are only shown (`AzureSql` is another service). */
export function workloadOf(clues: WorkloadClues): Workload | undefined {
  if (clues.isVirtualMachine) {
    return vm;
  }
  const management = clues.backupManagementType?.toLowerCase() ?? 'azureworkload';
  const isSql = [clues.itemType, clues.workloadType].some((type) =>
    /^(azurevmworkload)?sql(database|instance|availability|$)/i.test(type ?? ''),
  );
  return management === 'azureworkload' && isSql ? sql : undefined;
}

/** True where a policy is one for items of the workload. */
export function fitsWorkload(
  policy: { readonly backupManagementType?: string; readonly workloadType?: string },
  workload: Workload,
): boolean {
  return (
    policy.backupManagementType?.toLowerCase() === workload.managementType.toLowerCase() &&
    (workload.policyWorkload === undefined || policy.workloadType?.toLowerCase() === workload.policyWorkload.toLowerCase())
  );
}
