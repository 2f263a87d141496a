// A database from its policy to its deletion with Azure's own client library: its types, its iterators, its headers.
import assert from 'node:assert/strict';
import type {
  AzureVmWorkloadProtectionPolicy,
  AzureVmWorkloadSQLDatabaseProtectedItem,
  AzureWorkloadBackupRequest,
  AzureWorkloadJob,
  AzureWorkloadRecoveryPoint,
  AzureWorkloadSQLPointInTimeRecoveryPoint,
  ProtectedItemUnion,
  RecoveryServicesBackupClient,
} from '@azure/arm-recoveryservicesbackup';
import { type RunningSandbox, startSandbox } from '../../../src/sandbox/server/start.ts';

import { backupClientOf, collect, until } from './sdkSupport.ts';

const [fabric, vault, group] = ['Azure', 'rsv-sql-weu', 'rg-backup-prod'];
const filter = "backupManagementType eq 'AzureWorkload'";
const days = 86_400_000;
type Headers = { get(name: string): string | undefined };

describe('sandbox with Azure’s own client: a database of SQL Server', function () {
  this.timeout(30_000);
  let sandbox: RunningSandbox;
  let client: RecoveryServicesBackupClient;
  let container: string;
  let item: string;
  let policyId: string;
  /** Of the newest change. */
  let headers: Headers;
  const onResponse = (response: { readonly headers: Headers }): void => void (headers = response.headers);

  before(async () => {
    sandbox = await startSandbox({ speed: 600 });
    client = backupClientOf(sandbox);
  });
  after(() => sandbox.close());

  const read = async (): Promise<AzureVmWorkloadSQLDatabaseProtectedItem> =>
    (await client.protectedItems.get(vault, group, fabric, container, item)).properties as AzureVmWorkloadSQLDatabaseProtectedItem;
  /** The job of the newest change, at its end. Its operation is read below the vault, as Azure CLI does. */
  async function ended(): Promise<AzureWorkloadJob> {
    const operation = /(?:operationsStatus|backupOperations)\/([^?/]+)\?/.exec(headers.get('azure-asyncoperation') ?? '')?.[1] ?? '';
    const id = await until('the job', async () => {
      const { status, properties } = await client.backupOperationStatuses.get(vault, group, operation);
      assert.notEqual(status, 'Failed');
      return status === 'Succeeded' ? (properties as { jobId?: string }).jobId : undefined;
    });
    return until('the end of the job', async () => {
      const job = (await client.jobDetails.get(vault, group, id)).properties as AzureWorkloadJob;
      return job.status === 'InProgress' || job.status === 'Cancelling' ? undefined : job;
    });
  }
  const done = (job: AzureWorkloadJob, operation: string): void => assert.deepEqual([job.operation, job.status], [operation, 'Completed']);
  const put = async (properties: Partial<AzureVmWorkloadSQLDatabaseProtectedItem>): Promise<AzureWorkloadJob> => {
    const body: ProtectedItemUnion = { protectedItemType: 'AzureVmWorkloadSQLDatabase', ...properties };
    await client.protectedItems.createOrUpdate(vault, group, fabric, container, item, { properties: body }, { onResponse });
    return ended();
  };
  const trigger = (backupType: string, more: Partial<AzureWorkloadBackupRequest> = {}): Promise<void> => {
    const properties: AzureWorkloadBackupRequest = { objectType: 'AzureWorkloadBackupRequest', backupType, ...more };
    return client.backups.trigger(vault, group, fabric, container, item, { properties }, { onResponse });
  };

  it('makes a policy of full, differential and log backups from the library’s types', async () => {
    const at = new Date('2026-01-05T21:00:00Z');
    const keep = (
      count: number,
    ): { retentionPolicyType: 'SimpleRetentionPolicy'; retentionDuration: { count: number; durationType: string } } => ({
      retentionPolicyType: 'SimpleRetentionPolicy',
      retentionDuration: { count, durationType: 'Days' },
    });
    const weekly = { schedulePolicyType: 'SimpleSchedulePolicy', scheduleRunFrequency: 'Weekly', scheduleRunTimes: [at] } as const;
    const properties: AzureVmWorkloadProtectionPolicy = {
      backupManagementType: 'AzureWorkload',
      workLoadType: 'SQLDataBase',
      settings: { timeZone: 'UTC', issqlcompression: true, isCompression: true },
      subProtectionPolicy: [
        {
          policyType: 'Full',
          schedulePolicy: { ...weekly, scheduleRunDays: ['Sunday'] },
          retentionPolicy: {
            retentionPolicyType: 'LongTermRetentionPolicy',
            weeklySchedule: { daysOfTheWeek: ['Sunday'], retentionTimes: [at], retentionDuration: { count: 12, durationType: 'Weeks' } },
          },
        },
        {
          policyType: 'Differential',
          schedulePolicy: { ...weekly, scheduleRunDays: ['Monday', 'Wednesday'] },
          retentionPolicy: keep(30),
        },
        {
          policyType: 'Log',
          schedulePolicy: { schedulePolicyType: 'LogSchedulePolicy', scheduleFrequencyInMins: 30 },
          retentionPolicy: keep(15),
        },
      ],
    };
    const made = await client.protectionPolicies.createOrUpdate(vault, group, 'by-library', { properties });
    policyId = made.id ?? '';
    const { protectedItemsCount, ...same } = made.properties as AzureVmWorkloadProtectionPolicy;
    assert.equal(protectedItemsCount, 0);
    assert.deepEqual(
      same.subProtectionPolicy?.map(({ policyType, schedulePolicy, retentionPolicy }) => ({ policyType, schedulePolicy, retentionPolicy })),
      properties.subProtectionPolicy,
    );
    const listed = await collect(client.backupPolicies.list(vault, group, { filter: `${filter} and workloadType eq 'SQLDataBase'` }));
    assert.ok(
      listed.some(({ name }) => name === 'by-library') && listed.every((one) => one.properties?.backupManagementType === 'AzureWorkload'),
    );
  });

  it('protects a database that the vault offers', async () => {
    const offered = await collect(
      client.backupProtectableItems.list(vault, group, { filter: `${filter} and workloadType eq 'SQLDataBase'` }),
    );
    const found = offered.find(({ id, name }) => name === 'sqldatabase;mssqlserver;salesstaging' && id?.includes('sql-sales-01'));
    [container = '', item = ''] = [found?.id?.split('/')[12], found?.name];
    const job = await put({ policyId });
    done(job, 'ConfigureBackup');
    assert.equal(job.extendedInfo?.propertyBag?.['Policy Name'], 'by-library');
    const { protectionState, policyId: with_, serverName, parentName } = await read();
    assert.deepEqual([protectionState, with_, serverName, parentName], ['IRPending', policyId, 'sql-sales-01', 'MSSQLSERVER']);
    const left = await collect(client.backupProtectableItems.list(vault, group, { filter: `${filter} and workloadType eq 'SQLDataBase'` }));
    assert.ok(!left.some(({ id }) => id === found?.id));
  });

  it('backs it up by each type, with moments as the library writes them', async () => {
    await trigger('Differential');
    assert.deepEqual((await ended()).errorDetails?.[0]?.errorTitle, 'UserErrorParentFullBackupMissing');
    const expiry = new Date(Date.now() + 90 * days);
    for (const [type, more] of [
      ['Full', { recoveryPointExpiryTimeInUTC: expiry, enableCompression: true }],
      ['Differential', {}],
      ['Log', { enableCompression: false }],
      ['CopyOnlyFull', { recoveryPointExpiryTimeInUTC: expiry }],
    ] as const) {
      await trigger(type, more);
      const job = await ended();
      done(job, `Backup (${type})`);
      assert.deepEqual(
        job.extendedInfo?.tasksList?.map(({ taskId, status }) => [taskId, status]),
        [['Transfer data to vault', 'Completed']],
      );
      assert.equal(job.entityFriendlyName, 'SalesStaging [sql-sales-01]');
    }
    const points = (await collect(client.recoveryPoints.list(vault, group, fabric, container, item))).map(
      ({ properties }) => properties as AzureWorkloadRecoveryPoint,
    );
    assert.deepEqual(
      points.map(({ type }) => type),
      ['Full', 'Differential', 'Full', 'Log'],
    );
    const [log, ...none] = await collect(
      client.recoveryPoints.list(vault, group, fabric, container, item, { filter: "restorePointQueryType eq 'Log'" }),
    );
    const { timeRanges } = log?.properties as AzureWorkloadSQLPointInTimeRecoveryPoint;
    assert.deepEqual([none.length, timeRanges?.length], [0, 1]);
    assert.deepEqual(timeRanges?.[0]?.startTime, points[2]?.recoveryPointTimeInUTC);
    const { protectionState, lastBackupStatus, extendedInfo } = await read();
    assert.deepEqual([protectionState, lastBackupStatus, extendedInfo?.recoveryPointCount], ['Protected', 'Healthy', 3]);
  });

  it('cancels a backup, and lists it by what it is', async () => {
    await trigger('Full');
    const [running] = await until('the running job', async () => {
      const jobs = await collect(
        client.backupJobs.list(vault, group, { filter: `${filter} and status eq 'InProgress' and operation eq 'Backup'` }),
      );
      return jobs.length > 0 ? jobs : undefined;
    });
    await client.jobCancellations.trigger(vault, group, running?.name ?? '', { onResponse });
    const operation = /operationResults\/([^?]+)/.exec(headers.get('location') ?? '')?.[1] ?? '';
    await until('the end of the cancellation', async () => {
      let status = 0;
      await client.jobOperationResults.get(vault, group, running?.name ?? '', operation, {
        onResponse: (response) => (status = response.status),
      });
      return status === 204 ? true : undefined;
    });
    await until('the end of the job', async () => {
      const { properties } = await client.jobDetails.get(vault, group, running?.name ?? '');
      return properties?.status === 'Cancelled' ? true : undefined;
    });
    const cancelled = await collect(client.backupJobs.list(vault, group, { filter: `${filter} and status eq 'Cancelled'` }));
    assert.deepEqual(
      cancelled.map(({ name }) => name),
      [running?.name],
    );
  });

  it('stops, resumes, deletes and takes back', async () => {
    done(await put({ protectionState: 'ProtectionStopped', policyId: '' }), 'DisableBackup');
    const stopped = await read();
    assert.deepEqual([stopped.protectionState, stopped.policyId || undefined], ['ProtectionStopped', undefined]);
    await client.protectionPolicies.beginDeleteAndWait(vault, group, 'by-library', { updateIntervalInMs: 20 });
    await assert.rejects(client.protectionPolicies.get(vault, group, 'by-library'), { statusCode: 404 });
    await assert.rejects(put({ policyId }), { statusCode: 400 });
    const { id } = await client.protectionPolicies.get(vault, group, 'HourlyLogBackup');
    done(await put({ policyId: id ?? '' }), 'ConfigureBackup');
    await client.protectedItems.delete(vault, group, fabric, container, item, { onResponse });
    done(await ended(), 'DeleteBackupData');
    const gone = await read();
    assert.ok(gone.isScheduledForDeferredDelete === true && gone.deferredDeleteTimeInUTC instanceof Date);
    await assert.rejects(trigger('Full'), (error: { statusCode?: number }) => error.statusCode === 400);
    done(await put({ protectionState: 'ProtectionStopped', policyId: '', isRehydrate: true }), 'Undelete');
    assert.deepEqual([(await read()).isScheduledForDeferredDelete, (await read()).extendedInfo?.recoveryPointCount], [undefined, 3]);
  });

  it('follows a refresh, an inquiry and an unregistration through the results that its operations have', async () => {
    const server = 'VMAppContainer;Compute;rg-sql-prod;sql-legacy-01';
    const resultOf = (): string => /(?:operationResults|backupOperationResults)\/([^?]+)/.exec(headers.get('location') ?? '')?.[1] ?? '';
    async function followed(
      look: (id: string, onStatus: { onResponse: (response: { status: number }) => void }) => Promise<unknown>,
    ): Promise<number> {
      const id = resultOf();
      return until('the end of the operation', async () => {
        let status = 0;
        await look(id, { onResponse: (response) => (status = response.status) });
        return status === 202 ? undefined : status;
      });
    }
    await client.protectionContainers.refresh(vault, group, fabric, { filter, onResponse });
    const refreshed = await followed((id, options) =>
      client.protectionContainerRefreshOperationResults.get(vault, group, fabric, id, options),
    );
    await client.protectionContainers.inquire(vault, group, fabric, server, { filter: "workloadType eq 'SQLDataBase'", onResponse });
    const inquired = await followed((id, options) =>
      client.protectionContainerOperationResults.get(vault, group, fabric, server, id, options),
    );
    await client.protectionContainers.unregister(vault, group, fabric, server, { onResponse });
    const left = await followed((id, options) => client.protectionContainerOperationResults.get(vault, group, fabric, server, id, options));
    assert.deepEqual([refreshed, inquired, left], [204, 204, 204]);
    const holding = await client.protectionContainers.unregister(vault, group, fabric, container).catch((error: unknown) => error);
    assert.match(String((holding as Error).message), /still has backup items/);
  });
});
