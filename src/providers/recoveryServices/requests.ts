/**
 * The requests that change something, built by the typed SDK and captured: nothing is sent here. Bodies are those that
 * Azure was seen to take. @throws BackupError where Azure would refuse, before anything has left.
 */
import type { ProtectedItemUnion, RecoveryServicesBackupClient } from '@azure/arm-recoveryservicesbackup';
import { apiVersions } from '../../cloud/apiVersions.ts';
import { captureRequest } from '../../cloud/capture.ts';
import type { CloudEnvironment } from '../../cloud/types.ts';
import { idUpTo, lastSegment, sameArmId, segmentOf } from '../../core/armId.ts';
import { displayName } from '../../core/displayText.ts';
import { BackupError } from '../../core/errors.ts';
import type { PreparedRequest } from '../../core/operation.ts';
import { backupRequestOf, databaseBackupOf, writableItem, type DatabaseBackup } from './itemKinds.ts';
import type { Job } from './model/job.ts';
import type { ProtectableItem } from './model/protectableItem.ts';
import type { ProtectedItem } from './model/protectedItem.ts';
import { workloadOf } from './workload.ts';

export type Cloud = Pick<CloudEnvironment, 'resourceManagerEndpoint' | 'audience'>;

/** Lets the vault look for what it could protect. Followed by `arm.operation`. @param backupManagementType all where absent. */
export async function refreshContainers(cloud: Cloud, vaultId: string, backupManagementType?: string): Promise<PreparedRequest> {
  const vault = vaultOf(vaultId);
  const options =
    backupManagementType === undefined ? {} : { filter: `backupManagementType eq '${backupManagementType.replaceAll("'", "''")}'` };
  return build(cloud, vaultId, (client) => client.protectionContainers.refresh(vault.name, vault.group, 'Azure', options));
}

/** Protects a VM that the vault has found. @throws BackupError `NotAVirtualMachine` for another kind of item. */
export async function protectVm(cloud: Cloud, item: ProtectableItem, policyId: string): Promise<PreparedRequest> {
  if (!item.isVirtualMachine || item.sourceResourceId === undefined) {
    throw new BackupError(`${item.friendlyName} is not an Azure VM, so it cannot be protected as one.`, {
      code: 'NotAVirtualMachine',
      resource: item.id,
      remedies: ['Choose a VM.'],
    });
  }
  return putItem(cloud, protectedItemIdOf(item), {
    protectedItemType: 'Microsoft.Compute/virtualMachines',
    sourceResourceId: item.sourceResourceId,
    policyId,
  });
}

/**
 * Protects a SQL database that an inquiry has found. @throws BackupError `NotADatabase` for another kind of item: an
 * instance or an availability group holds databases and cannot be protected itself
 */
export async function protectDatabase(cloud: Cloud, item: ProtectableItem, policyId: string): Promise<PreparedRequest> {
  if (item.role !== 'database' || workloadOf(item)?.key !== 'sql') {
    throw new BackupError(`${displayName(item.friendlyName)} is not a SQL database, so it cannot be protected as one.`, {
      code: 'NotADatabase',
      resource: item.id,
      remedies: ['Choose a database.'],
    });
  }
  return putItem(cloud, protectedDatabaseIdOf(item), { protectedItemType: 'AzureVmWorkloadSQLDatabase', policyId });
}

/**
 * The id that a protectable database will have once it is protected: Azure's own, in the collection of protected items
 * instead of the collection of what could become one. That the names stay is the contract of Microsoft's REST
 * documentation of SQL backup ("Set the containerName and protectedItemName variables using the ID attribute"), and
 * recorded traffic has it so. Whatever stands in a name stays as it is.
 * @throws BackupError `UnexpectedId`
 */
export function protectedDatabaseIdOf(item: Pick<ProtectableItem, 'id'>): string {
  const inPlace = amongProtectedItems(item.id);
  if (inPlace === item.id) {
    throw notAnId(item.id, 'a protectable database of a vault');
  }
  return inPlace;
}

/** The id in the other collection, for telling what is meant; as it was where it is of another form. */
export function amongProtectedItems(protectableId: string): string {
  return protectableId.replace(/\/protectableItems\/(?=[^/]+\/?$)/i, '/protectedItems/');
}

/**
 * The id that a protectable VM will have once it is protected. Azure returns it but for the collection's name:
 * `.../protectionContainers/IaasVMContainer;iaasvmcontainerv2;{rg};{vm}/protectableItems/vm;iaasvmcontainerv2;{rg};{vm}`.
 * Where the id is of another form, the names are made as Microsoft's REST documentation of VM backup defines them:
 * container `iaasvmcontainer;` + name, item `vm;` + name. The only names that are put together.
 */
export function protectedItemIdOf(item: ProtectableItem): string {
  const inPlace = amongProtectedItems(item.id);
  if (inPlace !== item.id && /^vm;/i.test(lastSegment(inPlace))) {
    return inPlace;
  }
  if (item.vaultId === undefined) {
    throw notAnId(item.id, 'a protectable item of a vault');
  }
  return `${item.vaultId}/backupFabrics/Azure/protectionContainers/iaasvmcontainer;${item.name}/protectedItems/vm;${item.name}`;
}

/** Another policy, or protection again for an item that was stopped: Azure takes the same request for both. */
export async function assignPolicy(cloud: Cloud, item: ProtectedItem, policyId: string): Promise<PreparedRequest> {
  return putItem(cloud, item.id, { ...writableItem(item), policyId });
}

/** No more backups; what there is stays. */
export async function stopKeepData(cloud: Cloud, item: ProtectedItem): Promise<PreparedRequest> {
  return putItem(cloud, item.id, { ...writableItem(item), policyId: '', protectionState: 'ProtectionStopped' });
}

/** Takes a soft-deleted item back; its protection stays stopped. */
export async function undelete(cloud: Cloud, item: ProtectedItem): Promise<PreparedRequest> {
  return putItem(cloud, item.id, { ...writableItem(item), policyId: '', isRehydrate: true, protectionState: 'ProtectionStopped' });
}

/** No more backups, and what there is goes: kept for the days of soft delete where the vault has it on. */
export async function deleteItem(cloud: Cloud, item: Pick<ProtectedItem, 'id'>): Promise<PreparedRequest> {
  const at = itemAddress(item.id);
  return build(cloud, item.id, (client) => client.protectedItems.delete(at.vault.name, at.vault.group, at.fabric, at.container, at.item));
}

/** A backup of a VM or a file share now. @param expiry until when its recovery point is kept */
export async function backupNow(cloud: Cloud, item: ProtectedItem, expiry: Date): Promise<PreparedRequest> {
  const at = itemAddress(item.id);
  const body = { properties: backupRequestOf(item, expiry) };
  return build(cloud, item.id, (client) => client.backups.trigger(at.vault.name, at.vault.group, at.fabric, at.container, at.item, body));
}

/** A backup of a database now. @throws BackupError `UnsupportedItemKind` for what is no database */
export async function backUpDatabase(cloud: Cloud, item: ProtectedItem, order: DatabaseBackup): Promise<PreparedRequest> {
  const at = itemAddress(item.id);
  const body = { properties: databaseBackupOf(item, order) };
  return build(cloud, item.id, (client) => client.backups.trigger(at.vault.name, at.vault.group, at.fabric, at.container, at.item, body));
}

/** Followed by `arm.operation`; the job itself goes on to `Cancelling`. */
export async function cancelJob(cloud: Cloud, job: Pick<Job, 'id' | 'name'>): Promise<PreparedRequest> {
  const vault = vaultOf(job.id);
  return build(cloud, job.id, (client) => client.jobCancellations.trigger(vault.name, vault.group, job.name));
}

async function putItem(cloud: Cloud, itemId: string, properties: ProtectedItemUnion): Promise<PreparedRequest> {
  const at = itemAddress(itemId);
  return build(cloud, itemId, (client) =>
    client.protectedItems.createOrUpdate(at.vault.name, at.vault.group, at.fabric, at.container, at.item, { properties }),
  );
}

/** The request that a call of the typed SDK makes; its subscription is the id's. */
export async function build(
  cloud: Cloud,
  id: string,
  call: (client: RecoveryServicesBackupClient) => Promise<unknown>,
): Promise<PreparedRequest> {
  const subscriptionId = required(id, 'subscriptions', 'a resource of a subscription');
  const { RecoveryServicesBackupClient } = await import('@azure/arm-recoveryservicesbackup');
  return captureRequest(cloud, (sdk) =>
    call(new RecoveryServicesBackupClient(sdk.credential, subscriptionId, { ...sdk.options, apiVersion: apiVersions.backup })),
  );
}

export function vaultOf(id: string): { name: string; group: string } {
  return { name: required(id, 'vaults', 'something of a vault'), group: required(id, 'resourceGroups', 'something of a vault') };
}

function itemAddress(id: string): { vault: { name: string; group: string }; fabric: string; container: string; item: string } {
  const what = 'a protected item of a vault';
  const address = {
    vault: vaultOf(id),
    fabric: required(id, 'backupFabrics', what),
    container: required(id, 'protectionContainers', what),
    item: required(id, 'protectedItems', what),
  };
  // Something behind the item's name, a slash in the name itself too, would make it the address of another item.
  if (!sameArmId(idUpTo(id, 'protectedItems'), id)) {
    throw notAnId(id, what);
  }
  return address;
}

/** A segment's value. @param what for the error: `a protected item of a vault`. @throws BackupError `UnexpectedId` */
export function required(id: string, segment: string, what: string): string {
  const value = segmentOf(id, segment);
  if (value === undefined) {
    throw notAnId(id, what);
  }
  return value;
}

function notAnId(id: string, what: string): BackupError {
  return new BackupError(`Expected the id of ${what}, got ${id}.`, {
    code: 'UnexpectedId',
    resource: id,
    remedies: ['Refresh and try again.'],
  });
}
