/** Discoveries: a vault looks in its subscription and region for what it could protect or register. */
import { lastSegment } from '../../../core/armId.ts';
import { displayName } from '../../../core/displayText.ts';
import type { Action, ActionContext } from '../../action.ts';
import { capabilities, kinds, targetKinds } from '../../tokens.ts';
import { listProtectableContainers, listProtectableItems, type ReadOptions } from '../api.ts';
import type { Vault } from '../model.ts';
import { refreshContainers } from '../requests.ts';
import { trackerNames } from '../tracking.ts';
import { fact, readOptions } from '../../arm/asking.ts';
import { vaultMembers } from './looking.ts';

interface Discovery {
  /** Absent where no filter is sent: Azure's example of a discovery of VMs has none, nor has the one that its tools make. */
  readonly backupManagementType?: string;
  /** What came of it, after the vault's name: `can protect 3 VMs more.` */
  readonly found: (context: ActionContext, vaultId: string, options: ReadOptions) => Promise<string>;
}

function discovery(
  { backupManagementType, found }: Discovery,
  words: Pick<Action<Vault>, 'id' | 'title' | 'summary' | 'when' | 'inlineIcon' | 'group'>,
): Action<Vault> {
  return {
    ...words,
    does: 'send',
    nothing: 'No vault can be seen.',
    system: 'recoveryServices',
    targetKind: targetKinds.vault,
    many: true,
    assurance: 'none',
    questions: [],
    tracker: trackerNames.armResult,

    describe: ({ id, name }) => ({ ...vaultMembers(id), id, name, kind: 'vault' }),

    async build(context, { id }) {
      return { request: await refreshContainers(context.arm.environment, id, backupManagementType), intent: { vaultId: id } };
    },

    async readBack(context, record) {
      const vaultId = fact(record, 'vaultId');
      const vault = displayName(lastSegment(vaultId));
      // What a list holds does not tell whether it was looked for anew.
      return { reading: 'unclear', sentence: `${vault} ${await found(context, vaultId, readOptions(context, record))}` };
    },

    settle: () => Promise.resolve({ found: 'unclear', because: 'Azure keeps no list of discoveries. Discovering again does no harm.' }),
  };
}

export const discoverVms = discovery(
  {
    found: async (context, vaultId, options) => {
      const { items } = await listProtectableItems(context.arm, vaultId, { ...options, types: ['AzureIaasVM'] });
      const open = items.filter(
        (item) => item.isVirtualMachine && item.isProtectable && item.protectionState?.toLowerCase() !== 'protected',
      );
      return open.length === 0
        ? 'found no VM that is not protected yet.'
        : `can protect ${open.length} ${open.length === 1 ? 'VM' : 'VMs'} more.`;
    },
  },
  {
    id: 'discoverVms',
    title: 'Discover VMs',
    summary: 'Lets a vault look for VMs that it could protect.',
    // Machines to register are not found by it.
    when: { all: [capabilities.discover], none: [kinds.protectableContainers] },
    inlineIcon: 'search',
    group: '1_protect@1',
  },
);

export const discoverSql = discovery(
  {
    backupManagementType: 'AzureWorkload',
    found: async (context, vaultId, options) => {
      const { items } = await listProtectableContainers(context.arm, vaultId, options);
      return items.length === 0
        ? 'found no VM that could be registered and is not.'
        : `can register ${items.length === 1 ? '1 VM' : `${items.length} VMs`}. Registering one finds the databases in it.`;
    },
  },
  {
    id: 'discoverSql',
    title: 'Discover SQL Servers',
    summary: 'Lets a vault look for VMs that could be registered, so that their SQL Server databases can be protected.',
    when: { all: [capabilities.discover] },
    inlineIcon: 'server-process',
    group: '1_protect@2',
  },
);
