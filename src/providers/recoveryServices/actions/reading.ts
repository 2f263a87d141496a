/** What was read back at the end, as sentences for a person. */
import { sameArmId } from '../../../core/armId.ts';
import { displayName } from '../../../core/displayText.ts';
import type { OperationRecord } from '../../../core/operation.ts';
import type { ActionContext, ReadBack } from '../../action.ts';
import { getProtectedItem, listProtectedItems } from '../api.ts';
import { protectedItemState, type ProtectedItem } from '../model.ts';
import { fact, readOptions, statusOf } from '../../arm/asking.ts';
import { isStopped } from './looking.ts';
import { itemWorkloads } from '../workload.ts';
import { policyNameOf } from './policyChoices.ts';

/** The item, or undefined where the vault has it neither by its id nor in its list (where soft-deleted ones stand). */
export async function itemAtEnd(context: ActionContext, record: OperationRecord): Promise<ProtectedItem | undefined> {
  const id = fact(record, 'itemId');
  const options = readOptions(context, record);
  try {
    return await getProtectedItem(context.arm, id, options);
  } catch (error) {
    if (statusOf(error) !== 404) {
      throw error;
    }
    const vaultId = record.target.containerId;
    const listed =
      vaultId === undefined
        ? undefined
        : await listProtectedItems(context.arm, vaultId, { backupManagementType: managementTypeOf(record) }, options);
    return listed?.items.find((item) => sameArmId(item.id, id));
  }
}

/** The list that the item would stand in. Only operations on databases journal a workload. */
function managementTypeOf({ intent }: Pick<OperationRecord, 'intent'>): string {
  return itemWorkloads[intent['workload'] === 'sql' ? 'sql' : 'vm'].managementType;
}

/** For protect, change policy and resume: protected by the policy that was asked for. */
export async function readPolicyBack(context: ActionContext, record: OperationRecord): Promise<ReadBack> {
  const item = await itemAtEnd(context, record);
  const name = displayName(record.target.name);
  const wanted = fact(record, 'policyId');
  if (!item) {
    return { reading: 'different', sentence: `${name} is not protected: the vault does not have it.` };
  }
  const asAsked = sameArmId(item.policyId, wanted) && !isStopped(item) && !item.isScheduledForDeferredDelete;
  return asAsked
    ? { reading: 'asAsked', sentence: `${name} is protected by ${policyNameOf(item.policyId)}${pending(item, context)}.` }
    : { reading: 'different', sentence: `Asked for the policy ${policyNameOf(wanted)}; ${stateSentence(item, context)}` };
}

/** `vm-01 is protected by DailyPolicy.` */
export function stateSentence(item: ProtectedItem, context: Pick<ActionContext, 'now'>): string {
  const name = displayName(item.friendlyName);
  const state = protectedItemState(item, context.now());
  switch (state.kind) {
    case 'softDeleted':
      return `${name} is soft-deleted${state.daysLeft === undefined ? '' : `, for ${state.daysLeft} more days`}.`;
    case 'stopped':
      return `protection of ${name} is stopped and its data is kept.`;
    case 'suspended':
      return `the backups of ${name} are suspended.`;
    case 'failed':
    case 'unhealthy':
      return `${name} is protected by ${policyNameOf(item.policyId)}, with trouble: ${state.reason}`;
    case 'unknown':
      return `${name} is in the state "${state.said}".`;
    case 'healthy':
    case 'firstBackupPending':
      return `${name} is protected by ${policyNameOf(item.policyId)}${pending(item, context)}.`;
  }
}

function pending(item: ProtectedItem, context: Pick<ActionContext, 'now'>): string {
  return protectedItemState(item, context.now()).kind === 'firstBackupPending' ? '; its first backup is pending' : '';
}
