/** Policies as choices: those of the right workload, the recommended one first, each with what it does. */
import { lastSegment, sameArmId } from '../../../core/armId.ts';
import { BackupError } from '../../../core/errors.ts';
import { displayName } from '../../../core/displayText.ts';
import type { ActionContext, ActionTarget, Choice } from '../../action.ts';
import { listPolicies } from '../api.ts';
import type { Policy } from '../model.ts';
import { readOptions, vaultIdOf } from './looking.ts';

export interface PolicyNeeds {
  /** At least one VM that only an Enhanced policy protects. */
  readonly enhanced?: boolean;
  /** Policies that the targets have now. */
  readonly current?: readonly string[];
}

/** @throws BackupError `SeveralVaults` where the targets stand in more than one vault: a policy belongs to one. */
export async function policyChoices(
  context: ActionContext,
  targets: readonly ActionTarget<{ readonly id: string; readonly vaultId?: string }>[],
  needs: PolicyNeeds = {},
): Promise<readonly Choice[]> {
  const first = targets[0];
  if (!first) {
    return [];
  }
  const vaultId = oneVault(targets);
  const { items, problems } = await listPolicies(
    context.arm,
    vaultId,
    { backupManagementType: 'AzureIaasVM' },
    readOptions(context, first),
  );
  // Azure was asked for those of VMs; an answer that holds others must not offer them.
  const policies = items.filter((policy) => policy.backupManagementType?.toLowerCase() === 'azureiaasvm');
  if (policies.length === 0 && problems[0]) {
    throw problems[0].error;
  }
  const best = recommended(policies, needs);
  const rank = (policy: Policy): number => (isCurrent(policy, needs) ? 2 : policy === best ? 0 : 1);
  return policies
    .toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name))
    .map((policy) => choiceOf(policy, policy === best, needs, unfitness(policy, policies, needs)));
}

function oneVault(targets: readonly ActionTarget<{ readonly id: string; readonly vaultId?: string }>[]): string {
  const vaults = new Map(targets.map((target) => [vaultIdOf(target.model).toLowerCase(), vaultIdOf(target.model)]));
  const [vaultId, ...others] = vaults.values();
  if (vaultId === undefined || others.length > 0) {
    throw new BackupError(`The selected VMs stand in ${vaults.size} vaults, and a policy belongs to one vault.`, {
      code: 'SeveralVaults',
      attempted: 'choose a policy',
      remedies: ['Select VMs of one vault at a time.'],
    });
  }
  return vaultId;
}

/** Why Azure may refuse a policy; told, and left to Azure to decide. */
function unfitness(policy: Policy, policies: readonly Policy[], needs: PolicyNeeds): string[] {
  if (isEnhanced(policy)) {
    return [];
  }
  const wasEnhanced = policies.some((one) => isEnhanced(one) && needs.current?.some((id) => sameArmId(id, one.id)));
  return [
    ...(needs.enhanced ? ['Azure may refuse it: a selected VM needs an Enhanced policy'] : []),
    ...(wasEnhanced ? ['Azure may refuse it: the way back from an Enhanced policy is closed'] : []),
  ];
}

function choiceOf(policy: Policy, best: boolean, needs: PolicyNeeds, unfit: readonly string[]): Choice {
  const current = isCurrent(policy, needs);
  const description = [
    isEnhanced(policy) ? 'Enhanced' : 'Standard',
    ...(current ? ['the current one'] : []),
    // Who changes a policy knows why; nothing says that another one is better than theirs.
    ...(best && needs.current === undefined ? ['recommended'] : []),
    ...unfit,
  ];
  const detail = [policy.schedule, policy.retention && `keeps ${policy.retention}`, protects(policy)].filter(Boolean).join(' · ');
  return {
    value: policy.id,
    label: policy.name,
    description: description.join(' · '),
    ...(detail ? { detail } : {}),
    ...(current ? { note: true } : best ? { recommended: true } : {}),
  };
}

function protects(policy: Policy): string {
  const count = policy.protectedItemsCount;
  return count === undefined ? '' : `protects ${count} ${count === 1 ? 'item' : 'items'}`;
}

/** Azure's own default of the needed kind, which every vault is made with; else the one that protects the most. */
function recommended(policies: readonly Policy[], needs: PolicyNeeds): Policy | undefined {
  const open = policies.filter((policy) => !isCurrent(policy, needs));
  const fitting = needs.enhanced ? open.filter(isEnhanced) : open;
  const byDefault = needs.enhanced ? 'enhancedpolicy' : 'defaultpolicy';
  return (
    fitting.find((policy) => policy.name.toLowerCase() === byDefault) ??
    fitting.toSorted((a, b) => (b.protectedItemsCount ?? 0) - (a.protectedItemsCount ?? 0))[0]
  );
}

function isEnhanced(policy: Policy): boolean {
  return policy.policyType?.toUpperCase() === 'V2';
}

function isCurrent(policy: Policy, needs: PolicyNeeds): boolean {
  // With several targets of several policies each is a change for one of them.
  const [only, ...others] = needs.current ?? [];
  return only !== undefined && others.every((id) => sameArmId(id, only)) && sameArmId(policy.id, only);
}

/** For sentences, from an id. */
export function policyNameOf(policyId: string | undefined): string {
  return displayName(lastSegment(policyId ?? '') || 'no policy');
}
