import assert from 'node:assert/strict';
import { day, minute, second, type DomainReply } from './domainSupport.ts';
import { SqlVault, sqlVault } from './sqlSupport.ts';

const policy = 'SQL-Full-Daily-Log-15min';

describe('sandbox domain: protection of SQL Server databases', () => {
  let sql: SqlVault;
  beforeEach(() => {
    sql = new SqlVault();
  });

  const refused = (reply: DomainReply, code: string, words: RegExp): void => {
    assert.deepEqual([reply.status, reply.at('error.code')], [400, code], JSON.stringify(reply.body));
    assert.match(String(reply.at('error.message')), words);
  };
  /** The end of a change that was taken and failed: the operation's error and the job's. */
  const failed = async (accepted: DomainReply): Promise<unknown[]> => {
    assert.equal(accepted.status, 202, JSON.stringify(accepted.body));
    sql.domain.pass(2 * minute);
    const status = await sql.domain.get(accepted.headers['Azure-AsyncOperation'] ?? '');
    const job = await sql.domain.get(`${sql.id}/backupJobs/${String(status.at('properties.jobId'))}`);
    return [status.at('status'), status.at('error.code'), ...sql.errors(job)];
  };

  it('as recorded: a body with a type and a policy; the job tells policy and container', async () => {
    const accepted = await sql.put(await sql.protectable('SalesStaging'), { policyId: sql.policyId(policy) });
    assert.deepEqual([accepted.status, accepted.body], [202, undefined]);
    sql.domain.pass(75 * second);
    const job = await sql.domain.jobOf(sqlVault, accepted);
    assert.deepEqual(job.at('properties.extendedInfo'), {
      tasksList: [],
      propertyBag: { 'Policy Name': policy, ContainerUniqueName: 'compute;rg-sql-prod;sql-sales-01' },
    });
    assert.deepEqual([job.at('properties.entityFriendlyName'), job.at('properties.operation')], ['SalesStaging', 'ConfigureBackup']);
    const result = await sql.domain.get(accepted.headers.Location ?? '');
    assert.deepEqual([result.status, result.at('name')], [200, 'SQLDataBase;mssqlserver;salesstaging']);
  });

  it('the documented body, which names management and workload in place of the type', async () => {
    const accepted = await sql.domain.call('PUT', await sql.protectable('SalesStaging'), {
      properties: { backupManagementType: 'AzureWorkload', workloadType: 'SQLDataBase', policyId: sql.policyId(policy) },
      location: 'westcentralus',
    });
    assert.equal(accepted.status, 202, JSON.stringify(accepted.body));
    sql.domain.pass(2 * minute);
    assert.equal((await sql.domain.item(sqlVault, 'SalesStaging')).properties.protectionState, 'IRPending');
  });

  it('refuses what cannot be: another workload’s policy, another type, an instance, a container that is not registered', async () => {
    const database = await sql.protectable('SalesStaging');
    const policyId = sql.policyId(policy);
    const wrong = 'BMSUserErrorInvalidConfigureProtectionRequest';
    refused(await sql.put(database, { policyId: sql.policyId('DefaultPolicy') }), wrong, /DefaultPolicy.*'VM'.*'SQLDataBase'/);
    refused(await sql.put(database, { protectedItemType: 'AzureVmWorkloadOracle', policyId }), wrong, /AzureVmWorkloadOracle/);
    refused(
      await sql.domain.call('PUT', database, {
        properties: { backupManagementType: 'AzureStorage', workloadType: 'SQLDataBase', policyId },
      }),
      wrong,
      /protectedItemType/,
    );
    const instance = database.replace(/sqldatabase;mssqlserver;salesstaging/i, 'sqlinstance;mssqlserver');
    refused(await sql.put(instance, { policyId }), wrong, /its databases can be protected/);
    const elsewhere = database.replace('sql-sales-01', 'sql-multi-01');
    refused(await sql.put(elsewhere, { policyId }), wrong, /not registered with vault 'rsv-sql-weu'/);
    refused(
      await sql.put((await sql.domain.item(sqlVault, 'Sales')).id, { protectedItemType: 'Microsoft.Compute/virtualMachines', policyId }),
      wrong,
      /not that of 'Sales'/,
    );
    refused(
      await sql.put(database, { policyId: `${sql.domain.vaultId('rsv-erp-weu')}/backupPolicies/${policy}` }),
      'BMSUserErrorInvalidInput',
      /not one of vault/,
    );
  });

  it('a database dropped between list and request, one that is not online, one on a machine that is off: taken, and fails', async () => {
    const [staging, offline, copy] = [
      await sql.protectable('SalesStaging'),
      await sql.protectable('Sales2019'),
      await sql.protectable('SalesCopy'),
    ];
    const policyId = sql.policyId(policy);
    const gone = 'UserErrorSQLPODoesNotExist';
    sql.changes.dropDatabase(sql.changes.machine('sql-sales-01'), {}, 'SalesStaging');
    assert.deepEqual(await failed(await sql.put(staging, { policyId })), ['Failed', gone, 'Failed', gone]);
    for (const item of [offline, copy]) {
      assert.deepEqual((await failed(await sql.put(item, { policyId }))).slice(0, 2), ['Failed', 'UserErrorSQLDatabaseNotOnline']);
    }
    sql.changes.setPower(sql.changes.machine('sql-sales-01'), 'deallocated');
    assert.deepEqual((await failed(await sql.put(offline, { policyId }))).slice(0, 2), ['Failed', 'VMNotInRunningStateUserError']);
    for (const item of [staging, offline, copy]) {
      assert.equal((await sql.domain.get(item)).status, 404, 'nothing was protected');
    }
  });

  it('a second configuration while one is under way', async () => {
    const database = await sql.protectable('SalesStaging');
    const put = (): Promise<DomainReply> => sql.put(database, { policyId: sql.policyId(policy) });
    assert.equal((await put()).status, 202);
    const again = await put();
    assert.deepEqual([again.status, again.at('error.code')], [409, 'BMSUserErrorConflictingProtectionOperation']);
  });

  it('stop, resume, change of policy, delete, undelete, delete for good', async () => {
    const item = await sql.domain.item(sqlVault, 'Sales');
    const change = async (body: Record<string, unknown>): Promise<[unknown, Record<string, unknown>]> => {
      const accepted = await sql.put(item.id, body);
      assert.equal(accepted.status, 202, JSON.stringify(accepted.body));
      sql.domain.pass(2 * minute);
      const job = await sql.domain.jobOf(sqlVault, accepted);
      return [job.at('properties.operation'), (await sql.domain.item(sqlVault, 'Sales')).properties];
    };
    const points = (await sql.points(item)).length;
    const [stopped, after] = await change({ policyId: '', protectionState: 'ProtectionStopped' });
    assert.deepEqual([stopped, after.protectionState, after.policyId], ['DisableBackup', 'ProtectionStopped', undefined]);
    const ranges = await sql.ranges(item);
    sql.domain.pass(60 * minute);
    assert.deepEqual(await sql.ranges(item), ranges, 'no log backup while it is stopped');
    const reply = await sql.backup(item, 'Full');
    assert.deepEqual([reply.status, reply.at('error.code')], [400, 'BMSUserErrorProtectionStopped']);
    const [resumed, again] = await change({ policyId: sql.policyId('HourlyLogBackup') });
    assert.deepEqual([resumed, again.protectionState, again.lastBackupStatus], ['ConfigureBackup', 'IRPending', 'Healthy']);
    assert.equal((await sql.points(item)).length, points);
    await sql.run(item, 'Full');
    const [changed, third] = await change({ policyId: sql.policyId(policy) });
    assert.deepEqual([changed, third.protectionState, third.policyId], ['ConfigureBackup', 'Protected', sql.policyId(policy)]);
    const deleted = await sql.domain.call('DELETE', item.id);
    assert.match(deleted.headers['Azure-AsyncOperation'] ?? '', /\/backupOperations\//);
    sql.domain.pass(2 * minute);
    const bag = (await sql.domain.jobOf(sqlVault, deleted)).at('properties.extendedInfo.propertyBag');
    assert.deepEqual(bag, { ContainerUniqueName: 'Compute;rg-sql-prod;sql-sales-01' });
    const gone = (await sql.domain.item(sqlVault, 'Sales')).properties;
    assert.deepEqual(
      [gone.isScheduledForDeferredDelete, gone.protectionState, gone.softDeleteRetentionPeriod],
      [true, 'ProtectionStopped', 14],
    );
    const [undeleted, back] = await change({ policyId: '', isRehydrate: true, protectionState: 'ProtectionStopped' });
    assert.deepEqual([undeleted, back.isScheduledForDeferredDelete, back.protectionState], ['Undelete', undefined, 'ProtectionStopped']);
    await sql.domain.call('DELETE', item.id);
    sql.domain.pass(15 * day);
    assert.equal((await sql.domain.get(item.id)).status, 404);
  });

  it('a dropped database can still be stopped and deleted, and not resumed', async () => {
    const item = await sql.domain.item(sqlVault, 'Sales');
    sql.changes.dropDatabase(sql.changes.machine('sql-sales-01'), {}, 'Sales');
    await sql.put(item.id, { policyId: '', protectionState: 'ProtectionStopped' });
    sql.domain.pass(2 * minute);
    assert.equal((await sql.domain.item(sqlVault, 'Sales')).properties.protectionState, 'ProtectionStopped');
    assert.deepEqual((await failed(await sql.put(item.id, { policyId: sql.policyId(policy) }))).slice(0, 2), [
      'Failed',
      'UserErrorSQLPODoesNotExist',
    ]);
    assert.equal((await sql.domain.call('DELETE', item.id)).status, 202);
    sql.domain.pass(2 * minute);
    assert.equal((await sql.domain.item(sqlVault, 'Sales')).properties.isScheduledForDeferredDelete, true);
  });

  for (const name of ['a;b;c', `O'Brien "prod"`, 'Größe №7 漢字', 'x&y + z = 100']) {
    it(`a database called ${JSON.stringify(name)}`, async () => {
      const machine = sql.changes.machine('sql-sales-01');
      sql.changes.addDatabase(machine, {}, { name, sizeGb: 3, recoveryModel: 'Full', state: 'Online' });
      const [container] = (
        await sql.domain.all(`${sql.id}/backupProtectionContainers?$filter=backupManagementType eq 'AzureWorkload'`)
      ).filter(({ properties }) => properties.friendlyName === 'sql-sales-01');
      await sql.domain.call('POST', `${container?.id ?? ''}/inquire`);
      sql.domain.pass(2 * minute);
      const accepted = await sql.domain.call(
        'PUT',
        encodeURI(await sql.protectable(name))
          .replaceAll(';', '%3B')
          .replaceAll('&', '%26')
          .replaceAll('+', '%2B'),
        {
          properties: { protectedItemType: 'AzureVmWorkloadSQLDatabase', policyId: sql.policyId(policy) },
        },
      );
      sql.domain.pass(2 * minute);
      assert.equal((await sql.domain.jobOf(sqlVault, accepted)).at('properties.entityFriendlyName'), name);
      const item = await sql.domain.item(sqlVault, name);
      const id = item.id.split('/').map(encodeURIComponent).join('/');
      const job = await sql.run({ id }, 'Full');
      assert.deepEqual([job.at('properties.status'), job.at('properties.entityFriendlyName')], ['Completed', `${name} [sql-sales-01]`]);
      assert.equal((await sql.points({ id }, "restorePointQueryType eq 'Full'")).length, 1);
    });
  }
});
