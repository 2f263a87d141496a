/** What a level that holds nothing says, and the next step that it offers. */
import { itemStates } from './tokens.ts';
import type { InventoryNode, NodePage } from './types.ts';

type Empty = NonNullable<NodePage['empty']>;

/** Commands of other rooms: actions by their ids in the action table, and the tree's own refresh. */
const discover = 'azureBackup.discoverVms';
const backUpNow = 'azureBackup.backUpNow';
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
  policies: { message: 'No policies in this vault.', command: refreshNode, commandTitle: 'Refresh' },
  jobs: { message: 'No jobs in this vault yet.', command: refreshNode, commandTitle: 'Refresh' },
  recoveryPoints: (item: InventoryNode): Empty => {
    const canBackUp =
      item.tokens.includes('vm') && !item.tokens.some((token) => token === itemStates.stopped || token === itemStates.softDeleted);
    return canBackUp
      ? { message: 'No recovery points yet.', command: backUpNow, commandTitle: 'Back Up Now' }
      : { message: 'No recovery points.', command: refreshNode, commandTitle: 'Refresh' };
  },
} as const satisfies Record<string, Empty | ((item: InventoryNode) => Empty)>;
