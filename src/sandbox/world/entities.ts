/** What exists besides backup: subscriptions, groups, machines, disks, storage accounts. Sizes in GB, moments in ms UTC. */

export interface Subscription {
  /** GUID. */
  readonly subscriptionId: string;
  readonly name: string;
}

export interface ResourceGroup {
  readonly subscriptionId: string;
  readonly name: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
}

export const diskSkus = [
  'Premium_LRS',
  'StandardSSD_LRS',
  'Standard_LRS',
  'UltraSSD_LRS',
  'PremiumV2_LRS',
  'Premium_ZRS',
  'StandardSSD_ZRS',
] as const;
export type DiskSku = (typeof diskSkus)[number];

export interface Disk {
  readonly name: string;
  readonly sizeGb: number;
  readonly sku: DiskSku;
  /** Undefined for the disk of the operating system. */
  readonly lun?: number;
  readonly uniqueId: string;
  /** More than 1: machines of the same group that have a disk of this name share it. */
  readonly maxShares?: number;
  /** On the host's own storage: gone with the machine. */
  readonly ephemeral?: true;
  /** Where the blob of a disk is that is not managed: such a disk is no resource of its own. */
  readonly vhdUri?: string;
}

/** One database, as its server has it. */
export interface Database {
  readonly name: string;
  readonly sizeGb: number;
  /** Whether it keeps a log that can be backed up; SAP HANA's always do. */
  readonly recoveryModel: 'Full' | 'Simple' | 'BulkLogged';
  readonly state: 'Online' | 'Offline' | 'Restoring';
}

export interface DatabaseInstance {
  /** `MSSQLSERVER`, a named instance, or a HANA system id such as `P01`. */
  readonly name: string;
  /** The account that the backup plug-in runs as is no sysadmin there. */
  readonly lacksSysadmin?: true;
  readonly databases: readonly Database[];
}

/** A group of databases that several machines hold copies of. */
export interface AvailabilityGroup {
  readonly name: string;
  /** The name of the Windows cluster below it. */
  readonly cluster: string;
  /** Host names. */
  readonly nodes: readonly string[];
  readonly databases: readonly Database[];
}

/** What runs in a machine and can be backed up from within. */
export interface DatabaseServer {
  readonly kind: 'SQLDataBase' | 'SAPHanaDatabase';
  readonly hostName: string;
  readonly instances: readonly DatabaseInstance[];
  readonly groups?: readonly AvailabilityGroup[];
}

/** What a machine's backups run into. */
export type BackupTrouble = 'agentUnavailable' | 'comError' | 'collectionLimit' | 'crashConsistent';

export interface VirtualMachine {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
  readonly location: string;
  readonly size: string;
  readonly osType: 'Windows' | 'Linux';
  readonly image: { readonly publisher: string; readonly offer: string; readonly sku: string };
  readonly vmId: string;
  readonly createdAt: number;
  /** `stopped` is switched off with its place kept (and paid for), `deallocated` without. */
  readonly powerState: 'running' | 'stopped' | 'deallocated';
  readonly disks: readonly Disk[];
  readonly tags: Readonly<Record<string, string>>;
  readonly databaseServer?: DatabaseServer;
  readonly trouble?: BackupTrouble;
  readonly securityType?: 'TrustedLaunch' | 'ConfidentialVM';
  /** Number of its availability zone. */
  readonly zone?: string;
}

export interface StorageAccount {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
  readonly location: string;
  readonly shares: readonly string[];
}

export function groupId(of: { subscriptionId: string; resourceGroup: string }): string {
  return `/subscriptions/${of.subscriptionId}/resourceGroups/${of.resourceGroup}`;
}

export function machineId(machine: VirtualMachine): string {
  return `${groupId(machine)}/providers/Microsoft.Compute/virtualMachines/${machine.name}`;
}

export function diskId(machine: VirtualMachine, disk: Disk): string {
  return `${groupId(machine)}/providers/Microsoft.Compute/disks/${disk.name}`;
}

export function storageAccountId(account: StorageAccount): string {
  return `${groupId(account)}/providers/Microsoft.Storage/storageAccounts/${account.name}`;
}

/** Size of all disks of a machine, in GB. */
export function totalGb(machine: VirtualMachine): number {
  return machine.disks.reduce((sum, disk) => sum + disk.sizeGb, 0);
}
