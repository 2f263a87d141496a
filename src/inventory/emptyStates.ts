/** What a level that holds nothing says, and the next step that it offers. */
import { collectionStates, containerStates, itemStates } from './tokens.ts';
import type { InventoryNode, NodePage } from './types.ts';

type Empty = NonNullable<NodePage['empty']>;

/** Commands of other rooms: actions by their ids in the action table, and the tree's own refresh. */
const discover = 'azureBackup.discoverVms';
const discoverSql = 'azureBackup.discoverSql';
const inquire = 'azureBackup.inquireContainer';
const backUpNow = 'azureBackup.backUpNow';
const backUpDatabase = 'azureBackup.backUpDatabase';
const createRestorePoint = 'azureBackup.createRestorePoint';
const addRestorePoint = 'azureBackup.addRestorePoint';
const chooseBackups = 'azureBackup.chooseBackups';
const backUpService = 'azureBackup.backUpService';
const refreshNode = 'azureBackup.refreshNode';
const refresh = 'azureBackup.refresh';

export const offered = {
  subscriptions: {
    message: 'No subscriptions: this sign-in sees none, or the subscription filter hides them all.',
    command: refresh,
    commandTitle: 'Refresh',
  },
  vaults: { message: 'No Recovery Services vaults in this subscription.', command: refreshNode, commandTitle: 'Refresh' },
  protectedItems: { message: 'Nothing is protected in this vault yet.', command: discover, commandTitle: 'Discover VMs' },
  protectableItems: {
    message: 'No protectable items known: the vault has found none, or all are protected.',
    command: discover,
    commandTitle: 'Discover VMs',
  },
  containers: { message: 'No containers: the first protected item brings one.', command: refreshNode, commandTitle: 'Refresh' },
  protectableContainers: {
    message: 'No servers that could be registered are known: the vault has found none, or all are registered.',
    command: discoverSql,
    commandTitle: 'Discover SQL Servers',
  },
  /** What a registered machine says that was never looked into. */
  inquiries: (container: InventoryNode): Empty =>
    container.tokens.includes(containerStates.registered)
      ? { message: 'Its databases have not been looked for yet.', command: inquire, commandTitle: 'Rediscover Databases' }
      : { message: 'It is not registered, so its databases are not looked for.', command: refreshNode, commandTitle: 'Refresh' },
  server: { message: 'Nothing of it is left that could be protected.', command: refreshNode, commandTitle: 'Refresh' },
  host: {
    message: 'No databases are known in it: the last look found none.',
    command: inquire,
    commandTitle: 'Rediscover Databases',
  },
  policies: { message: 'No policies in this vault.', command: refreshNode, commandTitle: 'Refresh' },
  jobs: { message: 'No jobs in this vault yet.', command: refreshNode, commandTitle: 'Refresh' },
  virtualMachines: { message: 'No virtual machines in this subscription.', command: refreshNode, commandTitle: 'Refresh' },
  restorePointCollections: {
    message: 'No restore point collections in this subscription: the first restore point of a VM makes one.',
    command: createRestorePoint,
    commandTitle: 'Create Restore Point',
    asks: true,
  },
  collectionsOfMachine: {
    message: 'No restore points of this VM yet.',
    command: createRestorePoint,
    commandTitle: 'Create Restore Point',
  },
  restorePoints: (collection: InventoryNode): Empty =>
    collection.tokens.includes(collectionStates.azureBackup) || !collection.tokens.includes(collectionStates.ofMachine)
      ? {
          message: collection.tokens.includes(collectionStates.ofCollection)
            ? 'No copies in it yet: copy a restore point of its source to this region.'
            : 'No restore points in it.',
          command: refreshNode,
          commandTitle: 'Refresh',
        }
      : { message: 'No restore points in it yet.', command: addRestorePoint, commandTitle: 'Add Restore Point' },
  diskRestorePoints: { message: 'Azure tells of no disks in it.', command: refreshNode, commandTitle: 'Refresh' },
  apiManagementServices: { message: 'No API Management services in this subscription.', command: refreshNode, commandTitle: 'Refresh' },
  noBackupPlace: {
    message: 'Choose the container that its backups are in.',
    command: chooseBackups,
    commandTitle: 'Choose Container of Backups',
  },
  apiManagementBackups: { message: 'No backups in this container yet.', command: backUpService, commandTitle: 'Back Up' },
  recoveryPoints: (item: InventoryNode): Empty => {
    const command = [
      { workload: 'vm', id: backUpNow },
      { workload: 'sql', id: backUpDatabase },
    ].find(({ workload }) => item.tokens.includes(workload))?.id;
    const rests = item.tokens.some((token) => token === itemStates.stopped || token === itemStates.softDeleted);
    return command !== undefined && !rests
      ? { message: 'No recovery points yet.', command, commandTitle: 'Back Up Now' }
      : { message: 'No recovery points.', command: refreshNode, commandTitle: 'Refresh' };
  },
  veeamAppliances: {
    message: 'No Veeam appliances.',
    command: 'azureBackup.addVeeamAppliance',
    commandTitle: 'Add Veeam Appliance',
    asks: true,
  },
  veeamMachines: { message: 'The appliance knows no VMs.', command: refreshNode, commandTitle: 'Refresh' },
  veeamSearch: (text: string): Empty => ({
    message: `No VM of the appliance has "${text}" in its name.`,
    command: 'azureBackup.searchVeeamVms',
    commandTitle: 'Search VMs',
  }),
  veeamSessions: { message: 'The appliance has no sessions yet.', command: refreshNode, commandTitle: 'Refresh' },
} as const satisfies Record<string, Empty | ((item: InventoryNode) => Empty) | ((text: string) => Empty)>;
