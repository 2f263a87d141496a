// SQL Server in the sandbox, by the real Azure CLI: from registration to unregistration. Not part of the unit tests, as az.test.ts.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AzureCli, whyNoAzureCli } from './azureCli.ts';

interface Resource<Properties> {
  readonly id: string;
  readonly name: string;
  readonly properties: Properties;
}
type Job = Resource<{
  readonly status: string;
  readonly operation: string;
  readonly errorDetails?: readonly { readonly errorTitle: string }[];
}>;
type Container = Resource<{ readonly friendlyName: string; readonly registrationStatus: string }>;
type Item = Resource<{
  readonly friendlyName: string;
  readonly protectionState: string;
  readonly policyId: string | null;
  readonly isScheduledForDeferredDelete: boolean | null;
}>;
type Protectable = Resource<{ readonly friendlyName: string; readonly isAutoProtected?: boolean }>;
type Point = Resource<{ readonly type: string; readonly timeRanges?: readonly unknown[] | null }>;

const vault = ['-g', 'rg-backup-prod', '-v', 'rsv-sql-weu'];
const workload = ['--backup-management-type', 'AzureWorkload'];
const sql = ['--workload-type', 'MSSQL'];
const server = 'sql-crm-01';
const container = `VMAppContainer;Compute;rg-sql-prod;${server}`;
const item = ['-c', container, '-i', 'SQLDataBase;mssqlserver;crm'];

describe('Azure CLI against SQL Server in the sandbox', function () {
  this.timeout(300_000);
  let cli: AzureCli;
  let folder: string;

  before(async function () {
    const missing = await whyNoAzureCli();
    if (missing !== undefined) {
      console.log(`skipped: ${missing}`);
      return this.skip();
    }
    cli = await AzureCli.start(600);
    folder = await mkdtemp(join(tmpdir(), 'az-test-'));
    await cli.signIn();
    await cli.run('account', 'set', '-s', cli.sandbox.endpoint.subscriptionIds[0] ?? '');
    // A backup that runs for a minute and a half even at this speed.
    const body = JSON.stringify({ machine: server, name: 'Huge', sizeGb: 90_000 });
    await cli.run('rest', '--method', 'post', '--url', '/_sandbox/world/add-database', '--body', body);
  });
  after(async () => {
    await (cli as AzureCli | undefined)?.close();
    if ((folder as string | undefined) !== undefined) {
      await rm(folder, { recursive: true });
    }
  });

  const backup = <T>(...args: readonly string[]): Promise<T> => cli.json<T>('backup', ...args);
  const containers = async (): Promise<string[]> =>
    (await backup<Container[]>('container', 'list', ...vault, ...workload)).map(({ properties }) => properties.friendlyName);
  const show = (): Promise<Item> => backup<Item>('item', 'show', ...vault, ...workload, ...sql, '-c', server, '-n', 'CRM');
  const protectable = (...args: readonly string[]): Promise<Protectable[]> =>
    backup<Protectable[]>('protectable-item', 'list', ...vault, ...sql, ...args);
  /** The end of a job, read without `az backup job show`: in 2.45.0 that asks each task for times, which a database's have not. */
  async function ended({ id, name }: Job): Promise<Job['properties']> {
    await cli.run('backup', 'job', 'wait', ...vault, '-n', name, '--timeout', '120');
    return (await cli.json<Job>('rest', '--method', 'get', '--url', `${id}?api-version=2023-02-01`)).properties;
  }
  const backUp = (backupType: string, ...more: readonly string[]): Promise<Job> =>
    backup<Job>('protection', 'backup-now', ...vault, ...workload, ...sql, ...item, '--backup-type', backupType, ...more);
  const points = (): Promise<Point[]> => backup<Point[]>('recoverypoint', 'list', ...vault, ...workload, ...sql, ...item);
  const done = (job: Job, operation: string): void =>
    assert.deepEqual([job.properties.operation, job.properties.status], [operation, 'Completed']);

  it('registers a machine, shows it, registers it again, and looks inside', async () => {
    assert.ok(!(await containers()).includes(server));
    const [subscription = ''] = cli.sandbox.endpoint.subscriptionIds;
    const id = `/subscriptions/${subscription}/resourceGroups/rg-sql-prod/providers/Microsoft.Compute/virtualMachines`;
    await cli.run('backup', 'container', 'register', ...vault, ...workload, ...sql, '--resource-id', `${id}/${server}`);
    assert.ok((await containers()).includes(server));
    const shown = await backup<Container>('container', 'show', ...vault, ...workload, '-n', server);
    assert.deepEqual([shown.name, shown.properties.registrationStatus], [container, 'Registered']);
    await cli.run('backup', 'container', 're-register', ...vault, ...workload, ...sql, '-c', container, '-y');
    await cli.run('backup', 'protectable-item', 'initialize', ...vault, ...sql, '-c', container);
    // Not offered by the vault yet: the CLI refreshes and follows that first.
    await cli.run('backup', 'container', 'register', ...vault, ...workload, ...sql, '--resource-id', `${id}/sql-new-01`);
    assert.ok((await containers()).includes('sql-new-01'));
  });

  it('lists what can be protected: instances, availability groups, databases of a server', async () => {
    const names = async (...args: readonly string[]): Promise<string[]> =>
      (await protectable(...args)).map(({ properties }) => properties.friendlyName);
    assert.deepEqual(await names('--protectable-item-type', 'SQLAG'), ['AG-ORDERS']);
    assert.deepEqual(await names('-c', container, '--protectable-item-type', 'SQLInstance'), ['MSSQLSERVER']);
    assert.ok((await names('--server-name', server)).includes('CRM_Cache'));
    const one = ['--protectable-item-type', 'SQLDatabase', '--server-name', server, '-n', 'CRM'];
    const shown = await backup<Protectable>('protectable-item', 'show', ...vault, ...sql, ...one);
    assert.equal(shown.name, 'sqldatabase;mssqlserver;crm');
  });

  it('protects a database and backs it up by each type', async () => {
    const what = ['--protectable-item-type', 'SQLDatabase', '--server-name', server, '--protectable-item-name', 'CRM'];
    done(
      await backup<Job>('protection', 'enable-for-azurewl', ...vault, ...sql, '--policy-name', 'HourlyLogBackup', ...what),
      'ConfigureBackup',
    );
    assert.equal((await show()).properties.protectionState, 'IRPending');
    const tooEarly = await ended(await backUp('Log'));
    assert.deepEqual([tooEarly.status, tooEarly.errorDetails?.[0]?.errorTitle], ['Failed', 'UserErrorParentFullBackupMissing']);
    for (const [type, ...more] of [['Full'], ['Differential'], ['Log'], ['CopyOnlyFull', '--enable-compression', 'true']] as const) {
      const job = await ended(await backUp(type, ...more));
      assert.deepEqual([job.operation, job.status], [`Backup (${type})`, 'Completed']);
    }
    assert.match(
      (await cli.failure('backup', 'protection', 'backup-now', ...vault, ...workload, ...sql, ...item, '--backup-type', 'Incremental')) ??
        '',
      /BMSUserErrorInvalidInput/,
    );
    assert.deepEqual(
      (await points()).map(({ properties }) => properties.type),
      ['Full', 'Differential', 'Full', 'Log'],
    );
    const chain = await backup<Point[]>('recoverypoint', 'show-log-chain', ...vault, ...workload, ...sql, ...item);
    assert.deepEqual(
      chain.map(({ name, properties }) => [name, properties.timeRanges?.length]),
      [['DefaultRangeRecoveryPoint', 1]],
    );
    assert.equal((await show()).properties.protectionState, 'Protected');
  });

  it('lists jobs and stops one', async () => {
    const what = ['--protectable-item-type', 'SQLDatabase', '--server-name', server, '--protectable-item-name', 'Huge'];
    await cli.run('backup', 'protection', 'enable-for-azurewl', ...vault, ...sql, '--policy-name', 'HourlyLogBackup', ...what);
    const huge = ['-c', container, '-i', 'SQLDataBase;mssqlserver;huge', '--backup-type', 'Full'];
    const running = await backup<Job>('protection', 'backup-now', ...vault, ...workload, ...sql, ...huge);
    assert.equal(running.properties.status, 'InProgress');
    const jobs = await backup<Job[]>('job', 'list', ...vault, ...workload, '--status', 'InProgress');
    assert.deepEqual(
      jobs.map(({ name }) => name),
      [running.name],
    );
    await cli.run('backup', 'job', 'stop', ...vault, '-n', running.name);
    assert.equal((await ended(running)).status, 'Cancelled');
  });

  it('stops, resumes, changes the policy, deletes and takes back', async () => {
    const disable = ['protection', 'disable', ...vault, ...workload, ...sql, ...item, '-y'];
    const resume = ['protection', 'resume', ...vault, ...workload, ...item, '--policy-name'];
    const policy = async (): Promise<string | undefined> => (await show()).properties.policyId?.split('/').at(-1);
    done(await backup<Job>(...disable), 'DisableBackup');
    assert.equal((await show()).properties.protectionState, 'ProtectionStopped');
    done(await backup<Job>(...resume, 'SQL-Full-Daily-Log-15min'), 'ConfigureBackup');
    assert.equal(await policy(), 'SQL-Full-Daily-Log-15min');
    const names = ['-c', container, '-n', 'SQLDataBase;mssqlserver;crm'];
    done(
      await backup<Job>('item', 'set-policy', ...vault, ...workload, ...sql, ...names, '--policy-name', 'HourlyLogBackup'),
      'ConfigureBackup',
    );
    assert.equal(await policy(), 'HourlyLogBackup');
    assert.match(
      (await cli.failure('backup', 'container', 'unregister', ...vault, ...workload, '-c', container, '-y')) ?? '',
      /BMSUserErrorContainerHasDatasources/,
    );
    done(await backup<Job>(...disable, '--delete-backup-data'), 'DeleteBackupData');
    assert.equal((await show()).properties.isScheduledForDeferredDelete, true);
    done(await backup<Job>('protection', 'undelete', ...vault, ...workload, ...sql, ...item), 'Undelete');
    const { protectionState, isScheduledForDeferredDelete } = (await show()).properties;
    assert.deepEqual([protectionState, isScheduledForDeferredDelete], ['ProtectionStopped', null]);
    assert.equal((await points()).length, 4);
  });

  it('turns auto-protection on and off, of an instance and of an availability group', async () => {
    for (const [type, name, serverName] of [
      ['SQLInstance', 'MSSQLSERVER', 'sql-new-01'],
      ['SQLAG', 'AG-ORDERS', 'sql-orders-cl'],
    ] as const) {
      const what = ['--protectable-item-type', type, '--protectable-item-name', name, '--server-name', serverName];
      const on = ['protection', 'auto-enable-for-azurewl', ...vault, ...sql, '--policy-name', 'HourlyLogBackup', ...what];
      assert.deepEqual(await backup(...on), { status: true });
      // It is on already; all that the CLI says of the refusal is this.
      assert.deepEqual(await backup(...on), { status: false });
      const [found] = await protectable('--protectable-item-type', type, '--server-name', serverName);
      assert.equal(found?.properties.isAutoProtected, true);
      const off = ['protection', 'auto-disable-for-azurewl', ...vault, ...sql, ...what];
      assert.deepEqual(await backup(...off), { status: true });
      assert.match((await cli.failure('backup', ...off)) ?? '', /unique intent not found/);
    }
  });

  it('lists, shows, makes, changes and deletes policies', async () => {
    type Policy = Resource<{ readonly settings: { issqlcompression?: boolean; isCompression?: boolean }; readonly workLoadType: string }>;
    const policies = await backup<Policy[]>('policy', 'list', ...vault, ...workload, ...sql);
    assert.ok(policies.length >= 3 && policies.every(({ properties }) => properties.workLoadType === 'SQLDataBase'));
    const shown = await backup<Policy>('policy', 'show', ...vault, '-n', 'SQL-Full-Weekly-Diff-Daily-Log-30min');
    const file = join(folder, 'policy.json');
    await writeFile(file, JSON.stringify(shown));
    const made = await backup<Policy>('policy', 'create', ...vault, ...workload, ...sql, '-n', 'by-cli', '--policy', `@${file}`);
    assert.deepEqual(made.properties, { ...shown.properties, protectedItemsCount: 0 });
    const { settings } = made.properties;
    await writeFile(
      file,
      JSON.stringify({
        ...made,
        properties: { ...made.properties, settings: { ...settings, issqlcompression: false, isCompression: false } },
      }),
    );
    await cli.run('backup', 'policy', 'set', ...vault, '-n', 'by-cli', '--policy', `@${file}`);
    const changed = await backup<Policy>('policy', 'show', ...vault, '-n', 'by-cli');
    assert.deepEqual([settings.issqlcompression, changed.properties.settings.issqlcompression], [true, false]);
    await cli.run('backup', 'policy', 'set', ...vault, ...workload, '-n', 'by-cli', '--fix-for-inconsistent-items', 'true');
    await cli.run('backup', 'policy', 'delete', ...vault, '-n', 'by-cli');
    assert.match(
      (await cli.failure('backup', 'policy', 'delete', ...vault, '-n', 'SQL-Full-Daily-Log-15min')) ?? '',
      /BMSUserErrorPolicyObjectInUse/,
    );
    const items = await backup<Item[]>('policy', 'list-associated-items', ...vault, ...workload, '-n', 'SQL-Full-Daily-Log-15min');
    assert.ok(items.some(({ properties }) => properties.friendlyName === 'Sales'));
  });

  it('unregisters a machine', async () => {
    const items = await backup<Item[]>(
      'item',
      'list',
      ...vault,
      ...workload,
      ...sql,
      '-c',
      'VMAppContainer;Compute;rg-sql-prod;sql-legacy-01',
    );
    assert.deepEqual(items, []);
    await cli.run(
      'backup',
      'container',
      'unregister',
      ...vault,
      ...workload,
      '-c',
      'VMAppContainer;Compute;rg-sql-prod;sql-legacy-01',
      '-y',
    );
    assert.ok(!(await containers()).includes('sql-legacy-01'));
  });
});
