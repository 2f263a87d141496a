import type { ArmReply, ArmRequest, ArmRouter, JsonObject } from '../arm/types.ts';
import { azureTime, parseFilterTime, wholeSeconds } from '../world/wireFormat.ts';
import { filterOf, itemOf, itemTemplate, vaultOf, type BackupContext } from './context.ts';
import { isObject, param } from '../world/scope.ts';
import { isDatabase } from './databases.ts';
import { itemId, machineOf } from './items.ts';
import { advanceLogs } from './logs.ts';
import type { ProtectedItem, RecoveryPoint } from './model.ts';
import type { Vault } from './vault.ts';
import { pointsOf } from './points.ts';
import { keepsLogsFor } from './retention.ts';
import { refusals } from './rules.ts';

export function registerRecoveryPoints(context: BackupContext, router: ArmRouter): void {
  router.on('GET', `${itemTemplate}/recoveryPoints`, (request) => listPoints(context, request));
  router.on('GET', `${itemTemplate}/recoveryPoints/{recoveryPoint}`, (request) => getPoint(context, request));
}

const filters = ['startDate', 'endDate', 'restorePointQueryType', 'extendedInfo', 'moveReadyRPOnly', 'includeSoftDeletedRP'];

/** `restorePointQueryType` of the published contract: which types of a database's points it finds. */
const queryTypes: Readonly<Record<string, readonly string[]>> = {
  all: ['Full', 'Differential', 'Incremental', 'Log'],
  full: ['Full'],
  differential: ['Differential'],
  incremental: ['Incremental'],
  log: ['Log'],
  fullanddifferential: ['Full', 'Differential'],
  snapshotfull: [],
  snapshotcopyonlyfull: [],
};

function listPoints(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const item = itemOf(vault, request);
  const filter = filterOf(context, request, filters);
  const [from, until] = [boundOf(filter, 'startdate') ?? 0, boundOf(filter, 'enddate') ?? Infinity];
  const said = filter.get('restorepointquerytype') ?? 'All';
  const types = queryTypes[said.toLowerCase()];
  if (types === undefined) {
    throw refusals.invalidInput(`'${said}' is not a restorePointQueryType; it is one of ${Object.keys(queryTypes).join(', ')}.`);
  }
  const ofDatabase = isDatabase(item);
  const points = pointsOf(context, vault, item).filter(
    (point) => point.at >= from && point.at <= until && (ofDatabase ? types.includes(point.type) : said.toLowerCase() !== 'log'),
  );
  // Documented: a list of nothing but the log has the files too, where it is asked to.
  const detailed = said.toLowerCase() === 'log' && filter.get('extendedinfo')?.toLowerCase() === 'true';
  return context.tools.paged(request, [
    ...points.map((point) => listed(context, item, point, pointResource(context, vault, item, point))),
    // Recorded: the log comes last.
    ...(ofDatabase && types.includes('Log') ? [logRange(context, vault, item, { from, until }, detailed)] : []),
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
  if (isDatabase(item) && name.toLowerCase() === rangeName.toLowerCase()) {
    return { status: 200, body: logRange(context, vault, item, { from: 0, until: Infinity }, true) };
  }
  const point = pointsOf(context, vault, item).find((candidate) => candidate.name === name);
  if (point === undefined) {
    throw refusals.recoveryPointNotFound(name);
  }
  const { properties, ...resource } = pointResource(context, vault, item, point);
  const files = item.workload === 'SQLDataBase' && isObject(properties) ? { extendedInfo: filesOf(item, point.at) } : {};
  return { status: 200, body: { ...resource, properties: { ...(isObject(properties) ? properties : {}), ...files } } };
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
      };
  }
}

/** Azure milliseconds until a list tells how long a database's point is kept: recorded, not in the first nine minutes. */
const expirySettles = 15 * 60_000;

/** A point as lists have it. Recorded: only they tell how long a database's point is kept, and not at once. */
function listed({ world }: BackupContext, item: ProtectedItem, point: RecoveryPoint, resource: JsonObject): JsonObject {
  if (!isDatabase(item) || world.now() < point.at + world.clock.scaled(expirySettles)) {
    return resource;
  }
  const recoveryPointProperties = {
    expiryTime: wholeSeconds(point.expiresAt).replace('Z', '.0000000Z'),
    ruleName: point.rule,
    isSoftDeleted: false,
  };
  return { ...resource, properties: { ...(isObject(resource.properties) ? resource.properties : {}), recoveryPointProperties } };
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

const rangeName = 'DefaultRangeRecoveryPoint';

/**
 * All log ranges of a database are one object with a name of its own. Where a time is asked for, ranges end at its ends
 * (no record).
 */
function logRange(
  context: BackupContext,
  vault: Vault,
  item: ProtectedItem,
  asked: { from: number; until: number },
  detailed: boolean,
): JsonObject {
  const now = context.world.now();
  advanceLogs(context, vault, item, now);
  const policy = item.policyName === undefined ? undefined : vault.policy(item.policyName);
  // A stopped item keeps all that it has.
  const kept = policy === undefined ? 0 : now - keepsLogsFor(policy);
  const ranges = item.points.logs.ranges
    .map(({ start, end }) => ({ start: Math.max(start, kept, asked.from), end: Math.min(end, asked.until) }))
    .filter(({ start, end }) => end > start);
  const newest = ranges.at(-1);
  return {
    id: `${itemId(vault, item)}/recoveryPoints/${rangeName}`,
    name: rangeName,
    type: 'Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems/recoveryPoints',
    properties: {
      objectType:
        item.workload === 'SQLDataBase' ? 'AzureWorkloadSQLPointInTimeRecoveryPoint' : 'AzureWorkloadSAPHanaPointInTimeRecoveryPoint',
      ...(detailed && newest !== undefined && item.workload === 'SQLDataBase' ? { extendedInfo: filesOf(item, newest.end) } : {}),
      timeRanges: ranges.map(({ start, end }) => ({ startTime: wholeSeconds(start), endTime: wholeSeconds(end) })),
      type: 'Log',
    },
  };
}

/** Where SQL Server keeps the files of a database, as a read of a single point tells (recorded). */
function filesOf(item: ProtectedItem, at: number): JsonObject {
  const folder = `C:\\Program Files\\Microsoft SQL Server\\MSSQL15.${item.parentName ?? ''}\\MSSQL\\DATA`;
  const name = item.friendlyName;
  return {
    dataDirectoryTimeInUTC: wholeSeconds(at),
    dataDirectoryPaths: [
      { type: 'Data', path: `${folder}\\${name}.mdf`, logicalName: name },
      { type: 'Log', path: `${folder}\\${name}_log.ldf`, logicalName: `${name}_log` },
    ],
    snapshotRecoveryPointInfo: {},
  };
}
