import { displayName } from '../../../core/displayText.ts';
import { lastSegment } from '../../../core/armId.ts';
import { capabilities, targetKinds } from '../../tokens.ts';
import type { Action } from '../../action.ts';
import { listProtectableItems } from '../api.ts';
import type { Vault } from '../model.ts';
import { refreshContainers } from '../requests.ts';
import { trackerNames } from '../tracking.ts';
import { fact, readOptions, vaultMembers } from './looking.ts';

export const discoverVms: Action<Vault> = {
  does: 'send',
  id: 'discoverVms',
  title: 'Discover VMs',
  summary: 'Lets a vault look for VMs that it could protect.',
  nothing: 'No vault can be seen.',
  system: 'recoveryServices',
  targetKind: targetKinds.vault,
  when: { all: [capabilities.discover] },
  many: true,
  inlineIcon: 'search',
  group: '1_protect@1',
  assurance: 'none',
  questions: [],
  tracker: trackerNames.armOperation,

  describe: ({ id, name }) => ({ ...vaultMembers(id), id, name, kind: 'vault' }),

  async build(context, { id }) {
    return { request: await refreshContainers(context.arm.environment, id, 'AzureIaasVM'), intent: { vaultId: id } };
  },

  async readBack(context, record) {
    const vaultId = fact(record, 'vaultId');
    const { items } = await listProtectableItems(context.arm, vaultId, { ...readOptions(context, record), types: ['AzureIaasVM'] });
    const open = items.filter((item) => item.isVirtualMachine && item.isProtectable && item.protectionState?.toLowerCase() !== 'protected');
    const vault = displayName(lastSegment(vaultId));
    return {
      reading: 'asAsked',
      sentence:
        open.length === 0
          ? `${vault} found no VM that is not protected yet.`
          : `${vault} can protect ${open.length} ${open.length === 1 ? 'VM' : 'VMs'} more.`,
    };
  },

  settle: () => Promise.resolve({ found: 'unclear', because: 'Azure keeps no list of discoveries. Discovering again does no harm.' }),
};
