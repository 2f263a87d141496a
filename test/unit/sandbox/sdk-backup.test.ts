// The sandbox driven by Azure's own client libraries, over HTTPS, as any tool would.
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { ComputeManagementClient } from '@azure/arm-compute';
import { RecoveryServicesClient } from '@azure/arm-recoveryservices';
import {
  RecoveryServicesBackupClient,
  type AzureIaaSComputeVMProtectedItem,
  type AzureIaaSVMJob,
  type AzureWorkloadJob,
  type IaasVMRecoveryPoint,
  type ProtectedItemResource,
} from '@azure/arm-recoveryservicesbackup';
import { type RunningSandbox, startSandbox } from '../../../src/sandbox/server/start.ts';
import { credentialOf, send } from './platformSupport.ts';

const fabric = 'Azure';

async function collect<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of pages) {
    all.push(one);
  }
  return all;
}

/** Looks again until the answer is there, for 25 seconds. */
async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + 25_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) {
      return found;
    }
    assert.ok(Date.now() < end, `${what} did not come`);
    await wait(50);
  }
}

describe('sandbox with Azure’s own clients', function () {
  this.timeout(30_000);
  let sandbox: RunningSandbox;
  const at: { backup: RecoveryServicesBackupClient; vaults: RecoveryServicesClient; compute: ComputeManagementClient }[] = [];

  before(async () => {
    sandbox = await startSandbox({ speed: 120 });
    const { resourceManagerEndpoint, subscriptionIds } = sandbox.endpoint;
    const credential = credentialOf(sandbox);
    const options = {
      endpoint: resourceManagerEndpoint,
      credentialScopes: `${resourceManagerEndpoint}/.default`,
      tlsOptions: { ca: sandbox.certificateAuthority },
      retryOptions: { maxRetries: 0 },
    };
    for (const subscriptionId of subscriptionIds) {
      at.push({
        backup: new RecoveryServicesBackupClient(credential, subscriptionId, options),
        vaults: new RecoveryServicesClient(credential, subscriptionId, options),
        compute: new ComputeManagementClient(credential, subscriptionId, options),
      });
    }
  });
  after(() => sandbox.close());

  const production = (): (typeof at)[number] => {
    const [first] = at;
    assert.ok(first);
    return first;
  };
  /** What the typed clients hide: status and headers of a 202. */
  interface Raw {
    status: number;
    headers: { get(name: string): string | undefined };
  }
  const jobOf = (group: string, vault: string, raw: Raw): Promise<string> => {
    const url = raw.headers.get('azure-asyncoperation') ?? '';
    const guid = /operations(?:Status)?\/([^?]+)/i.exec(url)?.[1] ?? '';
    return until('the end of the operation', async () => {
      const status = await production().backup.backupOperationStatuses.get(vault, group, guid);
      assert.notEqual(status.status, 'Failed', JSON.stringify(status));
      const id = (status.properties as { jobId?: string } | undefined)?.jobId;
      return status.status === 'Succeeded' ? id : undefined;
    });
  };

  it('lists subscriptions, groups and resources with a bare pipeline', async () => {
    const subscriptions = await send(sandbox, 'GET', '/subscriptions?api-version=2022-12-01');
    assert.equal((subscriptions.at('value') as unknown[]).length, 3);
    const [id = ''] = sandbox.endpoint.subscriptionIds;
    const filter = encodeURIComponent("resourceType eq 'Microsoft.RecoveryServices/vaults'");
    const vaults = await send(sandbox, 'GET', `/subscriptions/${id}/resources?api-version=2021-04-01&$filter=${filter}`);
    assert.equal((vaults.at('value') as unknown[]).length, 5);
    assert.equal((await send(sandbox, 'GET', `/subscriptions/${id}/resourcegroups?api-version=2021-04-01`)).status, 200);
    assert.equal((await send(sandbox, 'GET', '/tenants?api-version=2022-12-01')).status, 200);
  });

  it('lists machines with their disks and shows an instance view', async () => {
    const machines = (await Promise.all(at.map(({ compute }) => collect(compute.virtualMachines.listAll())))).flat();
    assert.ok(machines.length >= 30);
    const systemDisks = machines.map((machine) => machine.storageProfile?.osDisk);
    assert.ok(systemDisks.every((disk) => disk?.managedDisk?.id ?? disk?.vhd?.uri));
    assert.ok(machines.every((machine) => machine.location));
    const view = await production().compute.virtualMachines.get('rg-erp-prod', 'erp-app-01', { expand: 'instanceView' });
    assert.equal(view.instanceView?.vmAgent?.statuses?.[0]?.displayStatus, 'Not Ready');
    const disks = await collect(production().compute.disks.listByResourceGroup('rg-erp-prod'));
    assert.ok(disks.length >= 9 && disks.every((disk) => disk.diskSizeGB && disk.managedBy));
  });

  it('lists vaults, and everything in them deserialises', async () => {
    for (const { vaults, backup } of at) {
      for (const vault of await collect(vaults.vaults.listBySubscriptionId())) {
        const group = vault.id?.split('/')[4] ?? '';
        const name = vault.name ?? '';
        const detail = await vaults.vaults.get(group, name);
        assert.equal(detail.properties?.securitySettings?.softDeleteSettings?.softDeleteState, 'Enabled');
        const items = await collect(backup.backupProtectedItems.list(name, group));
        assert.ok(items.every((item) => item.properties?.protectedItemType && item.properties.sourceResourceId));
        const policies = await collect(backup.backupPolicies.list(name, group));
        assert.ok(
          ['DefaultPolicy', 'EnhancedPolicy', 'HourlyLogBackup'].every((known) => policies.some((policy) => policy.name === known)),
        );
        for (const management of ['AzureIaasVM', 'AzureWorkload', 'AzureStorage']) {
          const filter = `backupManagementType eq '${management}'`;
          await collect(backup.backupProtectionContainers.list(name, group, { filter }));
          await collect(backup.backupProtectableItems.list(name, group, { filter }));
        }
        const jobs = await collect(backup.backupJobs.list(name, group));
        assert.ok(jobs.every((job) => job.properties?.startTime instanceof Date && job.properties.status));
        for (const item of items.slice(0, 3)) {
          const [, , , , , , , , , , , , container = '', , own = ''] = (item.id ?? '').split('/');
          const points = await collect(backup.recoveryPoints.list(name, group, fabric, container, own));
          assert.ok(points.every((point) => point.properties?.objectType));
        }
      }
    }
  });

  describe('the main way', () => {
    const group = 'rg-backup-prod';
    const vault = 'rsv-stores-gwc';
    const native = 'iaasvmcontainerv2;rg-stores-de;pos-gw-hamburg';
    const container = `IaasVMContainer;${native}`;
    const item = `vm;${native}`;
    const read = async (): Promise<ProtectedItemResource & { properties: AzureIaaSComputeVMProtectedItem }> =>
      (await production().backup.protectedItems.get(vault, group, fabric, container, item)) as never;
    const machineId = (): string =>
      `/subscriptions/${sandbox.endpoint.subscriptionIds[0] ?? ''}/resourceGroups/rg-stores-de/providers/Microsoft.Compute/virtualMachines/pos-gw-hamburg`;
    const policyId = (name: string): string =>
      `/subscriptions/${sandbox.endpoint.subscriptionIds[0] ?? ''}/resourceGroups/${group}/providers/Microsoft.RecoveryServices/vaults/${vault}/backupPolicies/${name}`;
    const put = async (properties: object): Promise<Raw> => {
      let raw: Raw | undefined;
      await production().backup.protectedItems.createOrUpdate(
        vault,
        group,
        fabric,
        container,
        item,
        { properties: { protectedItemType: 'Microsoft.Compute/virtualMachines', sourceResourceId: machineId(), ...properties } as never },
        { onResponse: (response) => (raw = response as Raw) },
      );
      assert.ok(raw);
      return raw;
    };
    const job = async (id: string): Promise<AzureIaaSVMJob> =>
      (await production().backup.jobDetails.get(vault, group, id)).properties as AzureIaaSVMJob;

    it('refreshes: 202 with a Location that ends in 204', async () => {
      let raw: Raw | undefined;
      await production().backup.protectionContainers.refresh(vault, group, fabric, { onResponse: (response) => (raw = response as Raw) });
      assert.equal(raw?.status, 202);
      const location = raw.headers.get('location') ?? '';
      const codes: number[] = [];
      await until('the end of the refresh', async () => {
        const answer = await send(sandbox, 'GET', location);
        codes.push(answer.status);
        assert.ok(answer.status !== 202 || answer.headers['retry-after'] === '1', 'Retry-After, shortened by the speed');
        return answer.status === 204 ? true : undefined;
      });
      assert.ok(codes.filter((code) => code === 202).length >= 2, String(codes));
    });

    it('protects, backs up, follows the job and finds the recovery point', async () => {
      const configured = await put({ policyId: policyId('DefaultPolicy') });
      assert.equal(configured.status, 202);
      assert.equal((await job(await jobOf(group, vault, configured))).operation, 'ConfigureBackup');
      assert.equal((await read()).properties.protectionState, 'IRPending');
      let raw: Raw | undefined;
      await production().backup.backups.trigger(
        vault,
        group,
        fabric,
        container,
        item,
        {
          properties: { objectType: 'IaasVMBackupRequest', recoveryPointExpiryTimeInUTC: new Date(Date.now() + 30 * 86_400_000) } as never,
        },
        { onResponse: (response) => (raw = response as Raw) },
      );
      assert.equal(raw?.status, 202);
      const id = await jobOf(group, vault, raw);
      const seen = new Set<string>();
      const end = await until('the end of the backup', async () => {
        const now = await job(id);
        seen.add((now.extendedInfo?.tasksList ?? []).map((task) => task.status).join());
        return now.status === 'InProgress' ? undefined : now;
      });
      assert.equal(end.status, 'Completed');
      assert.ok(
        seen.has('InProgress,NotStarted') && seen.has('Completed,InProgress') && seen.has('Completed,Completed'),
        [...seen].join(' '),
      );
      assert.equal((await read()).properties.protectionState, 'Protected');
      const points = await collect(production().backup.recoveryPoints.list(vault, group, fabric, container, item));
      const tiers = (points[0]?.properties as IaasVMRecoveryPoint).recoveryPointTierDetails?.map((tier) => tier.type);
      assert.deepEqual([points.length, tiers], [1, ['InstantRP', 'HardenedRP']]);
    });

    it('stops, resumes, deletes and undeletes', async () => {
      await jobOf(group, vault, await put({ policyId: '', protectionState: 'ProtectionStopped' }));
      assert.equal((await read()).properties.protectionState, 'ProtectionStopped');
      await jobOf(group, vault, await put({ policyId: policyId('EnhancedPolicy') }));
      assert.equal((await read()).properties.policyName, 'EnhancedPolicy');
      let raw: Raw | undefined;
      await production().backup.protectedItems.delete(vault, group, fabric, container, item, {
        onResponse: (response) => (raw = response as Raw),
      });
      assert.equal(raw?.status, 202);
      await jobOf(group, vault, raw);
      const deleted = (await read()).properties;
      assert.deepEqual([deleted.isScheduledForDeferredDelete, deleted.protectionState], [true, 'ProtectionStopped']);
      await jobOf(group, vault, await put({ policyId: '', isRehydrate: true, protectionState: 'ProtectionStopped' }));
      const back = (await read()).properties;
      assert.deepEqual([back.isScheduledForDeferredDelete, back.protectionState], [undefined, 'ProtectionStopped']);
      await assert.rejects(
        production().backup.backups.trigger(vault, group, fabric, container, item, {
          properties: { objectType: 'IaasVMBackupRequest' } as never,
        }),
        (error: Error & { code?: string; statusCode?: number }) =>
          error.statusCode === 400 && error.code === 'BMSUserErrorProtectionStopped',
      );
    });
  });

  it('registers a machine for workloads with the SDK’s poller and unregisters it', async () => {
    const { backup } = production();
    const [group, vault] = ['rg-sap-prod', 'rsv-sap-neu'];
    const [id = ''] = sandbox.endpoint.subscriptionIds;
    const machine = (name: string): string =>
      `/subscriptions/${id}/resourceGroups/RG-SAP-PROD/providers/Microsoft.Compute/virtualMachines/${name}`;
    const registered = await backup.protectionContainers.beginRegisterAndWait(
      vault,
      group,
      fabric,
      'VMAppContainer;Compute;rg-sap-prod;sapapp-p02',
      {
        properties: {
          containerType: 'VMAppContainer',
          backupManagementType: 'AzureWorkload',
          workloadType: 'SAPHanaDatabase',
          sourceResourceId: machine('sapapp-p02'),
          friendlyName: 'sapapp-p02',
        },
      },
      { updateIntervalInMs: 50 },
    );
    assert.equal(registered.name, 'VMAppContainer;Compute;rg-sap-prod;sapapp-p02');
    assert.match(
      (registered.properties as { sourceResourceId?: string }).sourceResourceId ?? '',
      /\/resourceGroups\/rg-sap-prod\//,
      'the stored casing',
    );
    let raw: Raw | undefined;
    await backup.protectionContainers.unregister(vault, group, fabric, 'VMAppContainer;Compute;rg-sap-prod;sapapp-p02', {
      onResponse: (response) => (raw = response as Raw),
    });
    const location = raw?.headers.get('location') ?? '';
    assert.match(location, /\/backupOperationResults\/[0-9a-f-]+\?fabricName=Azure%3Fapi-version%3D/, 'Azure’s second question mark');
    const guid = /backupOperationResults\/([^?]+)/.exec(location)?.[1] ?? '';
    await until('the end of the unregistration', async () => {
      const path = `/subscriptions/${id}/resourceGroups/${group}/providers/Microsoft.RecoveryServices/vaults/${vault}/backupFabrics/Azure/protectionContainers/VMAppContainer;Compute;rg-sap-prod;sapapp-p02/operationResults/${guid}`;
      return (await send(sandbox, 'GET', `${path}?api-version=2025-02-01`)).status === 204 ? true : undefined;
    });
    const left = await collect(backup.backupProtectionContainers.list(vault, group, { filter: "backupManagementType eq 'AzureWorkload'" }));
    assert.deepEqual(
      left.map((container) => container.properties?.friendlyName),
      ['saphana-p01'],
    );
  });

  it('backs up a database: the job’s operation and name change while it runs, its one task has no percentage', async () => {
    const { backup } = production();
    const [group, vault] = ['rg-backup-prod', 'rsv-erp-weu'];
    const container = 'vmappcontainer;compute;rg-erp-prod;erp-db-01';
    let raw: Raw | undefined;
    await backup.backups.trigger(
      vault,
      group,
      fabric,
      container,
      'SQLDataBase;mssqlserver;northwinderp',
      { properties: { objectType: 'AzureWorkloadBackupRequest', backupType: 'Full', enableCompression: false } as never },
      { onResponse: (response) => (raw = response as Raw) },
    );
    assert.ok(raw);
    const id = await jobOf(group, vault, raw);
    const names = new Set<string>();
    const end = await until('the end of the backup', async () => {
      const now = (await backup.jobDetails.get(vault, group, id)).properties as AzureWorkloadJob;
      names.add(`${now.operation ?? ''} of ${now.entityFriendlyName ?? ''}`);
      return now.status === 'InProgress' ? undefined : now;
    });
    assert.ok(names.has('Backup (Full) of NorthwindERP [erp-db-01]'), [...names].join('; '));
    assert.deepEqual([end.status, end.extendedInfo?.tasksList?.map((task) => task.taskId)], ['Completed', ['Transfer data to vault']]);
  });

  it('creates, changes and deletes a vault and a policy with the SDK’s pollers', async () => {
    const { vaults, backup } = production();
    const [group, name] = ['rg-stores-de', 'rsv-new-gwc'];
    const wait50 = { updateIntervalInMs: 50 };
    const made = await vaults.vaults.beginCreateOrUpdateAndWait(
      group,
      name,
      { location: 'germanywestcentral', sku: { name: 'Standard' }, properties: { publicNetworkAccess: 'Enabled' } },
      wait50,
    );
    assert.equal(made.properties?.provisioningState, 'Succeeded');
    const base = await backup.protectionPolicies.get(name, group, 'DefaultPolicy');
    const policy = await backup.protectionPolicies.createOrUpdate(name, group, 'Nightly', base);
    assert.equal(policy.name, 'Nightly');
    await backup.protectionPolicies.beginDeleteAndWait(name, group, 'Nightly', wait50);
    assert.ok(!(await collect(backup.backupPolicies.list(name, group))).some((known) => known.name === 'Nightly'));
    const patched = await vaults.vaults.beginUpdateAndWait(group, name, { tags: { owner: 'stores' } }, wait50);
    assert.ok(patched);
    assert.deepEqual((await vaults.vaults.get(group, name)).tags, { owner: 'stores' });
    await vaults.vaults.beginDeleteAndWait(group, name, wait50);
    await assert.rejects(vaults.vaults.get(group, name), (error: Error & { statusCode?: number }) => error.statusCode === 404);
  });
});
