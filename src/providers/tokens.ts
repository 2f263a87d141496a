/**
 * The words of a node's `tokens`: what actions match, and what `when` clauses of menus match in `viewItem`.
 *
 * A contextValue is the tokens joined by `;`, with one at each end (`;protectedItem;vm;healthy;`), so that
 * a clause matches whole words: `viewItem =~ /;vm;/`. A token is never made of a person's string.
 * They stand here and not in the inventory because providers, which must not import it, match them.
 */

/** What a node is; the first token of each node, and its `kind`. Those of `targetKinds` carry a `target`. */
export const kinds = {
  subscription: 'subscription',
  /** "Recovery Services vaults" below a subscription. */
  vaults: 'vaults',
  vault: 'vault',
  /** "Protected items" of a vault. */
  protectedItems: 'protectedItems',
  /** The protected items of one workload; it also carries the workload's token. */
  workload: 'workload',
  /** "Protectable items"; its target is the vault. */
  protectableItems: 'protectableItems',
  containers: 'containers',
  policies: 'policies',
  jobs: 'jobs',
  protectedItem: 'protectedItem',
  protectableItem: 'protectableItem',
  container: 'container',
  policy: 'policy',
  job: 'job',
  recoveryPoint: 'recoveryPoint',
  /** "Protectable containers" of a vault: what could be registered; its target is the vault. */
  protectableContainers: 'protectableContainers',
  protectableContainer: 'protectableContainer',
  /** A machine among the protectable items, which holds its instances; its target is its container. */
  server: 'server',
  /** What the last look for one workload in a container came to. */
  inquiry: 'inquiry',
  /** "Virtual machines" below a subscription. */
  virtualMachines: 'virtualMachines',
  virtualMachine: 'virtualMachine',
  /** "Restore point collections" below a subscription, and those of one VM below it. */
  restorePointCollections: 'restorePointCollections',
  restorePointCollection: 'restorePointCollection',
  restorePoint: 'restorePoint',
  /** One disk of a restore point. */
  diskRestorePoint: 'diskRestorePoint',
  /** "API Management services" below a subscription. */
  apiManagementServices: 'apiManagementServices',
  apiManagementService: 'apiManagementService',
  /** "Backups" of a service; its target is the service. */
  apiManagementBackups: 'apiManagementBackups',
  apiManagementBackup: 'apiManagementBackup',
  /** "Veeam appliances", beside the subscriptions. */
  veeamAppliances: 'veeamAppliances',
  veeamAppliance: 'veeamAppliance',
  /** "Virtual machines" of an appliance. */
  veeamMachines: 'veeamMachines',
  veeamMachine: 'veeamMachine',
  /** "Sessions" of an appliance. */
  veeamSessions: 'veeamSessions',
  veeamSession: 'veeamSession',
} as const;

export type Kind = (typeof kinds)[keyof typeof kinds];

/** Kinds of `ActionTarget`: its `model` is the provider's shape of that name. */
export const targetKinds = {
  subscription: 'subscription',
  vault: 'vault',
  protectedItem: 'protectedItem',
  protectableItem: 'protectableItem',
  container: 'container',
  policy: 'policy',
  job: 'job',
  recoveryPoint: 'recoveryPoint',
  protectableContainer: 'protectableContainer',
  virtualMachine: 'virtualMachine',
  restorePointCollection: 'restorePointCollection',
  restorePoint: 'restorePoint',
  diskRestorePoint: 'diskRestorePoint',
  apiManagementService: 'apiManagementService',
  apiManagementBackup: 'apiManagementBackup',
  veeamMachine: 'veeamMachine',
  veeamSession: 'veeamSession',
} as const;

/** The system that a node belongs to: each vault and each thing below one, each VM, collection and restore point, each API Management service, each Veeam appliance. */
export const systems = {
  recoveryServices: 'recoveryServices',
  restorePoints: 'restorePoints',
  apiManagement: 'apiManagement',
  veeam: 'veeam',
} as const;

/** Exactly one on each protected item, protectable item, container, policy, recovery point and workload group. */
export const workloads = { vm: 'vm', sql: 'sql', hana: 'hana', fileShare: 'fileShare', other: 'other' } as const;

/**
 * Exactly one of the first five on each protected item, any of the others beside it.
 * `softDeleted` wins over `stopped`: Azure says `ProtectionStopped` of both.
 */
export const itemStates = {
  /** Protected, with at least one backup. */
  protected: 'protected',
  /** Protected, no backup yet (`IRPending`). */
  firstBackupPending: 'firstBackupPending',
  /** Protection stopped, data kept. */
  stopped: 'stopped',
  /** Data deleted, kept for the days of soft delete. */
  softDeleted: 'softDeleted',
  /** Any other state that Azure names (`ProtectionError`, `Invalid`, or one of tomorrow). */
  otherState: 'otherState',
  /** Beside `stopped`: it was suspended (`BackupsSuspended`, `ProtectionPaused`), recovery points expire by policy. */
  suspended: 'suspended',
  /** Nothing is wrong with it. */
  healthy: 'healthy',
  /** Protecting it, or its last backup, failed. */
  failed: 'failed',
  /** Backed up so far, but something needs a look. */
  unhealthy: 'unhealthy',
  /** An operation that this window follows runs on it. */
  busy: 'busy',
} as const;

/** On protectable items: exactly one. */
export const protectableStates = { notProtected: 'notProtected', alreadyProtected: 'alreadyProtected' } as const;

/** On protectable items of a workload: exactly one. */
export const protectableKinds = {
  database: 'database',
  /** Holds databases; cannot be protected itself. */
  instance: 'instance',
  availabilityGroup: 'availabilityGroup',
} as const;

/** On instances and availability groups, at most one: whose new databases can be, or are, protected by themselves. */
export const autoProtection = { autoProtectable: 'autoProtectable', autoProtected: 'autoProtected' } as const;

/** On containers. */
export const containerStates = {
  /** Azure takes a registration, an inquiry and an unregistration of it: `VMAppContainer`, never an Azure VM's own container. */
  registrable: 'registrable',
  registered: 'registered',
  /** The machine is gone. */
  machineGone: 'machineGone',
  /** All its items are deleted and kept by soft delete. */
  softDeletedContainer: 'softDeletedContainer',
} as const;

/** On restore point collections: exactly one of the first three; the last beside it. */
export const collectionStates = {
  /** Its restore points are made of a VM. */
  ofMachine: 'ofMachine',
  /** Its restore points are copies of those of a collection in another region. */
  ofCollection: 'ofCollection',
  /** Azure does not say what it was made of, or names something that this version does not know. */
  ofOther: 'ofOther',
  /** Azure Backup made it for itself. */
  azureBackup: 'azureBackup',
} as const;

/** On restore points and their disks: exactly one of the first six; `copied` beside it on those that are copies. */
export const pointStates = {
  creating: 'creating',
  /** Made, and its data is on its way from another region: it cannot be used yet. */
  copying: 'copying',
  usable: 'usable',
  failedPoint: 'failedPoint',
  deleting: 'deleting',
  /** Azure says something that this version does not know, or nothing. */
  otherPointState: 'otherPointState',
  copied: 'copied',
} as const;

/** On API Management services and their "Backups": exactly one, by the tier. */
export const serviceStates = { canBackUp: 'canBackUp', cannotBackUp: 'cannotBackUp' } as const;

/** On backups of API Management services: exactly one. */
export const backupAges = { usable: 'usableBackup', expired: 'expiredBackup', unknown: 'backupOfUnknownAge' } as const;

/** On the VMs of an appliance. */
export const machineStates = {
  /** It is no more in Azure: what was backed up of it is still there. */
  deletedInAzure: 'deletedInAzure',
} as const;

/** On appliances. */
export const applianceStates = {
  /** It presents another certificate than the trusted one: nothing is sent to it. */
  certificateChanged: 'certificateChanged',
} as const;

/** On jobs, and on sessions of appliances: exactly one of `running` and `ended`; an ended one also says how. */
export const jobStates = {
  running: 'running',
  ended: 'ended',
  succeeded: 'succeeded',
  warning: 'warning',
  failed: 'failed',
  cancelled: 'cancelled',
  /** Running, and `actionsInfo` allows it. Azure leaves the word on ended jobs: those do not carry this token. */
  cancellable: 'cancellable',
} as const;

/** What can be done with a node whatever it is. */
export const capabilities = {
  /** It has an ARM id: copy it, look at its JSON. */
  resource: 'resource',
  /** The cloud has a portal in which it can be opened. */
  portal: 'portal',
  /** Its children can be loaded anew. */
  refreshable: 'refreshable',
  /** VMs and servers can be discovered for it: vaults, their "Protectable items" and their "Protectable containers". */
  discover: 'discover',
  /** A protected item whose protection this extension can change: Azure VMs and SQL databases. */
  changeable: 'changeable',
  /** An Azure VM is behind it, of which restore points can be made: items of a vault. */
  ofVm: 'ofVm',
  /** An appliance knows it: an Azure VM of which Veeam can take snapshots. */
  ofVeeam: 'ofVeeam',
  /** Its JSON can be looked at as it was read, though it has no ARM id. */
  listed: 'listed',
  /** It carries a statement to copy that mends what is wrong with it. */
  statement: 'statement',
} as const;

/** Rows that stand for no resource. */
export const rows = { error: 'error', cancelledRow: 'cancelledRow', loadMore: 'loadMore', empty: 'empty', loading: 'loading' } as const;

/** The contextValue of tokens. @throws TypeError for a token that could break a `when` clause: a mistake of ours. */
export function contextValueOf(tokens: readonly string[]): string {
  for (const token of tokens) {
    if (!/^[A-Za-z][A-Za-z0-9]*$/.test(token)) {
      throw new TypeError(`A token is a plain word; got ${JSON.stringify(token)}`);
    }
  }
  return `;${tokens.join(';')};`;
}

/** The `when` clause that matches nodes with every token of `all` and none of `none`, e.g. `viewItem =~ /;vm;/`. */
export function whenClauseOf(when: { readonly all: readonly string[]; readonly none?: readonly string[] }): string {
  return [...when.all.map((token) => `viewItem =~ /;${token};/`), ...(when.none ?? []).map((token) => `!(viewItem =~ /;${token};/)`)].join(
    ' && ',
  );
}
