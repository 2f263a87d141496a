import assert from 'node:assert/strict';
import { WorldChanges } from '../../../src/sandbox/world/changes.ts';
import { Domain, minute, type DomainEntry, type DomainReply } from './domainSupport.ts';

const workloads = "backupManagementType eq 'AzureWorkload'";

describe('sandbox domain: protection intents', () => {
  let domain: Domain;
  let changes: WorldChanges;
  let vault: string;
  beforeEach(() => {
    domain = new Domain();
    changes = new WorldChanges(domain.world);
    vault = domain.vaultId('rsv-sql-weu');
  });

  const protectable = async (container: string, friendlyName: string): Promise<DomainEntry> => {
    const all = await domain.all(`${vault}/backupProtectableItems?$filter=${workloads} and workloadType eq 'SQLDataBase'`);
    const item = all.find((one) => one.id.includes(container) && one.properties.friendlyName === friendlyName);
    assert.ok(item, `no ${friendlyName} in ${container}`);
    return item;
  };
  const intentPath = (name: string): string => `${vault}/backupFabrics/Azure/backupProtectionIntent/${name}`;
  const put = (name: string, itemId: string, more: Record<string, unknown> = {}): Promise<DomainReply> =>
    domain.call('PUT', intentPath(name), {
      properties: {
        protectionIntentItemType: 'AzureWorkloadSQLAutoProtectionIntent',
        backupManagementType: 'AzureWorkload',
        policyId: `${vault}/backupPolicies/HourlyLogBackup`,
        itemId,
        ...more,
      },
    });
  const items = async (container: string): Promise<DomainEntry[]> =>
    (await domain.all(`${vault}/backupProtectedItems?$filter=${workloads}`)).filter((item) =>
      item.id.toLowerCase().includes(container.toLowerCase()),
    );
  const configurations = async (): Promise<DomainEntry[]> =>
    (await domain.all(`${vault}/backupJobs?$filter=operation eq 'ConfigureBackup'`)).filter(
      (job) => job.properties.backupManagementType === 'AzureWorkload',
    );

  it('an instance: 200 with the resource, found by the filters that az sends, marked in the list, and 204 at its deletion', async () => {
    const instance = await protectable('sql-sales-01', 'MSSQLSERVER');
    assert.equal(instance.properties.isAutoProtected, false);
    const made = await put('249D9B07-D2EF-4202-AA64-65F35418564E', instance.id);
    assert.equal(made.status, 200);
    assert.deepEqual(made.body, {
      id: intentPath('249D9B07-D2EF-4202-AA64-65F35418564E'),
      name: '249D9B07-D2EF-4202-AA64-65F35418564E',
      type: 'Microsoft.RecoveryServices/vaults/backupProtectionIntent',
      properties: {
        protectionIntentItemType: 'AzureWorkloadSQLAutoProtectionIntent',
        backupManagementType: 'AzureWorkload',
        policyId: `${vault}/backupPolicies/HourlyLogBackup`,
        itemId: instance.id,
      },
    });
    const filter = `${workloads} and itemName eq 'MSSQLSERVER' and itemType eq 'SQLInstance' and parentName eq `;
    const list = (parent: string): Promise<DomainEntry[]> =>
      domain.all(`${vault}/backupProtectionIntents?$filter=${encodeURIComponent(`${filter}'${parent}'`)}`);
    assert.equal((await list('vmappcontainer;compute;rg-sql-prod;sql-sales-01')).length, 1);
    assert.equal((await list('vmappcontainer;compute;rg-sql-prod;sql-orders-01')).length, 0);
    assert.equal((await protectable('sql-sales-01', 'MSSQLSERVER')).properties.isAutoProtected, true);
    assert.equal((await domain.get(intentPath('249d9b07-d2ef-4202-aa64-65f35418564e'))).status, 200, 'without case');
    assert.equal((await domain.call('DELETE', intentPath('249d9b07-d2ef-4202-aa64-65f35418564e'))).status, 204);
    assert.equal((await domain.get(intentPath('249d9b07-d2ef-4202-aa64-65f35418564e'))).status, 404);
    assert.equal((await domain.call('DELETE', intentPath('249d9b07-d2ef-4202-aa64-65f35418564e'))).status, 204);
    assert.equal((await protectable('sql-sales-01', 'MSSQLSERVER')).properties.isAutoProtected, false);
  });

  it('protects with jobs what can be protected and is not in the vault yet, and leaves the stopped and the deleted alone', async () => {
    const before = (await items('sql-sales-01')).length;
    await put('one', (await protectable('sql-sales-01', 'MSSQLSERVER')).id);
    domain.pass(minute);
    const running = await configurations();
    assert.deepEqual(running.map((job) => [job.properties.entityFriendlyName, job.properties.status]).sort(), [
      ['SalesStaging', 'InProgress'],
      ['master', 'InProgress'],
      ['model', 'InProgress'],
    ]);
    domain.pass(2 * minute);
    const after = await items('sql-sales-01');
    assert.equal(after.length, before + 3);
    const staging = after.find((item) => item.properties.friendlyName === 'SalesStaging');
    assert.deepEqual(
      [staging?.properties.protectionState, staging?.properties.policyId],
      ['IRPending', `${vault}/backupPolicies/HourlyLogBackup`],
    );
    const archive = after.find((item) => item.properties.friendlyName === 'SalesArchive');
    assert.equal(archive?.properties.protectionState, 'ProtectionStopped');
    await domain.call('DELETE', intentPath('one'));
    assert.equal((await items('sql-sales-01')).length, before + 3, 'what is protected stays');
  });

  it('protects new databases after an inquiry, and after some hours without one', async () => {
    await put('one', (await protectable('sql-sales-01', 'MSSQLSERVER')).id);
    domain.pass(5 * minute);
    const add = (name: string): unknown =>
      changes.addDatabase(changes.machine('sql-sales-01'), {}, { name, sizeGb: 1, recoveryModel: 'Full', state: 'Online' });
    const has = async (name: string): Promise<boolean> =>
      (await items('sql-sales-01')).some((item) => item.properties.friendlyName === name);
    add('First');
    domain.pass(5 * minute);
    assert.equal(await has('First'), false);
    const container = `${vault}/backupFabrics/Azure/protectionContainers/VMAppContainer;Compute;rg-sql-prod;sql-sales-01`;
    await domain.call('POST', `${container}/inquire`);
    domain.pass(5 * minute);
    assert.equal(await has('First'), true);
    add('Second');
    domain.pass(9 * 60 * minute);
    assert.equal(await has('Second'), true);
  });

  it('an availability group: its databases, through the group’s own container', async () => {
    const group = await protectable('sqlagworkloadcontainer', 'AG-ORDERS');
    const made = await put('group', group.id, { protectionIntentItemType: 'AzureWorkloadContainerAutoProtectionIntent' });
    assert.equal(made.at('properties.protectionIntentItemType'), 'AzureWorkloadContainerAutoProtectionIntent');
    domain.pass(3 * minute);
    const names = (await items('sqlagworkloadcontainer')).map((item) => item.properties.friendlyName).sort();
    assert.deepEqual(names, ['Orders', 'OrdersHistory']);
    const filter = encodeURIComponent("itemType eq 'SQLAvailabilityGroupContainer' and itemName eq 'AG-ORDERS'");
    assert.equal((await domain.all(`${vault}/backupProtectionIntents?$filter=${filter}`)).length, 1);
  });

  it('taken back while its jobs run, it stops them and nothing gets protected', async () => {
    await put('one', (await protectable('sql-sales-01', 'MSSQLSERVER')).id);
    domain.pass(minute);
    assert.equal((await configurations()).length, 3);
    await domain.call('DELETE', intentPath('one'));
    domain.pass(5 * minute);
    assert.deepEqual([...new Set((await configurations()).map((job) => job.properties.status))], ['Cancelled']);
    assert.equal((await items('sql-sales-01')).length, 3);
  });

  it('taken back before its jobs start, it starts none; another policy is the newest one’s', async () => {
    const { id } = await protectable('sql-sales-01', 'MSSQLSERVER');
    await put('one', id);
    const changed = await put('one', id, { policyId: `${vault}/backupPolicies/SQL-Full-Daily-Log-15min` });
    assert.equal(changed.at('properties.policyId'), `${vault}/backupPolicies/SQL-Full-Daily-Log-15min`);
    domain.pass(3 * minute);
    const staging = (await items('sql-sales-01')).find((item) => item.properties.friendlyName === 'SalesStaging');
    assert.equal(staging?.properties.policyId, `${vault}/backupPolicies/SQL-Full-Daily-Log-15min`);
    const group = await protectable('sqlagworkloadcontainer', 'AG-ORDERS');
    await put('two', group.id);
    await domain.call('DELETE', intentPath('two'));
    domain.pass(3 * minute);
    assert.equal((await items('sqlagworkloadcontainer')).length, 1);
  });

  it('refuses policies of another workload or vault, databases, items of another vault, and a second intent for one item', async () => {
    const { id } = await protectable('sql-sales-01', 'MSSQLSERVER');
    const code = async (reply: Promise<DomainReply>): Promise<unknown[]> => {
      const answer = await reply;
      return [answer.status, answer.at('error.code')];
    };
    assert.deepEqual(await code(put('one', id, { policyId: `${vault}/backupPolicies/DefaultPolicy` })), [
      400,
      'BMSUserErrorInvalidConfigureProtectionRequest',
    ]);
    const other = `${domain.vaultId('rsv-erp-weu')}/backupPolicies/HourlyLogBackup`;
    assert.deepEqual(await code(put('one', id, { policyId: other })), [400, 'BMSUserErrorInvalidInput']);
    const database = await protectable('sql-sales-01', 'model');
    assert.deepEqual(await code(put('one', database.id)), [400, 'BMSUserErrorInvalidInput']);
    assert.deepEqual(await code(put('one', id.replace('rsv-sql-weu', 'rsv-erp-weu'))), [400, 'BMSUserErrorInvalidInput']);
    assert.deepEqual(await code(put('one', id.replace('mssqlserver', 'nothere'))), [404, 'BMSUserErrorDataSourceObjectNotFound']);
    assert.deepEqual(await code(put('one', id, { protectionIntentItemType: 'AzureResourceItem' })), [400, 'BMSUserErrorInvalidInput']);
    assert.equal((await put('one', id, { protectionIntentItemType: 'RecoveryServiceVaultItem' })).status, 200, 'as az sends it');
    assert.deepEqual(await code(put('two', id)), [409, 'BMSUserErrorProtectionIntentAlreadyExists']);
    const group = await protectable('sqlagworkloadcontainer', 'AG-ORDERS');
    assert.deepEqual(await code(put('one', group.id)), [400, 'BMSUserErrorInvalidInput']);
  });
});
