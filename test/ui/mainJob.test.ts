import assert from 'node:assert/strict';
import { openWindow, ownSandbox, pictureOnFailure, type VsCodeWindow } from './lib/index.ts';

/** A minute of Azure is a second: a VM's backup takes some ten. The cloud is left for the person to choose. */
const machine = { 'azureBackup.sandbox': { speed: 60, latency: 0, seed: 1 } };
const vault = ['Northwind Production', 'Recovery Services vaults', 'rsv-webshop-weu'] as const;
const jobMs = 60_000;

/** As a person reads a calendar: the day, in this machine's time zone. */
function dayFromNow(days: number): string {
  const at = new Date();
  at.setDate(at.getDate() + days);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

describe('ui: the main job, from an empty profile to a recovery point', () => {
  let window: VsCodeWindow;

  before(async () => {
    window = await openWindow({ machine, viewport: { width: 1400, height: 1400 } });
  });
  afterEach(pictureOnFailure(() => window));
  after(() => window?.close());

  it('welcomes, and "Use the Sandbox" brings three subscriptions', async () => {
    await window.openView();
    await window.page.locator('.welcome-view', { hasText: 'signed out' }).waitFor();
    assert.match(await window.welcome.text(), /Sign In to Azure\s+Use the Sandbox/);
    await window.screenshot('main-1-welcome');
    await window.welcome.click('Use the Sandbox');
    await window.tree.rows.nth(2).waitFor();
    const labels = (await window.tree.list()).map((row) => row.label);
    assert.deepEqual(labels, ['Northwind Production', 'Northwind Shared Platform', 'Northwind Test']);
    await window.screenshot('main-2-subscriptions');
  });

  it('protects a VM by right-click and a policy; it moves to the protected items, its first backup pending', async () => {
    const { tree, quickInput } = window;
    await tree.reveal(...vault, 'Protected items', 'Azure virtual machines', 'Protectable items');
    assert.equal((await tree.read('jumpbox')).description, 'rg-files-prod · not protected');
    assert.equal((await tree.menuItems('jumpbox'))[0], 'Protect...', 'what one comes for stands first in the menu');
    await window.page.keyboard.press('Escape');
    await tree.menu('jumpbox', 'Protect...');
    await quickInput.waitForTitle('Protect: jumpbox');
    assert.deepEqual(await quickInput.list(), ['DefaultPolicy', 'EnhancedPolicy', 'Webshop-Daily-14d-GFS']);
    assert.match(await quickInput.item('DefaultPolicy').innerText(), /recommended\s+Daily at .* keeps 30 days/);
    await window.screenshot('main-3-policy');
    await quickInput.pick('DefaultPolicy');
    await tree.waitForDescription('jumpbox', /^first backup pending · DefaultPolicy$/, jobMs);
    const rows = await tree.list();
    assert.deepEqual(
      rows.filter((row) => row.label === 'jumpbox').map(({ level, icon }) => ({ level, icon })),
      [{ level: 6, icon: 'circle-outline' }],
      'it stands among the protected items of Azure virtual machines, and nowhere else',
    );
    await window.screenshot('main-4-protected');
  });

  it('backs it up: the expiry is proposed as a date, and the panel shows tasks and a percentage that moves', async () => {
    const { tree, quickInput, jobs } = window;
    await tree.menu('jumpbox', 'Back Up Now...');
    await quickInput.waitForTitle('Back Up Now: jumpbox');
    assert.equal(await quickInput.value(), dayFromNow(30));
    assert.match(await quickInput.message(/30 days from now/), /^Keep the recovery point until .* 23:59 \(UTC.*\), 30 days from now/);
    await window.screenshot('main-5-expiry');
    await quickInput.accept();
    await window.clickStatusBar('1 backup operation');
    await jobs.waitForSelected('jumpbox', 'Back Up Now');
    const states = await jobs.recordStates();
    assert.deepEqual(
      (await jobs.tasks()).map((task) => task.name),
      ['Take Snapshot', 'Transfer data to vault'],
    );
    await jobs.waitForState('jumpbox', 'Back Up Now', /^Running, \d+ %$/);
    assert.match((await tree.read('jumpbox')).description, /^running \d+ % · Back Up Now · DefaultPolicy$/);
    await window.screenshot('main-6-running');
    await jobs.waitForState('jumpbox', 'Back Up Now', /^Succeeded$/);
    const percents = (await states()).flatMap((text) => /(\d+) %/.exec(text)?.[1] ?? []).map(Number);
    assert.ok(percents.length >= 2, `the percentage should move, and it was ${percents.join(', ')}`);
    assert.deepEqual(
      percents,
      percents.toSorted((a, b) => a - b),
    );
    assert.deepEqual(
      (await jobs.tasks()).map((task) => /^Completed/.test(task.state)),
      [true, true],
    );
    await window.screenshot('main-7-succeeded');
  });

  it('tells the end with a button that opens the panel at that operation', async () => {
    const { dialogs, jobs } = window;
    const said = await dialogs.waitForNotification(/Back Up Now, jumpbox: succeeded/);
    assert.match(said, new RegExp(`kept until ${dayFromNow(30)}`));
    // Another row is selected and the panel closed: the button has something to do.
    await jobs.row('jumpbox', 'Protect').click();
    await window.closeEditor('Backup Jobs');
    await jobs.frame.locator('.list').waitFor({ state: 'detached' });
    await dialogs.notificationButton(/Back Up Now, jumpbox: succeeded/, 'Show Jobs');
    await jobs.waitForSelected('jumpbox', 'Back Up Now');
    assert.match(await jobs.details(), /Outcome\s+jumpbox has a recovery point of/);
  });

  it('shows the recovery point under the protected item', async () => {
    const { tree } = window;
    await tree.waitForDescription('jumpbox', /^healthy · last backup (just now|\d min ago) · DefaultPolicy$/);
    await tree.expand('jumpbox');
    const points = (await tree.list()).filter((row) => row.level === 7);
    assert.equal(points.length, 1);
    assert.match(points[0]?.label ?? '', new RegExp(`^(${dayFromNow(0)}|${dayFromNow(-1)}) \\d\\d:\\d\\d$`));
    assert.equal(points[0]?.icon, 'history');
    await window.screenshot('main-8-recovery-point');
    const backups = await ownSandbox(window.dataDir).ledger('POST', '/**/backup');
    assert.equal(backups.length, 1, 'one click is one request');
  });
});
