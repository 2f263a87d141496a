// Registration, inquiry and auto-protection driven by Azure's own client library, and the world changed by control routes.
import assert from 'node:assert/strict';
import { ComputeManagementClient } from '@azure/arm-compute';
import type {
  RecoveryServicesBackupClient,
  AzureVMAppContainerProtectionContainer,
  AzureVmWorkloadSQLAvailabilityGroupProtectableItem,
  AzureVmWorkloadSQLInstanceProtectableItem,
  AzureWorkloadSQLAutoProtectionIntent,
  WorkloadProtectableItemResource,
} from '@azure/arm-recoveryservicesbackup';
import { secretHeader } from '../../../src/sandbox/server/controlRoutes.ts';
import { type RunningSandbox, startSandbox } from '../../../src/sandbox/server/start.ts';
import { credentialOf, send } from './platformSupport.ts';
import { backupClientOf, collect, until } from './sdkSupport.ts';

const [fabric, vault, group] = ['Azure', 'rsv-sql-weu', 'rg-backup-prod'];
const filter = "backupManagementType eq 'AzureWorkload'";

describe('sandbox with Azure’s own clients: SQL Server in machines', function () {
  this.timeout(30_000);
  let sandbox: RunningSandbox;
  let backup: RecoveryServicesBackupClient;
  let compute: ComputeManagementClient;

  before(async () => {
    sandbox = await startSandbox({ speed: 300 });
    const { resourceManagerEndpoint, subscriptionIds } = sandbox.endpoint;
    const options = {
      endpoint: resourceManagerEndpoint,
      credentialScopes: `${resourceManagerEndpoint}/.default`,
      tlsOptions: { ca: sandbox.certificateAuthority },
      retryOptions: { maxRetries: 0 },
    };
    const [id = ''] = subscriptionIds;
    backup = backupClientOf(sandbox);
    compute = new ComputeManagementClient(credentialOf(sandbox), id, options);
  });
  after(() => sandbox.close());

  const change = (path: string, body: unknown): ReturnType<typeof send> =>
    send(sandbox, 'POST', `/_sandbox/world/${path}`, {
      token: null,
      headers: { [secretHeader]: sandbox.endpoint.clientSecret },
      body: JSON.stringify(body),
    });
  const container = (name: string): string => `VMAppContainer;Compute;rg-sql-prod;${name}`;
  const read = async (name: string): Promise<AzureVMAppContainerProtectionContainer> =>
    (await backup.protectionContainers.get(vault, group, fabric, container(name))).properties as AzureVMAppContainerProtectionContainer;
  const protectables = (): Promise<WorkloadProtectableItemResource[]> =>
    collect(backup.backupProtectableItems.list(vault, group, { filter: `${filter} and workloadType eq 'SQLDataBase'` }));
  const register = async (name: string, operationType: string): Promise<AzureVMAppContainerProtectionContainer> => {
    const { id } = await compute.virtualMachines.get('rg-sql-prod', name);
    assert.ok(id);
    const done = await backup.protectionContainers.beginRegisterAndWait(
      vault,
      group,
      fabric,
      container(name),
      {
        properties: {
          containerType: 'VMAppContainer',
          backupManagementType: 'AzureWorkload',
          workloadType: 'SQLDataBase',
          sourceResourceId: id,
          operationType,
        },
      },
      { updateIntervalInMs: 100 },
    );
    return done.properties as AzureVMAppContainerProtectionContainer;
  };

  it('discovers, registers, inquires after the right was granted, and unregisters', async () => {
    await backup.protectionContainers.refresh(vault, group, fabric, { filter });
    const offered = await until('sql-new-01', async () => {
      const all = await collect(backup.protectableContainers.list(vault, group, fabric, { filter }));
      return all.find(({ name }) => name === container('sql-new-01'));
    });
    assert.equal(offered.properties?.protectableContainerType, 'VMAppContainer');
    const registered = await register('sql-new-01', 'Register');
    assert.equal(registered.extendedInfo?.inquiryInfo?.inquiryDetails?.[0]?.itemCount, 4);
    assert.deepEqual(registered.extendedInfo.inquiryInfo.inquiryDetails[0].inquiryValidation?.status, 'Success');

    const legacy = (await read('sql-legacy-01')).extendedInfo?.inquiryInfo;
    assert.equal(legacy?.inquiryDetails?.[0]?.inquiryValidation?.errorDetail?.code, 'UserErrorSQLNoSysadminMembership');
    assert.equal((await change('grant-sysadmin', { machine: 'sql-legacy-01' })).status, 200);
    await backup.protectionContainers.inquire(vault, group, fabric, container('sql-legacy-01'), {
      filter: "workloadType eq 'SQLDataBase'",
    });
    await until('the instance', async () => (await protectables()).find(({ id }) => id?.includes('sql-legacy-01')));

    await backup.protectionContainers.unregister(vault, group, fabric, container('sql-new-01'));
    await until('the end of the registration', async () => {
      const all = await collect(backup.backupProtectionContainers.list(vault, group, { filter }));
      return all.every(({ name }) => name !== container('sql-new-01')) ? true : undefined;
    });
  });

  it('a machine that is off: its registration fails with the documented code, and succeeds once Compute has started it', async () => {
    const failed = await register('sql-off-01', 'Register').catch((error: unknown) => error);
    assert.match(String(failed), /VMNotInRunningStateUserError|SQL server VM is either shutdown/);
    await compute.virtualMachines.beginStartAndWait('rg-sql-prod', 'sql-off-01', { updateIntervalInMs: 100 });
    const view = await compute.virtualMachines.instanceView('rg-sql-prod', 'sql-off-01');
    assert.ok(view.statuses?.some(({ code }) => code === 'PowerState/running'));
    assert.equal((await register('sql-off-01', 'Register')).registrationStatus, 'Registered');
    await compute.virtualMachines.beginPowerOffAndWait('rg-sql-prod', 'sql-off-01', { updateIntervalInMs: 100 });
    const off = await compute.virtualMachines.instanceView('rg-sql-prod', 'sql-off-01');
    assert.ok(off.statuses?.some(({ code, displayStatus }) => code === 'PowerState/stopped' && displayStatus === 'VM stopped'));
    await compute.virtualMachines.beginDeleteAndWait('rg-sql-prod', 'sql-off-01', { updateIntervalInMs: 100 });
    assert.equal((await read('sql-off-01')).healthStatus, 'Deleted');
    await assert.rejects(compute.virtualMachines.get('rg-sql-prod', 'sql-off-01'), { statusCode: 404 });
  });

  it('auto-protects an instance and reads availability groups', async () => {
    const found = await protectables();
    const instance = found.find(({ id, name }) => id?.includes('sql-sales-01') && name === 'sqlinstance;mssqlserver');
    const properties = instance?.properties as AzureVmWorkloadSQLInstanceProtectableItem;
    assert.deepEqual([properties.subinquireditemcount, properties.prebackupvalidation?.status], [8, 'Success']);
    const ag = found.find((item) => item.properties?.protectableItemType === 'SQLAvailabilityGroupContainer');
    const nodes = (ag?.properties as AzureVmWorkloadSQLAvailabilityGroupProtectableItem).nodesList;
    assert.deepEqual(
      nodes?.map(({ nodeName }) => nodeName),
      ['sql-orders-01', 'sql-orders-02'],
    );
    const policy = await backup.protectionPolicies.get(vault, group, 'HourlyLogBackup');
    const made = await backup.protectionIntentOperations.createOrUpdate(vault, group, fabric, 'auto', {
      properties: {
        protectionIntentItemType: 'AzureWorkloadSQLAutoProtectionIntent',
        backupManagementType: 'AzureWorkload',
        policyId: policy.id ?? '',
        itemId: instance?.id ?? '',
      },
    });
    assert.equal((made.properties as AzureWorkloadSQLAutoProtectionIntent).itemId, instance?.id);
    await until('the protected database', async () => {
      const all = await collect(backup.backupProtectedItems.list(vault, group, { filter }));
      return all.find(({ id }) => id?.endsWith(';salesstaging'));
    });
    const intents = await collect(backup.backupProtectionIntent.list(vault, group, { filter: `${filter} and itemName eq 'MSSQLSERVER'` }));
    assert.deepEqual(
      intents.map(({ name }) => name),
      ['auto'],
    );
    assert.equal((await backup.protectionIntentOperations.get(vault, group, fabric, 'auto')).name, 'auto');
    await backup.protectionIntentOperations.delete(vault, group, fabric, 'auto');
    await assert.rejects(backup.protectionIntentOperations.get(vault, group, fabric, 'auto'), { statusCode: 404 });
  });

  it('control routes change databases and machines, and refuse what cannot be with what could', async () => {
    const machines = await send(sandbox, 'GET', '/_sandbox/world/machines', {
      token: null,
      headers: { [secretHeader]: sandbox.endpoint.clientSecret },
    });
    assert.ok((machines.at('machines') as { name: string }[]).some(({ name }) => name === 'sql-multi-01'));
    const added = await change('add-database', { machine: 'sql-multi-01', instance: 'reports', name: 'Näher;1', recoveryModel: 'Simple' });
    assert.deepEqual((added.at('databaseServer.instances.1.databases') as { name: string }[]).at(-1), {
      name: 'Näher;1',
      sizeGb: 10,
      recoveryModel: 'Simple',
      state: 'Online',
    });
    await change('change-database', { machine: 'sql-multi-01', instance: 'REPORTS', name: 'näher;1', state: 'Offline' });
    const dropped = await change('drop-database', { machine: 'sql-multi-01', instance: 'REPORTS', name: 'Näher;1' });
    assert.doesNotMatch(JSON.stringify(dropped.at('databaseServer')), /Näher/);
    const inGroup = await change('add-database', { machine: 'sql-orders-01', group: 'AG-ORDERS', name: 'Invoices' });
    assert.match(JSON.stringify(inGroup.at('databaseServer.groups')), /Invoices/);
    assert.match(JSON.stringify((await change('start-machine', { machine: 'sql-orders-02' })).at('databaseServer.groups')), /Invoices/);
    assert.equal((await change('stop-machine', { machine: 'vm-web-01' })).at('powerState'), 'deallocated');
    assert.equal((await change('delete-machine', { machine: 'vm-web-02' })).status, 204);

    const refused = async (path: string, body: unknown, pattern: RegExp): Promise<void> => {
      const reply = await change(path, body);
      assert.deepEqual([reply.status, reply.at('error.code')], [400, 'InvalidWorldChange']);
      assert.match(String(reply.at('error.message')), pattern);
    };
    await refused('start-machine', { machine: 'vm-web-02' }, /no virtual machine "vm-web-02"/);
    await refused('start-machine', {}, /^machine: /);
    await refused('start-machine', { machine: 'dc01', force: true }, /force/);
    await refused('add-database', { machine: 'sql-multi-01', name: 'X' }, /several instances: name one of MSSQLSERVER, REPORTS/);
    await refused('add-database', { machine: 'sql-crm-01', name: 'crm' }, /has a database "crm" already/);
    await refused('drop-database', { machine: 'sql-crm-01', name: 'None' }, /no database "None"; it has master/);
    await refused('drop-database', { machine: 'sql-crm-01', group: 'AG', name: 'CRM' }, /no availability group "AG"; it has none/);
    await refused('grant-sysadmin', { machine: 'dc01' }, /No database server runs on dc01/);
    await refused('change-database', { machine: 'sql-crm-01', name: 'CRM', state: 'Gone' }, /^state: /);
    const unknown = await change('rename-machine', {});
    assert.equal(unknown.status, 404);
    const stranger = await send(sandbox, 'POST', '/_sandbox/world/start-machine', { token: null, headers: {}, body: '{}' });
    assert.equal(stranger.status, 401);
  });
});
