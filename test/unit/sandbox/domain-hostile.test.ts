import assert from 'node:assert/strict';
import { backupRequest, Domain, itemPath, minute, protection, second, type DomainReply } from './domainSupport.ts';

const [webshop, erp, test] = ['rsv-webshop-weu', 'rsv-erp-weu', 'rsv-test-weu'] as const;

describe('sandbox domain: clients that meet each other, and requests that mean something else than they say', () => {
  let domain: Domain;
  beforeEach(() => {
    domain = new Domain();
  });

  const pathOf = (machine: string, vault: string): string => itemPath(domain.vaultId(vault), domain.machineId(machine));
  const protect = (machine: string, vault: string): Promise<DomainReply> =>
    domain.call(
      'PUT',
      pathOf(machine, vault),
      protection(domain.machineId(machine), `${domain.vaultId(vault)}/backupPolicies/DefaultPolicy`),
    );
  const codeOf = (reply: DomainReply): unknown[] => [reply.status, reply.at('error.code')];
  const statusOf = async (reply: DomainReply): Promise<unknown[]> => {
    const status = await domain.get(reply.headers['Azure-AsyncOperation'] ?? '');
    return [status.at('status'), status.at('error.code')];
  };

  it('one machine protected in two vaults at the same moment is protected in the first only', async () => {
    const [first, second_] = [await protect('jumpbox', webshop), await protect('jumpbox', erp)];
    domain.pass(5 * minute);
    assert.deepEqual(await statusOf(first), ['Succeeded', undefined]);
    assert.deepEqual(await statusOf(second_), ['Failed', 'UserErrorVmRegisteredWithAnotherVault']);
    assert.equal((await domain.get(pathOf('jumpbox', webshop))).status, 200);
    assert.deepEqual(codeOf(await domain.get(pathOf('jumpbox', erp))), [404, 'BMSUserErrorDataSourceObjectNotFound']);
  });

  it('a machine that is being configured is still offered, until its item stands', async () => {
    const offered = async (): Promise<boolean> =>
      (await domain.all(`${domain.vaultId(webshop)}/backupProtectableItems?$filter=backupManagementType eq 'AzureIaasVM'`)).some(
        (item) => item.properties.friendlyName === 'jumpbox',
      );
    await protect('jumpbox', webshop);
    assert.equal(await offered(), true);
    domain.pass(5 * minute);
    assert.equal(await offered(), false);
  });

  it('a vault with a machine on its way into it cannot be deleted', async () => {
    const path = domain.vaultId(webshop).replace(webshop, 'rsv-young');
    await domain.call('PUT', path, { location: 'westeurope' });
    domain.pass(minute);
    const machine = domain.machineId('jumpbox');
    assert.equal(
      (await domain.call('PUT', itemPath(path, machine), protection(machine, `${path}/backupPolicies/DefaultPolicy`))).status,
      202,
    );
    const refused = await domain.call('DELETE', path, undefined, '2023-04-01');
    assert.deepEqual(codeOf(refused), [400, 'BMSUserErrorVaultDeletionNotAllowed']);
    assert.match(String(refused.at('error.message')), /jumpbox/);
  });

  it('a server that one vault has registered, or begun to, is refused by another', async () => {
    const machine = domain.machineId('tst-db-01');
    const [, , subscriptionId] = machine.split('/');
    const other = domain.vaultId(test).replace(test, 'rsv-second');
    await domain.call('PUT', other, { location: 'westeurope' });
    const container = (vaultId: string, vm: string): string =>
      `${vaultId}/backupFabrics/Azure/protectionContainers/VMAppContainer;Compute;rg-webshop-test;${vm}`;
    const body = (id: string): unknown => ({
      properties: { backupManagementType: 'AzureWorkload', workloadType: 'SQLDataBase', sourceResourceId: id },
    });
    const taken = await domain.call('PUT', container(other, 'tst-db-01'), body(machine));
    const web = `/subscriptions/${subscriptionId ?? ''}/resourceGroups/rg-webshop-test/providers/Microsoft.Compute/virtualMachines/tst-web-01`;
    const begun = await domain.call('PUT', container(domain.vaultId(test), 'tst-web-01'), body(web));
    const late = await domain.call('PUT', container(other, 'tst-web-01'), body(web));
    domain.pass(5 * minute);
    assert.deepEqual((await statusOf(taken))[0], 'Failed');
    assert.deepEqual((await statusOf(begun))[0], 'Succeeded');
    assert.deepEqual((await statusOf(late))[0], 'Failed');
    assert.equal((await domain.get(container(other, 'tst-db-01'))).status, 404);
  });

  for (const [title, begin] of [
    ['deleted', (path: string) => domain.call('DELETE', path)],
    ['stopped', (path: string) => domain.call('PUT', path, { properties: { policyId: '', protectionState: 'ProtectionStopped' } })],
  ] as const) {
    it(`a backup of an item that is being ${title} is refused, and starts no job`, async () => {
      const item = pathOf('vm-api-01', webshop);
      assert.equal((await begin(item)).status, 202);
      domain.pass(second);
      assert.deepEqual(codeOf(await domain.call('POST', `${item}/backup`, backupRequest)), [409, 'BMSUserErrorObjectLocked']);
      domain.pass(20 * minute);
      const jobs = await domain.all(`${domain.vaultId(webshop)}/backupJobs?$filter=operation eq 'Backup'`);
      const young = jobs.filter((job) => Date.parse(String(job.properties.startTime)) > domain.now - 21 * minute);
      assert.deepEqual(
        young.filter((job) => job.properties.entityFriendlyName === 'vm-api-01').map((job) => job.name),
        [],
      );
    });
  }

  it('a filter by what a list does not know is refused, naming it and what it takes', async () => {
    const lists = [
      'backupProtectedItems',
      'backupJobs',
      'backupPolicies',
      'backupProtectableItems',
      'backupProtectionContainers',
      'backupDeletedProtectionContainers',
      'backupUsageSummaries',
    ];
    for (const list of lists) {
      const reply = await domain.get(`${domain.vaultId(webshop)}/${list}?$filter=colour eq 'red'`);
      assert.deepEqual(codeOf(reply), [400, 'BMSUserErrorInvalidInput'], list);
      assert.match(String(reply.at('error.message')), /'colour'/, list);
    }
  });

  it('the list of deleted containers heeds its filter', async () => {
    const of = async (management: string): Promise<string[]> =>
      (
        await domain.all(`${domain.vaultId(webshop)}/backupDeletedProtectionContainers?$filter=backupManagementType eq '${management}'`)
      ).map((container) => String(container.properties.friendlyName));
    assert.deepEqual(await of('AzureIaasVM'), ['vm-api-02']);
    assert.deepEqual(await of('AzureStorage'), []);
  });

  it('a fabric that is not there is refused', async () => {
    const reply = await domain.get(pathOf('vm-web-01', webshop).replace('/backupFabrics/Azure/', '/backupFabrics/Nowhere/'));
    assert.deepEqual(codeOf(reply), [400, 'BMSUserErrorInvalidInput']);
    assert.equal((await domain.get(pathOf('vm-web-01', webshop).replace('/Azure/', '/aZURE/'))).status, 200);
  });

  it('the storage type is set with a PUT, which answers with the resource, and not to nonsense', async () => {
    const path = domain.vaultId('rsv-stores-gwc');
    const storage = `${path}/backupstorageconfig/vaultstorageconfig`;
    const put = (storageModelType: string): Promise<DomainReply> => domain.call('PUT', storage, { properties: { storageModelType } });
    assert.equal((await put('LocallyRedundant')).at('properties.storageModelType'), 'LocallyRedundant');
    assert.equal((await domain.get(storage)).at('properties.storageType'), 'LocallyRedundant');
    assert.deepEqual(codeOf(await put('PaperTape')), [400, 'BMSUserErrorInvalidInput']);
  });

  it('a vault in a region that this cloud has not is refused; generated vaults are in regions that it lists', async () => {
    const path = domain.vaultId(webshop).replace(webshop, 'rsv-mars');
    assert.deepEqual(codeOf(await domain.call('PUT', path, { location: 'mars' })), [400, 'LocationNotAvailableForResourceType']);
    const fleet = new Domain({ vaults: 30, items: 1 });
    const subscription = fleet.vaultId('rsv-fleet-001').split('/resourceGroups/')[0] ?? '';
    const known = new Set((await fleet.get(`${subscription}/locations`)).list.map((location) => location.name));
    const strays = fleet.world.allVaults().filter((vault) => !known.has(vault.location));
    assert.deepEqual(
      strays.map((vault) => `${vault.name} in ${vault.location}`),
      [],
    );
  });

  it('resources and groups are found by a tag', async () => {
    const subscription = domain.vaultId(webshop).split('/resourceGroups/')[0] ?? '';
    const names = async (list: string, filter: string): Promise<string[]> =>
      (await domain.all(`${subscription}/${list}?$filter=${filter}`)).map((entry) => entry.name);
    assert.deepEqual(await names('resourceGroups', "tagName eq 'Owner' and tagValue eq 'finance-it'"), ['rg-erp-prod']);
    const found = await names('resources', "tagName eq 'owner' and tagValue eq 'finance-it'");
    assert.ok(found.includes('erp-db-01') && !found.includes('vm-web-01'), found.join());
  });

  it('a vault deletes as its own settings say, and a refused setting leaves no vault behind', async () => {
    const path = domain.vaultId(webshop).replace(webshop, 'rsv-strict');
    const settings = (softDeleteState: string, softDeleteRetentionPeriodInDays: number): unknown => ({
      location: 'westeurope',
      properties: { securitySettings: { softDeleteSettings: { softDeleteState, softDeleteRetentionPeriodInDays } } },
    });
    assert.deepEqual(codeOf(await domain.call('PUT', path, settings('AlwaysON', 3))), [400, 'BMSUserErrorInvalidInput']);
    assert.equal((await domain.get(path)).status, 404);
    assert.equal((await domain.call('PUT', path, settings('AlwaysON', 30))).status, 201);
    domain.pass(minute);
    const given = (await domain.get(path)).at('properties.securitySettings.softDeleteSettings') as Record<string, unknown>;
    assert.deepEqual([given.softDeleteState, given.softDeleteRetentionPeriodInDays], ['AlwaysON', 30]);
    const config = await domain.get(`${path}/backupconfig/vaultconfig`);
    assert.deepEqual(
      [config.at('properties.softDeleteFeatureState'), config.at('properties.softDeleteRetentionPeriodInDays')],
      ['AlwaysON', 30],
    );
  });

  it('machines are listed by region, backup servers are none, and the provider says what it can do', async () => {
    const subscription = domain.vaultId(webshop).split('/resourceGroups/')[0] ?? '';
    const near = await domain.all(`${subscription}/providers/Microsoft.Compute/locations/NorthEurope/virtualMachines`);
    assert.deepEqual(near.map((machine) => machine.name).sort(), ['sapapp-p01', 'sapapp-p02', 'saphana-p01']);
    assert.deepEqual((await domain.get(`${domain.vaultId(webshop)}/backupEngines`)).list, []);
    const names = (await domain.all('/providers/Microsoft.RecoveryServices/operations')).map((operation) => operation.name);
    assert.ok(names.includes('Microsoft.RecoveryServices/vaults/backupJobs/cancel/action'));
  });
});
