/** Rows of SQL Server in Azure VMs: statements, several jobs, batches, places. */
import type { OperationRecord } from '../../../src/core/operation.ts';
import type { FullView } from '../../unit/views/fullView.ts';
import { row } from './rows.ts';

const minute = 60_000;
const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

const grant = `USE [master];
GO
IF NOT EXISTS (SELECT 1 FROM sys.server_principals WHERE name = N'NT SERVICE\\AzureWLBackupPluginSvc')
    CREATE LOGIN [NT SERVICE\\AzureWLBackupPluginSvc] FROM WINDOWS WITH DEFAULT_DATABASE = [master];
ALTER SERVER ROLE [sysadmin] ADD MEMBER [NT SERVICE\\AzureWLBackupPluginSvc];
GO`;

/** What a registration ends with where the backup extension is no sysadmin. */
export const registered = (text = grant, title = 'T-SQL, on each SQL Server instance of erp-db-02, as a member of sysadmin'): FullView =>
  row('registered', 'erp-db-02', 4 * minute, {
    title: 'Register',
    status: 'succeededWithWarnings',
    endedAt: ago(minute),
    outcome: 'erp-db-02 is registered. 3 databases were found.',
    warnings: [
      {
        code: 'UserErrorSQLNoSysadminMembership',
        message: 'Azure Backup may not look into the SQL Server instance REPORTING: its account is no member of sysadmin there.',
        remedies: ['Run the statement below on that instance, then choose Rediscover Databases.'],
        statement: { title, text },
      },
    ],
  });

const database = (name: string, host: string): Partial<OperationRecord> => ({
  target: {
    id: `/subscriptions/5f0c/${host}/${name}`,
    name,
    kind: 'SQL database',
    where: `MSSQLSERVER on ${host}`,
    containerName: 'vault-prod-weu',
  },
});
const job = { id: '/jobs/1', name: '9d8e2b7f-3a6d-4e10-8a1c-0c1e55aa4c1f', operation: 'Backup (Full)', cancellable: true };

/** A backup of one task without a percentage, and one whose operation made several jobs. */
export function workloadJobs(): FullView[] {
  return [
    row('oneTask', 'msdb', 3 * minute, {
      ...database('msdb', 'erp-db-01'),
      job,
      progress: {
        message: 'Transfer data to vault',
        tasks: [{ name: 'Transfer data to vault', status: 'running' }],
        properties: { 'Data Transferred (in MB)': '148.5' },
      },
    }),
    row('jobs', 'sales', 2 * minute, {
      ...database('sales', 'erp-db-02'),
      job,
      progress: {
        message: '1 of 3 jobs has ended',
        tasks: [
          { name: 'Backup (Full) of sales', status: 'succeeded', duration: 'PT1M3S' },
          { name: 'Backup (Full) of payroll', status: 'running', detail: 'Transfer data to vault' },
          { name: 'Backup (Full) of a_database_with_a_name_that_goes_on_and_on_and_on_until_it_no_longer_fits', status: 'notStarted' },
        ],
      },
    }),
    row('insists', 'erp-db-03', 6 * minute, {
      title: 'Unregister',
      status: 'accepted',
      progress: { message: 'Azure is working on it' },
      trouble: {
        kind: 'noAnswer',
        since: ago(3 * minute),
        nextAt: new Date(Date.now() + minute).toISOString(),
        error: {
          code: 'CloudInternalError',
          message: 'Could not follow "Unregister" (erp-db-03): Microsoft Azure Backup encountered an internal error. (CloudInternalError)',
          status: 500,
        },
        insists: {
          status: 500,
          code: 'CloudInternalError',
          count: 5,
          since: ago(3 * minute),
          decidesAt: new Date(Date.now() + 2 * minute).toISOString(),
        },
      },
    }),
  ];
}

export const batchId = '0f6c2f5e-0d4c-4a7e-9a3e-5d1b3f1d7c11';

/** Ten that were protected together, on two machines that have databases of the same names. */
export function batch(): FullView[] {
  const names = ['sales', 'payroll', 'msdb', 'model', 'crm', 'stock', 'msdb', 'web', 'audit', 'tax'];
  return names.map((name, at) => {
    const parts: Partial<OperationRecord> =
      at < 4
        ? { status: 'succeeded', endedAt: ago(minute), outcome: `${name} is protected by HourlyLogBackup; its first backup is pending.` }
        : at === 4
          ? {
              status: 'failed',
              endedAt: ago(minute),
              error: {
                code: 'UserErrorDatabaseNotFound',
                message: 'The database was dropped since it was found.',
                remedies: ['Choose Rediscover Databases.'],
              },
            }
          : { status: 'accepted', progress: { message: 'Accepted; waiting for its job' } };
    return row(`b${at}`, name, 2 * minute + at * 100, {
      ...database(name, at < 6 ? 'erp-db-01' : 'erp-db-02'),
      title: 'Protect',
      batch: { id: batchId, size: 10 },
      ...parts,
    });
  });
}
