import type { ArmReply, ArmRequest, ArmRouter, JsonObject } from '../arm/types.ts';
import type { VirtualMachine } from '../world/entities.ts';
import { azureTime, day, neverBackedUp, timeSpan, wholeSeconds } from '../world/wireFormat.ts';
import { filterOf, itemOf, itemTemplate, vaultOf, vaultTemplate, type BackupContext } from './context.ts';
import { matches } from '../world/scope.ts';
import { nodesList } from './groups.ts';
import { managementOf, type BackupError, type ProtectedItem } from './model.ts';
import type { Vault } from './vault.ts';
import { advanceLogs } from './logs.ts';
import { pointsOf } from './points.ts';
import { healthy } from './troubles.ts';
import { databaseOf } from './workloadItems.ts';

export function registerItems(context: BackupContext, router: ArmRouter): void {
  router.on('GET', `${vaultTemplate}/backupProtectedItems`, (request) => listItems(context, request));
  router.on('GET', itemTemplate, (request) => getItem(context, request));
}

export function itemId(vault: Vault, item: ProtectedItem): string {
  return `${vault.id}/backupFabrics/Azure/protectionContainers/${item.containerName}/protectedItems/${item.name}`;
}

/** The machine that a VM item protects; undefined where it is gone. */
export function machineOf({ world }: BackupContext, item: ProtectedItem): VirtualMachine | undefined {
  return world.machine(item.sourceResourceId);
}

const filters = [
  ...['backupManagementType', 'itemType', 'policyName', 'containerName', 'friendlyName', 'fabricName', 'healthState'],
  ...['backupEngineName', 'backupSetName'],
];

function listItems(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const filter = filterOf(context, request, filters);
  const wanted = [...vault.items.values()].filter(
    (item) =>
      matches(filter, 'backupmanagementtype', managementOf[item.workload]) &&
      matches(filter, 'itemtype', item.workload) &&
      matches(filter, 'policyname', item.policyName ?? '') &&
      matches(filter, 'friendlyname', item.friendlyName) &&
      matches(filter, 'fabricname', 'Azure') &&
      matches(filter, 'backupenginename', '') &&
      matches(filter, 'backupsetname', '') &&
      matches(filter, 'healthstate', isHealthy(item) ? 'Passed' : 'ActionRequired') &&
      matchesContainer(filter.get('containername'), item),
  );
  return context.tools.paged(
    request,
    wanted.map((item) => itemResource(context, request, vault, item, false)),
  );
}

/** Clients give a container's full name or the part behind its type. */
function matchesContainer(wanted: string | undefined, item: ProtectedItem): boolean {
  const full = item.containerName.toLowerCase();
  const asked = wanted?.toLowerCase();
  return asked === undefined || asked === full || full.endsWith(`;${asked}`);
}

function getItem(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const item = itemOf(vault, request);
  const expand = filterOf(context, request, ['expand']).get('expand')?.toLowerCase();
  return { status: 200, body: itemResource(context, request, vault, item, expand === 'extendedinfo') };
}

export function itemResource(
  context: BackupContext,
  request: ArmRequest,
  vault: Vault,
  item: ProtectedItem,
  expanded: boolean,
): JsonObject {
  advanceLogs(context, vault, item, context.world.now());
  return {
    id: itemId(vault, item),
    name: item.name,
    type: 'Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems',
    properties: {
      friendlyName: item.friendlyName,
      ...byWorkload(context, vault, item, expanded),
      backupManagementType: managementOf[item.workload],
      workloadType: item.workload,
      containerName: item.workload === 'VM' ? item.containerName.replace(/^IaasVMContainer;/i, '') : item.containerName,
      sourceResourceId: item.sourceResourceId,
      ...policyOf(vault, item),
      ...lastPoint(context, vault, item),
      vaultId: `${request.origin}${vault.id}`,
      ...deferredDelete(context, vault, item),
      isArchiveEnabled: false,
      softDeleteRetentionPeriod: item.deletedAt === undefined ? 0 : vault.softDeleteRetentionDays,
    },
  };
}

function isHealthy(item: ProtectedItem): boolean {
  return item.lastError === undefined;
}

function byWorkload(context: BackupContext, vault: Vault, item: ProtectedItem, expanded: boolean): JsonObject {
  switch (item.workload) {
    case 'VM':
      return machineFields(context, vault, item, expanded);
    case 'AzureFileShare':
      return shareFields(item);
    case 'SQLDataBase':
    case 'SAPHanaDatabase':
      return databaseFields(context, vault, item);
  }
}

function machineFields(context: BackupContext, vault: Vault, item: ProtectedItem, expanded: boolean): JsonObject {
  const details = item.lastError ?? healthy;
  return {
    virtualMachineId: item.sourceResourceId,
    protectionStatus: isHealthy(item) ? 'Healthy' : 'Unhealthy',
    protectionState: item.protectionState,
    healthStatus: isHealthy(item) ? 'Passed' : 'ActionRequired',
    ...(item.lastBackupAt === undefined ? {} : { healthDetails: [healthDetail(details)] }),
    lastBackupStatus: item.lastBackupStatus,
    lastBackupTime: item.lastBackupAt === undefined ? neverBackedUp : azureTime(item.lastBackupAt),
    protectedItemDataId: item.dataId,
    ...(expanded ? { extendedInfo: extendedInfo(context, vault, item, { policyInconsistent: item.policyState === 'Inconsistent' }) } : {}),
    policyType: policyType(vault, item),
    protectedItemType: 'Microsoft.Compute/virtualMachines',
  };
}

function policyType(vault: Vault, item: ProtectedItem): string {
  const type = item.policyName === undefined ? undefined : vault.policy(item.policyName)?.properties.policyType;
  return typeof type === 'string' ? type : 'V1';
}

function healthDetail(error: BackupError): JsonObject {
  return { code: error.code, title: error.title, message: error.message, recommendations: [...error.recommendations] };
}

function databaseFields(context: BackupContext, vault: Vault, item: ProtectedItem): JsonObject {
  const isSql = item.workload === 'SQLDataBase';
  const container = vault.container(item.containerName);
  const isInGroup = container?.isGroup === true;
  const database = container === undefined ? undefined : databaseOf(container, item);
  const model = isSql ? { recoveryModel: recoveryModels[database?.recoveryModel ?? 'Full'] } : {};
  return {
    serverName: item.hostName ?? '',
    parentName: item.parentName ?? '',
    parentType: isSql ? (isInGroup ? 'AzureVmWorkloadSQLAvailabilityGroup' : 'AzureVmWorkloadSQLInstance') : 'AzureVmWorkloadSAPHanaSystem',
    protectionStatus: isHealthy(item) ? 'Healthy' : 'Unhealthy',
    protectionState: item.protectionState,
    lastBackupStatus: item.lastBackupStatus,
    ...(item.lastBackupAt === undefined ? {} : { lastBackupTime: azureTime(item.lastBackupAt) }),
    ...lastErrorOf(item),
    protectedItemDataSourceId: item.dataId,
    protectedItemHealthStatus: reachability(item),
    extendedInfo: extendedInfo(context, vault, item, { policyState: item.policyState ?? 'Consistent', ...model }),
    ...(isInGroup ? { nodesList: nodesList(context.world, vault, container) } : {}),
    protectedItemType: isSql ? 'AzureVmWorkloadSQLDatabase' : 'AzureVmWorkloadSAPHanaDatabase',
  };
}

/** Recorded for the simple one; the others follow SQL Server's own words. */
const recoveryModels = { Full: 'FULL', Simple: 'SIMPLE', BulkLogged: 'BULK_LOGGED' } as const;

/** Recorded: before anything was backed up there is a detail that says `Success`. */
function lastErrorOf(item: ProtectedItem): JsonObject {
  const error = item.lastError;
  if (error !== undefined) {
    return { lastBackupErrorDetail: { code: error.title, message: error.message, recommendations: [...error.recommendations] } };
  }
  return item.lastBackupStatus === 'IRPending' ? { lastBackupErrorDetail: { code: 'Success', message: '' } } : {};
}

const notReachable = ['VMNotInRunningStateUserError', 'GuestAgentStatusUnavailableUserError', 'UserErrorRegisteredVMNotFound'];

/** Recorded: `NotReachable` where nothing answers; a database that cannot be backed up for another reason is reached. */
function reachability(item: ProtectedItem): string {
  if (item.lastError !== undefined && notReachable.includes(item.lastError.title)) {
    return 'NotReachable';
  }
  return item.lastBackupStatus === 'IRPending' ? 'IRPending' : 'Healthy';
}

function shareFields(item: ProtectedItem): JsonObject {
  return {
    protectionStatus: isHealthy(item) ? 'Healthy' : 'Unhealthy',
    protectionState: item.protectionState,
    lastBackupStatus: item.lastBackupStatus,
    ...(item.lastBackupAt === undefined ? {} : { lastBackupTime: azureTime(item.lastBackupAt) }),
    protectedItemType: 'AzureFileShareProtectedItem',
  };
}

function extendedInfo(context: BackupContext, vault: Vault, item: ProtectedItem, more: JsonObject): JsonObject {
  const points = pointsOf(context, vault, item);
  const oldest = points.at(-1);
  return {
    ...(oldest === undefined ? {} : { oldestRecoveryPoint: wholeSeconds(oldest.at) }),
    recoveryPointCount: points.length,
    ...more,
  };
}

/** VM items name their policy; a stopped one has empty texts. Databases and shares have an id only, and none when stopped. */
function policyOf(vault: Vault, item: ProtectedItem): JsonObject {
  const id = item.policyName === undefined ? undefined : `${vault.id}/backupPolicies/${item.policyName}`;
  if (item.workload === 'VM') {
    return { policyId: id ?? '', policyName: item.policyName ?? '' };
  }
  return id === undefined ? {} : { policyId: id };
}

function lastPoint(context: BackupContext, vault: Vault, item: ProtectedItem): JsonObject {
  const last = pointsOf(context, vault, item)[0];
  if (last === undefined || item.workload === 'AzureFileShare') {
    return {};
  }
  return { lastRecoveryPoint: item.workload === 'VM' ? azureTime(last.at) : wholeSeconds(last.at) };
}

/** Absent unless the item is soft-deleted. The "deferred delete time" is the time of the delete, not of the purge. */
function deferredDelete({ world }: BackupContext, vault: Vault, item: ProtectedItem): JsonObject {
  if (item.deletedAt === undefined) {
    return {};
  }
  return {
    deferredDeleteTimeInUTC: azureTime(item.deletedAt),
    isScheduledForDeferredDelete: true,
    deferredDeleteTimeRemaining: timeSpan(item.deletedAt + vault.softDeleteRetentionDays * day - world.now()),
  };
}
