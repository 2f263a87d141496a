import { displayName } from '../../../core/displayText.ts';
import { itemStates, targetKinds, kinds, protectableStates, workloads } from '../../tokens.ts';
import type { Action } from '../../action.ts';
import type { ProtectableItem } from '../model.ts';
import { protectedItemIdOf, protectVm as protectRequest } from '../requests.ts';
import { trackerNames } from '../tracking.ts';
import { itemWorkloads } from '../workload.ts';
import { describeItem, freshPolicy, isStopped, vaultIdOf } from './looking.ts';
import { policyChoices } from './policyChoices.ts';
import { readPolicyBack } from './reading.ts';
import { settleByJobs } from './settling.ts';
import { needUnprotected } from './unprotected.ts';
import { needsEnhanced } from './vmNeeds.ts';

export const protectVm: Action<ProtectableItem> = {
  does: 'send',
  id: 'protectVm',
  title: 'Protect',
  summary: 'Protects VMs with a policy of the vault.',
  nothing: 'This vault knows no VM that is not protected. "Discover VMs" lets it look for new ones.',
  system: 'recoveryServices',
  targetKind: targetKinds.protectableItem,
  when: { all: [kinds.protectableItem, workloads.vm, protectableStates.notProtected], none: [itemStates.busy] },
  many: true,
  inlineIcon: 'shield',
  group: '1_protect@2',
  assurance: 'none',
  questions: [
    {
      type: 'pick',
      id: 'policy',
      title: 'Policy',
      placeholder: 'The policy: when it backs up, and how long it keeps',
      load: async (context, targets) => policyChoices(context, targets, { enhanced: await needsEnhanced(context, targets) }),
      empty: 'The vault has no policy for Azure VMs. Make one in the Azure portal first.',
    },
  ],
  tracker: trackerNames.job,

  describe: ({ model }) => describeItem({ ...model, id: protectedItemIdOf(model) }),

  async build(context, target, answers) {
    const { model } = target;
    const attempted = `protect ${displayName(model.friendlyName)}`;
    const { policy, seenAt } = await freshPolicy(context, target, answers['policy'], vaultIdOf(model), attempted, itemWorkloads.vm);
    const itemId = protectedItemIdOf(model);
    await needUnprotected(context, { ...target, itemId, policyId: policy.id }, attempted);
    return {
      request: await protectRequest(context.arm.environment, model, policy.id),
      intent: { itemId, policyId: policy.id, seenAt, jobOperation: 'ConfigureBackup' },
    };
  },

  readBack: readPolicyBack,

  settle: (context, record) =>
    settleByJobs(context, record, {
      operation: 'ConfigureBackup',
      tookEffect: (item) => item !== undefined && !isStopped(item) && !item.isScheduledForDeferredDelete,
    }),
};
