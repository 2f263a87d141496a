// What a vault tells beside its items, and where its operations end, with Azure's own clients: their iterators and their errors.
import assert from 'node:assert/strict';
import { RecoveryServicesClient } from '@azure/arm-recoveryservices';
import type {
  AzureIaaSComputeVMProtectedItem,
  AzureIaaSVMJob,
  AzureIaaSVMProtectionPolicy,
  IaasVMBackupRequest,
  JobResource,
  RecoveryServicesBackupClient,
} from '@azure/arm-recoveryservicesbackup';
import { isRestError } from '@azure/core-rest-pipeline';
import { type RunningSandbox, startSandbox } from '../../../src/sandbox/server/start.ts';
import { credentialOf } from './platformSupport.ts';
import { backupClientOf, collect, until } from './sdkSupport.ts';

const [fabric, vault, group] = ['Azure', 'rsv-webshop-weu', 'rg-backup-prod'];
const native = 'iaasvmcontainerv2;rg-webshop-prod;vm-web-01';
const at = [vault, group, fabric, `IaasVMContainer;${native}`, `vm;${native}`] as const;
type Answer = { readonly status: number; readonly headers: { get(name: string): string | undefined } };

describe('sandbox with Azure’s own clients: a vault and its operations', function () {
  this.timeout(30_000);
  let sandbox: RunningSandbox;
  let client: RecoveryServicesBackupClient;
  let vaults: RecoveryServicesClient;
  /** The newest answer to what was sent with `onResponse`. */
  let answer: Answer;
  const onResponse = (response: Answer): void => void (answer = response);

  before(async () => {
    sandbox = await startSandbox({ speed: 600 });
    client = backupClientOf(sandbox);
    const { resourceManagerEndpoint, subscriptionIds } = sandbox.endpoint;
    vaults = new RecoveryServicesClient(credentialOf(sandbox), subscriptionIds[0] ?? '', {
      endpoint: resourceManagerEndpoint,
      credentialScopes: `${resourceManagerEndpoint}/.default`,
      tlsOptions: { ca: sandbox.certificateAuthority },
      retryOptions: { maxRetries: 0 },
    });
  });
  after(() => sandbox.close());

  const read = async (): Promise<AzureIaaSComputeVMProtectedItem> =>
    (await client.protectedItems.get(...at)).properties as AzureIaaSComputeVMProtectedItem;
  const put = async (properties: Partial<AzureIaaSComputeVMProtectedItem>): Promise<void> => {
    const { sourceResourceId = '' } = await read();
    const body = { protectedItemType: 'Microsoft.Compute/virtualMachines' as const, sourceResourceId, ...properties };
    await client.protectedItems.createOrUpdate(...at, { properties: body }, { onResponse });
  };
  const backUp = (): Promise<void> => {
    const properties: IaasVMBackupRequest = {
      objectType: 'IaasVMBackupRequest',
      recoveryPointExpiryTimeInUTC: new Date(Date.now() + 30 * 86_400_000),
    };
    return client.backups.trigger(...at, { properties }, { onResponse });
  };
  /** The operation that a header of the newest answer names. */
  const operation = (header: 'azure-asyncoperation' | 'location'): string =>
    /(?:operations(?:Status)?|operationResults|backupOperations|backupOperationResults)\/([^?/]+)(?:\?|$)/i.exec(
      answer.headers.get(header) ?? '',
    )?.[1] ?? '';
  /** Statuses of a result, up to that which ends it. */
  const resultOf = (look: (options: { onResponse: (response: Answer) => void }) => Promise<unknown>): Promise<number[]> => {
    const statuses: number[] = [];
    return until('the result', async () => {
      await look({ onResponse: ({ status }) => void statuses.push(status) });
      return statuses.at(-1) === 202 ? undefined : statuses;
    });
  };
  const jobNamedBy = (look: () => Promise<{ status?: string; properties?: unknown }>): Promise<string> =>
    until('the job', async () => {
      const { status, properties } = await look();
      assert.notEqual(status, 'Failed');
      return status === 'Succeeded' ? (properties as { jobId?: string } | undefined)?.jobId : undefined;
    });
  const ended = (job: string): Promise<AzureIaaSVMJob> =>
    until('the end of the job', async () => {
      const { properties } = await client.jobDetails.get(vault, group, job);
      return ['InProgress', 'Cancelling'].includes(properties?.status ?? '') ? undefined : (properties as AzureIaaSVMJob);
    });
  const refusalOf = async (call: PromiseLike<unknown>): Promise<string> => {
    const error: unknown = await call.then(
      () => assert.fail('it was not refused'),
      (thrown: unknown) => thrown,
    );
    assert.ok(isRestError(error), String(error));
    return `${error.statusCode} ${error.code}`;
  };

  it('vaults of a group; what each counts is what its lists hold', async () => {
    const inGroup = await collect(vaults.vaults.listByResourceGroup(group));
    assert.deepEqual(inGroup.map(({ name }) => name).sort(), ['rsv-erp-weu', 'rsv-sql-weu', 'rsv-stores-gwc', 'rsv-webshop-weu']);
    const counts = async (type: string): Promise<Record<string, number | undefined>> => {
      const usages = await collect(client.backupUsageSummaries.list(vault, group, { filter: `type eq '${type}'` }));
      return Object.fromEntries(usages.map(({ name, currentValue }): [string, number | undefined] => [name?.value ?? '', currentValue]));
    };
    const held = async (management: string): Promise<number[]> => {
      const filter = `backupManagementType eq '${management}'`;
      const items = await collect(client.backupProtectedItems.list(vault, group, { filter }));
      const containers = await collect(client.backupProtectionContainers.list(vault, group, { filter }));
      return [items.length, containers.length];
    };
    const items = await counts('BackupProtectedItemCountSummary');
    const containers = await counts('BackupProtectionContainerCountSummary');
    for (const management of ['AzureIaasVM', 'AzureStorage', 'AzureWorkload']) {
      assert.deepEqual([items[management], containers[management]], await held(management), management);
    }
    assert.ok((items['AzureIaasVM'] ?? 0) >= 7 && items['AzureStorage'] === 2, JSON.stringify(items));
    const usages = await collect(vaults.usages.listByVaults(group, vault));
    assert.ok(usages.length > 0 && usages.every(({ name, unit, currentValue }) => name?.value && unit && currentValue !== undefined));
    assert.deepEqual(await collect(vaults.replicationUsages.list(group, vault)), []);
    assert.equal(await refusalOf(collect(client.backupUsageSummaries.list(vault, group))), '400 BMSUserErrorInvalidInput');
  });

  it('its settings, its soft-deleted containers, and what the provider can do', async () => {
    const { properties } = await client.backupResourceVaultConfigs.get(vault, group);
    assert.equal(properties?.softDeleteFeatureState, 'Enabled');
    const changed = await client.backupResourceVaultConfigs.update(vault, group, {
      properties: { ...properties, softDeleteRetentionPeriodInDays: 30 },
    });
    assert.equal(changed.properties?.softDeleteRetentionPeriodInDays, 30);
    assert.equal((await client.backupResourceVaultConfigs.get(vault, group)).properties?.softDeleteRetentionPeriodInDays, 30);
    await client.backupResourceVaultConfigs.put(vault, group, { properties: properties ?? {} });
    assert.ok((await client.backupResourceStorageConfigsNonCRR.get(vault, group)).properties?.storageModelType);
    const filter = "backupManagementType eq 'AzureWorkload'";
    assert.deepEqual(await collect(client.deletedProtectionContainers.list(group, vault, { filter })), []);
    const known = (await collect(client.operations.list())).map(({ name }) => name?.toLowerCase());
    assert.ok(known.includes('microsoft.recoveryservices/vaults/backupjobs/cancel/action'), known.join());
  });

  it('whether a machine is protected, and where', async () => {
    const status = async (name: string): Promise<(string | undefined)[]> => {
      const resourceId = ((await read()).sourceResourceId ?? '').replace(/[^/]+$/, name);
      const found = await client.backupStatus.get('westeurope', { resourceId, resourceType: 'VM' });
      return [found.protectionStatus, found.vaultId?.split('/').at(-1), found.protectedItemName?.toLowerCase()];
    };
    assert.deepEqual(await status('vm-web-01'), ['Protected', vault, `vm;${native}`]);
    assert.deepEqual((await status('vm-none')).slice(0, 1), ['NotProtected']);
  });

  it('a change of the policy, by its state and by its result', async () => {
    const before = (await read()).policyId ?? '';
    const { id } = await client.protectionPolicies.get(vault, group, 'DefaultPolicy');
    await put({ policyId: id ?? '' });
    const [state, result] = [operation('azure-asyncoperation'), operation('location')];
    const job = await jobNamedBy(() => client.protectedItemOperationStatuses.get(...at, state));
    const statuses = await resultOf((options) => client.protectedItemOperationResults.get(...at, result, options));
    assert.ok([200, 204].includes(statuses.at(-1) ?? 0), statuses.join());
    assert.equal((await ended(job)).operation, 'ConfigureBackup');
    assert.deepEqual([(await read()).policyId, (await read()).policyName], [id, 'DefaultPolicy']);
    await put({ policyId: before });
    await ended(await jobNamedBy(() => client.protectedItemOperationStatuses.get(...at, operation('azure-asyncoperation'))));
  });

  it('a policy that has items: its change has a state and a result, its deletion is refused', async () => {
    const name = 'Webshop-Daily-14d-GFS';
    const policy = await client.protectionPolicies.get(vault, group, name);
    const properties = policy.properties as AzureIaaSVMProtectionPolicy;
    const changed = { ...policy, properties: { ...properties, instantRpRetentionRangeInDays: 3 } };
    await client.protectionPolicies.createOrUpdate(vault, group, name, changed, { onResponse });
    assert.equal(answer.status, 202);
    const [state, result] = [operation('azure-asyncoperation'), operation('location')];
    const status = await until('the end of the change', async () => {
      const found = await client.protectionPolicyOperationStatuses.get(vault, group, name, state);
      return found.status === 'InProgress' ? undefined : found.status;
    });
    assert.equal(status, 'Succeeded');
    const statuses = await resultOf((options) => client.protectionPolicyOperationResults.get(vault, group, name, result, options));
    assert.equal(statuses.at(-1), 200);
    const after = (await client.protectionPolicies.get(vault, group, name)).properties as AzureIaaSVMProtectionPolicy;
    assert.equal(after.instantRpRetentionRangeInDays, 3);
    const deleted = client.protectionPolicies.beginDeleteAndWait(vault, group, name, { updateIntervalInMs: 20 });
    assert.equal(await refusalOf(deleted), '400 BMSUserErrorPolicyObjectInUse');
  });

  it('a backup is cancelled; no second one beside it', async () => {
    await backUp();
    const job = await jobNamedBy(() => client.protectedItemOperationStatuses.get(...at, operation('azure-asyncoperation')));
    assert.match(await refusalOf(backUp()), /^4\d\d UserErrorBackupOperationInProgress$/);
    const filter = "backupManagementType eq 'AzureIaasVM' and status eq 'InProgress'";
    const running: JobResource[] = [];
    for await (const page of client.backupJobs.list(vault, group, { filter }).byPage()) {
      running.push(...page);
    }
    assert.ok(running.some(({ name, properties }) => name === job && properties?.operation === 'Backup'));
    await client.jobCancellations.trigger(vault, group, job, { onResponse });
    const result = operation('location');
    const statuses = await resultOf((options) => client.jobOperationResults.get(vault, group, job, result, options));
    assert.equal(statuses.at(-1), 204);
    assert.equal((await ended(job)).status, 'Cancelled');
    assert.equal(await refusalOf(client.jobCancellations.trigger(vault, group, job)), '400 UserErrorJobNotCancellable');
  });

  it('a recovery point of the list is read by its name; one that is not there is not found', async () => {
    const [first, ...others] = await collect(client.recoveryPoints.list(...at));
    assert.ok(first?.name && others.length > 0);
    const { id, properties } = await client.recoveryPoints.get(...at, first.name);
    assert.deepEqual([id, properties?.objectType], [first.id, 'IaasVMRecoveryPoint']);
    assert.equal(await refusalOf(client.recoveryPoints.get(...at, '636')), '404 BMSUserErrorRecoveryPointNotFound');
  });

  it('a deletion ends in the vault’s own operations, and is taken back', async () => {
    await client.protectedItems.delete(...at, { onResponse });
    const [state, result] = [operation('azure-asyncoperation'), operation('location')];
    assert.match(answer.headers.get('azure-asyncoperation') ?? '', /\/backupOperations\//);
    const job = await jobNamedBy(() => client.backupOperationStatuses.get(vault, group, state));
    const statuses = await resultOf((options) => client.backupOperationResults.get(vault, group, result, options));
    assert.ok([200, 204].includes(statuses.at(-1) ?? 0), statuses.join());
    assert.deepEqual([(await ended(job)).operation, (await read()).isScheduledForDeferredDelete], ['DeleteBackupData', true]);
    await put({ protectionState: 'ProtectionStopped', policyId: '', isRehydrate: true });
    await ended(await jobNamedBy(() => client.protectedItemOperationStatuses.get(...at, operation('azure-asyncoperation'))));
    assert.equal((await read()).isScheduledForDeferredDelete, undefined);
  });

  it('what is not there, and a vault that holds something, are refused with Azure’s codes', async () => {
    const [, , , container] = at;
    const unknown = 'vm;iaasvmcontainerv2;rg-webshop-prod;vm-none';
    assert.match(await refusalOf(client.protectedItems.get(vault, group, fabric, container, unknown)), /^404 /);
    assert.equal(await refusalOf(client.jobDetails.get(vault, group, '00000000-0000-4000-8000-000000000000')), '404 JobNotFound');
    assert.equal(await refusalOf(collect(client.backupJobs.list('rsv-none', group))), '404 ResourceNotFound');
    assert.equal(await refusalOf(collect(client.backupJobs.list(vault, group, { filter: "status like 'x'" }))), '400 BadRequest');
    // Azure answers with `{}` (recorded).
    assert.equal(await refusalOf(client.protectionPolicies.get(vault, group, 'none')), '404 undefined');
    // Accepted at first: the operation tells why it failed.
    const gone = vaults.vaults.beginDeleteAndWait(group, vault, { updateIntervalInMs: 20 });
    await assert.rejects(gone, /long-running operation has failed\. BMSUserErrorVaultDeletionNotAllowed\..*vm-web-01/);
    assert.equal((await vaults.vaults.get(group, vault)).name, vault);
  });
});
