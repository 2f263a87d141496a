/**
 * What to do about the error codes of SQL Server backup in Azure VMs, one sentence a remedy, and the T-SQL that mends what
 * T-SQL can mend. From Microsoft's troubleshooting guide for SQL Server database backup; where a code is not in it, from
 * SQL Server's own rules.
 */
import type { RemedyStatement } from '../../core/errors.ts';

/** The account that the backup extension works with, from Microsoft's documentation of SQL Server backup in Azure VMs. */
const pluginAccount = 'NT SERVICE\\AzureWLBackupPluginSvc';

const startServer = 'Start the VM and its SQL Server service.';
const reRegister = 'If it runs and can reach Azure, re-register its container: the backup extension is installed and configured anew.';
const fullFirst = 'Run a full backup: differential and log backups build on it.';
const otherTool = 'Find out whether another tool or script backs this database up too, and stop it.';
const outbound =
  'Let the VM reach Azure Backup, Azure Storage and Microsoft Entra ID: check name resolution, firewall, proxy and network security groups (service tag AzureBackup).';
const tomorrow = 'Azure Backup limits this to so many in 24 hours: try again tomorrow.';
const installAgent = 'Install or repair the Azure VM agent of the VM, and check that its service runs.';

export const sqlRemedies: Readonly<Record<string, readonly string[]>> = {
  // Rights and connections.
  UserErrorSQLNoSysadminMembership: [
    `Grant sysadmin to ${pluginAccount} on every SQL instance of the VM, the unused default one too, then rediscover its databases.`,
  ],
  UserErrorOpeningSQLConnection: [
    'Check that the SQL Server instance runs, takes local connections, and lets the backup extension’s account log in; the details name SQL Server’s own error.',
  ],
  UserErrorWindowsWLExtFailedToStartPluginService: [
    `On the VM, give ${pluginAccount} read access to the .NET assemblies and machine.config, and the right "Bypass traverse checking"; then start its service.`,
  ],
  // What can be backed up how.
  UserErrorSQLPODoesNotSupportBackupType: [
    'Under the simple recovery model a log cannot be backed up: set the database to the full recovery model, or leave logs out of its policy.',
    'Of master only full backups are possible.',
  ],
  UserErrorParentFullBackupMissing: [fullFirst],
  UserErrorSQLLSNValidationFailure: ['The log chain is broken: run a full backup, with which a new one begins.', otherTool],
  UserErrorBackupFailedAsTransactionLogIsFull: [
    'Make room for the transaction log of the database: let it grow, or find in sys.databases (log_reuse_wait_desc) what keeps it from being cut.',
  ],
  UserErrorFileManipulationIsNotAllowedDuringBackup: [
    'Back up again when no file of the database is added, dropped or shrunk, and its encryption is not being changed.',
    otherTool,
  ],
  OperationCancelledBecauseConflictingOperationRunningUserError: [
    'A backup of this type runs on the database already: wait until it has ended.',
  ],
  UserErrorBackupFailedAsRemedialBackupInProgress: ['Azure Backup is mending the log chain with a full backup: wait until that has ended.'],
  UserErrorOperationNotAllowedDatabaseMirroringEnabled: [
    'End the mirroring of the database, or stop its protection: Azure Backup does not support both.',
  ],
  // Databases that are not what they were.
  UserErrorSQLPODoesNotExist: [
    'The database was dropped or renamed: choose Rediscover Databases on its server to see what is there now.',
    'Where it was protected under this name, restore it or stop its protection.',
  ],
  UserErrorSQLDatabaseNotOnline: ['Bring the database online: one that is offline, restoring or suspect cannot be backed up.'],
  UserErrorSQLDatabaseNameNotSupported: ['Azure Backup does not take this name: rename the database, rediscover, and protect it then.'],
  // The server.
  VMNotInRunningStateUserError: [startServer],
  GuestAgentStatusUnavailableUserError: [installAgent],
  WorkloadExtensionNotReachable: [startServer, outbound, reRegister],
  UserErrorWorkloadExtensionNotInstalled: [reRegister],
  WorkloadExtensionNotPresent: [reRegister],
  WorkloadExtensionDidntDequeueMsg: [startServer, reRegister],
  UserErrorVMInternetConnectivityIssue: [outbound],
  UserErrorCannotConnectToAzureActiveDirectoryService: [outbound],
  WlExtGenericIOFaultUserError: [
    'Check the target drive or share on the VM: NT AUTHORITY\\SYSTEM must be able to write there, and there must be room.',
  ],
  FabricSvcBackupPreferenceCheckFailedUserError: [
    'Register every node of the availability group that its backup preference names, and check that they are reachable; or change that preference.',
  ],
  BMSUserErrorContainerRegisteredWithAnotherVault: ['Another vault has this server: unregister it there first, which ends its backups.'],
  // Auto-protection and limits.
  AutoProtectionCancelledOrNotValid: ['Auto-protection was turned off meanwhile: turn it on again for the databases that are left.'],
  CloudDosAbsoluteLimitReached: [tomorrow],
  CloudDosAbsoluteLimitReachedWithRetry: ['There is nothing to do: Azure Backup goes on by itself after 24 hours.'],
  // Restoring.
  UserErrorCannotRestoreExistingDBWithoutForceOverwrite: [
    'Choose another name for the restored database, or let it overwrite the one that is there.',
  ],
  UserErrorRestoreFailedDatabaseCannotBeOfflined: ['End the connections that keep the target database busy, then restore again.'],
  UserErrorCannotFindServerCertificateWithThumbprint: [
    'Bring the certificate that encrypts the database from the source instance to master of the target instance first.',
  ],
  UserErrorRestoreNotPossibleBecauseLogBackupContainsBulkLoggedChanges: [
    'Choose another moment: within a log backup with bulk-logged changes no point in time can be restored.',
  ],
};

/** What a failure was about, as far as it is known. */
export interface ErrorSubject {
  /** The database's own name, or as a job has it: `msdb [sql-01]`. */
  readonly database?: string;
  /** Of a backup: `Log`. */
  readonly backupType?: string;
  /** The service's own message. */
  readonly said?: string;
}

/**
 * T-SQL that mends it; undefined for what no statement mends.
 * @param code any case
 */
export function sqlStatementFor(code: string, { database, backupType, said }: ErrorSubject = {}): RemedyStatement | undefined {
  switch (code.trim().toLowerCase()) {
    case 'usererrorsqlnosysadminmembership':
      return grantSysadmin;
    case 'usererrorsqlpodoesnotsupportbackuptype':
      // master stays as it is, and only logs ask for another recovery model.
      return database?.toLowerCase() === 'master' || /^diff/i.test(backupType ?? '') ? undefined : fullRecoveryModel(database);
    case 'usererrorsqldatabasenotonline':
      // One that is being restored has its restore to be ended, and a suspect one to be repaired: neither is set online.
      return /restoring|recover|suspect/i.test(said ?? '')
        ? undefined
        : {
            title: 'T-SQL, on the SQL Server instance of the database: brings it online where it was taken offline',
            text: `ALTER DATABASE ${quotedName(database)} SET ONLINE;\n`,
          };
    default:
      return undefined;
  }
}

const grantSysadmin: RemedyStatement = {
  title: 'T-SQL, on each SQL Server instance of the machine, as a member of sysadmin',
  text: `-- Azure Backup works with the account ${pluginAccount}, which needs the right sysadmin.
-- Run this on every SQL Server instance of the machine, those that are not backed up too.
USE [master];
IF NOT EXISTS (SELECT 1 FROM sys.server_principals WHERE sid = SUSER_SID(N'${pluginAccount}'))
    CREATE LOGIN [${pluginAccount}] FROM WINDOWS WITH DEFAULT_DATABASE = [master];
ALTER LOGIN [${pluginAccount}] ENABLE;
ALTER SERVER ROLE [sysadmin] ADD MEMBER [${pluginAccount}];
`,
};

function fullRecoveryModel(database: string | undefined): RemedyStatement {
  return {
    title: 'T-SQL, on the SQL Server instance of the database: from then on its log grows until it is backed up',
    text: `ALTER DATABASE ${quotedName(database)} SET RECOVERY FULL;\n-- The log chain begins with the next full backup.\n`,
  };
}

/**
 * A name in T-SQL: in brackets, those that close inside it doubled. Without a name, a place for one that T-SQL refuses as
 * it is; so too for a name of several lines, as tools that run scripts take `GO` and `!!` at the beginning of a line for
 * theirs, in brackets or not, and for one with `$(`, in which they put a value of their own.
 */
function quotedName(name: string | undefined): string {
  return name === undefined || unscriptable.test(name) ? '<name of the database>' : `[${name.replaceAll(']', ']]')}]`;
}

const unscriptable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\$\(/; // eslint-disable-line no-control-regex -- control characters are what it looks for
