// SQL Server in the sandbox, driven by Azure's own client library over HTTPS.
import assert from 'node:assert/strict';
import type {
  RecoveryServicesBackupClient,
  AzureVmWorkloadProtectionPolicy,
  AzureWorkloadJob,
  AzureWorkloadRecoveryPoint,
  AzureWorkloadSQLPointInTimeRecoveryPoint,
  OperationStatusJobsExtendedInfo,
} from '@azure/arm-recoveryservicesbackup';
import { parseFaults } from '../../../src/sandbox/faults/schema.ts';
import { type RunningSandbox, startSandbox } from '../../../src/sandbox/server/start.ts';
import { backupClientOf, until } from './sdkSupport.ts';

const [group, vault, fabric] = ['rg-backup-prod', 'rsv-sql-weu', 'Azure'];

describe('SQL Server in the sandbox with Azure’s own client', function () {
  this.timeout(30_000);
  let sandbox: RunningSandbox;
  let client: RecoveryServicesBackupClient;
  let container: string;
  let item: string;

  before(async () => {
    sandbox = await startSandbox({ speed: 600 });
    client = backupClientOf(sandbox);
    for await (const one of client.backupProtectedItems.list(vault, group, { filter: "backupManagementType eq 'AzureWorkload'" })) {
      if (/;sales$/.test(one.name ?? '')) {
        [container = '', item = ''] = [one.id?.split('/')[12], one.name];
      }
    }
    assert.ok(container && item);
  });
  after(() => sandbox.close());

  /** Guid of the operation that a backup's 202 has named. */
  async function trigger(backupType: string): Promise<string> {
    let url = '';
    await client.backups.trigger(
      vault,
      group,
      fabric,
      container,
      item,
      { properties: { objectType: 'AzureWorkloadBackupRequest', backupType, enableCompression: true } as never },
      { onResponse: ({ headers }) => (url = headers.get('azure-asyncoperation') ?? '') },
    );
    return /operationsStatus\/([^?]+)/.exec(url)?.[1] ?? '';
  }
  const jobOf = (operation: string): Promise<string> =>
    until('the job', async () => {
      const status = await client.protectedItemOperationStatuses.get(vault, group, fabric, container, item, operation);
      return status.status === 'Succeeded' ? (status.properties as { jobId?: string }).jobId : undefined;
    });
  const ended = (id: string): Promise<AzureWorkloadJob> =>
    until('the end of the job', async () => {
      const job = (await client.jobDetails.get(vault, group, id)).properties as AzureWorkloadJob;
      return job.status === 'InProgress' ? undefined : job;
    });

  it('a differential and a log backup: jobs of their own, a point, and a longer log', async () => {
    const differential = await ended(await jobOf(await trigger('Differential')));
    assert.deepEqual([differential.status, differential.operation], ['Completed', 'Backup (Differential)']);
    const before = new Date();
    const log = await ended(await jobOf(await trigger('Log')));
    assert.deepEqual([log.status, log.operation], ['Completed', 'Backup (Log)']);
    const found = [];
    for await (const point of client.recoveryPoints.list(vault, group, fabric, container, item)) {
      found.push(point.properties);
    }
    assert.equal((found[0] as AzureWorkloadRecoveryPoint).type, 'Differential');
    const ranges = (found.at(-1) as AzureWorkloadSQLPointInTimeRecoveryPoint).timeRanges ?? [];
    const reached = ranges.at(-1)?.endTime;
    assert.ok(reached && reached.getTime() >= before.getTime() - 1000, String(reached));
  });

  it('a second differential at once: a failed job with number, title and advice', async () => {
    const [first, second] = [await trigger('Differential'), await trigger('Differential')];
    const job = await ended(await jobOf(second));
    assert.deepEqual(
      [job.status, job.errorDetails?.[0]?.errorCode, job.errorDetails?.[0]?.errorTitle],
      ['Failed', 510008, 'OperationCancelledBecauseConflictingOperationRunningUserError'],
    );
    assert.ok(job.errorDetails?.[0]?.recommendations?.[0]);
    assert.equal((await ended(await jobOf(first))).status, 'Completed');
  });

  it('a change of a policy names the jobs of all its items', async () => {
    const name = 'SQL-Full-Daily-Log-15min';
    const policy = await client.protectionPolicies.get(vault, group, name);
    const types = (policy.properties as AzureVmWorkloadProtectionPolicy).subProtectionPolicy?.map(({ policyType }) => policyType);
    assert.deepEqual(types, ['Full', 'Log']);
    let url = '';
    await client.protectionPolicies.createOrUpdate(vault, group, name, policy, {
      onResponse: ({ headers }) => (url = headers.get('azure-asyncoperation') ?? ''),
    });
    const operation = /operations\/([^?]+)/.exec(url)?.[1] ?? '';
    const several = await until('the end of the change', async () => {
      const status = await client.protectionPolicyOperationStatuses.get(vault, group, name, operation);
      return status.status === 'Succeeded' ? (status.properties as OperationStatusJobsExtendedInfo) : undefined;
    });
    assert.equal(several.objectType, 'OperationStatusJobsExtendedInfo');
    const jobs = await Promise.all((several.jobIds ?? []).map((id) => ended(id)));
    assert.ok(jobs.length > 0 && jobs.every((job) => job.operation === 'ConfigureBackup' && job.status === 'Completed'));
  });

  it('by a fault, an operation names several jobs, and those that did not start', async () => {
    const one = await jobOf(await trigger('Log'));
    const operation = await trigger('CopyOnlyFull');
    const own = await jobOf(operation);
    const { faults } = parseFaults([
      { kind: 'severalJobs', path: '**/operationsStatus/*', jobIds: [one], failedJobs: { model: 'CloudDosAbsoluteLimitReached' } },
    ]);
    sandbox.faults.replace(faults);
    const status = await client.protectedItemOperationStatuses.get(vault, group, fabric, container, item, operation);
    assert.deepEqual(status.properties, {
      objectType: 'OperationStatusJobsExtendedInfo',
      jobIds: [own, one],
      failedJobsError: { model: 'CloudDosAbsoluteLimitReached' },
    });
  });
});
