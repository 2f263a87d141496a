/** Looks that actions take before they build a request and when it has ended. GETs only. */
import { lastSegment } from '../../../core/armId.ts';
import { BackupError } from '../../../core/errors.ts';
import { displayName } from '../../../core/displayText.ts';
import type { OperationTarget } from '../../../core/operation.ts';
import type { ActionContext, ActionTarget } from '../../action.ts';
import { readOptions, serviceTime, statusOf } from '../../arm/asking.ts';
import { armPath } from '../../arm/armUrl.ts';
import { readPolicy, readProtectedItem, type Policy, type ProtectedItem } from '../model.ts';
import { fitsWorkload, workloadOf, type Workload } from '../workload.ts';

/** @throws BackupError where the id is of nothing that stands in a vault: a mistake of ours or of Azure's. */
export function vaultIdOf(of: { readonly id: string; readonly vaultId?: string }): string {
  if (of.vaultId === undefined) {
    throw new BackupError(`${of.id} names no vault.`, { code: 'UnexpectedId', resource: of.id, remedies: ['Refresh and try again.'] });
  }
  return of.vaultId;
}

interface Describable {
  readonly id: string;
  readonly friendlyName: string;
  readonly isVirtualMachine: boolean;
  readonly vaultId?: string;
  readonly itemType?: string;
  readonly workloadType?: string;
  readonly backupManagementType?: string;
  readonly parentName?: string;
  readonly serverName?: string;
}

/** How an operation on an item is named in the journal and the panel; databases of one name are told apart by `where`. */
export function describeItem(item: Describable): OperationTarget {
  const workload = workloadOf(item);
  const where = workload?.key === 'sql' ? whereOf(item) : undefined;
  return {
    id: item.id,
    name: item.friendlyName,
    kind: workload?.kind ?? 'protected item',
    ...(where === undefined ? {} : { where }),
    ...vaultMembers(item.vaultId),
  };
}

/** `MSSQLSERVER on erp-db-01`: a database's instance (or availability group) and its server. */
function whereOf(item: Pick<Describable, 'parentName' | 'serverName'>): string | undefined {
  const { parentName, serverName } = item;
  return parentName !== undefined && serverName !== undefined ? `${parentName} on ${serverName}` : (parentName ?? serverName);
}

export function vaultMembers(vaultId: string | undefined): Pick<OperationTarget, 'containerId' | 'containerName' | 'subscriptionId'> {
  const subscriptionId = vaultId && /\/subscriptions\/+([^/]+)/i.exec(vaultId)?.[1];
  return vaultId === undefined
    ? {}
    : { containerId: vaultId, containerName: lastSegment(vaultId), ...(subscriptionId ? { subscriptionId } : {}) };
}

export interface FreshItem {
  readonly item: ProtectedItem;
  /** The service's own clock at that moment, ISO 8601 UTC; ours where it did not say. */
  readonly seenAt: string;
}

/**
 * The item as it is now: what the tree shows may be old.
 * @throws BackupError `ItemGone` where it is not in the vault any more
 */
export async function freshItem(context: ActionContext, target: ActionTarget<ProtectedItem>, attempted: string): Promise<FreshItem> {
  const name = displayName(target.model.friendlyName);
  try {
    const answer = await context.arm.get(armPath(target.id), { ...readOptions(context, target), attempted, resource: target.name });
    return { item: readProtectedItem(answer.body), seenAt: serviceTime(answer.headers['date'], context.now()) };
  } catch (error) {
    if (statusOf(error) !== 404) {
      throw error;
    }
    throw new BackupError(
      `${name} is not in the vault ${displayName(lastSegment(vaultIdOf(target.model)))} any more: nothing was sent.`,
      { code: 'ItemGone', attempted, resource: target.id, status: 404, remedies: ['Refresh the tree.'] },
      { cause: error },
    );
  }
}

/**
 * The policy as it is now.
 * @param workload what it is to protect
 * @throws BackupError `PolicyGone` where it was deleted since it was listed, `PolicyOfAnotherVault` where it is not the item's vault's,
 * `PolicyOfAnotherWorkload` where it is not for such items
 */
export async function freshPolicy(
  context: ActionContext,
  of: { readonly tenantId?: string },
  policyId: string | undefined,
  vaultId: string,
  attempted: string,
  workload?: Workload,
): Promise<{ readonly policy: Policy; readonly seenAt: string }> {
  if (policyId === undefined || policyId === '') {
    throw new BackupError('No policy was chosen.', { code: 'AnswerMissing', attempted, remedies: ['Choose a policy.'] });
  }
  const name = displayName(lastSegment(policyId));
  if (!policyId.toLowerCase().startsWith(`${vaultId.toLowerCase()}/`)) {
    throw new BackupError(`The policy ${name} belongs to another vault.`, {
      code: 'PolicyOfAnotherVault',
      attempted,
      resource: policyId,
      remedies: [`Choose a policy of ${displayName(lastSegment(vaultId))}.`],
    });
  }
  let fresh: { readonly policy: Policy; readonly seenAt: string };
  try {
    const answer = await context.arm.get(armPath(policyId), { ...readOptions(context, of), attempted: 'read the policy', resource: name });
    fresh = { policy: readPolicy(answer.body), seenAt: serviceTime(answer.headers['date'], context.now()) };
  } catch (error) {
    if (statusOf(error) !== 404) {
      throw error;
    }
    throw new BackupError(
      `The policy ${name} was deleted from the vault ${displayName(lastSegment(vaultId))} after it was listed: nothing was sent.`,
      { code: 'PolicyGone', attempted, resource: policyId, status: 404, remedies: ['Start again and choose another policy.'] },
      { cause: error },
    );
  }
  if (workload !== undefined && !fitsWorkload(fresh.policy, workload)) {
    throw new BackupError(`The policy ${name} is not one for ${workload.policiesFor}: nothing was sent.`, {
      code: 'PolicyOfAnotherWorkload',
      attempted,
      resource: policyId,
      remedies: [`Choose a policy for ${workload.policiesFor}.`],
    });
  }
  return fresh;
}

/**
 * The workload of an item whose protection can be changed here.
 * @throws BackupError `UnsupportedItemKind` for any other: only trees of another version could offer it
 */
export function changeableWorkload(item: Describable): Workload {
  const workload = workloadOf(item);
  if (workload === undefined) {
    throw new BackupError(
      `${displayName(item.friendlyName)} is of the kind ${item.itemType ?? '(none given)'}, which cannot be changed here.`,
      {
        code: 'UnsupportedItemKind',
        resource: item.id,
        remedies: ['Use the Azure portal for it.'],
      },
    );
  }
  return workload;
}

/** Refuses what Azure would refuse, before it is sent. */
export function refuse(item: ProtectedItem, because: string, remedy: string, attempted: string): BackupError {
  return new BackupError(`${displayName(item.friendlyName)} ${because}: nothing was sent.`, {
    code: 'StateChanged',
    attempted,
    resource: item.id,
    remedies: [remedy],
  });
}

/** True where Azure says that protection is stopped, and the data is not deleted. */
export function isStopped(item: ProtectedItem): boolean {
  return !item.isScheduledForDeferredDelete && /^(protectionstopped|backupssuspended|protectionpaused)$/i.test(item.protectionState ?? '');
}
