import type { InquiryError, OperationError } from './model.ts';

/**
 * What Azure Backup says of databases in machines. Each names where it was seen: in recorded traffic, in Microsoft's
 * documentation, or in users' reports; "No record" marks a refusal whose code nobody wrote down in public.
 */

/** Recorded, code, words and recommendation, as the result of an inquiry. */
export const noSysadmin: InquiryError = {
  code: 'UserErrorSQLNoSysadminMembership',
  message:
    'Azure Backup service creates a service account "NT Service\\AzureWLBackupPluginSvc" (or "svc_AzWLBackupPlugin" user account in case of Windows Server 2008) for all operations and this account needs SQL sysadmin privilege.',
  recommendations: [
    'Ensure that SQL sysadmin privileges are granted to "NT Service\\AzureWLBackupPluginSvc" service account (or "svc_AzWLBackupPlugin" user account in case of Windows Server 2008). Also check that the login status is Enabled for this account. If the issue persists, please contact Microsoft support.',
  ],
  additionalDetail: 'UserErrorSQLNoSysadminMembership',
};

/** Failures that come after a 202: of registrations, inquiries and configurations. */
export const insideFailures = {
  /** Documented. */
  machineOff: (): OperationError => ({
    code: 'VMNotInRunningStateUserError',
    message:
      'SQL server VM is either shutdown and not accessible to Azure Backup service. Ensure that the virtual machine and the SQL Server instance are running.',
  }),
  /** Documented. */
  noGuestAgent: (): OperationError => ({
    code: 'GuestAgentStatusUnavailableUserError',
    message:
      'Azure Backup service uses Azure VM guest agent for doing backup but guest agent is not available on the target server. Install the VM guest agent and retry.',
  }),
  /** Recorded, as the error of a job. */
  machineGone: (): OperationError => ({
    code: 'UserErrorRegisteredVMNotFound',
    message:
      'Azure Backup service is unable to find the virtual machine registered for workload backup. Refer to the documentation https://go.microsoft.com/fwlink/?linkid=2160201 for resolution of this error.',
  }),
  /** Documented. */
  databaseGone: (): OperationError => ({
    code: 'UserErrorSQLPODoesNotExist',
    message: 'SQL database does not exist. Check if the database was accidentally deleted or renamed.',
  }),
  /** No record: that such a database cannot be backed up is SQL Server's own rule. */
  databaseNotOnline: (name: string, state: string): OperationError => ({
    code: 'UserErrorSQLDatabaseNotOnline',
    message: `The database '${name}' cannot be backed up as its state is '${state}'. Bring the database online and retry.`,
  }),
  /** The names are documented, the code has no record. */
  nameNotSupported: (name: string): OperationError => ({
    code: 'UserErrorSQLDatabaseNameNotSupported',
    message: `The database '${name}' cannot be backed up as its name begins or ends with a space, ends with an exclamation mark, or holds a square bracket. Rename the database and retry.`,
  }),
  /** Documented, for databases of a group whose machines are not all registered. */
  groupIncomplete: (): OperationError => ({
    code: 'FabricSvcBackupPreferenceCheckFailedUserError',
    message:
      'Backup preference for SQL Always On Availability Group cannot be met as some nodes of the Availability Group are not registered. Ensure that all the nodes required to perform backups of this database are registered and healthy, and then retry the operation.',
  }),
  /** Recorded: the unregistration of an account whose shares are soft-deleted ends so, and takes effect. */
  internalError: (): OperationError => ({
    code: 'CloudInternalError',
    message:
      'Microsoft Azure Backup encountered an internal error. Wait for a few minutes and then try the operation again. If the issue persists, please contact Microsoft support.',
  }),
} as const;
