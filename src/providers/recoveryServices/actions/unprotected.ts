/** A last look before something is protected: whoever else protected it meanwhile chose a policy, which must not be changed by the way. */
import { sameArmId } from '../../../core/armId.ts';
import type { ActionContext } from '../../action.ts';
import { getProtectedItem } from '../api.ts';
import type { ProtectedItem } from '../model.ts';
import { readOptions, statusOf } from '../../arm/asking.ts';
import { isStopped, refuse } from './looking.ts';
import { policyNameOf } from './policyChoices.ts';

/** Of the item as it will be. */
interface Wanted {
  readonly itemId: string;
  readonly policyId: string;
  readonly tenantId?: string;
}

/**
 * Azure takes one request for three things: it protects what is not protected, gives another policy to what is, and
 * resumes what was stopped. The latter two remove recovery points that the policy does not keep, and ask first.
 * @throws BackupError `StateChanged` where the vault has the item already: protected, stopped or soft-deleted
 */
export async function needUnprotected(context: ActionContext, wanted: Wanted, attempted: string): Promise<void> {
  const item = await itemInVault(context, wanted);
  if (item === undefined) {
    return;
  }
  if (item.isScheduledForDeferredDelete) {
    throw refuse(item, 'is in the vault already, deleted and kept by soft delete', `${among} Undelete and resume it there.`, attempted);
  }
  if (isStopped(item)) {
    throw refuse(item, 'is in the vault already, its protection stopped', `${among} Resume its protection there.`, attempted);
  }
  // What could not be protected at the first try may be tried again, with the policy that it should have had.
  const isProtected = /^(protected|irpending)$/i.test(item.protectionState ?? '') || !sameArmId(item.policyId, wanted.policyId);
  if (item.policyId !== undefined && isProtected) {
    throw refuse(
      item,
      `is protected by ${policyNameOf(item.policyId)} already`,
      `${among} "Change Policy" gives it another one.`,
      attempted,
    );
  }
}

const among = 'Refresh the tree: it stands among the protected items.';

/** Azure says of what is not there 404, or 400 where its container is not there either: then its answer to the request is the one to tell. */
async function itemInVault(context: ActionContext, { itemId, ...of }: Wanted): Promise<ProtectedItem | undefined> {
  try {
    return await getProtectedItem(context.arm, itemId, readOptions(context, of));
  } catch (error) {
    const status = statusOf(error);
    if (status === 404 || status === 400) {
      return undefined;
    }
    throw error;
  }
}
