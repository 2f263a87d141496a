/** What a level that holds nothing says, and the next step that it offers. */
import { containerStates, itemStates } from './tokens.ts';
import type { InventoryNode, NodePage } from './types.ts';

type Empty = NonNullable<NodePage['empty']>;

/** Commands of other rooms: actions by their ids in the action table, and the tree's own refresh. */
const discover = 'azureBackup.discoverVms';
const discoverSql = 'azureBackup.discoverSql';
const inquire = 'azureBackup.inquireContainer';
const backUpNow = 'azureBackup.backUpNow';
const backUpDatabase = 'azureBackup.backUpDatabase';
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
} as const satisfies Record<string, Empty | ((item: InventoryNode) => Empty)>;
