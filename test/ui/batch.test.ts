import assert from 'node:assert/strict';
import { openWindow, pictureOnFailure, type VsCodeWindow } from './lib/index.ts';

/** A minute of Azure is a second; the machines of the vault in trouble fail as they do every night. */
const settings = { 'azureBackup.cloud': 'sandbox', 'azureBackup.sandbox': { speed: 60, latency: 0, seed: 1 } };
const vault = ['Northwind Production', 'Recovery Services vaults', 'rsv-erp-weu'] as const;

describe('ui: several at once', () => {
  let window: VsCodeWindow;

  before(async () => {
    window = await openWindow({ machine: settings, viewport: { width: 1400, height: 1200 } });
  });
  afterEach(pictureOnFailure(() => window));
  after(() => window?.close());

  it('are started by one choice, counted in the status bar, and told as one at their end', async () => {
    const { tree, quickInput, dialogs, jobs, page } = window;
    await window.openView();
    await tree.reveal(...vault, 'Protected items', 'Azure virtual machines', 'erp-app-01');
    await tree.select('erp-app-01');
    await tree.select('erp-app-02', { add: true });
    await tree.select('erp-report-01', { add: true });
    await tree.menu('erp-report-01', 'Back Up Now...');
    await quickInput.waitForTitle('Back Up Now: erp-app-01, erp-app-02 and erp-report-01');
    await quickInput.accept();
    assert.match(await window.statusBar(/of 3 ended/), /Back Up Now: \d of 3 ended/);
    await window.screenshot('batch-1-running');
    await window.clickStatusBar(/of 3 ended/);
    await jobs.row('erp-app-01', 'Back Up Now').click();
    await jobs.waitForSelected('erp-app-01', 'Back Up Now');
    assert.match(await jobs.details(), /One of 3 started together/);
    const said = await dialogs.waitForNotification(/Back Up Now: .* of 3 succeeded/, 120_000);
    assert.match(said, /Back Up Now: 1 of 3 succeeded with warnings, 2 failed\. erp-app-0\d: /);
    assert.equal(await page.locator('.notifications-toasts .notification-list-item').count(), 1, 'one notification for all');
    await window.screenshot('batch-2-told');
    await jobs.frame.getByRole('button', { name: 'Show these only' }).click();
    assert.equal(await jobs.rows.count(), 3);
    await window.screenshot('batch-3-panel');
    await dialogs.notificationButton(/of 3 succeeded/, 'Show All');
    const text = await window.editorText();
    assert.match(text, /Failed \(2\)/);
    assert.match(text, /What to do:/);
    for (const name of ['erp-app-01', 'erp-app-02', 'erp-report-01']) {
      assert.match(text, new RegExp(`^\\s*${name}$`, 'm'));
    }
    await window.screenshot('batch-4-document');
    await window.command('Azure Backup: Show Jobs');
    await jobs.frame.getByRole('button', { name: 'Retry the failed' }).click();
    // With the answers of before: nothing is asked, and what succeeded is left alone.
    assert.match(await window.statusBar(/of 2 ended/), /Back Up Now: \d of 2 ended/);
    await jobs.frame.getByText('2 were tried again since.').waitFor();
    assert.equal(await jobs.frame.getByRole('button', { name: 'Retry the failed' }).count(), 0, 'it is offered a second time');
    await window.screenshot('batch-5-retried');
  });

  it('end with what mends them: the statement is shown, and copied exactly', async () => {
    const { quickInput, dialogs, jobs } = window;
    await window.command('Azure Backup: Rediscover Databases');
    await quickInput.pick('rsv-sql-weu');
    await quickInput.pickMany('sql-legacy-01');
    const ended = /Rediscover Databases, sql-legacy-01: succeeded with warnings/;
    await dialogs.waitForNotification(ended, 60_000);
    await window.screenshot('statement-1-told');
    await dialogs.notificationButton(ended, 'Copy the Statement');
    const copied = await window.clipboard(/sysadmin/);
    assert.match(copied, /ALTER SERVER ROLE \[?sysadmin\]? ADD MEMBER/i);
    await window.command('Azure Backup: Show Jobs');
    await jobs.frame.getByRole('button', { name: /Show all again/ }).click();
    await jobs.row('sql-legacy-01', 'Rediscover Databases').click();
    const shown = await jobs.frame.locator('.statement-text').innerText();
    assert.equal(
      shown.trimEnd(),
      copied
        .replace(/\r\n/g, '\n')
        .replace(/[ \t]+$/gm, '')
        .trimEnd(),
    );
    await window.clearClipboard();
    await jobs.frame.locator('.statement-copy').click();
    await jobs.frame.locator('.statement-copy', { hasText: 'Copied' }).waitFor();
    assert.equal(await window.clipboard(/sysadmin/), copied);
    await window.screenshot('statement-2-panel');
  });
});
