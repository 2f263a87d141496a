import assert from 'node:assert/strict';
import { openWindow, pictureOnFailure, type VsCodeWindow } from './lib/index.ts';

/** A minute of Azure is half a second; the same seed gives the same world. */
const machine = { 'azureBackup.cloud': 'sandbox', 'azureBackup.sandbox': { speed: 120, latency: 0, seed: 1 } };
const vault = ['Northwind Production', 'Recovery Services vaults', 'rsv-webshop-weu'] as const;
/** Long enough for any job of this sandbox. */
const jobMs = 60_000;

describe('ui: actions on VMs', () => {
  let window: VsCodeWindow;

  before(async () => {
    window = await openWindow({ machine, viewport: { width: 1500, height: 1600 } });
    await window.openView();
    await window.tree.reveal(...vault, 'Protected items', 'Azure virtual machines');
  });
  afterEach(pictureOnFailure(() => window));
  after(() => window?.close());

  it('protect: a policy is chosen, and the VM stands among the protected items', async () => {
    const { tree, quickInput } = window;
    await tree.reveal('Protectable items');
    await tree.menu('jumpbox', 'Protect...');
    await quickInput.waitForTitle('Protect');
    assert.equal((await quickInput.list())[0], 'DefaultPolicy', 'the recommended one stands first');
    assert.match(await quickInput.item('DefaultPolicy').innerText(), /Daily at .* keeps /s);
    await window.screenshot('action-protect-policy');
    await quickInput.pick('DefaultPolicy');
    await tree.waitForDescription('jumpbox', /first backup pending/, jobMs);
    await window.screenshot('action-protected');
  });

  it('back up now: the expiry is proposed as a date, wrong ones are refused in place, and the recovery point appears', async () => {
    const { tree, quickInput } = window;
    await tree.menu('jumpbox', 'Back Up Now...');
    assert.match(await quickInput.value(), /^\d{4}-\d{2}-\d{2}$/);
    await quickInput.type('2001-01-01');
    assert.match(await quickInput.message(/passed/), /has passed/);
    await quickInput.type('31.12.2099');
    await quickInput.message(/not a date that can be read/);
    await window.screenshot('action-backup-refused');
    const nextYear = `${new Date().getFullYear() + 1}-06-30`;
    await quickInput.type(nextYear);
    await quickInput.message(/days from now/);
    await window.screenshot('action-backup-date');
    await quickInput.accept();
    await tree.waitForDescription('jumpbox', /^healthy/, jobMs);
    await tree.expand('jumpbox');
    await tree.rows.and(window.page.locator('[aria-label*="recovery point"]')).first().waitFor();
    await window.screenshot('action-backed-up');
    await tree.collapse('jumpbox');
  });

  it('change policy: the request can be read before it is sent, and Back leads from one step to the one before', async () => {
    const { tree, quickInput, dialogs } = window;
    await tree.menu('jumpbox', 'Change Policy...');
    await quickInput.items.filter({ hasText: 'the current one' }).first().waitFor();
    await quickInput.pick('EnhancedPolicy');
    assert.match(await dialogs.modalText(), /EnhancedPolicy will decide/);
    await window.screenshot('action-change-policy-modal');
    await dialogs.answer('Show the Request');
    await quickInput.item('Send This Request').waitFor();
    const text = await window.editorText();
    assert.match(text, /PUT https:\/\/127\.0\.0\.1/);
    assert.ok(!/authorization:/i.test(text));
    await window.screenshot('action-request');
    await quickInput.pick('Send This Request');
    await tree.waitForDescription('jumpbox', /EnhancedPolicy/, jobMs);
  });

  it('stop and keep, then delete with the typed name, then undelete: each asks and tells, and the tree shows the truth', async () => {
    const { tree, quickInput, dialogs } = window;
    await tree.menu('jumpbox', 'Stop Protection and Keep Data...');
    assert.match(await dialogs.modalText(), /not backed up any more/);
    await dialogs.answer('Stop Protection and Keep Data');
    await tree.waitForDescription('jumpbox', /stopped/, jobMs);

    await tree.menu('jumpbox', 'Stop Protection and Delete Data...');
    assert.match(await quickInput.message(/Type jumpbox/), /kept for 14 days/);
    await window.screenshot('action-delete');
    await quickInput.accept('jumpbo');
    await quickInput.message(/not the name/);
    await quickInput.accept('jumpbox');
    await tree.waitForDescription('jumpbox', /soft-deleted/, jobMs);
    await window.screenshot('action-soft-deleted');

    await tree.menu('jumpbox', 'Undelete');
    await tree.waitForDescription('jumpbox', /stopped/, jobMs);
  });

  it('from the palette: vault, several VMs, policy; Back and the step count', async () => {
    const { quickInput, tree } = window;
    await window.command('Azure Backup: Resume Protection...');
    await quickInput.waitForTitle(/Resume Protection \(1\/3\)/);
    await quickInput.pick('rsv-webshop-weu');
    await quickInput.waitForTitle(/\(2\/3\)/);
    await quickInput.item('jumpbox').waitFor();
    await quickInput.item('vm-cache-01').waitFor();
    assert.equal(await quickInput.items.count(), 2, 'those whose protection is stopped, and no others');
    await quickInput.button('Back');
    await quickInput.waitForTitle(/\(1\/3\)/);
    await quickInput.pick('rsv-webshop-weu');
    await quickInput.waitForTitle(/\(2\/3\)/);
    await window.screenshot('action-palette');
    await quickInput.pickMany('jumpbox', 'vm-cache-01');
    await quickInput.waitForTitle(/\(3\/3\)/);
    await quickInput.pick('DefaultPolicy');
    assert.match(await window.dialogs.modalText(), /jumpbox and vm-cache-01/);
    await window.dialogs.answer('Resume Protection');
    await tree.waitForDescription('jumpbox', /DefaultPolicy/, jobMs);
    await tree.waitForDescription('vm-cache-01', /DefaultPolicy/, jobMs);
  });
});
