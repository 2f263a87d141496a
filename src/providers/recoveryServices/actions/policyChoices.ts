/** Policies as choices: those of the right workload, the recommended one first, each with what it does. */
import { lastSegment, sameArmId } from '../../../core/armId.ts';
import { BackupError } from '../../../core/errors.ts';
import { displayName } from '../../../core/displayText.ts';
import type { ActionContext, ActionTarget, Choice } from '../../action.ts';
import { listPolicies } from '../api.ts';
import type { Policy, ProtectableItem, ProtectedItem } from '../model.ts';
import { fitsWorkload, type Workload } from '../workload.ts';
import { readOptions } from '../../arm/asking.ts';
import { changeableWorkload, vaultIdOf } from './looking.ts';

export interface PolicyNeeds {
  /** At least one VM that only an Enhanced policy protects. */
  readonly enhanced?: boolean;
  /** Policies that the targets have now. */
  readonly current?: readonly string[];
}

type Target = ActionTarget<ProtectedItem | ProtectableItem>;

/**
 * @param targets protected or protectable items of one workload; instances and availability groups count as their databases
 * @throws BackupError `SeveralVaults` where the targets stand in more than one vault, `SeveralWorkloads` where they are of
 * more than one workload: a policy belongs to one of each
 */
export async function policyChoices(
  context: ActionContext,
  targets: readonly Target[],
  needs: PolicyNeeds = {},
): Promise<readonly Choice[]> {
  const first = targets[0];
  if (!first) {
    return [];
  }
  const vaultId = oneVault(targets);
  const workload = oneWorkload(targets);
  const { items, problems } = await listPolicies(
    context.arm,
    vaultId,
    { backupManagementType: workload.managementType },
    readOptions(context, first),
  );
  // Azure was asked for those of the management type only; what is of another workload of that type must not be offered.
  const policies = items.filter((policy) => fitsWorkload(policy, workload));
  if (policies.length === 0 && problems[0]) {
    throw problems[0].error;
  }
  const best = recommended(policies, workload, needs);
  const rank = (policy: Policy): number => (isCurrent(policy, needs) ? 2 : policy === best ? 0 : 1);
  return policies
    .toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name))
    .map((policy) => choiceOf(policy, policy === best, workload, needs, unfitness(policy, policies, needs)));
}

function oneVault(targets: readonly Target[]): string {
  const vaults = new Map(targets.map((target) => [vaultIdOf(target.model).toLowerCase(), vaultIdOf(target.model)]));
  const [vaultId, ...others] = vaults.values();
  if (vaultId === undefined || others.length > 0) {
    throw new BackupError(`The selected items stand in ${vaults.size} vaults, and a policy belongs to one vault.`, {
      code: 'SeveralVaults',
      attempted: 'choose a policy',
      remedies: ['Select items of one vault at a time.'],
    });
  }
  return vaultId;
}

function oneWorkload(targets: readonly Target[]): Workload {
  const [workload, ...others] = new Set(targets.map((target) => changeableWorkload(target.model)));
  if (workload === undefined || others.length > 0) {
    throw new BackupError('The selection holds VMs and SQL databases, and a policy is for one of them.', {
      code: 'SeveralWorkloads',
      attempted: 'choose a policy',
      remedies: ['Select only VMs, or only databases.'],
    });
  }
  return workload;
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

function choiceOf(policy: Policy, best: boolean, workload: Workload, needs: PolicyNeeds, unfit: readonly string[]): Choice {
  const current = isCurrent(policy, needs);
  const description = [
    ...(workload.key === 'vm' ? [isEnhanced(policy) ? 'Enhanced' : 'Standard'] : []),
    ...(current ? ['the current one'] : []),
    // Who changes a policy knows why; nothing says that another one is better than theirs.
    ...(best && needs.current === undefined ? ['recommended'] : []),
    ...unfit,
  ];
  const detail = [...whatItDoes(policy), protects(policy)].filter(Boolean).join(' · ');
  return {
    value: policy.id,
    label: policy.name,
    ...(description.length > 0 ? { description: description.join(' · ') } : {}),
    ...(detail ? { detail } : {}),
    ...(current ? { note: true } : best ? { recommended: true } : {}),
  };
}

/** A database's policy type by type, `Full: daily at 16:00 UTC, keeps 30 days`; else its one schedule and what it keeps. */
function whatItDoes(policy: Policy): string[] {
  if (policy.parts.length === 0) {
    return [policy.schedule, policy.retention && `keeps ${policy.retention}`];
  }
  const compression = policy.compresses === undefined ? '' : policy.compresses ? 'compressed' : 'not compressed';
  return [...policy.parts.map(partText), compression];
}

function partText({ type, schedule, retention }: Policy['parts'][number]): string {
  const does = [schedule && `${schedule.charAt(0).toLowerCase()}${schedule.slice(1)}`, retention && `keeps ${retention}`];
  return `${type}: ${does.filter(Boolean).join(', ') || 'as Azure has it'}`;
}

function protects(policy: Policy): string {
  const count = policy.protectedItemsCount;
  return count === undefined ? '' : `protects ${count} ${count === 1 ? 'item' : 'items'}`;
}

/** Azure's own default of the needed kind, which every vault is made with; else the one that protects the most. */
function recommended(policies: readonly Policy[], workload: Workload, needs: PolicyNeeds): Policy | undefined {
  const open = policies.filter((policy) => !isCurrent(policy, needs));
  const fitting = needs.enhanced ? open.filter(isEnhanced) : open;
  const byDefault = needs.enhanced ? 'enhancedpolicy' : workload.defaultPolicy;
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
