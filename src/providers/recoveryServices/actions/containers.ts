/** What the actions on containers share: looking before a request is built, reading back, and settling by looking. GETs only. */
import { lastSegment } from '../../../core/armId.ts';
import { displayName, spelled } from '../../../core/displayText.ts';
import { BackupError, codeOf } from '../../../core/errors.ts';
import type { OperationRecord, OperationTarget } from '../../../core/operation.ts';
import type { ActionContext, ReadBack, Settlement } from '../../action.ts';
import { getContainer, lists, type ReadOptions } from '../api.ts';
import { inquiryProblems, inquirySentence } from '../inquiry.ts';
import type { Container } from '../model.ts';
import { trackingOfUrl } from '../../arm/armOperation.ts';
import { fact, readOptions, statusOf } from '../../arm/asking.ts';
import { vaultIdOf, vaultMembers } from './looking.ts';

/** How an operation on a container is named in the journal and the panel. */
export function describeContainer(container: Container, id: string): OperationTarget {
  return { ...vaultMembers(container.vaultId), id, name: container.friendlyName, kind: 'container' };
}

/** Microsoft's published answers have containers without a word on it: what a vault answers with is registered. */
export function isRegistered({ registrationStatus }: Container): boolean {
  return registrationStatus === undefined || registrationStatus.toLowerCase() === 'registered';
}

/**
 * Only containers of workloads in VMs are registered, inquired and unregistered: an Azure VM's own comes and goes with
 * its protection.
 * @throws BackupError `NotRegistrable`
 */
export function needRegistrable(container: Container, attempted: string): void {
  if (container.containerType?.toLowerCase() !== 'vmappcontainer') {
    throw new BackupError(
      `${displayName(container.friendlyName)} is a container of the type ${container.containerType ?? 'unknown'}, which is not registered by hand: nothing was sent.`,
      { code: 'NotRegistrable', attempted, resource: container.id, remedies: ['Choose a machine with SQL Server (type VMAppContainer).'] },
    );
  }
}

/** The container as it is now; undefined where the vault does not have it (any more). */
export async function containerOrNone(context: ActionContext, id: string, options: ReadOptions): Promise<Container | undefined> {
  try {
    return await getContainer(context.arm, id, options);
  } catch (error) {
    if (isGone(error)) {
      return undefined;
    }
    throw error;
  }
}

/**
 * The container as it is now: what the tree shows may be old.
 * @throws BackupError `ContainerGone` where the vault does not have it or it is not registered any more
 */
export async function registeredContainer(
  context: ActionContext,
  target: { readonly id: string; readonly tenantId?: string; readonly model: Container },
  attempted: string,
): Promise<Container> {
  const container = await containerOrNone(context, target.id, readOptions(context, target));
  if (container && isRegistered(container)) {
    needRegistrable(container, attempted);
    return container;
  }
  const state = container?.registrationStatus && spelled(container.registrationStatus).toLowerCase();
  const vault = displayName(lastSegment(vaultIdOf(target.model)));
  throw new BackupError(
    `${displayName(target.model.friendlyName)} is not registered with the vault ${vault} any more${state ? ` (${state})` : ''}: nothing was sent.`,
    {
      code: 'ContainerGone',
      attempted,
      resource: target.id,
      remedies: ['Refresh the tree.', 'Register it anew to go on with it: it is among the protectable containers.'],
    },
  );
}

/**
 * For register, re-register and inquire: whether it is registered, and what the discovery of databases in it came to.
 * @param options saysRegistered: false where nobody asked for that.
 * Of the latter two it is unclear whether they did anything where Azure wrote down no new time: it does not always.
 */
export async function readContainerBack(
  context: ActionContext,
  record: OperationRecord,
  { saysRegistered = true }: { readonly saysRegistered?: boolean } = {},
): Promise<ReadBack> {
  const container = await containerOrNone(context, fact(record, 'containerId'), readOptions(context, record));
  const name = displayName(record.target.name);
  const vault = displayName(record.target.containerName ?? '');
  if (!container) {
    return { reading: 'different', sentence: `${name} is not registered: the vault ${vault} does not have it.` };
  }
  if (!isRegistered(container)) {
    const state = spelled(container.registrationStatus ?? 'unknown').toLowerCase();
    return { reading: 'different', sentence: `${name} should be registered with ${vault}, but its registration is "${state}".` };
  }
  const warnings = inquiryProblems(container);
  return {
    reading: wasUpdated(container, record) ? 'asAsked' : 'unclear',
    sentence: `${saysRegistered ? `${name} is registered with ${vault}. ` : ''}${inquirySentence(container)}`,
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

/** For the journal, of what changes a registered container: what it is compared with later. Empty where Azure gave no time. */
export function updatedAt(container: Container): { readonly lastUpdatedTime: string } {
  return { lastUpdatedTime: container.lastUpdatedTime ?? '' };
}

function wasUpdated(container: Container, record: OperationRecord): boolean {
  return (container.lastUpdatedTime ?? '') !== record.intent['lastUpdatedTime'];
}

/**
 * For what changes a registered container and leaves no job: Azure may write down a new time, and does not always, so
 * that an old one proves nothing.
 * @param doing `Rediscovering`
 */
export async function settleByUpdate(context: ActionContext, record: OperationRecord, doing: string): Promise<Settlement> {
  const container = await containerOrNone(context, fact(record, 'containerId'), readOptions(context, record));
  const name = displayName(record.target.name);
  if (!container) {
    return { found: 'unclear', because: `${name} is not in the vault any more.` };
  }
  return wasUpdated(container, record)
    ? foundThere(record, `Azure has written down a change of ${name} at ${container.lastUpdatedTime ?? 'an unknown time'}.`)
    : { found: 'unclear', because: `Azure keeps no list of such looks, and ${name} shows no change so far. ${doing} again does no harm.` };
}

/** What was asked for is there already: the operation ends with its next question, and is read back. */
export function foundThere(record: OperationRecord, because: string): Settlement {
  const vaultId = record.target.containerId ?? '';
  const { path } = lists.containers(vaultId, { backupManagementType: 'AzureWorkload' });
  return { found: 'started', tracking: trackingOfUrl(record.cloud, record.cloud + path), because };
}

/** Azure tells of a container that is not there as 404, or as 400 with its code. */
function isGone(error: unknown): boolean {
  return statusOf(error) === 404 || codeOf(error)?.toLowerCase() === 'bmscontainerstatusnotregistered';
}
