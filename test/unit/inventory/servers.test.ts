import assert from 'node:assert/strict';
import type { JsonObject } from '../../../src/core/json.ts';
import { createInventory, type LiveInventory } from '../../../src/inventory/inventory.ts';
import type { InventoryNode } from '../../../src/inventory/types.ts';
import { contextValueOf } from '../../../src/inventory/tokens.ts';
import { fakeCloud, idOf, now, operation, protectableVm, refusal, vaultId, vaultJson, vaultsPath, type FakeCloud } from './fakeCloud.ts';
import {
  availabilityGroup,
  hanaSystem,
  inquired,
  missingRight,
  paths,
  protectableContainer,
  protectedDatabase,
  sqlContainer,
  sqlDatabase,
  sqlInstance,
} from './sqlRecords.ts';

const signal = new AbortController().signal;

describe('inventory: servers with databases', () => {
  let cloud: FakeCloud;
  let inventory: LiveInventory;

  beforeEach(() => {
    cloud = fakeCloud();
    cloud.set(vaultsPath, [vaultJson('vault-a')]);
    cloud.set(paths.protectableItems, [
      sqlInstance('erp-db-01', 'MSSQLSERVER', 3),
      sqlDatabase('erp-db-01', 'MSSQLSERVER', 'master'),
      sqlDatabase('erp-db-01', 'MSSQLSERVER', 'sales'),
    ]);
    cloud.set(paths.containers, [sqlContainer('erp-db-01')]);
    cloud.set(paths.protectedItems, [protectedDatabase('erp-db-01', 'MSSQLSERVER', 'msdb')]);
    inventory = createInventory({ connection: cloud.connection, now: () => now });
  });
  afterEach(() => inventory.dispose());

  const children = async (parent: InventoryNode | undefined): Promise<readonly InventoryNode[]> =>
    (await inventory.children(parent, { signal })).nodes;
  const rows = async (parent: InventoryNode | undefined): Promise<readonly string[]> =>
    (await children(parent)).map((node) => `${node.label} | ${node.description ?? ''}`);
  /** Walks down by labels. */
  async function at(...labels: readonly string[]): Promise<InventoryNode> {
    let node: InventoryNode | undefined;
    for (const label of labels) {
      const nodes = await children(node);
      node = nodes.find((one) => one.label === label);
      assert.ok(node, `no ${label} among ${nodes.map((one) => one.label).join(', ')}`);
    }
    return node as InventoryNode;
  }
  const vault = ['Subscription 1', 'Recovery Services vaults', 'vault-a'] as const;
  const protectable = [...vault, 'Protectable items'] as const;
  const asked = (): readonly string[] =>
    cloud.asked.map((path) =>
      path
        .slice(path.lastIndexOf('/') + 1)
        .replace(/\?.* eq '/, ' ')
        .replace(/'$/, ''),
    );

  it('stand below the VMs; below them instances, below those what can be protected and what is', async () => {
    cloud.set(paths.protectableVms, [protectableVm('web-01')]);
    assert.deepEqual(await rows(await at(...protectable)), [
      'web-01 | not protected',
      'erp-db-01 | 1 instance, 3 databases, 2 not protected',
    ]);
    const server = await at(...protectable, 'erp-db-01');
    assert.deepEqual(await rows(server), ['MSSQLSERVER | 3 databases, 2 not protected']);
    assert.deepEqual(await rows(await at(...protectable, 'erp-db-01', 'MSSQLSERVER')), [
      'master | not protected',
      'sales | not protected',
      'msdb | healthy · last backup 1 h ago · HourlyLog',
    ]);
  });

  it('cost one request for the containers and one for the protected items, however many levels are opened', async () => {
    const group = await at(...protectable);
    cloud.clear();
    await children(group);
    assert.deepEqual(asked(), [
      'backupprotectableitems azureiaasvm',
      'backupprotectableitems azureworkload',
      'backupprotectableitems azurestorage',
      'backupprotectioncontainers azureworkload',
    ]);
    cloud.clear();
    await at(...protectable, 'erp-db-01', 'MSSQLSERVER', 'master');
    assert.deepEqual(asked(), ['backupprotecteditems']);
    cloud.clear();
    await at(...protectable, 'erp-db-01', 'MSSQLSERVER', 'msdb');
    await at(...vault, 'Protected items', 'SQL Server in Azure VMs', 'msdb');
    assert.deepEqual(asked(), []);
  });

  it('do without their containers where only VMs can be protected', async () => {
    cloud.set(paths.protectableItems, []);
    cloud.set(paths.protectableVms, [protectableVm('web-01')]);
    const group = await at(...protectable);
    cloud.clear();
    await children(group);
    assert.equal(cloud.asked.length, 3);
  });

  it('read the containers that the group of containers has read already', async () => {
    await children(await at(...vault, 'Containers'));
    const group = await at(...protectable);
    cloud.clear();
    await children(group);
    assert.equal(cloud.asked.length, 3);
    assert.equal((await at(...protectable, 'erp-db-01')).target?.kind, 'container');
  });

  it('are a container to the actions, with its own words', async () => {
    const server = await at(...protectable, 'erp-db-01');
    assert.equal(server.target?.kind, 'container');
    assert.equal(server.target?.id, idOf(sqlContainer('erp-db-01')));
    assert.equal((server.target?.model as { containerType?: string }).containerType, 'VMAppContainer');
    assert.deepEqual(server.tokens, ['server', 'recoveryServices', 'sql', 'registrable', 'registered', 'resource', 'refreshable']);
    const container = await at(...vault, 'Containers', 'erp-db-01');
    assert.notEqual(container.key, server.key, 'one resource, two rows');
  });

  it('stand there without their containers where those are refused, and say so', async () => {
    cloud.set(paths.containers, refusal(403, 'AuthorizationFailed'));
    const page = await inventory.children(await at(...protectable), { signal });
    assert.deepEqual(
      page.problems?.map((problem) => problem.facts.code),
      ['AuthorizationFailed'],
    );
    const [server] = page.nodes;
    assert.equal(server?.label, 'erp-db-01');
    assert.equal(server?.target, undefined);
    assert.ok(!server?.tokens.includes('registered'));
    cloud.clear();
    await children(await at(...protectable));
    assert.deepEqual(cloud.asked, [], 'what was refused is not asked again by itself');
    cloud.set(paths.containers, [sqlContainer('erp-db-01')]);
    inventory.refresh(await at(...protectable));
    assert.equal((await at(...protectable, 'erp-db-01')).target?.kind, 'container');
  });

  it('say that protected databases could not be read, and show the others', async () => {
    cloud.set(paths.protectedItems, refusal(500, 'InternalServerError'));
    const page = await inventory.children(await at(...protectable, 'erp-db-01', 'MSSQLSERVER'), { signal });
    assert.equal(page.nodes.length, 2);
    assert.equal(page.problems?.[0]?.facts.code, 'InternalServerError');
  });

  it('say what is wrong with the machine', async () => {
    cloud.set(paths.containers, [sqlContainer('erp-db-01', { healthStatus: 'Deleted' })]);
    const server = await at(...protectable, 'erp-db-01');
    assert.match(server.description ?? '', /^its machine is gone · 1 instance/);
    assert.equal(server.icon.id, 'warning');
    assert.ok(server.tokens.includes('machineGone'));
  });

  it('have availability groups beside instances; a database of a group stands in the group alone', async () => {
    cloud.set(paths.protectableItems, [
      sqlInstance('ag-01', 'MSSQLSERVER', 2),
      sqlDatabase('ag-01', 'MSSQLSERVER', 'master'),
      availabilityGroup('ag-01', 'AG-ERP', 2, ['ag-01', 'ag-02']),
      sqlDatabase('ag-01', 'AG-ERP', 'orders'),
      sqlDatabase('ag-01', 'AG-ERP', 'stock'),
      sqlDatabase('ag-01', 'NOWHERE', 'stray'),
    ]);
    cloud.set(paths.containers, [sqlContainer('ag-01')]);
    assert.deepEqual(await rows(await at(...protectable)), ['ag-01 | 1 instance, 1 availability group, 5 databases, 4 not protected']);
    const server = await at(...protectable, 'ag-01');
    assert.deepEqual(await rows(server), [
      'AG-ERP | availability group · 2 databases, 2 not protected',
      'MSSQLSERVER | 2 databases, 1 not protected',
      'stray | not protected',
    ]);
    const group = await at(...protectable, 'ag-01', 'AG-ERP');
    assert.ok(group.tokens.includes('availabilityGroup') && group.tokens.includes('autoProtectable'));
    assert.ok(group.tooltip?.includes('Nodes: ag-01, ag-02'));
    assert.deepEqual(await rows(group), ['orders | not protected', 'stock | not protected']);
    assert.deepEqual(await rows(await at(...protectable, 'ag-01', 'MSSQLSERVER')), ['master | not protected']);
  });

  it('show the cluster of an availability group as what it is: no machine to register', async () => {
    const inCluster = (record: JsonObject): JsonObject => ({
      ...record,
      id: idOf(record).replace(/vmappcontainer;[^/]+/, 'SQLAGWorkLoadContainer;074d1466-0000-0000-0000-000000000000'),
    });
    cloud.set(paths.protectableItems, [
      inCluster(availabilityGroup('erp-cl', 'AG-ERP', 2, ['ag-01', 'ag-02'])),
      inCluster(sqlDatabase('erp-cl', 'AG-ERP', 'orders')),
    ]);
    const cluster = await at(...protectable, 'erp-cl');
    assert.equal(cluster.description, '1 availability group, 2 databases, 1 not protected');
    assert.equal(cluster.icon.id, 'server-environment');
    assert.ok(!cluster.tokens.includes('registrable'));
    assert.deepEqual(await rows(await at(...protectable, 'erp-cl', 'AG-ERP')), ['orders | not protected']);
  });

  it('tell a group from an instance of the same name by what the database is called', async () => {
    cloud.set(paths.protectableItems, [
      sqlInstance('ag-01', 'ERP', 1),
      { ...availabilityGroup('ag-01', 'ERP', 1, []), name: 'sqlavailabilitygroupcontainer;0a1b;erp' },
      sqlDatabase('ag-01', 'ERP', 'local'),
      { ...sqlDatabase('ag-01', 'ERP', 'shared'), name: 'sqldatabase;0a1b;erp;shared' },
    ]);
    const [one, two] = await children(await at(...protectable, 'ag-01'));
    assert.deepEqual([one, two].map((node) => node?.tokens.includes('availabilityGroup')).sort(), [false, true]);
    const isGroup = one?.tokens.includes('availabilityGroup');
    assert.deepEqual(await rows(isGroup ? one : two), ['shared | not protected']);
    assert.deepEqual(await rows(isGroup ? two : one), ['local | not protected']);
  });

  it('hold SAP HANA systems alike, and the instance that is protected as a whole as what it is', async () => {
    cloud.set(paths.protectableItems, hanaSystem('hana-01', 'HXE', ['SYSTEMDB', 'HXE']));
    cloud.set(paths.containers, [sqlContainer('hana-01')]);
    const server = await at(...protectable, 'hana-01');
    assert.equal(server.description, '1 system, 2 databases, 2 not protected');
    assert.ok(server.tokens.includes('hana') && !server.tokens.includes('sql'));
    const [system, instance] = await children(server);
    assert.equal(system?.expandable, true);
    assert.deepEqual(await rows(system), ['HXE | not protected', 'SYSTEMDB | not protected']);
    assert.deepEqual([instance?.expandable, instance?.description], [false, 'instance · not protected']);
  });

  it('mark auto-protection: what can have it, what has it, by whom it is said', async () => {
    cloud.set(paths.protectableItems, [
      sqlInstance('erp-db-01', 'ON', 0, { isAutoProtected: true }),
      sqlInstance('erp-db-01', 'OFF', 0),
      sqlInstance('erp-db-01', 'NEVER', 0, { isAutoProtectable: false }),
    ]);
    const tokens = async (label: string): Promise<readonly string[]> =>
      (await at(...protectable, 'erp-db-01', label)).tokens.filter((token) => token.startsWith('auto'));
    assert.deepEqual([await tokens('ON'), await tokens('OFF'), await tokens('NEVER')], [['autoProtected'], ['autoProtectable'], []]);
    const on = await at(...protectable, 'erp-db-01', 'ON');
    assert.match(on.description ?? '', /^auto-protected/);
    assert.equal(on.icon.id, 'shield');
    assert.ok(!cloud.asked.some((path) => path.includes('intents')), 'Azure has said it');
  });

  it('ask for the protection intents once where Azure does not say whether an instance is auto-protected', async () => {
    const silent = (name: string): ReturnType<typeof sqlInstance> => {
      const record = sqlInstance('erp-db-01', name, 0);
      const properties = { ...(record['properties'] as Record<string, never>) };
      delete properties['isAutoProtected'];
      return { ...record, properties };
    };
    cloud.set(paths.protectableItems, [silent('A'), silent('B')]);
    cloud.set(paths.intents, [
      {
        id: `${vaultId}/backupFabrics/Azure/backupProtectionIntent/1`,
        name: '1',
        properties: {
          protectionIntentItemType: 'AzureWorkloadSQLAutoProtectionIntent',
          itemId: idOf(silent('A')).toUpperCase(),
          policyId: `${vaultId}/backupPolicies/HourlyLog`,
        },
      },
    ]);
    const server = await at(...protectable, 'erp-db-01');
    cloud.clear();
    assert.deepEqual(await rows(server), ['A | auto-protected · no databases', 'B | no databases']);
    assert.deepEqual(asked(), ['backupprotectionintents azureworkload']);
    assert.match((await at(...protectable, 'erp-db-01', 'A')).tooltip?.join() ?? '', /Auto-protected with HourlyLog/);
    cloud.clear();
    await children(server);
    assert.deepEqual(cloud.asked, []);
  });

  it('warn of what a backup would run into, with the statement that mends it', async () => {
    cloud.set(paths.protectableItems, [
      sqlInstance('erp-db-01', 'MSSQLSERVER', 1, {
        prebackupvalidation: { status: 'Failed', code: 'UserErrorSQLNoSysadminMembership', message: 'Sysadmin is missing.' },
      }),
      sqlDatabase('erp-db-01', 'MSSQLSERVER', 'sales', {
        prebackupvalidation: { status: 'Failed', code: 'SomethingNew', message: 'It is off.' },
      }),
    ]);
    const instance = await at(...protectable, 'erp-db-01', 'MSSQLSERVER');
    assert.equal(instance.icon.id, 'warning');
    assert.match(instance.description ?? '', /^cannot be backed up as it is/);
    assert.ok(instance.tooltip?.some((line) => line.includes('UserErrorSQLNoSysadminMembership: Sysadmin is missing.')));
    assert.ok(instance.tokens.includes('statement'));
    assert.match(instance.statement?.text ?? '', /sysadmin/);
    const database = await at(...protectable, 'erp-db-01', 'MSSQLSERVER', 'sales');
    assert.equal(database.description, 'not protected · cannot be backed up as it is');
    assert.ok(database.tokens.includes('notProtected'));
    assert.equal(database.statement, undefined);
  });

  it('count a database that cannot be protected as not protected, and offer no protection of it', async () => {
    const offline = {
      IsProtectable: false,
      prebackupvalidation: { status: 'Failed', code: 'UserErrorSQLDatabaseNotOnline', message: 'It is offline.' },
    };
    cloud.set(paths.protectableItems, [
      sqlInstance('erp-db-01', 'MSSQLSERVER', 2),
      sqlDatabase('erp-db-01', 'MSSQLSERVER', 'old', offline),
      sqlDatabase('erp-db-01', 'MSSQLSERVER', 'sales'),
    ]);
    cloud.set(paths.protectedItems, []);
    const instance = await at(...protectable, 'erp-db-01', 'MSSQLSERVER');
    assert.equal(instance.description, '2 databases, 2 not protected');
    const [old] = await children(instance);
    assert.equal(old?.description, 'cannot be protected as it is');
    assert.equal(old?.icon.id, 'warning');
    assert.ok(!old?.tokens.includes('notProtected'));
    assert.match(old?.statement?.text ?? '', /\[old\] SET ONLINE/);
    assert.equal((await at(...protectable)).description, '1', 'the group counts what can be protected');
  });

  it('let protected databases be changed where they stand, under a key of their own', async () => {
    const here = await at(...protectable, 'erp-db-01', 'MSSQLSERVER', 'msdb');
    const there = await at(...vault, 'Protected items', 'SQL Server in Azure VMs', 'msdb');
    assert.equal(here.target?.kind, 'protectedItem');
    assert.equal(here.target?.id, there.target?.id);
    for (const token of ['protectedItem', 'sql', 'changeable', 'alreadyProtected', 'database']) {
      assert.ok(here.tokens.includes(token), token);
    }
    assert.notEqual(here.key, there.key);
    assert.equal(here.expandable, false);
    assert.equal(there.description, 'MSSQLSERVER on erp-db-01 · healthy · last backup 1 h ago · HourlyLog');
  });

  describe('of more than a page', () => {
    const manyServers = (count: number): ReturnType<typeof sqlDatabase>[] =>
      Array.from({ length: count }, (_, index) => `db-${String(index).padStart(3, '0')}`).flatMap((server) => [
        sqlInstance(server, 'MSSQLSERVER', 3),
        ...['master', 'msdb', 'erp'].map((name) => sqlDatabase(server, 'MSSQLSERVER', name)),
      ]);

    it('make no storm of requests: a hundred servers, all opened', async () => {
      cloud.set(paths.protectableItems, manyServers(100));
      cloud.set(
        paths.containers,
        Array.from({ length: 100 }, (_, index) => sqlContainer(`db-${String(index).padStart(3, '0')}`)),
      );
      const group = await at(...protectable);
      cloud.clear();
      let page = await inventory.children(group, { signal });
      assert.equal(page.nodes[0]?.description, '1 instance, 3 databases, 3 or more not protected');
      while (page.more !== undefined) {
        page = await inventory.children(group, { signal, more: page.more });
      }
      const servers = await children(group);
      assert.equal(servers.length, 100);
      assert.ok(servers.every((server) => server.target?.kind === 'container'));
      for (const server of servers) {
        assert.equal(server.description, '1 instance, 3 databases, 3 not protected');
        for (const host of await children(server)) {
          assert.equal((await children(host)).length, 3);
        }
      }
      // Three kinds of protectable items, a second page of one, the containers, the protected items.
      assert.equal(cloud.asked.length, 6, cloud.asked.join('\n'));
    });

    it('find the rest of a server page by page, and offer no more than there is', async () => {
      cloud.set(
        paths.protectableItems,
        [
          sqlInstance('big', 'FULL', 2),
          sqlDatabase('big', 'FULL', 'a'),
          sqlDatabase('big', 'FULL', 'b'),
          sqlInstance('big', 'HALF', 2),
          sqlDatabase('big', 'HALF', 'c'),
          sqlInstance('other', 'X', 1),
          sqlDatabase('other', 'X', 'x'),
          sqlDatabase('big', 'HALF', 'd'),
        ],
        5,
      );
      const full = await inventory.children(await at(...protectable, 'big', 'FULL'), { signal });
      assert.equal(full.more, undefined, 'all that Azure has found in it is here');
      const half = await at(...protectable, 'big', 'HALF');
      const first = await inventory.children(half, { signal });
      assert.deepEqual(
        first.nodes.map((node) => node.label),
        ['c'],
      );
      const second = await inventory.children(half, { signal, more: first.more as string });
      assert.deepEqual(
        second.nodes.map((node) => node.label),
        ['d'],
      );
      assert.equal(second.more, undefined);
    });

    it('look for protected databases on later pages of the protected items', async () => {
      cloud.set(
        paths.protectedItems,
        [
          ...Array.from({ length: 4 }, (_, index) => protectedDatabase('a', 'OTHER', `x${index}`)),
          protectedDatabase('erp-db-01', 'MSSQLSERVER', 'msdb'),
        ],
        2,
      );
      const instance = await at(...protectable, 'erp-db-01', 'MSSQLSERVER');
      const first = await inventory.children(instance, { signal });
      assert.equal(first.nodes.length, 2);
      const second = await inventory.children(instance, { signal, more: first.more as string });
      assert.deepEqual(
        second.nodes.map((node) => node.label),
        ['msdb'],
      );
    });
  });

  describe('while something is done to them', () => {
    const of = (id: string, kind: string): Parameters<typeof operation>[0]['target'] => ({ id, name: 'x', kind, containerId: vaultId });

    it('show it on the server, the container and what could be registered', async () => {
      cloud.set(paths.protectableContainers, [protectableContainer('new-01')]);
      const paths2 = [
        [...protectable, 'erp-db-01'],
        [...vault, 'Containers', 'erp-db-01'],
        [...vault, 'Protectable containers', 'new-01'],
      ];
      for (const path of paths2) {
        await at(...path);
      }
      const changed: string[] = [];
      inventory.onDidChange((node) => changed.push(node?.label ?? ''));
      inventory.noteOperation(
        operation({
          id: 'o1',
          title: 'Rediscover Databases',
          actionId: 'inquireContainer',
          target: of(idOf(sqlContainer('erp-db-01')), 'container'),
        }),
      );
      inventory.noteOperation(
        operation({
          id: 'o2',
          title: 'Register',
          actionId: 'registerContainer',
          target: of(idOf(sqlContainer('new-01')), 'container'),
        }),
      );
      for (const [path, title] of [
        [paths2[0], 'Rediscover Databases'],
        [paths2[1], 'Rediscover Databases'],
        [paths2[2], 'Register'],
      ] as const) {
        const node = await at(...(path ?? []));
        assert.match(node.description ?? '', new RegExp(`^running · ${title}`));
        assert.ok(node.tokens.includes('busy'));
      }
      for (const group of ['Protectable items', 'Containers', 'Protectable containers']) {
        assert.ok(changed.includes(group), `${group} is drawn anew`);
      }
    });

    it('show a discovery where one looks for what it finds', async () => {
      const groups = [
        [...vault, 'Protectable items'],
        [...vault, 'Protectable containers'],
        [...vault, 'Containers'],
      ];
      const texts = async (): Promise<readonly (string | undefined)[]> =>
        Promise.all(groups.map(async (path) => (await at(...path)).description));
      const target = of(vaultId, 'vault');
      inventory.noteOperation(operation({ actionId: 'discoverSql', title: 'Discover SQL Servers', target }));
      assert.deepEqual(await texts(), ['running · Discover SQL Servers', 'running · Discover SQL Servers', undefined]);
      cloud.set(paths.protectableContainers, [protectableContainer('found-01')]);
      inventory.noteOperation(operation({ actionId: 'discoverSql', title: 'Discover SQL Servers', target, status: 'succeeded' }));
      assert.deepEqual(await texts(), [undefined, undefined, undefined]);
      assert.deepEqual(await rows(await at(...vault, 'Protectable containers')), ['found-01 | healthy · erp-rg']);
    });

    it('show it on instances and databases, in both of their lists', async () => {
      const instance = await at(...protectable, 'erp-db-01', 'MSSQLSERVER');
      await children(instance);
      inventory.noteOperation(
        operation({ id: 'o1', title: 'Turn On Auto-Protection', target: of(idOf(sqlInstance('erp-db-01', 'MSSQLSERVER', 3)), 'instance') }),
      );
      inventory.noteOperation(
        operation({
          id: 'o2',
          title: 'Back Up Now',
          target: of(idOf(protectedDatabase('erp-db-01', 'MSSQLSERVER', 'msdb')), 'SQL database'),
        }),
      );
      // Protecting is told by the protected item that is being made.
      inventory.noteOperation(
        operation({ id: 'o3', title: 'Protect', target: of(idOf(protectedDatabase('erp-db-01', 'MSSQLSERVER', 'sales')), 'SQL database') }),
      );
      assert.match((await at(...protectable, 'erp-db-01', 'MSSQLSERVER')).description ?? '', /^running · Turn On/);
      assert.deepEqual(await rows(instance), [
        'master | not protected',
        'sales | running · Protect',
        'msdb | running · Back Up Now · HourlyLog',
      ]);
    });

    it('take a database off once it is protected, though Azure still lists it', async () => {
      const target = of(idOf(sqlDatabase('erp-db-01', 'MSSQLSERVER', 'sales')), 'SQL database');
      await at(...protectable, 'erp-db-01', 'MSSQLSERVER', 'sales');
      cloud.set(
        paths.protectedItems,
        ['msdb', 'sales'].map((name) =>
          protectedDatabase('erp-db-01', 'MSSQLSERVER', name, { protectionState: 'IRPending', lastBackupStatus: '' }),
        ),
      );
      inventory.noteOperation(operation({ actionId: 'protectDatabase', title: 'Protect', target, status: 'succeeded' }));
      const instance = await at(...protectable, 'erp-db-01', 'MSSQLSERVER');
      assert.deepEqual(await rows(instance), [
        'master | not protected',
        'msdb | first backup pending · HourlyLog',
        'sales | first backup pending · HourlyLog',
      ]);
      assert.equal(instance.description, '3 databases, 1 not protected');
      inventory.refresh(instance);
      assert.equal(
        (await rows(await at(...protectable, 'erp-db-01', 'MSSQLSERVER')))[1],
        'sales | not protected',
        'a refresh believes Azure again',
      );
    });

    it('take a machine from what could be registered to the containers, and back', async () => {
      cloud.set(paths.protectableContainers, [protectableContainer('new-01'), protectableContainer('new-02')]);
      cloud.set(paths.containers, [sqlContainer('erp-db-01'), sqlContainer('new-01')]);
      const labels = async (group: string): Promise<readonly string[]> =>
        (await children(await at(...vault, group))).map((node) => node.label);
      await labels('Protectable containers');
      const target = of(idOf(sqlContainer('new-01')), 'container');
      inventory.noteOperation(operation({ id: 'o1', actionId: 'registerContainer', target, status: 'succeeded' }));
      assert.deepEqual(await labels('Protectable containers'), ['new-02']);
      assert.deepEqual(await labels('Containers'), ['erp-db-01', 'new-01']);
      inventory.noteOperation(operation({ id: 'o2', actionId: 'unregisterContainer', target, status: 'succeeded' }));
      assert.deepEqual(await labels('Protectable containers'), ['new-01', 'new-02']);
      assert.deepEqual(await labels('Containers'), ['erp-db-01'], 'though Azure still lists it');
    });

    it('take a server away with its databases when it is unregistered', async () => {
      await at(...protectable, 'erp-db-01');
      const target = of(idOf(sqlContainer('erp-db-01')), 'container');
      inventory.noteOperation(operation({ actionId: 'unregisterContainer', target, status: 'succeeded' }));
      assert.deepEqual(await rows(await at(...protectable)), []);
    });
  });

  it('are read anew with all that is shown of them by a refresh of any of their rows', async () => {
    const path = [...protectable, 'erp-db-01', 'MSSQLSERVER', 'msdb'] as const;
    for (const depth of [4, 5, 6, 7]) {
      await at(...path);
      const row = await at(...path.slice(0, depth));
      inventory.refresh(row);
      cloud.clear();
      await at(...path);
      assert.deepEqual(
        asked().filter((one) => !one.includes('azureiaasvm') && !one.includes('azurestorage')),
        ['backupprotectableitems azureworkload', 'backupprotectioncontainers azureworkload', 'backupprotecteditems'],
        `a refresh of ${row.label}`,
      );
    }
  });

  it('are found by the id of what they hold, in any spelling', async () => {
    const found = async (id: string): Promise<readonly string[]> => {
      const names: string[] = [];
      for (let node = await inventory.find(id, signal); node && node.kind !== 'vault'; node = inventory.parentOf(node)) {
        names.push(node.label);
      }
      return names;
    };
    const database = idOf(sqlDatabase('erp-db-01', 'MSSQLSERVER', 'sales'));
    assert.deepEqual(await found(database.toUpperCase()), ['sales', 'MSSQLSERVER', 'erp-db-01', 'Protectable items']);
    assert.deepEqual(await found(idOf(sqlInstance('erp-db-01', 'MSSQLSERVER', 1))), ['MSSQLSERVER', 'erp-db-01', 'Protectable items']);
    // What was protectable is protected by now.
    const gone = idOf(sqlDatabase('erp-db-01', 'MSSQLSERVER', 'msdb'));
    assert.deepEqual(await found(gone), ['msdb', 'SQL Server in Azure VMs', 'Protected items']);
    assert.deepEqual(await found(idOf(sqlContainer('erp-db-01'))), ['erp-db-01', 'Containers']);
    // What could be registered is by now, and the other way round.
    assert.deepEqual(await found(idOf(protectableContainer('erp-db-01'))), ['erp-db-01', 'Containers']);
    cloud.set(paths.protectableContainers, [protectableContainer('left-01')]);
    inventory.refresh();
    assert.deepEqual(await found(idOf(sqlContainer('left-01'))), ['left-01', 'Protectable containers']);
    assert.deepEqual(await found(idOf(sqlDatabase('none', 'MSSQLSERVER', 'sales'))), []);
  });

  describe('whose names try to be something else', () => {
    for (const name of [
      'a;b',
      'x;;vm;stopped;',
      'it\'s "so"',
      '\u202Egpj.exe',
      '数据库🦄',
      'a/b',
      'Sales#2',
      'Who?',
      '100%',
      'protectedItems',
    ]) {
      it(JSON.stringify(name), async () => {
        const encoded = encodeURIComponent(name);
        const databases = [sqlDatabase('erp-db-01', 'MSSQLSERVER', name), sqlDatabase('erp-db-01', 'MSSQLSERVER', `${name}2`)].map(
          (record) => ({
            ...record,
            id: idOf(record).replace(name.toLowerCase(), encoded),
          }),
        );
        cloud.set(paths.protectableItems, [sqlInstance('erp-db-01', 'MSSQLSERVER', 3), ...databases]);
        cloud.set(paths.containers, [sqlContainer('erp-db-01', { friendlyName: name })]);
        cloud.set(paths.protectedItems, [protectedDatabase('erp-db-01', 'MSSQLSERVER', 'p', { friendlyName: name })]);
        const nodes = await children(await at(...protectable, name, 'MSSQLSERVER'));
        assert.deepEqual(nodes.map((node) => node.label).sort(), [name, name, `${name}2`].sort());
        assert.equal(new Set(nodes.map((node) => node.key)).size, 3);
        for (const node of [...nodes, await at(...protectable, name)]) {
          assert.match(contextValueOf(node.tokens), /^(;[A-Za-z]+)+;$/);
          assert.ok(!node.tokens.includes('stopped'));
        }
        inventory.noteOperation(operation({ target: { id: idOf(databases[0] ?? {}), name, kind: 'SQL database', containerId: vaultId } }));
        const busy = (await children(await at(...protectable, name, 'MSSQLSERVER'))).filter((node) => node.tokens.includes('busy'));
        assert.deepEqual(
          busy.map((node) => node.label),
          [name],
          'it, and not its neighbour',
        );
      });
    }
  });
});

describe('inventory: containers with databases', () => {
  let cloud: FakeCloud;
  let inventory: LiveInventory;

  beforeEach(() => {
    cloud = fakeCloud();
    cloud.set(vaultsPath, [vaultJson('vault-a')]);
    inventory = createInventory({ connection: cloud.connection, now: () => now });
  });
  afterEach(() => inventory.dispose());

  async function group(label: string): Promise<InventoryNode> {
    let node: InventoryNode | undefined;
    for (const step of ['Subscription 1', 'Recovery Services vaults', 'vault-a', label]) {
      node = (await inventory.children(node, { signal })).nodes.find((one) => one.label === step);
    }
    assert.ok(node);
    return node;
  }
  const below = async (label: string): Promise<readonly InventoryNode[]> =>
    (await inventory.children(await group(label), { signal })).nodes;

  it('what could be registered says its health and its resource group, and offers the look for more', async () => {
    cloud.set(paths.protectableContainers, [
      protectableContainer('b-1'),
      protectableContainer('a-1', { healthStatus: 'NotReachable' }),
      protectableContainer('c', { protectableContainerType: 'StorageContainer' }),
    ]);
    const nodes = await below('Protectable containers');
    assert.deepEqual(
      nodes.map(({ label, description, icon }) => [label, description, icon.id]),
      [
        ['a-1', 'not reachable · erp-rg', 'warning'],
        ['b-1', 'healthy · erp-rg', 'server'],
        ['c', 'healthy · erp-rg', 'server'],
      ],
    );
    assert.deepEqual(
      nodes.map((node) => node.tokens.includes('registrable')),
      [true, true, false],
    );
    assert.equal(nodes[0]?.target?.kind, 'protectableContainer');
    const parent = await group('Protectable containers');
    assert.equal(parent.target?.kind, 'vault');
    assert.ok(parent.tokens.includes('discover'));
    cloud.set(paths.protectableContainers, []);
    inventory.refresh(parent);
    const { empty } = await inventory.children(await group('Protectable containers'), { signal });
    assert.equal(empty?.command, 'azureBackup.discoverSql');
    assert.match(empty?.message ?? '', /^No servers that could be registered are known/);
  });

  it('a registered machine shows what the last look found, without a request', async () => {
    cloud.set(paths.containers, [sqlContainer('erp-db-01', {}, inquired(6))]);
    const [container] = await below('Containers');
    assert.equal(container?.description, 'SQL · registered · healthy');
    assert.ok(['sql', 'registrable', 'registered'].every((token) => container?.tokens.includes(token)));
    cloud.clear();
    const { nodes } = await inventory.children(container, { signal });
    assert.deepEqual(
      nodes.map(({ label, icon }) => [label, icon.id]),
      [['SQL Server: 6 databases found', 'pass']],
    );
    assert.deepEqual(cloud.asked, []);
  });

  it('a look that failed says why, what to do, and carries the statement that mends it', async () => {
    cloud.set(paths.containers, [sqlContainer('erp-db-01', {}, inquired(0, missingRight))]);
    const [container] = await below('Containers');
    assert.equal(container?.icon.id, 'warning');
    assert.match(container?.description ?? '', /^SQL · database discovery failed · registered/);
    const { nodes } = await inventory.children(container, { signal });
    assert.equal(nodes.length, 1, 'Azure repeats the error as that of the whole');
    const [row] = nodes;
    assert.equal(row?.label, 'SQL Server: UserErrorSQLNoSysadminMembership');
    assert.match(row?.description ?? '', /^Azure Backup lacks the right sysadmin/);
    assert.ok(row?.tooltip?.includes('Provide sysadmin rights to the account.'));
    assert.ok(row?.tokens.includes('statement'));
    assert.match(row?.statement?.text ?? '', /AzureWLBackupPluginSvc/);
  });

  it('a machine that was never looked into offers to', async () => {
    cloud.set(paths.containers, [sqlContainer('erp-db-01', {}, { inquiryInfo: { status: 'Invalid', inquiryDetails: [] } })]);
    const [container] = await below('Containers');
    const { nodes, empty } = await inventory.children(container, { signal });
    assert.equal(nodes.length, 0);
    assert.deepEqual([empty?.command, empty?.commandTitle], ['azureBackup.inquireContainer', 'Rediscover Databases']);
  });

  it('other containers are leaves that nothing is registered with', async () => {
    const vm = sqlContainer('web-01', { containerType: 'Microsoft.Compute/virtualMachines', backupManagementType: 'AzureIaasVM' });
    cloud.set(paths.containers.replace('AzureWorkload', 'AzureIaasVM'), [vm]);
    cloud.set(paths.containers, [sqlContainer('old-01', { registrationStatus: 'SoftDeleted' })]);
    const [soft, own] = await below('Containers');
    assert.deepEqual([own?.label, own?.expandable, own?.tokens.includes('registrable')], ['web-01', false, false]);
    assert.deepEqual(
      ['softDeletedContainer', 'registered'].map((token) => soft?.tokens.includes(token)),
      [true, false],
    );
    assert.equal(soft?.icon.id, 'trash');
  });

  it('is read anew by a refresh', async () => {
    cloud.set(paths.containers, [sqlContainer('erp-db-01', {}, inquired(1))]);
    const [container] = await below('Containers');
    cloud.set(paths.containers, [sqlContainer('erp-db-01', {}, inquired(2))]);
    const changed: string[] = [];
    inventory.onDidChange((node) => changed.push(node?.label ?? ''));
    inventory.refresh(container);
    assert.deepEqual(changed, ['Containers']);
    const [again] = await below('Containers');
    const { nodes } = await inventory.children(again, { signal });
    assert.equal(nodes[0]?.label, 'SQL Server: 2 databases found');
  });
});
