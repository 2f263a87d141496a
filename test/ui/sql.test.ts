import assert from 'node:assert/strict';
import { openWindow, ownSandbox, pictureOnFailure, type OwnSandbox, type VsCodeWindow } from './lib/index.ts';

/** A minute of Azure is half a second; the same seed gives the same world. */
const machine = { 'azureBackup.cloud': 'sandbox', 'azureBackup.sandbox': { speed: 120, latency: 0, seed: 1 } };
const vault = ['Northwind Production', 'Recovery Services vaults', 'rsv-sql-weu'] as const;
const policy = 'SQL-Full-Daily-Log-15min';
const hostile = 'Kunden; "Größe" d\'Été №7';
/** Long enough for any job of this sandbox. */
const jobMs = 60_000;

/** A day as a person types it, in this machine's time zone. */
function dayFromNow(days: number): string {
  const at = new Date();
  at.setDate(at.getDate() + days);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

describe('ui: SQL Server in Azure VMs, from discovery to unregistration', () => {
  let window: VsCodeWindow;
  const sandbox = (): OwnSandbox => ownSandbox(window.dataDir);
  /** A registered machine stands twice among the containers: as a VM, and for its databases. */
  const container = (label: string) => ({ label, description: /(^|· )SQL\b/ });

  before(async () => {
    window = await openWindow({ machine, viewport: { width: 1500, height: 1500 } });
    await window.openView();
    await window.tree.reveal(...vault, 'Protectable containers');
  });
  afterEach(pictureOnFailure(() => window));
  after(() => window?.close());

  it('discovers machines that can be registered', async () => {
    const { tree } = window;
    assert.equal(await tree.row('sql-new-01').count(), 0);
    await tree.inlineAction('Protectable containers', 'Discover SQL Servers');
    await tree.row('sql-new-01').waitFor({ timeout: jobMs });
    assert.match(await window.dialogs.waitForNotification(/Discover SQL Servers, rsv-sql-weu: succeeded/), /can register 17 VMs\./);
    assert.equal((await tree.read('sql-new-01')).description, 'healthy · rg-sql-prod');
    assert.deepEqual(await tree.menuItems('sql-new-01'), ['Register', 'View JSON', 'Copy Resource ID']);
    await window.page.keyboard.press('Escape');
    assert.equal((await sandbox().ledger('POST', '/**/refreshContainers')).length, 1);
    await window.screenshot('sql-1-discovered');
  });

  it('registers two at once; a reload in the middle finds both again, tells them once, and sends nothing twice', async () => {
    const { tree, jobs } = window;
    await tree.select('sql-multi-01');
    await tree.select('sql-new-01', { add: true });
    await tree.menu('sql-new-01', 'Register');
    await window.statusBar('Register: 0 of 2 ended');
    await tree.waitForDescription('sql-multi-01', /^running · Register/);
    // However long the window takes to come back, both still run.
    await sandbox().time('hold');
    await window.screenshot('sql-2-registering');
    await window.reload();
    await window.statusBar('Register: 0 of 2 ended');
    await sandbox().time('release');
    assert.match(await window.dialogs.waitForNotification(/Register: /, jobMs), /^Register: all 2 succeeded\./);
    await window.viewAction('Show Jobs');
    for (const name of ['sql-multi-01', 'sql-new-01']) await jobs.waitForState(name, 'Register', /^Succeeded$/);
    await jobs.row('sql-new-01', 'Register').click();
    await jobs.waitForSelected('sql-new-01', 'Register');
    assert.match(await jobs.details(), /Outcome\s+sql-new-01 is registered with rsv-sql-weu\. SQL Server: 4 databases found\./);
    await window.closeEditor('Backup Jobs');
    const sent = await sandbox().ledger('PUT', '/**/protectionContainers/*');
    assert.equal(sent.length, 2);
  });

  it('shows what was found, workload by workload; the own container of an Azure VM has no commands of a registered one', async () => {
    const { tree } = window;
    await tree.reveal(...vault, 'Containers');
    await tree.expand(container('sql-multi-01'));
    assert.equal((await tree.read('SQL Server: 11 databases found')).icon, 'pass');
    assert.deepEqual(await tree.menuItems(container('sql-multi-01')), [
      'Rediscover Databases',
      'Re-Register',
      'Unregister...',
      'View JSON',
      'Copy Resource ID',
      'Refresh',
    ]);
    await window.page.keyboard.press('Escape');
    assert.deepEqual(await tree.menuItems({ label: 'sql-multi-01', description: /^VM/ }), ['View JSON', 'Copy Resource ID']);
    await window.page.keyboard.press('Escape');
    await tree.collapse('Containers');
  });

  it('protects several selected databases; of one that was dropped meanwhile it tells, and of the others too', async () => {
    const { tree, quickInput, dialogs } = window;
    await tree.reveal('Protectable items', 'sql-multi-01', 'MSSQLSERVER', 'REPORTS');
    assert.equal((await tree.read('sql-multi-01')).description, '2 instances, 11 databases, 11 not protected');
    await tree.select('Intranet');
    await tree.select('Wiki', { add: true });
    await tree.select(hostile, { add: true });
    await tree.menu('Wiki', 'Protect...');
    await quickInput.waitForTitle(`Protect: Intranet, Wiki and ${hostile}`);
    assert.deepEqual(
      await quickInput.list(),
      ['HourlyLogBackup', policy, 'SQL-Full-Weekly-Diff-Daily-Log-30min'],
      'those of SQL Server only',
    );
    assert.match(
      await quickInput.item(policy).innerText(),
      /Full: daily at \d\d:\d\d UTC, keeps 60 days · Log: every 15 minutes, keeps 30 days · not compressed/,
    );
    await window.screenshot('sql-3-policy');
    await sandbox().happens('drop-database', { machine: 'sql-multi-01', instance: 'MSSQLSERVER', name: 'Wiki' });
    await quickInput.pick(policy);
    const ended = /Protect: \d of 3/;
    assert.match(
      await dialogs.waitForNotification(ended, jobMs),
      /^Protect: 2 of 3 succeeded, 1 failed\. Wiki: SQL database does not exist/,
    );
    await dialogs.notificationButton(ended, 'Show All');
    const text = await window.editorText();
    assert.match(text, /Failed \(1\)\s+Wiki \(MSSQLSERVER on sql-multi-01\)\s+SQL database does not exist.*UserErrorSQLPODoesNotExist/);
    assert.match(text, /What to do: .*Rediscover Databases/);
    assert.match(text, /Succeeded \(2\)\s+Intranet \(MSSQLSERVER on sql-multi-01\)/);
    assert.ok(text.includes(`${hostile} (REPORTS on sql-multi-01)`), text);
    await window.screenshot('sql-4-partly-protected');
    await window.closeEditor('Protect: 2 of 3');
    for (const name of ['Intranet', hostile]) await tree.waitForDescription(name, new RegExp(`^first backup pending · ${policy}$`));
    assert.equal((await tree.read('Wiki')).description, 'not protected');
    const sent = (await sandbox().ledger('PUT', '/**/protectedItems/*')).map(({ path }) => path.toLowerCase());
    assert.deepEqual([sent.length, new Set(sent).size], [3, 3], 'one request for each');
  });

  it('backs up: a full backup with a date of at least 45 days and compression, a log without a date; tasks, and no percentage', async () => {
    const { tree, quickInput, jobs } = window;
    await tree.menu('Intranet', 'Back Up Now...');
    await quickInput.waitForTitle('Back Up Now: Intranet');
    assert.deepEqual(await quickInput.list(), ['Full', 'Copy-only full', 'Differential', 'Log']);
    assert.match(await quickInput.item('Full').innerText(), /Kept for 45 days to 99 years/);
    assert.match(
      await quickInput.item('Log').innerText(),
      /Azure may refuse it: needs a full backup first\s+Kept by the policy .*: 30 days/,
    );
    await window.screenshot('sql-5-backup-type');
    await quickInput.pick('Full');
    await quickInput.message(/45 days from now/);
    await quickInput.type(dayFromNow(44));
    await quickInput.message(/Azure keeps a full backup on demand for at least 45 days/);
    await quickInput.accept(dayFromNow(60));
    await quickInput.pick('Yes');
    await window.clickStatusBar('1 backup operation');
    await jobs.waitForSelected('Intranet', 'Back Up Now');
    const states = await jobs.recordStates();
    await jobs.waitForState('Intranet', 'Back Up Now', /^Succeeded$/, jobMs);
    assert.doesNotMatch((await states()).join(), /%/, 'Azure gives no percentage of it');
    assert.deepEqual(await jobs.tasks(), [{ name: 'Transfer data to vault', state: 'Completed' }]);
    const details = await jobs.details();
    assert.match(details, new RegExp(`Intranet has a full recovery point of .*, kept until ${dayFromNow(60)}\\.`));
    assert.match(details, /Job operation\s+Backup \(Full\)/);
    assert.match(details, /MSSQLSERVER on sql-multi-01 · in rsv-sql-weu/);
    await window.screenshot('sql-6-backed-up');
    await window.closeEditor('Backup Jobs');

    await tree.waitForDescription('Intranet', /^healthy · last backup just now/);
    await tree.menu('Intranet', 'Back Up Now...');
    await quickInput.pick('Log');
    await quickInput.waitForTitle('Back Up Now: Intranet (2/2)');
    assert.deepEqual(await quickInput.list(), ['No', 'Yes'], 'compression: no date is asked');
    await quickInput.pick('No');
    assert.match(
      await window.dialogs.waitForNotification(/The logs of Intranet reach to/, jobMs),
      new RegExp(`up to the policy ${policy}`),
    );
    assert.equal((await sandbox().ledger('POST', '/**/backup')).length, 2);
  });

  it('changes the policy, stops, deletes by the typed name, undeletes and resumes, whatever the database is called', async () => {
    const { tree, quickInput, dialogs } = window;
    await tree.menu(hostile, 'Change Policy...');
    await quickInput.pick('HourlyLogBackup');
    assert.ok((await dialogs.modalText()).startsWith(`Change Policy: ${hostile} (REPORTS on sql-multi-01)?`));
    await dialogs.answer('Change Policy');
    await tree.waitForDescription(hostile, /^first backup pending · HourlyLogBackup$/, jobMs);

    await tree.menu(hostile, 'Stop Protection and Keep Data...');
    await dialogs.modalText();
    await dialogs.answer('Stop Protection and Keep Data');
    await tree.waitForDescription(hostile, /^stopped, data kept/, jobMs);

    await tree.menu(hostile, 'Stop Protection and Delete Data...');
    await quickInput.message(/\(REPORTS on sql-multi-01\) stop .* kept for 14 days/);
    await quickInput.accept(hostile.toUpperCase());
    await quickInput.message(/not the name/);
    await window.screenshot('sql-7-delete');
    await quickInput.accept(hostile);
    await tree.waitForDescription(hostile, /^soft-deleted · 14 days left$/, jobMs);

    await tree.menu(hostile, 'Undelete');
    await tree.waitForDescription(hostile, /^stopped, data kept/, jobMs);
    await tree.menu(hostile, 'Resume Protection...');
    await quickInput.pick('HourlyLogBackup');
    await dialogs.modalText();
    await dialogs.answer('Resume Protection');
    await tree.waitForDescription(hostile, /^first backup pending · HourlyLogBackup$/, jobMs);
    assert.equal((await sandbox().ledger('DELETE', '/**/protectedItems/*')).length, 1);
  });

  it('auto-protection on: a database that is added is protected by itself; off: those that are protected stay so', async () => {
    const { tree, quickInput, dialogs } = window;
    await tree.menu('REPORTS', 'Turn On Auto-Protection...');
    await quickInput.pick('HourlyLogBackup');
    await tree.waitForDescription('REPORTS', /^auto-protected · /, jobMs);
    assert.equal((await tree.read('REPORTS')).icon, 'shield');
    await sandbox().happens('add-database', { machine: 'sql-multi-01', instance: 'REPORTS', name: 'Budget' });
    await tree.menu('sql-multi-01', 'Rediscover Databases');
    await dialogs.waitForNotification(/Rediscover Databases, sql-multi-01: succeeded\. SQL Server: 11 databases found\./, jobMs);
    await refreshUntil('REPORTS', async () => /^first backup pending · HourlyLogBackup$/.test((await tree.read('Budget')).description));
    await tree.waitForGone('Wiki');
    await window.screenshot('sql-8-auto-protected');

    await tree.menu('REPORTS', 'Turn Off Auto-Protection...');
    assert.match(await dialogs.modalText(), /Databases that are protected now stay protected/);
    await dialogs.answer('Turn Off Auto-Protection');
    await tree.waitForDescription('REPORTS', /^\d+ databases, /, jobMs);
    assert.match((await tree.read('Budget')).description, /HourlyLogBackup$/);
    const intents = '/**/backupProtectionIntent/*';
    assert.equal((await sandbox().ledger('PUT', intents)).length, 1);
    assert.equal((await sandbox().ledger('DELETE', intents)).length, 1);
  });

  it('unregisters a machine, and refuses one of which the vault keeps backups, with the reason', async () => {
    const { tree, dialogs } = window;
    await tree.collapse('Protectable items');
    await tree.expand('Containers');
    await tree.menu(container('sql-multi-01'), 'Unregister...');
    const refused = await dialogs.waitForNotification(/sql-multi-01 cannot be unregistered/);
    assert.match(
      refused,
      /keeps backups of its databases: \d protected \(.*\)\. Nothing was sent\. Choose Stop Protection and Delete Data/,
    );
    await tree.menu(container('sql-new-01'), 'Unregister...');
    assert.match(await dialogs.modalText(), /Nothing in SQL Server changes/);
    await window.screenshot('sql-9-unregister');
    await dialogs.answer('Unregister');
    await tree.waitForGone(container('sql-new-01'), jobMs);
    await tree.expand('Protectable containers');
    await tree.row('sql-new-01').waitFor();
    assert.equal((await sandbox().ledger('DELETE', '/**/protectionContainers/*')).length, 1);
  });

  /** What the vault does by itself shows when somebody looks. */
  async function refreshUntil(row: string, shows: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + jobMs;
    while (!(await shows())) {
      if (Date.now() > deadline) throw new Error(`Refreshing ${row} did not show it.`);
      await window.tree.menu(row, 'Refresh');
      await window.tree.waitForLoaded(row);
    }
  }
});
