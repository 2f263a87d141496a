import type { ArmReply, ArmRequest, ArmRouter, JsonObject } from '../arm/types.ts';
import { azureTime, parseFilterTime, wholeSeconds } from '../world/wireFormat.ts';
import { filterOf, itemOf, itemTemplate, vaultOf, type BackupContext } from './context.ts';
import { param } from '../world/scope.ts';
import { itemId, machineOf } from './items.ts';
import type { ProtectedItem, RecoveryPoint } from './model.ts';
import type { Vault } from './vault.ts';
import { pointsOf } from './points.ts';
import { refusals } from './rules.ts';

export function registerRecoveryPoints(context: BackupContext, router: ArmRouter): void {
  router.on('GET', `${itemTemplate}/recoveryPoints`, (request) => listPoints(context, request));
  router.on('GET', `${itemTemplate}/recoveryPoints/{recoveryPoint}`, (request) => getPoint(context, request));
}

const filters = ['startDate', 'endDate', 'restorePointQueryType', 'extendedInfo', 'moveReadyRPOnly', 'includeSoftDeletedRP'];

function listPoints(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const item = itemOf(vault, request);
  const filter = filterOf(context, request, filters);
  const [from, until] = [boundOf(filter, 'startdate'), boundOf(filter, 'enddate')];
  const type = filter.get('restorepointquerytype')?.toLowerCase() ?? 'all';
  const isLogQuery = type === 'log';
  const points = pointsOf(context, item).filter((point) => point.at >= (from ?? 0) && point.at <= (until ?? Infinity) && !isLogQuery);
  const log = item.workload === 'VM' || item.workload === 'AzureFileShare' || ['full', 'differential', 'incremental'].includes(type);
  return context.tools.paged(request, [
    ...(log ? [] : [logRange(vault, item, pointsOf(context, item))]),
    ...points.map((point) => pointResource(context, vault, item, point)),
  ]);
}

function boundOf(filter: ReadonlyMap<string, string>, name: string): number | undefined {
  const text = filter.get(name);
  const time = text === undefined ? undefined : parseFilterTime(text);
  if (text !== undefined && time === undefined) {
    throw refusals.invalidInput(`'${text}' is not a time of the form 'yyyy-MM-dd hh:mm:ss tt'.`);
  }
  return time;
}

function getPoint(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const item = itemOf(vault, request);
  const name = param(request, 'recoveryPoint');
  const point = pointsOf(context, item).find((candidate) => candidate.name === name);
  if (point === undefined) {
    throw refusals.recoveryPointNotFound(name);
  }
  return { status: 200, body: pointResource(context, vault, item, point) };
}

function pointResource(context: BackupContext, vault: Vault, item: ProtectedItem, point: RecoveryPoint): JsonObject {
  return {
    id: `${itemId(vault, item)}/recoveryPoints/${point.name}`,
    name: point.name,
    type: 'Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems/recoveryPoints',
    properties: propertiesOfPoint(context, item, point),
  };
}

function propertiesOfPoint(context: BackupContext, item: ProtectedItem, point: RecoveryPoint): JsonObject {
  const expiry = {
    recoveryPointProperties: {
      expiryTime: wholeSeconds(point.expiresAt).replace('Z', '.0000000Z'),
      ruleName: point.rule,
      isSoftDeleted: false,
    },
  };
  switch (item.workload) {
    case 'VM':
      return machinePoint(context, item, point);
    case 'AzureFileShare': {
      const at = wholeSeconds(point.at);
      const account = item.parentName ?? '';
      return {
        objectType: 'AzureFileShareRecoveryPoint',
        recoveryPointType: 'FileSystemConsistent',
        recoveryPointTime: at,
        fileShareSnapshotUri: `https://${account}.file.core.windows.net/${item.friendlyName}?sharesnapshot=${at.replace('Z', '.0000000Z')}`,
        recoveryPointSizeInGB: Math.round(item.sizeGb),
        recoveryPointTierDetails: tiers(context, point),
      };
    }
    case 'SQLDataBase':
    case 'SAPHanaDatabase':
      return {
        objectType: item.workload === 'SQLDataBase' ? 'AzureWorkloadSQLRecoveryPoint' : 'AzureWorkloadSAPHanaRecoveryPoint',
        recoveryPointTimeInUTC: wholeSeconds(point.at),
        type: point.type,
        recoveryPointTierDetails: tiers(context, point),
        recoveryPointMoveReadinessInfo: notMovable,
        ...expiry,
      };
  }
}

const notMovable: JsonObject = {
  ArchivedRP: {
    isReadyForMove: false,
    additionalInfo: "We're still determining if this Recovery Point can be moved.. Please check again after some time.",
  },
};

function machinePoint(context: BackupContext, item: ProtectedItem, point: RecoveryPoint): JsonObject {
  const machine = machineOf(context, item);
  const premium = machine?.disks.every((disk) => disk.sku === 'Premium_LRS') ?? true;
  return {
    objectType: 'IaasVMRecoveryPoint',
    recoveryPointType: point.type,
    recoveryPointTime: azureTime(point.at),
    recoveryPointAdditionalInfo: '',
    sourceVMStorageType: premium ? 'PremiumVMOnPremiumStorage' : 'PremiumVMOnPartialPremiumStorage',
    isSourceVMEncrypted: false,
    isInstantIlrSessionActive: false,
    recoveryPointTierDetails: tiers(context, point),
    isManagedVirtualMachine: true,
    virtualMachineSize: machine?.size ?? 'Standard_D2s_v3',
    originalStorageAccountOption: false,
    osType: machine?.osType ?? 'Windows',
    recoveryPointMoveReadinessInfo: notMovable,
    securityType: 'None',
    isPrivateAccessEnabledOnAnyDisk: false,
    createdWithPolicyType: 'V1',
  };
}

function tiers({ world }: BackupContext, point: RecoveryPoint): JsonObject[] {
  const now = world.now();
  const snapshot =
    point.snapshotUntil !== undefined && (point.snapshotUntil > now || point.vaultedAt === undefined || point.vaultedAt > now);
  const vaulted = point.vaultedAt !== undefined && point.vaultedAt <= now;
  return [...(snapshot ? [{ type: 'InstantRP', status: 'Valid' }] : []), ...(vaulted ? [{ type: 'HardenedRP', status: 'Valid' }] : [])];
}

/** All log ranges of a database are one object with a name of its own. */
function logRange(vault: Vault, item: ProtectedItem, points: readonly RecoveryPoint[]): JsonObject {
  const name = 'DefaultRangeRecoveryPoint';
  const oldest = points.at(-1);
  const newest = item.lastBackupAt ?? points[0]?.at;
  const ranges =
    oldest === undefined || newest === undefined || newest <= oldest.at
      ? []
      : [{ startTime: wholeSeconds(oldest.at), endTime: wholeSeconds(newest) }];
  return {
    id: `${itemId(vault, item)}/recoveryPoints/${name}`,
    name,
    type: 'Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems/recoveryPoints',
    properties: {
      objectType:
        item.workload === 'SQLDataBase' ? 'AzureWorkloadSQLPointInTimeRecoveryPoint' : 'AzureWorkloadSAPHanaPointInTimeRecoveryPoint',
      timeRanges: ranges,
      type: 'Log',
    },
  };
}
