import assert from 'node:assert/strict';
import { Domain, minute, second, type DomainEntry } from './domainSupport.ts';

describe('sandbox domain: databases and file shares', () => {
  let domain: Domain;
  beforeEach(() => {
    domain = new Domain();
  });

  const find = (entries: readonly DomainEntry[], name: string): DomainEntry => {
    const entry = entries.find((candidate) => candidate.properties.friendlyName === name);
    assert.ok(entry, `no ${name} among ${entries.map((one) => String(one.properties.friendlyName)).join()}`);
    return entry;
  };

  it('register: 202 with {}, another api-version in the status URL, 202 {} until 200 with the container', async () => {
    const vault = domain.vaultId('rsv-sap-neu');
    const source = domain.machineId('sapapp-p02');
    const accepted = await domain.call(
      'PUT',
      `${vault}/backupFabrics/Azure/protectionContainers/vmappcontainer;compute;RG-SAP-PROD;sapapp-p02`,
      {
        properties: {
          containerType: 'VMAppContainer',
          backupManagementType: 'AzureWorkload',
          workloadType: 'SAPHanaDatabase',
          sourceResourceId: source.toUpperCase(),
        },
      },
    );
    assert.deepEqual([accepted.status, accepted.body], [202, {}]);
    assert.match(accepted.headers['Azure-AsyncOperation'] ?? '', /operationsStatus\/[^?]+\?api-version=2019-05-13-preview&/);
    assert.match(accepted.headers.Location ?? '', /operationResults\/[^?]+\?api-version=2025-02-01&/);
    const early = await domain.get(accepted.headers.Location ?? '');
    assert.deepEqual([early.status, early.body, early.headers['Retry-After']], [202, {}, '60']);
    domain.pass(2 * minute);
    const status = await domain.get(accepted.headers['Azure-AsyncOperation'] ?? '');
    assert.deepEqual([status.at('status'), status.at('endTime'), status.at('properties')], ['Succeeded', '0001-01-01T00:00:00', undefined]);
    assert.match(String(status.at('id')), /^\/subscriptions\/.*\/operationsStatus\//);
    const done = await domain.get(accepted.headers.Location ?? '');
    assert.deepEqual([done.status, done.at('name'), done.at('type')], [200, 'VMAppContainer;Compute;rg-sap-prod;sapapp-p02', undefined]);
  });

  it('unregister: refused with items, 204 at the container’s results, the fabric’s status', async () => {
    const vault = domain.vaultId('rsv-erp-weu');
    const container = `${vault}/backupFabrics/Azure/protectionContainers/VMAppContainer;Compute;rg-erp-prod;erp-db-01`;
    assert.equal((await domain.call('DELETE', container)).at('error.code'), 'BMSUserErrorContainerHasDatasources');
    const machine = (await domain.all(`${vault}/backupProtectionContainers?$filter=backupManagementType eq 'AzureIaasVM'`))[0];
    assert.equal((await domain.call('DELETE', machine?.id ?? '')).status, 400, 'machines have no registration');
    assert.equal((await domain.call('DELETE', `${vault}/backupFabrics/Azure/protectionContainers/VMAppContainer;Compute;x;y`)).status, 204);
  });

  it('an account whose shares are all deleted stays registered until it is unregistered, which ends in a 500 and takes effect', async () => {
    const vault = domain.vaultId('rsv-webshop-weu');
    for (const share of await domain.all(`${vault}/backupProtectedItems?$filter=backupManagementType eq 'AzureStorage'`)) {
      assert.equal((await domain.call('DELETE', share.id)).status, 202);
    }
    domain.pass(2 * minute);
    const list = `${vault}/backupProtectionContainers?$filter=backupManagementType eq 'AzureStorage' and status eq 'Registered'`;
    const [account] = await domain.all(list);
    assert.equal(account?.properties.registrationStatus, 'Registered');
    const accepted = await domain.call('DELETE', account?.id ?? '');
    assert.equal(accepted.status, 202);
    const results = `${account?.id ?? ''}/operationResults/${/operationsStatus\/([^?]+)/.exec(accepted.headers['Azure-AsyncOperation'] ?? '')?.[1] ?? ''}`;
    const early = await domain.get(results);
    assert.deepEqual([early.status, early.body], [202, {}]);
    domain.pass(2 * minute);
    await domain.get(results);
    const failed = await domain.get(results);
    assert.deepEqual([failed.status, failed.at('error.code')], [500, 'CloudInternalError']);
    const [gone] = await domain.all(list);
    assert.deepEqual([gone?.properties.registrationStatus, gone?.properties.isScheduledForDeferredDelete], ['SoftDeleted', true]);
    assert.deepEqual((await domain.call('DELETE', account?.id ?? '')).body, {
      error: { code: 'BMSContainerStatusNotRegistered', message: 'Not Registered' },
    });
  });

  it('an inquiry finds shares, which can then be protected, backed up and are not cancellable', async () => {
    const vault = domain.vaultId('rsv-test-weu');
    const [offered] = await domain.all(`${vault}/backupFabrics/Azure/protectableContainers?$filter=backupManagementType eq 'AzureStorage'`);
    const container = `${vault}/backupFabrics/Azure/protectionContainers/${offered?.name ?? ''}`;
    const source = offered?.properties.containerId;
    await domain.call('PUT', container, {
      properties: { containerType: 'StorageContainer', backupManagementType: 'AzureStorage', sourceResourceId: source },
    });
    domain.pass(2 * minute);
    const list = `${vault}/backupProtectableItems?$filter=backupManagementType eq 'AzureStorage' and workloadType eq 'AzureFileShare'`;
    assert.deepEqual(await domain.all(list), [], 'nothing before the inquiry');
    const inquiry = await domain.call('POST', `${container}/inquire?$filter=workloadType eq 'AzureFileShare'`);
    assert.deepEqual([inquiry.status, inquiry.body], [202, undefined]);
    assert.match(inquiry.headers['Azure-AsyncOperation'] ?? '', /protectionContainers\/[^/]+\/operationsStatus\//);
    domain.pass(minute);
    const share = find(await domain.all(list), 'fixtures');
    const policy = `${vault}/backupPolicies/Shares`;
    const schedule = {
      schedulePolicyType: 'SimpleSchedulePolicy',
      scheduleRunFrequency: 'Daily',
      scheduleRunTimes: ['2026-03-11T04:00:00.000Z'],
    };
    const retention = {
      retentionPolicyType: 'LongTermRetentionPolicy',
      dailySchedule: { retentionTimes: ['2026-03-11T04:00:00.000Z'], retentionDuration: { count: 30, durationType: 'Days' } },
    };
    const made = await domain.call('PUT', policy, {
      properties: {
        backupManagementType: 'AzureStorage',
        workLoadType: 'AzureFileShare',
        schedulePolicy: schedule,
        retentionPolicy: retention,
        timeZone: 'UTC',
      },
    });
    assert.equal(made.at('properties.schedulePolicy.scheduleRunTimes.0'), '2026-03-11T04:00:00Z');
    const item = share.id.replace('/protectableItems/', '/protectedItems/');
    await domain.call('PUT', item, {
      properties: { protectedItemType: 'AzureFileShareProtectedItem', sourceResourceId: source, policyId: policy },
    });
    domain.pass(2 * minute);
    const { properties } = await domain.item('rsv-test-weu', 'fixtures');
    assert.deepEqual([properties.protectionState, properties.lastBackupStatus, properties.policyId], ['IRPending', 'IRPending', policy]);
    const accepted = await domain.call('POST', `${item}/backup`, { properties: { objectType: 'AzureFileShareBackupRequest' } });
    domain.pass(minute);
    const job = await domain.jobOf('rsv-test-weu', accepted);
    assert.deepEqual(
      [
        job.at('properties.jobType'),
        job.at('properties.status'),
        job.at('properties.storageAccountName'),
        job.at('properties.actionsInfo'),
      ],
      ['AzureStorageJob', 'Completed', 'stnwtest', undefined],
    );
    assert.deepEqual(await domain.all(list), [], 'not offered any more');
  });

  it('a database’s job has neither tasks nor a workload at first; its log ranges are one object', async () => {
    const vault = domain.vaultId('rsv-erp-weu');
    const database = await domain.item('rsv-erp-weu', 'NorthwindERP');
    const accepted = await domain.call('POST', `${database.id}/backup`, {
      properties: { objectType: 'AzureWorkloadBackupRequest', backupType: 'Full' },
    });
    domain.pass(2600);
    const young = await domain.jobOf('rsv-erp-weu', accepted);
    assert.deepEqual(
      [
        young.at('properties.operation'),
        young.at('properties.entityFriendlyName'),
        young.at('properties.workloadType'),
        young.at('properties.extendedInfo.tasksList'),
      ],
      ['Backup', 'NorthwindERP', undefined, []],
    );
    domain.pass(2 * second);
    const older = await domain.jobOf('rsv-erp-weu', accepted);
    assert.deepEqual(
      [older.at('properties.operation'), older.at('properties.entityFriendlyName'), older.at('properties.workloadType')],
      ['Backup (Full)', 'NorthwindERP [erp-db-01]', 'SQLDataBase'],
    );
    assert.deepEqual(older.at('properties.extendedInfo.tasksList'), [
      { taskId: 'Transfer data to vault', taskType: 'Normal', status: 'InProgress' },
    ]);
    domain.pass(20 * minute);
    assert.match(
      String((await domain.jobOf('rsv-erp-weu', accepted)).at('properties.extendedInfo.propertyBag.Data Transferred (in MB)')),
      /^[\d.]+$/,
    );
    const points = await domain.all(`${database.id}/recoveryPoints`);
    const range = points.at(-1);
    assert.deepEqual([range?.name, range?.properties.type], ['DefaultRangeRecoveryPoint', 'Log'], 'last, as recorded');
    assert.equal((await domain.all(`${database.id}/recoveryPoints?$filter=restorePointQueryType eq 'Full'`)).length, points.length - 1);
    assert.equal((await domain.all(`${vault}/backupJobs?$filter=operation eq 'Backup' and status eq 'InProgress'`)).length, 0);
  });
});
