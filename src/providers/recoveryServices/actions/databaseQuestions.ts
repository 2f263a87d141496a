/** What is asked before a database is backed up, with what the databases themselves say about the answers. */
import { sameArmId } from '../../../core/armId.ts';
import { isCancelled } from '../../../core/cancellation.ts';
import { displayName } from '../../../core/displayText.ts';
import type { ActionContext, ActionTarget, Choice } from '../../action.ts';
import { getProtectedItem, listPolicies } from '../api.ts';
import type { Policy, ProtectedItem } from '../model.ts';
import { backupTypes } from './databaseBackups.ts';
import { readOptions } from '../../arm/asking.ts';
import { vaultIdOf } from './looking.ts';

type Target = ActionTarget<ProtectedItem>;

/** More databases are not looked at one by one: what is said only helps to choose, Azure decides. */
const mostLooked = 5;

export async function typeChoices(context: ActionContext, targets: readonly Target[]): Promise<readonly Choice[]> {
  const [items, policies] = await Promise.all([lookedAt(context, targets), policiesOf(context, targets)]);
  return backupTypes.map(({ value, label, meaning, keeping, keep }) => {
    const kept = keep ? keeping : (keptBy(policies, value) ?? keeping);
    const doubt = doubtOf(value, items);
    return {
      value,
      label,
      ...(doubt === undefined ? {} : { description: doubt }),
      // How long it is kept first: a narrow list cuts off what stands last.
      detail: `${kept.charAt(0).toUpperCase()}${kept.slice(1)} · ${meaning}`,
      ...(value === 'Full' ? { recommended: true } : {}),
    };
  });
}

export async function compressionChoices(context: ActionContext, targets: readonly Target[]): Promise<readonly Choice[]> {
  const policies = await policiesOf(context, targets);
  const settings = new Set(policies.map(({ compresses }) => compresses));
  const [setting, ...others] = settings;
  const known = others.length === 0 && targets.length > 0 ? setting : undefined;
  const names = [...new Set(policies.map(({ name }) => displayName(name)))].join(', ');
  const because =
    known !== undefined
      ? `as the policy ${names} has it`
      : policies.length > 1
        ? 'the policies of the databases differ'
        : 'the policy does not say; the backup takes no processor time for it';
  const preferred = known ?? false;
  return [
    { value: 'no', label: 'No', detail: 'The backup is sent as it is', ...(preferred ? {} : { recommended: true, description: because }) },
    {
      value: 'yes',
      label: 'Yes',
      detail: 'Less to send; it takes processor time of the server',
      ...(preferred ? { recommended: true, description: because } : {}),
    },
  ];
}

/** Why Azure is likely to refuse a type; told, and left to Azure to decide. */
function doubtOf(type: (typeof backupTypes)[number]['value'], items: readonly ProtectedItem[]): string | undefined {
  const reasons: [string, (item: ProtectedItem) => boolean][] = [
    ['of master only full backups are possible', (item) => builds(type) && item.friendlyName.toLowerCase() === 'master'],
    ['not possible under the simple recovery model', (item) => type === 'Log' && item.recoveryModel?.toLowerCase() === 'simple'],
    ['needs a full backup first', (item) => builds(type) && item.protectionState?.toLowerCase() === 'irpending'],
  ];
  const said = reasons.flatMap(([reason, holds]) => {
    const count = items.filter(holds).length;
    return count === 0 ? [] : [items.length === 1 ? reason : `${count} of ${items.length}: ${reason}`];
  });
  return said.length > 0 ? `Azure may refuse it: ${said.join('; ')}` : undefined;
}

function builds(type: string): boolean {
  return type === 'Differential' || type === 'Log';
}

/** `kept by the policy HourlyLogBackup: 30 days`, where the policies of all are known and keep this type. */
function keptBy(policies: readonly Policy[], type: string): string | undefined {
  const [policy, ...others] = policies;
  if (!policy || others.length > 0) {
    return undefined;
  }
  const part = policy.parts.find((one) => one.type.toLowerCase() === type.toLowerCase());
  return part?.retention ? `kept by the policy ${displayName(policy.name)}: ${part.retention}` : undefined;
}

/** Lists may leave out the recovery model; the database itself has it. */
async function lookedAt(context: ActionContext, targets: readonly Target[]): Promise<ProtectedItem[]> {
  return Promise.all(
    targets.map(async (target, index) => {
      if (target.model.recoveryModel !== undefined || index >= mostLooked) {
        return target.model;
      }
      try {
        return await getProtectedItem(context.arm, target.id, readOptions(context, target));
      } catch (error) {
        return cancelledOr(error, target.model);
      }
    }),
  );
}

/** The policies that the databases have, each once; empty where they cannot be read. One list a vault. */
async function policiesOf(context: ActionContext, targets: readonly Target[]): Promise<Policy[]> {
  const vaults = new Map(targets.map((target) => [vaultIdOf(target.model).toLowerCase(), target]));
  const lists = await Promise.all(
    [...vaults.values()].map(async (target) => {
      try {
        const filter = { backupManagementType: 'AzureWorkload' };
        return (await listPolicies(context.arm, vaultIdOf(target.model), filter, readOptions(context, target))).items;
      } catch (error) {
        return cancelledOr(error, [] as Policy[]);
      }
    }),
  );
  return lists.flat().filter((policy) => targets.some(({ model }) => sameArmId(model.policyId, policy.id)));
}

/** What these looks find only helps to choose: without them the choice is the same, so a refusal is no reason to stop. */
function cancelledOr<T>(error: unknown, instead: T): T {
  if (isCancelled(error)) {
    throw error;
  }
  return instead;
}
