import assert from 'node:assert/strict';
import { openWindow, pictureOnFailure, type VsCodeWindow } from './lib/index.ts';

/** A minute of Azure is a quarter of a second: copies into another region take hours. */
const machine = { 'azureBackup.cloud': 'sandbox', 'azureBackup.sandbox': { speed: 240, latency: 0, seed: 1 } };
const subscription = 'Northwind Production';
const workMs = 60_000;

describe('ui: VM restore points in the tree', () => {
  let window: VsCodeWindow;

  before(async () => {
    window = await openWindow({ machine, viewport: { width: 1500, height: 1500 } });
    await window.openView();
  });
  afterEach(pictureOnFailure(() => window));
  after(() => window?.close());

  it('stand beside the vaults, closed; a VM opens to its collections, copies included', async () => {
    const { tree } = window;
    await tree.expand(subscription);
    assert.deepEqual(
      (await tree.list()).filter(({ level }) => level === 2).map(({ label, expanded }) => [label, expanded]),
      [
        ['Recovery Services vaults', true],
        ['Virtual machines', false],
        ['Restore point collections', false],
        ['API Management services', false],
      ],
    );
    await tree.collapse('Recovery Services vaults');
    await tree.expand('Virtual machines');
    await tree.expand('vm-web-02');
    assert.match((await tree.read('rpc-vm-web-02-neu')).description, /^northeurope · copies of rpc-vm-web-02/);
    assert.deepEqual(await tree.menuItems('vm-web-02'), [
      'Create Restore Point...',
      'Create Restore Point Collection...',
      'View JSON',
      'Copy Resource ID',
      'Refresh',
    ]);
    await window.page.keyboard.press('Escape');
    await window.screenshot('points-1-vm');
  });

  it('a copy is not called usable before its disks are seen to be there', async () => {
    const { tree } = window;
    await tree.expand('rpc-vm-web-02-neu');
    await tree.waitForDescription('copy-of-before-release-42', /^copying \d+ %/);
    await tree.expand('copy-of-before-release-42');
    await tree.waitForDescription('copy-of-before-release-42', /^copying \d+ %/);
    await window.screenshot('points-2-copying');
    await tree.collapse('vm-web-02');
    await tree.reveal('vm-web-03', 'rpc-vm-web-03-neu', 'copy-of-daily-2');
    await tree.waitForDescription('copy-of-daily-2', /^failed: disk vm-web-03_DataDisk/);
    await window.screenshot('points-3-failed');
    await tree.collapse('vm-web-03');
  });

  it('collections of people stand before those of Azure Backup, which are marked', async () => {
    const { tree } = window;
    await tree.collapse('Virtual machines');
    await tree.expand('Restore point collections');
    const rows = (await tree.list()).filter(({ level }) => level === 3);
    const marked = rows.map(({ description }) => description.startsWith('made by Azure Backup'));
    assert.deepEqual(marked, [...marked].sort(), 'theirs come last');
    assert.ok(marked.includes(true) && marked.includes(false));
    assert.match((await tree.read('Restore point collections')).description, /^\d+$/);
    await window.screenshot('points-4-collections');
    const items = await tree.menuItems(/^AzureBackup_/);
    assert.ok(!items.includes('Add Restore Point...') && items.includes('Delete Restore Point Collection...'));
    await window.page.keyboard.press('Escape');
  });

  it('a restore point is made by right-click, appears while it is made, and is usable at the end', async () => {
    const { tree, quickInput } = window;
    await tree.expand('rpc-vm-api-01');
    await window.screenshot('points-5-empty');
    await tree.menu('rpc-vm-api-01', 'Add Restore Point...');
    await quickInput.waitForTitle('Add Restore Point: rpc-vm-api-01');
    await quickInput.message(/Name of the restore point/);
    await quickInput.accept('by-hand');
    await quickInput.waitForTitle('(2/3)');
    await window.screenshot('points-6-consistency');
    await quickInput.accept();
    await quickInput.waitForTitle('(3/3)');
    await window.screenshot('points-7-disks');
    await quickInput.accept();
    await tree.waitForDescription('by-hand', /^(creating|usable)/, workMs);
    await window.screenshot('points-8-creating');
    await tree.waitForDescription('rpc-vm-api-01', /^(running|of)/, workMs);
    await tree.waitForDescription('by-hand', /^usable · \d{4}-/, workMs);
    await tree.expand('by-hand');
    await tree.read(/^vm-api-01_OsDisk/);
    await window.screenshot('points-9-usable');
    assert.deepEqual(await tree.menuItems('by-hand'), [
      'Copy Restore Point to Another Region...',
      'Restore Disks...',
      'Delete Restore Point...',
      'View JSON',
      'Copy Resource ID',
      'Refresh',
    ]);
    await window.page.keyboard.press('Escape');
    assert.deepEqual(await tree.menuItems(/^vm-api-01_OsDisk/), [
      'Get Download Link...',
      'Revoke Download Link',
      'View JSON',
      'Copy Resource ID',
    ]);
    await window.page.keyboard.press('Escape');
  });

  it('a copy into another region brings its collection, and tells how far it is until it can be used', async () => {
    const { tree, quickInput } = window;
    await tree.menu('by-hand', 'Copy Restore Point to Another Region...');
    await quickInput.pick(/^North Europe/);
    await quickInput.pick(/^New collection/);
    await quickInput.message(/Name of the new restore point collection/);
    await quickInput.accept('api-copies');
    await quickInput.message(/Name of the copy/);
    await quickInput.accept('by-hand-copy');
    await tree.row('api-copies').waitFor({ timeout: workMs });
    await tree.waitForDescription('api-copies', /^running \d+ %/, workMs);
    await window.screenshot('points-10-copying');
    // Opened once it stands still: a row that is redrawn under the pointer may take the click for itself.
    await tree.waitForDescription('api-copies', /^(?!running|waiting)/, 3 * workMs);
    await tree.expand('api-copies');
    await tree.waitForDescription('by-hand-copy', /^usable/, workMs);
    await tree.waitForDescription('api-copies', /1 point/);
  });

  it('a disk tells that a download link was handed out, until it is revoked', async () => {
    const { tree, quickInput, dialogs } = window;
    const disk = /^vm-api-01_OsDisk/;
    await tree.menu(disk, 'Get Download Link...');
    await quickInput.pick(/^1 hour/);
    await dialogs.answer('Get Download Link');
    await tree.waitForDescription(disk, /^link until /, workMs);
    await window.screenshot('points-11-link');
    await tree.menu(disk, 'Revoke Download Link');
    await tree.waitForDescription(disk, /^OS disk/, workMs);
  });

  it('a VM where a vault shows it can be given a restore point too', async () => {
    const { tree, quickInput } = window;
    await tree.collapse('Restore point collections');
    await tree.reveal('Recovery Services vaults', 'rsv-webshop-weu', 'Protected items', 'Azure virtual machines');
    const entries = await tree.menuItems('vm-web-01');
    await window.page.keyboard.press('Escape');
    assert.equal(entries[0], 'Back Up Now...', 'what one comes for stands first in the menu');
    await tree.menu('vm-web-01', 'Create Restore Point...');
    await quickInput.waitForTitle('Create Restore Point: vm-web-01');
    assert.ok((await quickInput.list()).includes('rpc-vm-web-01'));
    await window.screenshot('points-12-from-vault');
    await quickInput.cancel();
  });
});
