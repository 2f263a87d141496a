import assert from 'node:assert/strict';
import { backupRequest, day, Domain, itemPath, minute, protection, second, type DomainReply } from './domainSupport.ts';

const webshop = 'rsv-webshop-weu';

describe('sandbox domain: what Azure refuses', () => {
  let domain: Domain;
  let vaultId: string;
  beforeEach(() => {
    domain = new Domain();
    vaultId = domain.vaultId(webshop);
  });

  const refused = (reply: DomainReply, status: number, code: string, words?: RegExp): void => {
    assert.deepEqual([reply.status, reply.at('error.code')], [status, code], JSON.stringify(reply.body));
    assert.match(String(reply.at('error.message')), words ?? /./);
  };
  const pathOf = (machine: string, vault = webshop): string => itemPath(domain.vaultId(vault), domain.machineId(machine));
  const backUp = (machine: string, body: unknown = backupRequest): Promise<DomainReply> =>
    domain.call('POST', `${pathOf(machine)}/backup`, body);

  it('a backup of an item whose protection is stopped', async () => {
    refused(await backUp('vm-cache-01'), 400, 'BMSUserErrorProtectionStopped');
  });

  it('a second backup while one runs, also one that the story started', async () => {
    refused(await backUp('vm-web-02'), 400, 'UserErrorBackupOperationInProgress');
    assert.equal((await backUp('vm-api-01')).status, 202);
    refused(await backUp('vm-api-01'), 400, 'UserErrorBackupOperationInProgress');
    domain.pass(20 * minute);
    assert.equal((await backUp('vm-api-01')).status, 202);
  });

  it('a backup of an item that is not there, in Azure’s words', async () => {
    refused(
      await backUp('jumpbox'),
      404,
      'BMSUserErrorDataSourceObjectNotFound',
      /^Item not found\.\r\nSelected item might have been deleted\./,
    );
    refused(await domain.get(pathOf('jumpbox')), 404, 'BMSUserErrorDataSourceObjectNotFound');
  });

  for (const [title, expiry] of [
    ['in the past', '2020-01-01T00:00:00Z'],
    ['that is no time', 'next week'],
    ['that is no text', 5],
  ] as const) {
    it(`an expiry ${title}`, async () => {
      const body = { properties: { objectType: 'IaasVMBackupRequest', recoveryPointExpiryTimeInUTC: expiry } };
      refused(await backUp('vm-api-01', body), 400, 'BMSUserErrorInvalidInput', /recoveryPointExpiryTimeInUTC/);
    });
  }

  it('a request of another workload, and one without a body', async () => {
    refused(
      await backUp('vm-api-01', { properties: { objectType: 'AzureWorkloadBackupRequest' } }),
      400,
      'BMSUserErrorInvalidInput',
      /IaasVMBackupRequest/,
    );
    refused(await domain.call('POST', `${pathOf('vm-api-01')}/backup`), 400, 'BMSUserErrorInvalidInput');
  });

  it('everything but an undelete of what is soft-deleted', async () => {
    const item = pathOf('vm-api-02');
    refused(await backUp('vm-api-02'), 400, 'BMSUserErrorContainerNotUndeleted');
    refused(await domain.call('DELETE', item), 400, 'BMSUserErrorContainerNotUndeleted');
    refused(
      await domain.call('PUT', item, protection(domain.machineId('vm-api-02'), `${vaultId}/backupPolicies/DefaultPolicy`)),
      400,
      'BMSUserErrorContainerNotUndeleted',
    );
  });

  it('an undelete of what is not deleted', async () => {
    const body = {
      properties: { protectedItemType: 'Microsoft.Compute/virtualMachines', isRehydrate: true, protectionState: 'ProtectionStopped' },
    };
    refused(await domain.call('PUT', pathOf('vm-web-01'), body), 400, 'BMSUserErrorInvalidInput', /not in soft-deleted state/);
    refused(await domain.call('PUT', pathOf('jumpbox'), body), 404, 'BMSUserErrorDataSourceObjectNotFound');
  });

  it('a machine that another vault protects: after the 202, as a failed operation and job', async () => {
    const machine = domain.machineId('vm-web-01');
    const erp = domain.vaultId('rsv-erp-weu');
    const accepted = await domain.call('PUT', itemPath(erp, machine), protection(machine, `${erp}/backupPolicies/DefaultPolicy`));
    assert.equal(accepted.status, 202);
    domain.pass(16 * second);
    const status = await domain.get(accepted.headers['Azure-AsyncOperation'] ?? '');
    assert.equal(status.at('status'), 'Failed');
    assert.match(String(status.at('error.message')), /another recovery services vault/);
    const job = await domain.get(`${erp}/backupJobs/${String(status.at('properties.jobId'))}`);
    assert.deepEqual([job.at('properties.status'), job.at('properties.errorDetails.0.errorTitle')], ['Failed', status.at('error.code')]);
    assert.equal((await domain.get(itemPath(erp, machine))).status, 404);
    const free = await domain.all(`${erp}/backupProtectableItems?$filter=backupManagementType eq 'AzureIaasVM'`);
    assert.ok(!free.some((entry) => entry.properties.friendlyName === 'vm-web-01'), 'is not offered either');
  });

  it('a policy of another vault, of another workload, and none', async () => {
    const machine = domain.machineId('jumpbox');
    const put = (policyId: string): Promise<DomainReply> => domain.call('PUT', pathOf('jumpbox'), protection(machine, policyId));
    refused(await put(`${domain.vaultId('rsv-erp-weu')}/backupPolicies/ERP-Daily-30d`), 400, 'BMSUserErrorInvalidInput', /ERP-Daily-30d/);
    refused(
      await put(`${vaultId}/backupPolicies/HourlyLogBackup`),
      400,
      'BMSUserErrorInvalidConfigureProtectionRequest',
      /HourlyLogBackup/,
    );
    refused(await put(''), 404, 'BMSUserErrorDataSourceObjectNotFound');
  });

  it('a machine of another region, of wrong names, and one that is gone', async () => {
    const berlin = domain.machineId('pos-gw-berlin');
    const policy = `${vaultId}/backupPolicies/DefaultPolicy`;
    refused(
      await domain.call('PUT', itemPath(vaultId, berlin), protection(berlin, policy)),
      400,
      'BMSUserErrorInvalidConfigureProtectionRequest',
      /germanywestcentral/,
    );
    refused(
      await domain.call('PUT', pathOf('jumpbox'), protection(berlin, policy)),
      400,
      'BMSUserErrorInvalidConfigureProtectionRequest',
      /names/,
    );
    refused(
      await domain.call(
        'PUT',
        `${vaultId}/backupFabrics/Azure/protectionContainers/jumpbox/protectedItems/jumpbox`,
        protection(berlin, policy),
      ),
      400,
      'BMSUserErrorContainerNameIncorrectFormat',
    );
    const gone = berlin.replace('pos-gw-berlin', 'nobody');
    const accepted = await domain.call('PUT', itemPath(vaultId, gone), protection(gone, policy));
    domain.pass(10 * second);
    assert.equal((await domain.get(accepted.headers['Azure-AsyncOperation'] ?? '')).at('error.code'), 'BCMV2VMNotFound');
  });

  it('a second configuration while one is under way', async () => {
    const machine = domain.machineId('jumpbox');
    const put = (): Promise<DomainReply> =>
      domain.call('PUT', pathOf('jumpbox'), protection(machine, `${vaultId}/backupPolicies/DefaultPolicy`));
    assert.equal((await put()).status, 202);
    refused(await put(), 409, 'BMSUserErrorConflictingProtectionOperation');
  });

  it('a delete while a backup runs', async () => {
    refused(await domain.call('DELETE', pathOf('vm-web-02')), 409, 'BMSUserErrorObjectLocked');
  });

  it('suspending backups in a vault that is not immutable, misspelt as Azure has it', async () => {
    const body = {
      properties: { protectedItemType: 'Microsoft.Compute/virtualMachines', protectionState: 'BackupsSuspended', policyId: '' },
    };
    refused(await domain.call('PUT', pathOf('vm-web-01'), body), 400, 'UserErrorOperationDeniedOnImmutableItem', /Bakcup/);
  });

  it('a policy in use, and a policy that makes no sense', async () => {
    refused(
      await domain.call('DELETE', `${vaultId}/backupPolicies/Webshop-Daily-14d-GFS`),
      400,
      'BMSUserErrorPolicyObjectInUse',
      /2 backup item/,
    );
    refused(
      await domain.call('PUT', `${vaultId}/backupPolicies/new`, { properties: { backupManagementType: 'AzureIaasVM' } }),
      400,
      'BMSUserErrorInvalidPolicyInput',
      /schedulePolicy/,
    );
    assert.deepEqual(
      [(await domain.get(`${vaultId}/backupPolicies/new`)).status, (await domain.get(`${vaultId}/backupPolicies/new`)).body],
      [404, {}],
    );
  });

  it('a list of containers without a backupManagementType', async () => {
    refused(await domain.get(`${vaultId}/backupProtectionContainers`), 400, 'BMSUserErrorInvalidInput', /backupManagementType/);
  });

  it('jobs that are not there, and a cancel of what cannot be cancelled', async () => {
    refused(await domain.get(`${vaultId}/backupJobs/00000000-0000-4000-8000-000000000000`), 404, 'JobNotFound');
    const done = await domain.all(`${vaultId}/backupJobs?$filter=status eq 'Completed'`);
    refused(await domain.call('POST', `${done[0]?.id ?? ''}/cancel`), 400, 'UserErrorJobNotCancellable', /not in progress/);
    const accepted = await domain.call(
      'PUT',
      pathOf('jumpbox'),
      protection(domain.machineId('jumpbox'), `${vaultId}/backupPolicies/DefaultPolicy`),
    );
    assert.equal(accepted.status, 202);
    domain.pass(5 * second);
    const [running] = await domain.all(`${vaultId}/backupJobs?$filter=status eq 'InProgress' and operation eq 'ConfigureBackup'`);
    refused(await domain.call('POST', `${running?.id ?? ''}/cancel`), 400, 'UserErrorJobNotCancellable', /ConfigureBackup/);
  });

  it('vaults, groups and subscriptions that are not there, in the gateway’s words', async () => {
    const missing = await domain.get(vaultId.replace(webshop, 'nowhere'));
    refused(missing, 404, 'ResourceNotFound', /'Microsoft\.RecoveryServices\/vaults\/nowhere' under resource group 'rg-backup-prod'/);
    assert.equal(missing.headers['x-ms-failure-cause'], 'gateway');
    refused(await domain.get(vaultId.replace('rg-backup-prod', 'rg-none')), 404, 'ResourceGroupNotFound');
    refused(await domain.get('/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups'), 404, 'SubscriptionNotFound');
  });

  describe('deleting a vault that holds items', () => {
    it('since 2024 fails after the 202, with times in US form', async () => {
      const accepted = await domain.call('DELETE', vaultId);
      assert.equal(accepted.status, 202);
      const url = accepted.headers['Azure-AsyncOperation'] ?? '';
      assert.match(url, /\/operationStatus\/[A-Za-z0-9+/]+={0,2}\?|\/operationStatus\/.*%3D/);
      const early = await domain.get(url);
      assert.deepEqual(Object.keys(early.body as object), ['id', 'name', 'status']);
      assert.ok(early.headers.Location && early.headers['Azure-AsyncOperation'], 'each answer on the way repeats both URLs');
      domain.pass(31 * second);
      const late = await domain.get(url);
      assert.deepEqual([late.at('status'), late.at('error.code')], ['Failed', 'BMSUserErrorVaultDeletionNotAllowed']);
      assert.match(String(late.at('startTime')), /^\d+\/\d+\/\d{4} \d+:\d\d:\d\d (AM|PM)$/);
      assert.equal((await domain.get(vaultId)).status, 200);
    });

    it('before 2024 is refused at once', async () => {
      refused(await domain.call('DELETE', vaultId, undefined, '2023-04-01'), 400, 'BMSUserErrorVaultDeletionNotAllowed');
    });

    it('names the soft-deleted ones where only they are left', async () => {
      const stores = domain.vaultId('rsv-stores-gwc');
      const machine = domain.machineId('pos-gw-berlin');
      await domain.call('PUT', itemPath(stores, machine), protection(machine, `${stores}/backupPolicies/DefaultPolicy`));
      domain.pass(minute);
      await domain.call('DELETE', itemPath(stores, machine));
      domain.pass(2 * minute);
      const accepted = await domain.call('DELETE', stores);
      domain.pass(minute);
      const status = await domain.get(accepted.headers['Azure-AsyncOperation'] ?? '');
      assert.equal(status.at('error.code'), 'BMSUserErrorVaultDeletionNotPermitted');
      assert.match(String(status.at('error.message')), / {2}: pos-gw-berlin$/);
      domain.pass(15 * day);
      await domain.call('DELETE', stores);
      domain.pass(minute);
      assert.equal((await domain.get(stores)).status, 404);
    });
  });
});
