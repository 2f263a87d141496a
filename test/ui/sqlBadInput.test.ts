import assert from 'node:assert/strict';
import { openWindow, ownSandbox, pictureOnFailure, type OwnSandbox, type VsCodeWindow } from './lib/index.ts';

const machine = { 'azureBackup.cloud': 'sandbox', 'azureBackup.sandbox': { speed: 120, latency: 0, seed: 1 } };
const vault = ['Northwind Production', 'Recovery Services vaults', 'rsv-sql-weu'] as const;
const jobMs = 60_000;

describe('ui: SQL Servers in trouble', () => {
  let window: VsCodeWindow;
  const sandbox = (): OwnSandbox => ownSandbox(window.dataDir);
  const pressEscape = () => window.page.keyboard.press('Escape');

  before(async () => {
    window = await openWindow({ machine, viewport: { width: 1500, height: 1500 } });
    await window.openView();
    await window.tree.reveal(...vault, 'Protectable containers');
  });
  afterEach(pictureOnFailure(() => window));
  after(() => window?.close());

  it('a machine that was deleted meanwhile: the registration says so', async () => {
    const { tree, dialogs } = window;
    await sandbox().happens('delete-machine', { machine: 'sql-crm-01' });
    await tree.menu('sql-crm-01', 'Register');
    const said = await dialogs.waitForNotification(/Register.*sql-crm-01.*failed/, jobMs);
    assert.match(said, /sql-crm-01: failed\. .*was not found in region 'westeurope'/s);
    await window.screenshot('sql-bad-1-deleted');
    await tree.waitForGone('sql-crm-01');
  });

  it('a machine that is off: its registration fails with what to do, and is tried again when that is done', async () => {
    const { tree, dialogs, jobs } = window;
    await tree.menu('sql-off-01', 'Register');
    assert.match(await dialogs.waitForNotification(/Register, sql-off-01: failed/, jobMs), /Ensure that the virtual machine .* running/);
    await dialogs
      .notification(/Register, sql-off-01: failed/)
      .getByRole('button', { name: 'Try Again' })
      .waitFor();
    await dialogs.notificationButton(/Register, sql-off-01: failed/, 'Show Jobs');
    await jobs.waitForSelected('sql-off-01', 'Register');
    assert.match(await jobs.details(), /Start the VM and its SQL Server service\.\s+VMNotInRunningStateUserError/);
    await window.screenshot('sql-bad-2-off');
    assert.equal((await tree.read('sql-off-01')).description, 'healthy · rg-sql-prod', 'it can be tried again');
    await sandbox().happens('start-machine', { machine: 'sql-off-01' });
    await jobs.frame.getByRole('button', { name: 'Try Again', exact: true }).click();
    await jobs.frame.getByText('It was started again since.').waitFor();
    await dialogs.waitForNotification(/Register, sql-off-01: succeeded\. sql-off-01 is registered with rsv-sql-weu\./, jobMs);
    await tree.waitForGone('sql-off-01');
    await window.closeEditor('Backup Jobs');
    const sent = await sandbox().ledger('PUT', '/**/protectionContainers/*');
    assert.deepEqual(sent.filter(({ path }) => path.toLowerCase().endsWith(';sql-off-01')).length, 2, 'one for each click');
    await tree.collapse('Protectable containers');
  });

  it('a right that is missing: the statement that grants it is copied, and once it has run the databases are found', async () => {
    const { tree, dialogs } = window;
    const legacy = { label: 'sql-legacy-01', description: /(^|· )SQL\b/ };
    const trouble = 'SQL Server: UserErrorSQLNoSysadminMembership';
    await tree.expand('Containers');
    assert.deepEqual(
      [(await tree.read(legacy)).icon, (await tree.read(legacy)).description],
      ['warning', 'SQL · database discovery failed · registered · healthy'],
    );
    await tree.expand(legacy);
    assert.match(await tree.tooltip(trouble), /Copy the statement and run it on each SQL Server instance .* Rediscover Databases/s);
    await window.screenshot('sql-bad-3-sysadmin');
    await window.clearClipboard();
    await tree.menu(trouble, 'Copy the Statement');
    const statement = await window.clipboard(/sysadmin/);
    assert.match(statement, /^ALTER SERVER ROLE \[sysadmin\] ADD MEMBER \[NT SERVICE\\AzureWLBackupPluginSvc\];$/m);
    assert.match(statement, /CREATE LOGIN \[NT SERVICE\\AzureWLBackupPluginSvc\] FROM WINDOWS/);

    await sandbox().happens('grant-sysadmin', { machine: 'sql-legacy-01' });
    await tree.inlineAction(legacy, 'Rediscover Databases');
    await dialogs.waitForNotification(/Rediscover Databases, sql-legacy-01: succeeded\. SQL Server: 4 databases found\./, jobMs);
    await tree.row('SQL Server: 4 databases found').waitFor();
    assert.equal((await tree.read(legacy)).description, 'SQL · registered · healthy');
    await tree.collapse('Containers');
  });

  it('databases that cannot be protected say why, and offer the statement where one helps', async () => {
    const { tree } = window;
    await tree.reveal('Protectable items', 'sql-sales-01', 'MSSQLSERVER');
    assert.deepEqual(await tree.menuItems('Sales2019'), ['Copy the Statement', 'View JSON', 'Copy Resource ID']);
    await pressEscape();
    assert.match(await tree.tooltip('Sales2019'), /state is 'Offline'.*ALTER DATABASE \[Sales2019\] SET ONLINE;/s);
    assert.deepEqual(await tree.menuItems('SalesCopy'), ['View JSON', 'Copy Resource ID'], 'no statement ends a restore for it');
    await pressEscape();
    assert.deepEqual(
      (await tree.list()).filter(({ level }) => level === 7).map(({ label, icon }) => `${label}: ${icon}`),
      [
        'master: database',
        'model: database',
        'Sales2019: warning',
        'SalesCopy: warning',
        'SalesStaging: database',
        'msdb: trash',
        'Sales: pass-filled',
        'SalesArchive: debug-pause',
      ],
    );
    await window.screenshot('sql-bad-4-states');
  });

  it('a log under the simple recovery model: refused by Azure, explained, with the statement; other types go on', async () => {
    const { tree, quickInput, dialogs, jobs } = window;
    await sandbox().happens('change-database', {
      machine: 'sql-sales-01',
      instance: 'MSSQLSERVER',
      name: 'Sales',
      recoveryModel: 'Simple',
    });
    await tree.menu('Sales', 'Back Up Now...');
    await quickInput.pick('Log');
    await quickInput.pick('No');
    const failed = /Back Up Now, Sales \(MSSQLSERVER on sql-sales-01\): failed/;
    assert.match(await dialogs.waitForNotification(failed, jobMs), /does not support the requested backup type/);
    await window.clearClipboard();
    await dialogs.notificationButton(failed, 'Copy the Statement');
    assert.match(await window.clipboard(/RECOVERY/), /^ALTER DATABASE \[Sales\] SET RECOVERY FULL;/);
    await window.viewAction('Show Jobs');
    await jobs.row('Sales', 'Back Up Now').click();
    await jobs.waitForSelected('Sales', 'Back Up Now');
    assert.match(await jobs.details(), /Log backups need the full .*UserErrorSQLPODoesNotSupportBackupType/s);
    await window.screenshot('sql-bad-5-simple');
    await window.closeEditor('Backup Jobs');
    await tree.waitForDescription('Sales', /^failed just now/);

    await tree.menu('Sales', 'Back Up Now...');
    await quickInput.pick('Copy-only full');
    await quickInput.message(/30 days from now/);
    for (const [typed, refusal] of [
      ['2001-01-01', /has passed/],
      ['31.12.2099', /is not a date that can be read/],
      ['2400-01-01', /at most 99 years/],
    ] as const) {
      await quickInput.accept(typed);
      await quickInput.message(refusal);
    }
    await quickInput.cancel();
    assert.equal((await sandbox().ledger('POST', '/**/backup')).length, 1, 'what is refused in the box is not sent');
  });

  it('a palette entry for VMs and one for databases, which lists databases only', async () => {
    const { quickInput } = window;
    await window.command('Azure Backup: Protect SQL Database...');
    await quickInput.waitForTitle('Protect SQL Database (1/3)');
    await quickInput.pick('rsv-sql-weu');
    await quickInput.waitForTitle('Protect SQL Database (2/3)');
    const offered = await quickInput.list();
    assert.ok(offered.includes('SalesStaging') && offered.includes('OrdersHistory'), offered.join(', '));
    assert.ok(!offered.includes('jumpbox') && !offered.includes('Sales2019') && !offered.includes('Sales'), offered.join(', '));
    await window.screenshot('sql-bad-6-palette');
    await quickInput.cancel();
  });
});
