import assert from 'node:assert/strict';
import { readJob } from '../../../src/providers/recoveryServices/model.ts';
import { endOf } from '../../../src/providers/recoveryServices/tracking/jobProgress.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import type { OperationRecord } from '../../../src/core/operation.ts';
import { jobTracker } from '../../../src/providers/recoveryServices/tracking/jobTracker.ts';
import { databaseId, databaseJobJson, msdb } from './databaseFakes.ts';

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

  it('names the database where the operation itself failed, whose answer does not', () => {
    const target = { id: databaseId(msdb), name: 'Sales [old]', kind: 'SQL database' };
    const of = (intent: JsonObject): string | undefined => {
      const record = { cloud: 'https://arm.test', target, intent } as unknown as OperationRecord;
      const url = `https://arm.test${target.id}/operationsStatus/g1?api-version=2025-02-01`;
      const { state } = jobTracker.begin(record, { status: 202, headers: { 'azure-asyncoperation': url } }, 0);
      const body = { status: 'Failed', error: { code: 'UserErrorSQLDatabaseNotOnline', message: 'It is offline.' } };
      return jobTracker.step(state, { status: 200, headers: {}, body }, 1).error?.statement?.text;
    };
    assert.equal(of({ workload: 'sql' }), 'ALTER DATABASE [Sales [old]]] SET ONLINE;\n');
    assert.equal(of({}), 'ALTER DATABASE <name of the database> SET ONLINE;\n', 'of what is not known to be a database');
  });

  it('is never for another database: what else stands in brackets is the name itself', () => {
    for (const operation of ['ConfigureBackup', 'DisableBackup', 'DeleteBackupData', 'Undelete']) {
      assert.equal(statementOf(operation, 'Sales [old]'), 'ALTER DATABASE [Sales [old]]] SET ONLINE;\n', operation);
    }
  });
});
