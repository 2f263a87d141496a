/**
 * The requests about containers and protection intents, built by the typed SDK and captured: nothing is sent here.
 * Bodies are those that Azure was seen to take. @throws BackupError where an id is not what it should be
 */
import { lastSegment, segmentOf } from '../../core/armId.ts';
import { BackupError } from '../../core/errors.ts';
import type { PreparedRequest } from '../../core/operation.ts';
import { filterText } from '../arm/armUrl.ts';
import type { Container } from './model/container.ts';
import type { ProtectableItem } from './model/protectableItem.ts';
import type { ProtectionIntent } from './model/protectionIntent.ts';
import { build, required, vaultOf, type Cloud } from './requests.ts';

/**
 * The id that a protectable container has once it is registered: Azure's own, in the collection of containers instead of
 * the collection of what could become one. That the name stays is the contract of Microsoft's REST documentation of
 * SQL backup ("take the name attribute of the response and fill it in this request").
 */
export function protectionContainerIdOf(container: Pick<Container, 'id'>): string {
  const inPlace = container.id.replace(/\/protectableContainers\/(?=[^/]+\/?$)/i, '/protectionContainers/');
  required(inPlace, 'protectionContainers', 'a container of a vault');
  return inPlace;
}

/**
 * Registers a machine with the vault, or again: its key, its machine or its extension may have changed.
 * @param container a protectable container, or a registered one
 * @param workloadType `SQLDataBase`, `SAPHanaDatabase` ...
 * @throws BackupError `NoSource` where Azure did not say which machine it is
 */
export async function registerContainer(
  cloud: Cloud,
  container: Container,
  operationType: 'Register' | 'Reregister',
  workloadType: string,
): Promise<PreparedRequest> {
  const { sourceResourceId, friendlyName } = container;
  if (sourceResourceId === undefined) {
    throw new BackupError(`Azure does not say which machine ${friendlyName} is, so it cannot be registered.`, {
      code: 'NoSource',
      resource: container.id,
      remedies: ['Discover SQL Servers again, then refresh the tree.'],
    });
  }
  const id = protectionContainerIdOf(container);
  const at = containerAddress(id);
  const properties = {
    containerType: 'VMAppContainer',
    sourceResourceId,
    workloadType,
    operationType,
    friendlyName,
    backupManagementType: 'AzureWorkload',
  } as const;
  return build(cloud, id, (client) =>
    client.protectionContainers.beginRegister(at.vault.name, at.vault.group, at.fabric, at.container, { properties }),
  );
}

/** Lets the backup service look again for databases in a registered machine. */
export async function inquireContainer(cloud: Cloud, containerId: string, workloadType: string): Promise<PreparedRequest> {
  const at = containerAddress(containerId);
  const filter = filterText({ backupManagementType: 'AzureWorkload', workloadType });
  return build(cloud, containerId, (client) =>
    client.protectionContainers.inquire(at.vault.name, at.vault.group, at.fabric, at.container, { filter }),
  );
}

export async function unregisterContainer(cloud: Cloud, containerId: string): Promise<PreparedRequest> {
  const at = containerAddress(containerId);
  return build(cloud, containerId, (client) =>
    client.protectionContainers.unregister(at.vault.name, at.vault.group, at.fabric, at.container),
  );
}

/**
 * The id of an intent that does not exist yet. Its name is the caller's own, a GUID, as the contract of
 * `backupProtectionIntent/{intentObjectName}` has it; known before anything is sent, so that it can be looked for.
 * @param guid made by the caller
 */
export function protectionIntentIdOf(vaultId: string, guid: string): string {
  return `${vaultId}/backupFabrics/Azure/backupProtectionIntent/${guid}`;
}

/**
 * Lets the vault protect by itself what is new in an instance or an availability group. Synchronous: 200.
 * The kind of intent is the one that Azure CLI and Azure PowerShell send; Azure makes the more exact one of it.
 * @param intentId from `protectionIntentIdOf`
 */
export async function createIntent(
  cloud: Cloud,
  intentId: string,
  item: Pick<ProtectableItem, 'id'>,
  policyId: string,
): Promise<PreparedRequest> {
  const at = vaultOf(intentId);
  const properties = {
    protectionIntentItemType: 'RecoveryServiceVaultItem',
    backupManagementType: 'AzureWorkload',
    itemId: item.id,
    policyId,
  } as const;
  return build(cloud, intentId, (client) =>
    client.protectionIntentOperations.createOrUpdate(at.name, at.group, 'Azure', lastSegment(intentId), { properties }),
  );
}

/** Synchronous: 204. */
export async function deleteIntent(cloud: Cloud, intent: Pick<ProtectionIntent, 'id'>): Promise<PreparedRequest> {
  const at = vaultOf(intent.id);
  const fabric = segmentOf(intent.id, 'backupFabrics') ?? 'Azure';
  return build(cloud, intent.id, (client) => client.protectionIntentOperations.delete(at.name, at.group, fabric, lastSegment(intent.id)));
}

function containerAddress(id: string): { vault: { name: string; group: string }; fabric: string; container: string } {
  const what = 'a container of a vault';
  return {
    vault: vaultOf(id),
    fabric: required(id, 'backupFabrics', what),
    container: required(id, 'protectionContainers', what),
  };
}
