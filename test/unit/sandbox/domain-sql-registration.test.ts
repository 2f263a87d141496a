import assert from 'node:assert/strict';
import { WorldChanges } from '../../../src/sandbox/world/changes.ts';
import { Domain, minute, type DomainEntry, type DomainReply } from './domainSupport.ts';

const workloads = "backupManagementType eq 'AzureWorkload'";

const nameOf = (entry: DomainEntry): unknown => entry.properties.friendlyName;

describe('sandbox domain: machines with SQL Server, from discovery to unregistration', () => {
  let domain: Domain;
  let changes: WorldChanges;
  let vault: string;
  beforeEach(() => {
    domain = new Domain();
    changes = new WorldChanges(domain.world);
    vault = domain.vaultId('rsv-sql-weu');
  });

  const containerPath = (name: string): string =>
    `${vault}/backupFabrics/Azure/protectionContainers/VMAppContainer;Compute;rg-sql-prod;${name}`;

  const protectables = (container?: string): Promise<DomainEntry[]> => {
    const of = container === undefined ? '' : ` and containerName eq '${container}'`;
    return domain.all(`${vault}/backupProtectableItems?$filter=${workloads} and workloadType eq 'SQLDataBase'${encodeURIComponent(of)}`);
  };

  const put = (name: string, properties: Record<string, unknown> = {}): Promise<DomainReply> =>
    domain.call('PUT', containerPath(name), {
      properties: {
        containerType: 'VMAppContainer',
        backupManagementType: 'AzureWorkload',
        workloadType: 'SQLDataBase',
        sourceResourceId: domain.machineId(name),
        ...properties,
      },
    });

  /** Polls a 202's Location to its end. */
  const end = async (accepted: DomainReply): Promise<DomainReply> => {
    assert.equal(accepted.status, 202, JSON.stringify(accepted.body));
    domain.pass(2 * minute);
    for (let poll = 0; poll < 2; poll++) {
      assert.equal((await domain.get(accepted.headers.Location ?? '')).status, 202);
    }
    return domain.get(accepted.headers.Location ?? '');
  };

  const inquire = async (name: string): Promise<DomainReply> =>
    end(await domain.call('POST', `${containerPath(name)}/inquire?$filter=workloadType eq 'SQLDataBase'`));

  const detail = async (name: string): Promise<Record<string, unknown>> => {
    const container = await domain.get(containerPath(name));
    return container.at('properties.extendedInfo.inquiryInfo.inquiryDetails.0') as Record<string, unknown>;
  };

  it('what is new is discovered by the refresh of its own kind only', async () => {
    const list = `${vault}/backupFabrics/Azure/protectableContainers?$filter=${workloads}`;
    const has = async (): Promise<boolean> => (await domain.all(list)).map(nameOf).includes('sql-new-01');
    const machines = async (): Promise<boolean> =>
      (await domain.all(`${vault}/backupProtectableItems?$filter=backupManagementType eq 'AzureIaasVM'`))
        .map(nameOf)
        .includes('sql-new-01');
    assert.deepEqual([await has(), await machines()], [false, false]);
    const refresh = async (management: string): Promise<void> => {
      const url = `${vault}/backupFabrics/Azure/refreshContainers?$filter=backupManagementType eq '${management}'`;
      assert.equal((await end(await domain.call('POST', url))).status, 204);
    };
    await refresh('AzureIaasVM');
    assert.deepEqual([await has(), await machines()], [false, true]);
    await refresh('AzureWorkload');
    assert.equal(await has(), true);
    const wrong = await domain.call('POST', `${vault}/backupFabrics/Azure/refreshContainers?$filter=backupManagementType eq 'MAB'`);
    assert.equal(wrong.at('error.code'), 'BMSUserErrorInvalidInput');
  });

  it('what is registered, here or with another vault, is not offered', async () => {
    const listed = async (name: string): Promise<unknown[]> =>
      (await domain.all(`${domain.vaultId(name)}/backupFabrics/Azure/protectableContainers?$filter=${workloads}`)).map(nameOf);
    for (const name of ['rsv-sql-weu', 'rsv-webshop-weu']) {
      const names = await listed(name);
      assert.ok(!names.includes('sql-sales-01') && !names.includes('erp-db-01'), name);
      assert.ok(names.includes('sql-multi-01') && names.includes('vm-web-01'), name);
    }
    const [one] = await domain.all(`${vault}/backupFabrics/Azure/protectableContainers?$filter=${workloads}`);
    assert.deepEqual(Object.keys(one?.properties ?? {}), [
      'friendlyName',
      'backupManagementType',
      'protectableContainerType',
      'healthStatus',
      'containerId',
    ]);
  });

  it('a registration ends in a 200 with what was found; both instances and their databases are offered', async () => {
    assert.deepEqual(await protectables('vmappcontainer;compute;rg-sql-prod;sql-multi-01'), []);
    const done = await end(await put('sql-multi-01', { operationType: 'Register' }));
    assert.deepEqual([done.status, done.at('properties.registrationStatus')], [200, 'Registered']);
    assert.deepEqual(done.at('properties.extendedInfo'), {
      hostServerName: 'sql-multi-01',
      inquiryInfo: {
        status: 'Success',
        errorDetail: { code: 'Success', message: '', recommendations: [''] },
        inquiryDetails: [
          {
            type: 'SQL',
            itemCount: 11,
            inquiryValidation: {
              status: 'Success',
              errorDetail: { code: 'Success', message: '', recommendations: [''] },
              additionalDetail: '',
              protectableItemCount: { SQLInstance: 2, SQLDataBase: 11 },
            },
          },
        ],
      },
    });
    const found = await protectables('vmappcontainer;compute;rg-sql-prod;sql-multi-01');
    const instances = found.filter((item) => item.properties.protectableItemType === 'SQLInstance');
    assert.deepEqual(
      instances.map(({ name, properties }) => [name, properties.subinquireditemcount, properties.isAutoProtectable]),
      [
        ['sqlinstance;mssqlserver', 5, true],
        ['sqlinstance;reports', 6, true],
      ],
    );
    assert.equal(found.length, 13);
  });

  it('a database with a hostile name is protected by the id that the list gave, raw and percent-encoded', async () => {
    await end(await put('sql-multi-01'));
    const hostile = (await protectables()).find((item) => String(item.properties.friendlyName).startsWith('Kunden'));
    assert.equal(hostile?.name, `sqldatabase;reports;kunden; "größe" d'été №7`);
    const id = (hostile?.id ?? '').replace('/protectableItems/', '/protectedItems/');
    const encoded = id.split('/').map(encodeURIComponent).join('/');
    const policyId = `${vault}/backupPolicies/HourlyLogBackup`;
    const accepted = await domain.call('PUT', encoded, { properties: { protectedItemType: 'AzureVmWorkloadSQLDatabase', policyId } });
    assert.equal(accepted.status, 202, JSON.stringify(accepted.body));
    // What a header can carry.
    assert.match(accepted.headers.Location ?? '', /^[\x20-\x7e]+$/);
    domain.pass(3 * minute);
    assert.equal((await domain.get(accepted.headers['Azure-AsyncOperation'] ?? '')).at('status'), 'Succeeded');
    const item = await domain.item('rsv-sql-weu', String(hostile?.properties.friendlyName));
    assert.equal((await domain.get(item.id)).at('properties.friendlyName'), hostile?.properties.friendlyName);
    assert.equal((await domain.get(encoded)).status, 200);
    assert.ok(!(await protectables()).some((other) => other.id === hostile?.id), 'not offered any more');
  });

  it('names that would end a path have an alias in ids, and their own in friendlyName', async () => {
    const machine = changes.machine('sql-sales-01');
    changes.addDatabase(machine, {}, { name: 'a/b 50%?#', sizeGb: 1, recoveryModel: 'Full', state: 'Online' });
    changes.addDatabase(changes.machine('sql-sales-01'), {}, { name: 'never!', sizeGb: 1, recoveryModel: 'Full', state: 'Online' });
    await inquire('sql-sales-01');
    const found = await protectables();
    const aliased = found.find((item) => item.properties.friendlyName === 'a/b 50%?#');
    assert.match(aliased?.name ?? '', /^sqldatabase;mssqlserver;[^/%?#]+$/);
    const unsupported = found.find((item) => item.properties.friendlyName === 'never!');
    assert.equal(unsupported?.properties.IsProtectable, false);
  });

  it('databases that are not online are counted and shown with the reason, and cannot be protected', async () => {
    const found = (await protectables()).filter((item) => item.id.includes('sql-sales-01'));
    assert.deepEqual(
      found.map((item) => [item.properties.friendlyName, item.properties.IsProtectable]),
      [
        ['MSSQLSERVER', false],
        ['master', true],
        ['model', true],
        ['SalesStaging', true],
        ['Sales2019', false],
        ['SalesCopy', false],
      ],
    );
    assert.deepEqual([found[0]?.properties.subinquireditemcount, found[0]?.properties.subprotectableitemcount], [8, 6]);
    const validation = found[4]?.properties.prebackupvalidation as { status: string; message: string } | undefined;
    assert.equal(validation?.status, 'Failed');
    assert.match(validation.message, /'Sales2019'.*'Offline'/);
  });

  it('without the sysadmin right an inquiry says so beside "Success", finds nothing, and all of it once the right is there', async () => {
    const container = await domain.get(containerPath('sql-legacy-01'));
    const info = container.at('properties.extendedInfo.inquiryInfo') as Record<string, { code: string } & Record<string, unknown>>;
    assert.deepEqual([info.status, info.errorDetail?.code], ['Success', 'UserErrorSQLNoSysadminMembership']);
    const before = await detail('sql-legacy-01');
    assert.equal(before.itemCount, 4);
    const validation = before.inquiryValidation as { status: string; additionalDetail: string; errorDetail: { recommendations: string[] } };
    assert.deepEqual([validation.status, validation.additionalDetail], ['Failed', 'UserErrorSQLNoSysadminMembership']);
    assert.match(validation.errorDetail.recommendations[0] ?? '', /sysadmin privileges are granted/);
    assert.ok(!('protectableItemCount' in validation), 'recorded');
    const offered = async (): Promise<number> => (await protectables('VMAppContainer;Compute;rg-sql-prod;sql-legacy-01')).length;
    assert.equal(await offered(), 0);
    changes.setSysadmin(changes.machine('sql-legacy-01'), 'MSSQLSERVER', true);
    assert.equal(await offered(), 0, 'nobody has looked yet');
    assert.equal((await inquire('sql-legacy-01')).status, 204);
    assert.equal(await offered(), 5);
    changes.setSysadmin(changes.machine('sql-legacy-01'), undefined, false);
    await inquire('sql-legacy-01');
    const instance = (await protectables()).find((item) => item.id.includes('sql-legacy-01'));
    const check = instance?.properties.prebackupvalidation as { code: string } | undefined;
    assert.equal(check?.code, 'UserErrorSQLNoSysadminMembership', 'what was found before stays, with the error');
  });

  it('databases that come and go are seen with the next inquiry; protecting one that went fails in its job', async () => {
    const names = async (): Promise<unknown[]> => (await protectables()).filter((item) => item.id.includes('sql-sales-01')).map(nameOf);
    changes.addDatabase(changes.machine('sql-sales-01'), {}, { name: 'Fresh', sizeGb: 1, recoveryModel: 'Full', state: 'Online' });
    changes.dropDatabase(changes.machine('sql-sales-01'), { instance: 'mssqlserver' }, 'SalesStaging');
    assert.deepEqual([(await names()).includes('Fresh'), (await names()).includes('SalesStaging')], [false, true]);
    const staging = (await protectables()).find((item) => item.properties.friendlyName === 'SalesStaging');
    const path = (staging?.id ?? '').replace('/protectableItems/', '/protectedItems/');
    const accepted = await domain.call('PUT', path, {
      properties: { protectedItemType: 'AzureVmWorkloadSQLDatabase', policyId: `${vault}/backupPolicies/HourlyLogBackup` },
    });
    assert.equal(accepted.status, 202);
    domain.pass(3 * minute);
    const status = await domain.get(accepted.headers['Azure-AsyncOperation'] ?? '');
    assert.deepEqual([status.at('status'), status.at('error.code')], ['Failed', 'UserErrorSQLPODoesNotExist']);
    assert.equal((await domain.get(path)).status, 404);
    await inquire('sql-sales-01');
    assert.deepEqual([(await names()).includes('Fresh'), (await names()).includes('SalesStaging')], [true, false]);
    const again = await domain.call('PUT', path, {
      properties: { protectedItemType: 'AzureVmWorkloadSQLDatabase', policyId: `${vault}/backupPolicies/HourlyLogBackup` },
    });
    assert.equal(again.at('error.code'), 'BMSUserErrorDataSourceObjectNotFound');
  });

  it('a machine that is off takes the registration and fails it; so do inquiries and re-registrations of one that was turned off', async () => {
    const failed = await end(await put('sql-off-01'));
    assert.deepEqual([failed.status, failed.at('error.code')], [400, 'VMNotInRunningStateUserError']);
    assert.equal((await domain.get(containerPath('sql-off-01'))).status, 404);
    changes.setPower(changes.machine('sql-off-01'), 'running');
    assert.equal((await end(await put('sql-off-01'))).status, 200);
    changes.setPower(changes.machine('sql-off-01'), 'stopped');
    assert.equal((await inquire('sql-off-01')).at('error.code'), 'VMNotInRunningStateUserError');
    const again = await end(await put('sql-off-01', { operationType: 'Reregister' }));
    assert.equal(again.at('error.code'), 'VMNotInRunningStateUserError');
    const container = await domain.get(containerPath('sql-off-01'));
    assert.deepEqual([container.at('properties.registrationStatus'), container.at('properties.healthStatus')], ['Registered', 'Healthy']);
    assert.equal((await detail('sql-off-01')).itemCount, 4, 'what was known stays known');
  });

  it('a machine that is deleted leaves a registered container whose health is Deleted', async () => {
    changes.remove(changes.machine('sql-legacy-01'));
    const container = await domain.get(containerPath('sql-legacy-01'));
    assert.deepEqual([container.at('properties.registrationStatus'), container.at('properties.healthStatus')], ['Registered', 'Deleted']);
    assert.equal((await inquire('sql-legacy-01')).at('error.code'), 'UserErrorRegisteredVMNotFound');
    const source = { sourceResourceId: String(container.at('properties.sourceResourceId')), operationType: 'Reregister' };
    const again = await domain.call('PUT', containerPath('sql-legacy-01'), { properties: { workloadType: 'SQLDataBase', ...source } });
    assert.equal((await end(again)).at('error.code'), 'UserErrorRegisteredVMNotFound');
    assert.equal((await end(await domain.call('DELETE', containerPath('sql-legacy-01')))).status, 204);
    const offered = await domain.all(`${vault}/backupFabrics/Azure/protectableContainers?$filter=${workloads}`);
    assert.ok(!offered.map(nameOf).includes('sql-legacy-01'));
  });

  it('a Linux machine without SQL Server registers, and nothing is found in it', async () => {
    const path = `${vault}/backupFabrics/Azure/protectionContainers/vmappcontainer;compute;RG-WEBSHOP-PROD;vm-web-01`;
    const done = await end(
      await domain.call('PUT', path, {
        properties: {
          containerType: 'VMAppContainer',
          backupManagementType: 'AzureWorkload',
          workloadType: 'SQLDataBase',
          sourceResourceId: domain.machineId('vm-web-01').toUpperCase(),
        },
      }),
    );
    assert.equal(done.at('name'), 'VMAppContainer;Compute;rg-webshop-prod;vm-web-01');
    assert.deepEqual(done.at('properties.extendedInfo.inquiryInfo.inquiryDetails.0.inquiryValidation.protectableItemCount'), {
      SQLInstance: 0,
      SQLDataBase: 0,
    });
    assert.ok(!(await protectables()).some((item) => item.id.includes('vm-web-01')));
  });

  it('refuses bodies that are not the container’s', async () => {
    const code = async (properties: Record<string, unknown>): Promise<unknown> => (await put('sql-multi-01', properties)).at('error.code');
    assert.equal(await code({ sourceResourceId: domain.machineId('sql-crm-01') }), 'BMSUserErrorInvalidInput');
    assert.equal(await code({ backupManagementType: 'AzureStorage' }), 'BMSUserErrorInvalidInput');
    assert.equal(await code({ workloadType: 'Exchange' }), 'BMSUserErrorInvalidInput');
    assert.equal(await code({ operationType: 'Unregister' }), 'BMSUserErrorInvalidInput');
    assert.equal(await code({ operationType: 'Reregister' }), 'BMSContainerStatusNotRegistered');
    const bad = await domain.call('POST', `${containerPath('sql-sales-01')}/inquire?$filter=workloadType eq 'AzureFileShare'`);
    assert.equal(bad.at('error.code'), 'BMSUserErrorInvalidInput');
    const machine = (await domain.all(`${vault}/backupProtectionContainers?$filter=backupManagementType eq 'AzureIaasVM'`))[0];
    assert.equal((await domain.call('POST', `${machine?.id ?? ''}/inquire`)).status, 400);
    assert.equal((await domain.call('POST', `${containerPath('sql-crm-01')}/inquire`)).status, 404, 'not registered');
  });

  it('unregistration: refused with items, kept with soft-deleted ones, and undone by a re-registration', async () => {
    const path = containerPath('sql-sales-01');
    const items = (await domain.all(`${vault}/backupProtectedItems?$filter=${workloads}`)).filter((item) =>
      item.id.includes('sql-sales-01'),
    );
    assert.equal(items.length, 3, 'protected, stopped, soft-deleted');
    assert.equal((await domain.call('DELETE', path)).at('error.code'), 'BMSUserErrorContainerHasDatasources');
    for (const item of items.filter(({ properties }) => properties.isScheduledForDeferredDelete !== true)) {
      assert.equal((await domain.call('DELETE', item.id)).status, 202);
    }
    domain.pass(3 * minute);
    assert.equal((await domain.get(path)).at('properties.registrationStatus'), 'Registered');
    assert.equal((await end(await domain.call('DELETE', path))).status, 204);
    const listed = await domain.all(`${vault}/backupProtectionContainers?$filter=${workloads} and status eq 'Registered'`);
    const kept = listed.find((container) => container.properties.friendlyName === 'sql-sales-01');
    assert.deepEqual([kept?.properties.registrationStatus, kept?.properties.isScheduledForDeferredDelete], ['SoftDeleted', true]);
    assert.equal((await domain.call('DELETE', path)).at('error.code'), 'BMSContainerStatusNotRegistered');
    assert.equal((await domain.call('POST', `${path}/inquire`)).at('error.code'), 'BMSContainerStatusNotRegistered');
    assert.ok(!(await protectables()).some((item) => item.id.includes('sql-sales-01')));
    const undelete = async (): Promise<DomainReply> =>
      domain.call('PUT', items[0]?.id ?? '', { properties: { protectionState: 'ProtectionStopped', policyId: '', isRehydrate: true } });
    assert.equal((await undelete()).at('error.code'), 'BMSUserErrorContainerNotUndeleted');
    assert.equal((await end(await put('sql-sales-01', { operationType: 'Reregister' }))).at('properties.registrationStatus'), 'Registered');
    assert.equal((await end(await domain.call('DELETE', path))).status, 204);
    domain.pass(15 * 24 * 60 * minute);
    assert.equal((await domain.get(path)).status, 404, 'gone with the last of its items');
  });

  describe('an availability group', () => {
    const groupItem = async (): Promise<DomainEntry | undefined> =>
      (await protectables()).find((item) => item.properties.protectableItemType === 'SQLAvailabilityGroupContainer');

    it('is a container of its own with its nodes, not listed among the containers, its databases below it', async () => {
      const group = await groupItem();
      assert.match(
        group?.id ?? '',
        /\/protectionContainers\/sqlagworkloadcontainer;[0-9a-f-]{36}\/protectableItems\/sqlavailabilitygroupcontainer;ag-orders$/,
      );
      const nodes = group?.properties.nodesList as { nodeName: string; status: string; sourceResourceId: string }[] | undefined;
      assert.deepEqual(
        nodes?.map((node) => [node.nodeName, node.status]),
        [
          ['sql-orders-01', 'Succeeded'],
          ['sql-orders-02', 'Succeeded'],
        ],
      );
      assert.deepEqual([group?.properties.serverName, group?.properties.isAutoProtectable], ['sql-orders-cl', true]);
      const history = (await protectables()).find((item) => item.properties.friendlyName === 'OrdersHistory');
      assert.equal(history?.properties.parentName, 'AG-ORDERS');
      const listed = await domain.all(`${vault}/backupProtectionContainers?$filter=${workloads}`);
      assert.ok(!listed.some((container) => /^SQLAG/.test(container.name)));
      const asked = await domain.all(
        `${vault}/backupProtectionContainers?$filter=${workloads} and containerType eq 'SQLAGWorkLoadContainer'`,
      );
      assert.equal(asked[0]?.properties.containerType, 'SQLAGWorkLoadContainer');
      const item = await domain.item('rsv-sql-weu', 'Orders');
      assert.match(item.id, /\/protectionContainers\/SQLAGWorkLoadContainer;[0-9a-f-]{36}\/protectedItems\/SQLDataBase;ag-orders;orders$/);
    });

    it('keeps its last machine registered while databases of it are protected, and says which machine is missing', async () => {
      assert.equal((await end(await domain.call('DELETE', containerPath('sql-orders-01')))).status, 204);
      const nodes = (await groupItem())?.properties.nodesList as { status: string; errorDetail?: { code: string } }[] | undefined;
      assert.deepEqual(
        nodes?.map((node) => node.errorDetail?.code ?? node.status),
        ['FabricSvcBackupPreferenceCheckFailedUserError', 'Succeeded'],
      );
      assert.equal((await domain.call('DELETE', containerPath('sql-orders-02'))).at('error.code'), 'BMSUserErrorContainerHasDatasources');
      const group = (await groupItem())?.id.split('/protectableItems/')[0] ?? '';
      assert.equal((await domain.call('DELETE', group)).status, 400);
    });

    it('goes with its last machine where nothing of it is protected', async () => {
      const item = await domain.item('rsv-sql-weu', 'Orders');
      await domain.call('DELETE', item.id);
      domain.pass(15 * 24 * 60 * minute);
      for (const name of ['sql-orders-01', 'sql-orders-02']) {
        assert.equal((await end(await domain.call('DELETE', containerPath(name)))).status, 204, name);
      }
      assert.equal(await groupItem(), undefined);
    });
  });
});
