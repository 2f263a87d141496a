import assert from 'node:assert/strict';
import { openWindow, ownSandbox, pictureOnFailure, type VsCodeWindow } from './lib/index.ts';

/** A minute of Azure is a second; the same seed gives the same world. */
const machine = { 'azureBackup.cloud': 'sandbox', 'azureBackup.sandbox': { speed: 60, latency: 0, seed: 1 } };
const vault = ['Northwind Production', 'Recovery Services vaults', 'rsv-webshop-weu'] as const;
/** Long enough for any job of this sandbox. */
const jobMs = 60_000;

describe('ui: the life of protected VMs', () => {
  let window: VsCodeWindow;
  const pressEscape = () => window.page.keyboard.press('Escape');

  before(async () => {
    window = await openWindow({ machine, viewport: { width: 1500, height: 1600 } });
    await window.openView();
    await window.tree.reveal(...vault, 'Protected items', 'Azure virtual machines', 'Protectable items');
  });
  afterEach(pictureOnFailure(() => window));
  after(() => window?.close());

  it('change policy: the consequences are said, the request can be read before it is sent', async () => {
    const { tree, quickInput, dialogs } = window;
    await tree.menu('vm-api-01', 'Change Policy...');
    await quickInput.waitForTitle('Change Policy: vm-api-01');
    await quickInput.items.filter({ hasText: 'DefaultPolicy' }).filter({ hasText: 'the current one' }).waitFor();
    await quickInput.pick('EnhancedPolicy');
    assert.match(await dialogs.modalText(), /EnhancedPolicy will decide when it is backed up/);
    await window.screenshot('life-1-change-policy');
    await dialogs.answer('Show the Request');
    await quickInput.item('Send This Request').waitFor();
    const text = await window.editorText();
    assert.match(text, /PUT https:\/\/127\.0\.0\.1/);
    assert.doesNotMatch(text, /authorization:/i);
    await window.screenshot('life-2-request');
    await quickInput.pick('Send This Request');
    await tree.waitForDescription('vm-api-01', /EnhancedPolicy$/, jobMs);
  });

  it('stop and keep, then resume: the icon and the menu tell the state', async () => {
    const { tree, quickInput, dialogs } = window;
    await tree.menu('vm-web-01', 'Stop Protection and Keep Data...');
    assert.match(await dialogs.modalText(), /not backed up any more/);
    await window.screenshot('life-3-stop');
    await dialogs.answer('Stop Protection and Keep Data');
    await tree.waitForDescription('vm-web-01', /^stopped, data kept/, jobMs);
    assert.equal((await tree.read('vm-web-01')).icon, 'debug-pause');
    const entries = await tree.menuItems('vm-web-01');
    await pressEscape();
    assert.ok(entries.includes('Resume Protection...') && !entries.includes('Back Up Now...'), entries.join(', '));

    await tree.menu('vm-web-01', 'Resume Protection...');
    await quickInput.pick('DefaultPolicy');
    assert.match(await dialogs.modalText(), /DefaultPolicy will back it up again/);
    await dialogs.answer('Resume Protection');
    await tree.waitForDescription('vm-web-01', /^healthy .* DefaultPolicy$/, jobMs);
  });

  it('stop and delete: says what soft delete makes of it, takes the typed name alone, shows the days left; undelete', async () => {
    const { tree, quickInput } = window;
    await tree.menu('vm-web-01', 'Stop Protection and Delete Data...');
    assert.match(await quickInput.message(/Type vm-web-01 to go on/), /Soft delete is on .* kept for 14 days/);
    await window.screenshot('life-4-delete');
    await quickInput.accept('vm-web-02');
    await quickInput.message(/not the name/);
    await quickInput.accept('VM-WEB-01');
    await quickInput.message(/not the name/);
    assert.match((await tree.read('vm-web-01')).description, /^healthy/, 'nothing was sent');
    await quickInput.type('vm-web-01');
    await quickInput.message('That is the name. Enter: Stop Protection and Delete Data.');
    await quickInput.accept();
    await tree.waitForDescription('vm-web-01', /^soft-deleted · 14 days left$/, jobMs);
    await window.screenshot('life-5-soft-deleted');

    await tree.menu('vm-web-01', 'Undelete');
    await tree.waitForDescription('vm-web-01', /^stopped, data kept/, jobMs);
  });

  it('discover, then protect several selected VMs at once with one policy', async () => {
    const { tree, quickInput } = window;
    await tree.inlineAction('Protectable items', 'Discover VMs');
    await tree.row('vm-worker-01').waitFor({ timeout: jobMs });
    await tree.select('jumpbox');
    await tree.select('erp-print', { add: true });
    await tree.menu('jumpbox', 'Protect...');
    await quickInput.waitForTitle('Protect: jumpbox and erp-print');
    await quickInput.pick('DefaultPolicy');
    await tree.waitForDescription('jumpbox', /^first backup pending/, jobMs);
    await tree.waitForDescription('erp-print', /^first backup pending/, jobMs);
    await window.dialogs.waitForNotification(/Protect: all 2 succeeded\./);
    await window.screenshot('life-6-protected-many');
  });

  it('from the palette: vault, several VMs, policy; the steps are counted, and Back leads to the one before', async () => {
    const { quickInput, tree, dialogs } = window;
    await window.command('Azure Backup: Resume Protection...');
    await quickInput.waitForTitle('Resume Protection (1/3)');
    await quickInput.pick('rsv-webshop-weu');
    await quickInput.waitForTitle('Resume Protection (2/3)');
    await quickInput.item('vm-web-01').waitFor();
    assert.deepEqual(await quickInput.list(), ['vm-cache-01', 'vm-web-01'], 'those whose protection is stopped, and no others');
    await quickInput.button('Back');
    await quickInput.waitForTitle('Resume Protection (1/3)');
    await quickInput.pick('rsv-webshop-weu');
    await quickInput.item('vm-web-01').waitFor();
    await window.screenshot('life-7-palette');
    await quickInput.pickMany('vm-web-01', 'vm-cache-01');
    await quickInput.waitForTitle('Resume Protection (3/3)');
    await quickInput.pick('DefaultPolicy');
    assert.match(await dialogs.modalText(), /Resume Protection: vm-cache-01 and vm-web-01\?/);
    await dialogs.answer('Resume Protection');
    await tree.waitForDescription('vm-web-01', /^healthy .* DefaultPolicy$/, jobMs);
    await tree.waitForDescription('vm-cache-01', /^healthy .* DefaultPolicy$/, jobMs);
  });

  it('preview a request: a document shows it, and it is not sent unless one says so', async () => {
    const { quickInput } = window;
    await window.command('Azure Backup: Preview a Request...');
    await quickInput.pick('Back Up VM Now');
    await quickInput.pick('rsv-webshop-weu');
    await quickInput.pickMany('fileserver01');
    await quickInput.message(/Keep the recovery point until/);
    await quickInput.accept();
    await quickInput.item('Do Not Send').waitFor();
    assert.match(await window.editorText(), /POST https:\/\/127\.0\.0\.1:\d+\/subscriptions.*fileserver01\/backup\?api-version=/s);
    await quickInput.pick('Do Not Send');
    await quickInput.widget.waitFor({ state: 'hidden' });
    assert.deepEqual(await ownSandbox(window.dataDir).ledger('POST', '/**/backup'), []);
  });

  it('cancels a running backup from its job in the tree', async () => {
    const { tree, quickInput, dialogs } = window;
    // Its first backup is still to come, and takes longest.
    await tree.menu('vm-web-03', 'Back Up Now...');
    await quickInput.message(/30 days from now/);
    await quickInput.accept();
    await tree.waitForDescription('vm-web-03', /^running \d+ %/, jobMs);
    // It runs for as long as the clicks take.
    await ownSandbox(window.dataDir).time('hold');
    await tree.expand('Jobs');
    await tree.menu('Backup: vm-web-03', 'Cancel Job...');
    assert.match(await dialogs.modalText(), /Cancel Job: Backup of vm-web-03\?/);
    await window.screenshot('life-8-cancel-job');
    await dialogs.answer('Cancel Job');
    await ownSandbox(window.dataDir).received('POST', '/**/cancel', 1);
    await ownSandbox(window.dataDir).time('release');
    await tree.waitForDescription('Backup: vm-web-03', /^cancelled/, jobMs);
    await tree.collapse('Jobs');
  });

  it('cancels a running backup from the panel, which then says so', async () => {
    const { tree, quickInput, dialogs, jobs } = window;
    await tree.menu('vm-web-03', 'Back Up Now...');
    await quickInput.message(/30 days from now/);
    await quickInput.accept();
    await tree.waitForDescription('vm-web-03', /^running \d+ %/, jobMs);
    await window.clickStatusBar(/\d backup operation/);
    await ownSandbox(window.dataDir).time('hold');
    await jobs.row('vm-web-03', 'Back Up Now').click();
    await jobs.waitForSelected('vm-web-03', 'Back Up Now');
    await jobs.button('Cancel Job');
    assert.match(await dialogs.modalText(), /Cancel "Back Up Now, vm-web-03"\?/);
    await window.screenshot('life-9-cancel-in-panel');
    await dialogs.answer('Let It Run');
    assert.match(await jobs.selected.innerText(), /Running/, 'turning away changes nothing');
    await jobs.button('Cancel Job');
    await dialogs.answer('Cancel Job');
    await ownSandbox(window.dataDir).received('POST', '/**/cancel', 2);
    await ownSandbox(window.dataDir).time('release');
    await jobs.waitForState('vm-web-03', 'Back Up Now', /^Cancelled$/, jobMs);
    await tree.waitForDescription('vm-web-03', /^first backup pending/, jobMs);
    await window.screenshot('life-10-cancelled');
  });
});
