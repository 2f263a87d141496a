import assert from 'node:assert/strict';
import { openWindow, ownSandbox, pictureOnFailure, type VsCodeWindow } from './lib/index.ts';

const machine = { 'azureBackup.cloud': 'sandbox', 'azureBackup.sandbox': { speed: 240, latency: 0, seed: 1 } };

describe('ui: bad input around restore points', () => {
  let window: VsCodeWindow;

  before(async () => {
    window = await openWindow({ machine, viewport: { width: 1400, height: 1400 } });
    await window.openView();
    const { tree } = window;
    await tree.expand('Northwind Test');
    await tree.collapse('Recovery Services vaults');
    await tree.expand('Virtual machines');
  });
  afterEach(pictureOnFailure(() => window));
  after(() => window?.close());

  const notSent = async (about: string): Promise<void> =>
    assert.deepEqual(await ownSandbox(window.dataDir).ledger('PUT', '/**'), [], about);

  it('a VM of which Azure makes none says so on its row, and before anything is sent', async () => {
    const { tree, dialogs } = window;
    const because = /has the unmanaged disk legacy-01_OsDisk_1_\w+, and restore points are made of managed disks only/;
    assert.match(await tree.tooltip('legacy-01'), because);
    await tree.menu('legacy-01', 'Create Restore Point...');
    assert.match(await dialogs.waitForNotification(/legacy-01/), because);
    await window.screenshot('points-bad-1-vm');
    await notSent('neither a collection nor a point of it');
    await window.command('Notifications: Clear All Notifications');
  });

  it('disks that cannot be in it are ticked with the reason; neither unticking one nor ticking all goes through', async () => {
    const { tree, quickInput } = window;
    const refused = (sentence: string): Promise<void> => quickInput.widget.locator(`input[placeholder*="${sentence}"]`).waitFor();
    await tree.menu('lake-01', 'Create Restore Point...');
    await quickInput.pick(/^New collection/);
    await quickInput.message(/Name of the new restore point collection/);
    await quickInput.accept();
    await quickInput.message(/Name of the restore point/);
    await quickInput.accept();
    await quickInput.pick('Crash consistent');
    await quickInput.item('lake-01_DataDisk_1').waitFor();
    assert.match(await quickInput.item('lake-01_DataDisk_0').innerText(), /Must be left out: UltraSSD_LRS/);
    await quickInput.pickMany('lake-01_DataDisk_0');
    await refused('lake-01_DataDisk_0 cannot be in it: tick it.');
    await quickInput.pickMany('lake-01_DataDisk_0', /^lake-01_OsDisk/);
    await refused('At least one disk must be in the restore point: untick one.');
    await window.screenshot('points-bad-2-all-disks');
    await notSent('nothing was made of it');
    await quickInput.cancel();
  });

  it('a name that is taken, and a VM that was deleted under its collection, are refused before anything is sent', async () => {
    const { tree, quickInput, dialogs } = window;
    const add = async (name: string): Promise<void> => {
      await tree.menu('rpc-fileserver01', 'Add Restore Point...');
      await quickInput.message(/Name of the restore point/);
      await quickInput.accept(name);
    };
    await tree.collapse('Northwind Test');
    await tree.expand('Northwind Production');
    await tree.collapse('Recovery Services vaults');
    await tree.reveal('Restore point collections', 'rpc-fileserver01');
    const taken = (await tree.list()).find(({ level }) => level === 4)?.label ?? '';
    await add(taken.toUpperCase());
    await quickInput.pick('Crash consistent');
    await quickInput.item(/^fileserver01_DataDisk/).waitFor();
    await quickInput.pickMany();
    await dialogs.waitForNotification(new RegExp(`There is a restore point named ${taken} already`, 'i'));
    await window.screenshot('points-bad-3-taken');
    await window.command('Notifications: Clear All Notifications');

    await ownSandbox(window.dataDir).happens('delete-machine', { machine: 'fileserver01' });
    await add('of-what-is-gone');
    await dialogs.waitForNotification(/The VM fileserver01 does not exist any more/);
    await window.screenshot('points-bad-4-gone');
    await notSent('no restore point');
    await window.command('Notifications: Clear All Notifications');
    // Once the VMs are read the row says it too; what is in it can be used all the same.
    await tree.expand('Virtual machines');
    await tree.waitForDescription('rpc-fileserver01', /^VM not found/);
    const entries = await tree.menuItems(taken);
    assert.ok(entries.includes('Restore Disks...') && entries.includes('Copy Restore Point to Another Region...'));
  });

  it('what is not copied yet is offered neither for copying nor for restoring', async () => {
    const { tree, page } = window;
    await page.keyboard.press('Escape');
    await tree.collapse('Virtual machines');
    await tree.reveal('rpc-vm-web-03-neu', 'copy-of-daily-2');
    await tree.waitForDescription('copy-of-daily-2', /^failed/);
    assert.deepEqual((await tree.menuItems('copy-of-daily-2'))[0], 'Delete Restore Point...');
    await page.keyboard.press('Escape');
  });
});
