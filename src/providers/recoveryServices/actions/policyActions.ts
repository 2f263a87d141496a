/** Another policy for what is protected, and protection again for what was stopped: one request, two states to start from. */
import { sameArmId } from '../../../core/armId.ts';
import { displayName } from '../../../core/displayText.ts';
import { capabilities, itemStates, kinds, targetKinds } from '../../tokens.ts';
import type { Action, ActionContext, ActionTarget, Answers, BuiltAction } from '../../action.ts';
import type { ProtectedItem } from '../model.ts';
import { assignPolicy } from '../requests.ts';
import { trackerNames } from '../tracking.ts';
import { fact } from '../../arm/asking.ts';
import { changeableWorkload, describeItem, freshItem, freshPolicy, isStopped, refuse, vaultIdOf } from './looking.ts';
import { policyChoices, policyNameOf } from './policyChoices.ts';
import { readPolicyBack } from './reading.ts';
import { jobFacts, settleByJobs } from './settling.ts';

const noPolicies = 'The vault has no policy for items of this kind. Make one in the Azure portal first.';
/** Azure applies a policy's retention to what is there already. */
const pruning = 'Recovery points that are older than the policy keeps them will be removed.';

const shared = {
  does: 'send',
  system: 'recoveryServices',
  targetKind: targetKinds.protectedItem,
  many: true,
  assurance: 'confirm',
  tracker: trackerNames.job,
  describe: ({ model }: ActionTarget<ProtectedItem>) => describeItem(model),
  readBack: readPolicyBack,
} as const;

export const changePolicy: Action<ProtectedItem> = {
  ...shared,
  id: 'changePolicy',
  title: 'Change Policy',
  summary: 'Protects VMs or SQL databases with another policy of the same vault.',
  nothing: 'This vault has no protected VM or SQL database.',
  when: { all: [kinds.protectedItem, capabilities.changeable], none: [itemStates.stopped, itemStates.softDeleted] },
  group: '3_policy@1',
  questions: [
    {
      type: 'pick',
      id: 'policy',
      title: 'Policy',
      placeholder: 'The policy instead of the current one',
      load: (context, targets) =>
        policyChoices(context, targets, {
          current: targets.flatMap((target) => target.model.policyId ?? []),
        }),
      empty: noPolicies,
    },
  ],
  consequences: (_context, targets, answers) =>
    Promise.resolve([
      `${policyNameOf(answers['policy'])} will decide when ${targets.length === 1 ? 'it is' : 'they are'} backed up, and for how long recovery points are kept.`,
      pruning,
    ]),

  async build(context, target, answers) {
    const attempted = `change the policy of ${displayName(target.model.friendlyName)}`;
    const { item, seenAt } = await freshItem(context, target, attempted);
    if (isStopped(item) || item.isScheduledForDeferredDelete) {
      throw refuse(item, 'is not protected any more', 'Resume its protection with the policy that you want.', attempted);
    }
    if (sameArmId(item.policyId, answers['policy'])) {
      throw refuse(item, `is protected by ${policyNameOf(item.policyId)} already`, 'Choose another policy.', attempted);
    }
    return assigned(context, target, item, seenAt, answers, attempted);
  },

  settle: (context, record) =>
    settleByJobs(context, record, {
      operation: 'ConfigureBackup',
      tookEffect: (item) => sameArmId(item?.policyId, fact(record, 'policyId')),
    }),
};

export const resumeProtection: Action<ProtectedItem> = {
  ...shared,
  id: 'resumeProtection',
  title: 'Resume Protection',
  summary: 'Protects VMs or SQL databases again whose protection was stopped.',
  nothing: 'This vault has no VM or SQL database whose protection is stopped.',
  when: { all: [kinds.protectedItem, capabilities.changeable, itemStates.stopped] },
  group: '3_policy@2',
  questions: [
    {
      type: 'pick',
      id: 'policy',
      title: 'Policy',
      placeholder: 'The policy from now on',
      load: (context, targets) => policyChoices(context, targets),
      empty: noPolicies,
    },
  ],
  consequences: (_context, targets, answers) =>
    Promise.resolve([
      `${policyNameOf(answers['policy'])} will back ${targets.length === 1 ? 'it' : 'them'} up again from its next run on.`,
      pruning,
    ]),

  async build(context, target, answers) {
    const attempted = `resume the protection of ${displayName(target.model.friendlyName)}`;
    const { item, seenAt } = await freshItem(context, target, attempted);
    if (item.isScheduledForDeferredDelete) {
      throw refuse(item, 'is deleted and only kept by soft delete', 'Undelete it first.', attempted);
    }
    if (!isStopped(item)) {
      throw refuse(item, `is protected by ${policyNameOf(item.policyId)} already`, 'Use "Change Policy" for another one.', attempted);
    }
    return assigned(context, target, item, seenAt, answers, attempted);
  },

  settle: (context, record) =>
    settleByJobs(context, record, { operation: 'ConfigureBackup', tookEffect: (item) => item !== undefined && !isStopped(item) }),
};

async function assigned(
  context: ActionContext,
  target: ActionTarget<ProtectedItem>,
  item: ProtectedItem,
  seenAt: string,
  answers: Answers,
  attempted: string,
): Promise<BuiltAction> {
  const { policy } = await freshPolicy(context, target, answers['policy'], vaultIdOf(item), attempted, changeableWorkload(item));
  return {
    request: await assignPolicy(context.arm.environment, item, policy.id),
    intent: { ...jobFacts(item), itemId: target.id, policyId: policy.id, seenAt, jobOperation: 'ConfigureBackup' },
  };
}
