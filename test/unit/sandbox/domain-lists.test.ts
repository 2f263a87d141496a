import assert from 'node:assert/strict';
import { Domain, minute, second, type DomainEntry } from './domainSupport.ts';

const names = (entries: readonly DomainEntry[]): unknown[] => entries.map((entry) => entry.properties.friendlyName).sort();

describe('sandbox domain: lists and the world', () => {
  let domain: Domain;
  beforeEach(() => {
    domain = new Domain();
  });

  it('has three subscriptions, some forty machines with disks, seven vaults of which one is empty', async () => {
    const subscriptions = (await domain.get('/subscriptions')).list as unknown as {
      subscriptionId: string;
      displayName: string;
      tenantId: string;
    }[];
    assert.equal(subscriptions.length, 3);
    assert.ok(
      subscriptions.every(
        (subscription) => subscription.tenantId === domain.world.tenantId && subscription.displayName.startsWith('Northwind'),
      ),
    );
    const machines = [];
    const vaults = [];
    for (const { subscriptionId } of subscriptions) {
      machines.push(...(await domain.all(`/subscriptions/${subscriptionId}/providers/Microsoft.Compute/virtualMachines`)));
      vaults.push(...(await domain.all(`/subscriptions/${subscriptionId}/providers/Microsoft.RecoveryServices/vaults`)));
    }
    assert.ok(machines.length >= 40, String(machines.length));
    assert.ok(new Set(machines.map((machine) => (machine as unknown as { location: string }).location)).size >= 4);
    assert.equal(vaults.length, 7);
    const counts = await Promise.all(vaults.map(async (vault) => (await domain.all(`${vault.id}/backupProtectedItems`)).length));
    assert.equal(counts.filter((count) => count === 0).length, 1);
  });

  it('is the same for the same seed and another for another', () => {
    const print = (seed: number): string => JSON.stringify(new Domain({ seed }).world.subscriptions);
    assert.equal(print(3), print(3));
    assert.notEqual(print(3), print(4));
  });

  it('shows every state that an item can be in', async () => {
    const items = await domain.all(
      `${domain.vaultId('rsv-webshop-weu')}/backupProtectedItems?$filter=backupManagementType eq 'AzureIaasVM'`,
    );
    const state = (name: string): unknown[] => {
      const properties = items.find((item) => item.properties.friendlyName === name)?.properties ?? {};
      return [properties.protectionState, properties.healthStatus, properties.lastBackupStatus];
    };
    assert.deepEqual(state('vm-web-01'), ['Protected', 'Passed', 'Completed']);
    assert.deepEqual(state('vm-web-03'), ['IRPending', 'Passed', '']);
    assert.deepEqual(state('vm-cache-01'), ['ProtectionStopped', 'Passed', 'Completed']);
    const deleted = items.find((item) => item.properties.friendlyName === 'vm-api-02')?.properties ?? {};
    assert.match(String(deleted.deferredDeleteTimeRemaining), /^[89]\.\d\d:/);
    const running = await domain.all(`${domain.vaultId('rsv-webshop-weu')}/backupJobs?$filter=status eq 'InProgress'`);
    assert.deepEqual(
      running.map((job) => job.properties.entityFriendlyName),
      ['vm-web-02'],
    );
    domain.pass(20 * minute);
    assert.equal((await domain.all(`${domain.vaultId('rsv-webshop-weu')}/backupJobs?$filter=status eq 'InProgress'`)).length, 0);
  });

  it('has a vault in trouble: failed and warning jobs with codes, messages and recommendations', async () => {
    const vault = domain.vaultId('rsv-erp-weu');
    const jobs = await domain.all(`${vault}/backupJobs`);
    const errors = jobs.flatMap(
      (job) => (job.properties.errorDetails ?? []) as { errorCode: number; errorTitle: string; recommendations: string[] }[],
    );
    assert.deepEqual([...new Set(errors.map((error) => error.errorTitle))].sort(), [
      'ExtensionSnapshotFailedCOM',
      'UserErrorBackupTookCrashConsistentSnapshot',
      'UserErrorGuestAgentStatusUnavailable',
      'UserErrorRpCollectionLimitReached',
    ]);
    assert.ok(errors.every((error) => Number.isInteger(error.errorCode) && error.recommendations.length > 0));
    const sick = await domain.all(
      `${vault}/backupProtectedItems?$filter=backupManagementType eq 'AzureIaasVM' and healthState eq 'ActionRequired'`,
    );
    assert.deepEqual(names(sick), ['erp-app-01', 'erp-app-02', 'erp-db-01']);
    const item = sick[0];
    assert.equal(
      (await domain.call('POST', `${item?.id ?? ''}/backup`, { properties: { objectType: 'IaasVMBackupRequest' } })).status,
      202,
    );
    domain.pass(10 * minute);
    const [latest] = await domain.all(`${vault}/backupJobs?$filter=operation eq 'Backup'`);
    assert.equal(latest?.properties.status, 'Failed', 'trouble stays until the machine is mended');
    const detail = await domain.get(latest?.id ?? '');
    assert.equal(detail.at('properties.extendedInfo.tasksList.0.status'), 'Failed');
    assert.equal(detail.at('properties.extendedInfo.tasksList.1.status'), 'NotStarted');
  });

  it('shows databases, a share and SAP HANA as items of their own kinds', async () => {
    const kinds = new Map<string, number>();
    for (const vault of domain.world.allVaults()) {
      for (const item of await domain.all(`${vault.id}/backupProtectedItems`)) {
        const kind = String(item.properties.workloadType);
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      }
    }
    assert.deepEqual([...kinds.keys()].sort(), ['AzureFileShare', 'SAPHanaDatabase', 'SQLDataBase', 'VM']);
    const erp = domain.vaultId('rsv-erp-weu');
    const [database] = await domain.all(
      `${erp}/backupProtectedItems?$filter=backupManagementType eq 'AzureWorkload' and itemType eq 'SQLDataBase'`,
    );
    assert.match(database?.id ?? '', /VMAppContainer;compute;rg-erp-prod;erp-db-01\/protectedItems\/SQLDataBase;mssqlserver;/);
    const [container] = await domain.all(`${erp}/backupProtectionContainers?$filter=backupManagementType eq 'AzureWorkload'`);
    assert.equal(container?.name, 'VMAppContainer;Compute;rg-erp-prod;erp-db-01');
  });

  it('lists databases of a registered machine: the instance first, Azure’s odd keys, the other word for the workload', async () => {
    const erp = domain.vaultId('rsv-erp-weu');
    const items = await domain.all(
      `${erp}/backupProtectableItems?$filter=backupManagementType eq 'AzureWorkload' and workloadType eq 'SQLDataBase'`,
    );
    assert.deepEqual(
      items.map((item) => [
        item.properties.protectableItemType,
        item.properties.friendlyName,
        item.properties.IsProtectable,
        item.properties.workloadType,
      ]),
      [
        ['SQLInstance', 'MSSQLSERVER', false, 'SQL'],
        ['SQLDataBase', 'master', true, 'SQL'],
        ['SQLDataBase', 'model', true, 'SQL'],
        ['SQLDataBase', 'Reporting', true, 'SQL'],
      ],
    );
    assert.match(
      items[1]?.id ?? '',
      /\/protectionContainers\/vmappcontainer;compute;rg-erp-prod;erp-db-01\/protectableItems\/sqldatabase;mssqlserver;master$/,
    );
  });

  it('offers unprotected machines of the vault’s region, the newest only after a refresh', async () => {
    const vault = domain.vaultId('rsv-webshop-weu');
    const list = `${vault}/backupProtectableItems?$filter=backupManagementType eq 'AzureIaasVM'`;
    const before = await domain.all(list);
    assert.deepEqual(names(before), ['erp-print', 'jumpbox']);
    assert.equal(before[0]?.name.startsWith('iaasvmcontainerv2;'), true, 'the name lacks the vm; that the id has');
    const accepted = await domain.call('POST', `${vault}/backupFabrics/Azure/refreshContainers`);
    assert.equal(accepted.status, 202);
    assert.match(
      accepted.headers['Azure-AsyncOperation'] ?? '',
      /backupFabrics\/Azure\/operationsStatus\/[^?]+\?api-version=2019-05-13-preview&/,
    );
    const codes = [];
    for (let poll = 0; poll < 3; poll++) {
      codes.push((await domain.get(accepted.headers.Location ?? '')).status);
      domain.pass(20 * second);
    }
    assert.deepEqual(codes, [202, 202, 204]);
    assert.deepEqual(names(await domain.all(list)), ['erp-print', 'jumpbox', 'sql-new-01', 'vm-worker-01']);
  });

  it('filters jobs by status, operation, kind, id and Azure’s 12-hour times', async () => {
    const vault = domain.vaultId('rsv-erp-weu');
    const all = await domain.all(`${vault}/backupJobs`);
    assert.ok(
      all.every((job) => job.properties.extendedInfo === undefined),
      'a list has no extendedInfo',
    );
    const times = all.map((job) => Date.parse(String(job.properties.startTime)));
    assert.deepEqual(
      times,
      [...times].sort((a, b) => b - a),
      'newest first',
    );
    const count = async (filter: string): Promise<number> =>
      (await domain.all(`${vault}/backupJobs?$filter=${encodeURIComponent(filter)}`)).length;
    assert.equal(await count("status eq 'failed'"), all.filter((job) => job.properties.status === 'Failed').length);
    const workload = all.filter((job) => job.properties.backupManagementType === 'AzureWorkload');
    assert.ok(workload.some((job) => job.properties.operation === 'Backup (Full)'));
    assert.equal(
      await count("operation eq 'Backup' and backupManagementType eq 'AzureWorkload'"),
      workload.filter((job) => String(job.properties.operation).startsWith('Backup')).length,
    );
    assert.equal(await count(`jobId eq '${all[3]?.name ?? ''}'`), 1);
    const span = "startTime eq '2026-03-09 12:00:00 AM' and endTime eq '2026-03-10 11:59:59 PM'";
    const inside = times.filter((time) => time >= Date.UTC(2026, 2, 9) && time <= Date.UTC(2026, 2, 10, 23, 59, 59));
    assert.ok(inside.length > 0 && inside.length < times.length);
    assert.equal(await count(span), inside.length);
    assert.equal((await domain.get(`${vault}/backupJobs?$filter=${encodeURIComponent("startTime eq 'soon'")}`)).status, 400);
  });

  it('keeps recovery points by the policy: daily, weekly and monthly ones', async () => {
    const item = await domain.item('rsv-webshop-weu', 'vm-web-01');
    const points = await domain.all(`${item.id}/recoveryPoints`);
    const age = points.map((point) => (domain.now - Date.parse(String(point.properties.recoveryPointTime))) / 86_400_000);
    assert.deepEqual(
      age,
      [...age].sort((a, b) => a - b),
      'newest first',
    );
    assert.equal(age.filter((days) => days < 14).length, 14);
    assert.ok(age.filter((days) => days >= 14 && days < 84).length >= 9, 'Sundays of twelve weeks');
    assert.ok(Math.max(...age) > 100, 'first Sundays of a year');
    const tiers = points.map((point) => (point.properties.recoveryPointTierDetails as { type: string }[]).map((tier) => tier.type).join());
    assert.equal(tiers[0], 'InstantRP,HardenedRP');
    assert.equal(tiers.at(-1), 'HardenedRP');
    const expanded = await domain.get(`${item.id}?$filter=expand eq 'extendedinfo'`);
    assert.equal(expanded.at('properties.extendedInfo.recoveryPointCount'), points.length);
    const bounded = `startDate eq '2026-03-01 12:00:00 AM' and endDate eq '2026-03-05 12:00:00 AM'`;
    assert.equal((await domain.all(`${item.id}/recoveryPoints?$filter=${encodeURIComponent(bounded)}`)).length, 4);
  });

  it('answers summaries, usages, status, configuration', async () => {
    const vault = domain.vaultId('rsv-erp-weu');
    const summary = await domain.get(`${vault}/backupUsageSummaries?$filter=type eq 'BackupProtectedItemCountSummary'`);
    const counted = (summary.list as unknown as { currentValue: number; name: { value: string } }[]).map((entry) => [
      entry.name.value,
      entry.currentValue,
    ]);
    assert.deepEqual(Object.fromEntries(counted), { AzureIaasVM: 4, AzureStorage: 0, AzureWorkload: 3 });
    assert.ok((await domain.get(`${vault}/usages`)).list.length > 10);
    const region = `/subscriptions/${vault.split('/')[2] ?? ''}/providers/Microsoft.RecoveryServices/locations/westeurope/backupStatus`;
    const status = await domain.call('POST', region, { resourceType: 'VM', resourceId: domain.machineId('vm-web-01').toUpperCase() });
    assert.deepEqual(
      [status.at('protectionStatus'), status.at('containerName'), status.at('policyName')],
      ['Protected', 'iaasvmcontainer;iaasvmcontainerv2;rg-webshop-prod;vm-web-01', 'Webshop-Daily-14d-GFS'],
    );
    assert.equal(
      (await domain.call('POST', region, { resourceType: 'VM', resourceId: domain.machineId('jumpbox') })).at('protectionStatus'),
      'NotProtected',
    );
    assert.deepEqual((await domain.get(`${vault}/backupResourceGuardProxies`)).body, { value: [] });
    const patched = await domain.call('PATCH', `${vault}/backupconfig/vaultconfig`, { properties: { softDeleteFeatureState: 'Disabled' } });
    assert.deepEqual([patched.status, patched.at('properties.softDeleteFeatureState')], [200, 'Disabled']);
  });

  it('makes a hundred generated vaults of a thousand items cheaply and pages through them', async () => {
    const began = Date.now();
    const fleet = new Domain({ vaults: 100, items: 1000 });
    assert.equal(fleet.world.allVaults().length, 107);
    assert.ok(Date.now() - began < 1500, `took ${Date.now() - began} ms`);
    const vault = fleet.vaultId('rsv-fleet-042');
    const first = await fleet.get(`${vault}/backupProtectedItems?$filter=${encodeURIComponent("backupManagementType eq 'AzureIaasVM'")}`);
    assert.equal(first.list.length, 200);
    assert.match(String(first.at('nextLink')), /\$skipToken=/);
    const all = await fleet.all(`${vault}/backupProtectedItems`);
    assert.equal(new Set(all.map((item) => item.id)).size, 1000);
    const machine = `${vault.split('/providers/')[0] ?? ''}/providers/Microsoft.Compute/virtualMachines/fleet-042-vm-1000`;
    assert.equal((await fleet.get(machine)).status, 200);
    assert.ok((await fleet.all(`${vault}/backupJobs`)).length >= 1000);
    const again = await new Domain({ vaults: 100, items: 1000 }).all(`${vault}/backupProtectedItems`);
    assert.deepEqual(
      again.map((item) => item.properties.protectedItemDataId),
      all.map((item) => item.properties.protectedItemDataId),
      'whoever looks first',
    );
  });
});
