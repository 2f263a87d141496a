import assert from 'node:assert/strict';
import { readJob } from '../../../src/providers/recoveryServices/model.ts';
import { endOf } from '../../../src/providers/recoveryServices/tracking/jobProgress.ts';
import { databaseJobJson } from './databaseFakes.ts';

/** The statement that comes with the failure of a job. */
function statementOf(operation: string, entityFriendlyName: string): string | undefined {
  const failed = readJob(
    databaseJobJson('j1', {
      operation,
      entityFriendlyName,
      workloadType: 'SQLDataBase',
      status: 'Failed',
      errorDetails: [{ errorCode: 1, errorTitle: 'UserErrorSQLDatabaseNotOnline', errorString: 'It is not online.' }],
    }),
  );
  return endOf(failed)?.error?.statement?.text;
}

describe('the statement that mends what failed a job', () => {
  it('is for the database without the host that backups and restores name behind it', () => {
    assert.equal(statementOf('Backup (Full)', 'Sales [sql-01]'), 'ALTER DATABASE [Sales] SET ONLINE;\n');
    assert.equal(statementOf('Restore (Full)', 'Sales [old] [sql-01]'), 'ALTER DATABASE [Sales [old]]] SET ONLINE;\n');
  });

  it('is never for another database: what else stands in brackets is the name itself', () => {
    for (const operation of ['ConfigureBackup', 'DisableBackup', 'DeleteBackupData', 'Undelete']) {
      assert.equal(statementOf(operation, 'Sales [old]'), 'ALTER DATABASE [Sales [old]]] SET ONLINE;\n', operation);
    }
  });
});
