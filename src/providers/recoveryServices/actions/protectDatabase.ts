import { displayName } from '../../../core/displayText.ts';
import { itemStates, kinds, protectableKinds, protectableStates, targetKinds, workloads } from '../../tokens.ts';
import type { Action } from '../../action.ts';
import type { ProtectableItem } from '../model.ts';
import { amongProtectedItems, protectDatabase as protectRequest, protectedDatabaseIdOf } from '../requests.ts';
import { trackerNames } from '../tracking.ts';
import { itemWorkloads } from '../workload.ts';
import { describeItem, freshPolicy, isStopped, vaultIdOf } from './looking.ts';
import { policyChoices } from './policyChoices.ts';
import { readPolicyBack } from './reading.ts';
import { jobFacts, settleByJobs } from './settling.ts';
import { needUnprotected } from './unprotected.ts';

export const protectDatabase: Action<ProtectableItem> = {
  does: 'send',
  id: 'protectDatabase',
  title: 'Protect',
  summary: 'Protects SQL databases with a policy of the vault.',
  nothing: 'This vault knows no SQL database that is not protected. "Rediscover Databases" of a registered server lets it look again.',
  system: 'recoveryServices',
  targetKind: targetKinds.protectableItem,
  when: { all: [kinds.protectableItem, workloads.sql, protectableKinds.database, protectableStates.notProtected], none: [itemStates.busy] },
  many: true,
  inlineIcon: 'shield',
  group: '1_protect@2',
  assurance: 'none',
  questions: [
    {
      type: 'pick',
      id: 'policy',
      title: 'Policy',
      placeholder: 'The policy: when it backs up fully, differentially and its log, and how long it keeps',
      load: (context, targets) => policyChoices(context, targets),
      empty: 'The vault has no policy for SQL Server in Azure VMs. Make one in the Azure portal first.',
    },
  ],
  tracker: trackerNames.job,

  // Of one with an odd id too: what refuses it is the building of its request, beside the others that go on.
  describe: ({ model }) => describeItem({ ...model, id: amongProtectedItems(model.id) }),

  async build(context, target, answers) {
    const { model } = target;
    const attempted = `protect ${displayName(model.friendlyName)}`;
    const { policy, seenAt } = await freshPolicy(context, target, answers['policy'], vaultIdOf(model), attempted, itemWorkloads.sql);
    const itemId = protectedDatabaseIdOf(model);
    await needUnprotected(context, { ...target, itemId, policyId: policy.id }, attempted);
    return {
      request: await protectRequest(context.arm.environment, model, policy.id),
      intent: { ...jobFacts({ ...model, id: itemId }), itemId, policyId: policy.id, seenAt, jobOperation: 'ConfigureBackup' },
    };
  },

  readBack: readPolicyBack,

  settle: (context, record) =>
    settleByJobs(context, record, {
      operation: 'ConfigureBackup',
      tookEffect: (item) => item !== undefined && !isStopped(item) && !item.isScheduledForDeferredDelete,
    }),
};
