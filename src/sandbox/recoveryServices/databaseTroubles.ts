import type { Database, DatabaseServer } from '../world/entities.ts';
import type { WorldContext } from './context.ts';
import { registeredNodes } from './groups.ts';
import type { BackupError, BackupType, Container, OperationError, ProtectedItem } from './model.ts';
import { insideFailures, noSysadmin } from './sqlTroubles.ts';
import type { Vault } from './vault.ts';
import { databaseOf, parentsOf, troubleInside } from './workloadItems.ts';

/**
 * Why a backup of a database fails. Azure takes the request for each of these and lets the job fail (documented for
 * `conflict`, `unsupportedType`, `parentFullMissing` and `chainBroken`; no record for the others).
 */
const databaseTroubles = {
  /** Documented, number and all, as the error of a job. */
  conflict: {
    code: 510008,
    title: 'OperationCancelledBecauseConflictingOperationRunningUserError',
    message: 'Operation cancelled as a conflicting operation was already running on the same database.',
    recommendations: ['Please try again after sometime.'],
  },
  /** Documented; the number is of Azure's range and not on record. */
  unsupportedType: {
    code: 510020,
    title: 'UserErrorSQLPODoesNotSupportBackupType',
    message: 'This SQL database does not support the requested backup type.',
    recommendations: [
      'Log backups need the full or the bulk-logged recovery model. Differential and log backups of the master database are not possible.',
    ],
  },
  /** Documented; the number is not on record. */
  parentFullMissing: {
    code: 510021,
    title: 'UserErrorParentFullBackupMissing',
    message: 'First full backup is missing for this data source.',
    recommendations: ['Trigger an on-demand full backup.'],
  },
  /** Documented; the number is not on record. */
  chainBroken: {
    code: 510022,
    title: 'UserErrorSQLLSNValidationFailure',
    message: 'Log chain is broken.',
    recommendations: ['Trigger a full backup to start a new log chain.'],
  },
} as const satisfies Record<string, BackupError>;

/** The numbers of these are of Azure's range and not on record. */
const insideCodes: Readonly<Record<string, number>> = {
  UserErrorRegisteredVMNotFound: 530255,
  VMNotInRunningStateUserError: 510030,
  GuestAgentStatusUnavailableUserError: 510031,
  UserErrorSQLPODoesNotExist: 510032,
  UserErrorSQLDatabaseNotOnline: 510033,
  FabricSvcBackupPreferenceCheckFailedUserError: 510034,
};

/** As a job tells it: an operation has message and advice in one text, a job has them apart. */
export function jobErrorOf({ code, message }: OperationError, additionalDetails?: string): BackupError {
  const [, said = message, advice] = /^(.*\.) (\S.*)$/s.exec(message) ?? [];
  return {
    code: insideCodes[code] ?? 510039,
    title: code,
    message: said,
    recommendations: advice === undefined ? [] : [advice],
    ...(additionalDetails === undefined ? {} : { additionalDetails }),
  };
}

/** What a backup of a database runs into at this moment. @param running types of its backups that are under way. */
export function databaseTrouble(
  context: WorldContext,
  vault: Vault,
  item: ProtectedItem,
  type: BackupType,
  running: readonly BackupType[],
): BackupError | undefined {
  if (running.some((other) => (other === 'Log') === (type === 'Log'))) {
    return databaseTroubles.conflict;
  }
  const container = vault.container(item.containerName);
  const database = container === undefined ? undefined : databaseOf(container, item);
  const inside = troubleInside(context, vault, item);
  if (inside !== undefined) {
    return jobErrorOf(inside, serverText(database));
  }
  if (container !== undefined && lacksRight(container.databaseServer, item)) {
    return { code: 510035, title: noSysadmin.code, message: noSysadmin.message, recommendations: noSysadmin.recommendations };
  }
  if (container !== undefined && isIncomplete(context, vault, container)) {
    return jobErrorOf(insideFailures.groupIncomplete());
  }
  return item.workload === 'SQLDataBase' ? typeTrouble(item, database, type) : undefined;
}

function typeTrouble(item: ProtectedItem, database: Database | undefined, type: BackupType): BackupError | undefined {
  if (!supports(item, database, type)) {
    return databaseTroubles.unsupportedType;
  }
  if (type !== 'Full' && type !== 'CopyOnlyFull' && item.points.lastFull === undefined) {
    return databaseTroubles.parentFullMissing;
  }
  return type === 'Log' && item.points.logs.reaches === undefined ? databaseTroubles.chainBroken : undefined;
}

/** Documented: no logs under the simple recovery model; of master nothing but full backups. */
export function supports(item: ProtectedItem, database: Database | undefined, type: BackupType): boolean {
  if (type === 'Full' || type === 'CopyOnlyFull') {
    return true;
  }
  const isMaster = item.workload === 'SQLDataBase' && item.friendlyName.toLowerCase() === 'master';
  return !isMaster && (type !== 'Log' || database?.recoveryModel !== 'Simple');
}

/** SQL Server's own words for a database that cannot be read. */
function serverText(database: Database | undefined): string | undefined {
  switch (database?.state) {
    case 'Offline':
      return `Msg 942: Database '${database.name}' cannot be opened because it is offline.`;
    case 'Restoring':
      return `Msg 927: Database '${database.name}' cannot be opened. It is in the middle of a restore.`;
    case 'Online':
    case undefined:
      return undefined;
  }
}

function lacksRight(server: DatabaseServer | undefined, item: ProtectedItem): boolean {
  const parent = server === undefined ? undefined : parentsOf(server).find(({ name }) => name === item.parentName);
  return parent !== undefined && 'lacksSysadmin' in parent && parent.lacksSysadmin === true;
}

function isIncomplete({ world }: WorldContext, vault: Vault, container: Container): boolean {
  const nodes = container.isGroup === true ? container.databaseServer?.groups?.[0]?.nodes : undefined;
  return nodes !== undefined && registeredNodes(world, vault, container).length < nodes.length;
}
