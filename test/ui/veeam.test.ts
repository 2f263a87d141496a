import assert from 'node:assert/strict';
import { openWindow, ownSandbox, pictureOnFailure, whereKept, type OwnSandbox, type VsCodeWindow } from './lib/index.ts';

/** A session takes some ten seconds: longer than a window needs to come back. */
const machine = { 'azureBackup.cloud': 'sandbox', 'azureBackup.sandbox': { speed: 5, latency: 0, seed: 1 } };
const title = 'Take Veeam Snapshot';
const user = 'veeam-mfa';
const mistyped = 'mistyped-Pa55word';
const endMs = 60_000;
const host = /^127\.0\.0\.1:\d+$/;

describe('ui: a Veeam appliance in the real window', () => {
  let window: VsCodeWindow;
  let sandbox: OwnSandbox;

  before(async () => {
    window = await openWindow({ machine, viewport: { width: 1500, height: 1400 } });
    await window.openView();
    await window.tree.read('Northwind Production');
    sandbox = ownSandbox(window.dataDir);
  });
  afterEach(pictureOnFailure(() => window));
  after(() => window?.close());

  const posts = async (): Promise<number> => (await sandbox.ledger('POST', '/api/*/virtualMachines/takeSnapshot')).length;
  const keyOf = async (): Promise<string> => (await sandbox.veeam()).users.find(({ username }) => username === user)?.password ?? '';

  it('is added: its certificate is looked at, a wrong password is asked again, and a code where the user has a second factor', async () => {
    const { tree, quickInput, dialogs } = window;
    await window.command('Azure Backup: Add Veeam Appliance...');
    await quickInput.pick('The sandbox’s appliance veeam');
    const { fingerprint, users } = await sandbox.veeam();
    assert.ok((await dialogs.modalText()).includes(fingerprint));
    await dialogs.answer('Trust This Certificate');
    await quickInput.message(/^User name on 127/);
    await quickInput.accept(user);
    await quickInput.message(/^Password of veeam-mfa\. The sandbox made it up/);
    assert.equal(await quickInput.value(), await keyOf(), 'it is proposed');
    await quickInput.accept(mistyped);
    await quickInput.message(/Invalid username or password\. User name on/);
    await window.screenshot('veeam-1-refused');
    await quickInput.accept();
    await quickInput.message(/^Password of/);
    await quickInput.accept();
    await quickInput.message(/^The code that the authenticator app shows/);
    await quickInput.accept(users.find(({ username }) => username === user)?.mfaCode ?? '');
    await tree.waitForDescription(host, /^veeam-mfa · 8\.1/);
    await tree.reveal(host, 'Virtual machines');
    await tree.waitForDescription('Virtual machines', /^47$/);
    await window.screenshot('veeam-2-added');
  });

  it('takes snapshots of two at once, live in the Jobs panel until their true ends, a reload in between', async () => {
    const { tree, quickInput, jobs } = window;
    await sandbox.veeamHappens('set-outcome', { machine: 'erp-app-01', outcome: 'warns' });
    await tree.select('erp-app-01');
    await tree.select('legacy-01', { add: true });
    await tree.menu('legacy-01', `${title}...`);
    await quickInput.waitForTitle(`${title}: erp-app-01 and legacy-01`);
    await quickInput.pick('As the appliance chooses');
    await tree.waitForDescription('legacy-01', /^running/);
    await window.clickStatusBar(`${title}: 0 of 2 ended`);
    await jobs.row('erp-app-01', title).click();
    await jobs.waitForSelected('erp-app-01', title);
    await jobs.frame.locator('.tasks', { hasText: 'Creating a snapshot of the Azure VM erp-app-01.' }).waitFor();
    await window.screenshot('veeam-3-running');

    await window.reload();

    await jobs.waitForState('erp-app-01', title, /warning/i, endMs);
    await jobs.waitForState('legacy-01', title, /^Failed$/, endMs);
    await jobs.row('legacy-01', title).click();
    await jobs.waitForSelected('legacy-01', title);
    assert.match(await jobs.details(), /The Azure VM has unmanaged disks/);
    assert.equal(await posts(), 2, 'each was sent once');
    await tree.reveal(host, 'Virtual machines');
    await tree.waitForDescription('legacy-01', /^(?!running)/);
    await window.screenshot('veeam-4-ended');
  });

  it('takes one from the VM’s row in Azure; another certificate stops everything until it is trusted', async () => {
    const { tree, quickInput, jobs, dialogs } = window;
    await tree.collapse('Virtual machines');
    await tree.expand('Northwind Production');
    await tree.collapse('Recovery Services vaults');
    await tree.expand('Virtual machines');
    await tree.menu('jumpbox', `${title}...`);
    await quickInput.pick('As the appliance chooses');
    await jobs.waitForState('jumpbox', title, /^Running/);
    const trusted = (await sandbox.veeam()).fingerprint;
    await sandbox.veeamHappens('change-certificate');
    const presented = (await sandbox.veeam()).fingerprint;
    await tree.waitForDescription(host, /^certificate changed: nothing is sent/);
    await jobs.row('jumpbox', title).click();
    await jobs.waitForSelected('jumpbox', title);
    await window.screenshot('veeam-5-certificate');
    const said = await jobs.details();
    assert.ok(said.includes(trusted) && said.includes(presented), said);
    await tree.inlineAction(host, 'Look at Certificate');
    const asked = await dialogs.modalText();
    assert.ok(asked.includes(`Trusted until now: ${trusted}`) && asked.includes(`Presented now: ${presented}`), asked);
    await dialogs.answer('Trust the New Certificate');
    await jobs.waitForState('jumpbox', title, /^Succeeded$/, endMs);
    await tree.waitForDescription('jumpbox', /^westeurope/);
    await tree.waitForDescription(host, /^veeam-mfa/);
    assert.equal(await posts(), 3);
  });

  it('is removed on a word; what was typed and what the appliance handed out was left nowhere', async () => {
    const { tree, dialogs } = window;
    const secrets = [mistyped, await keyOf(), ...(await sandbox.veeamTokens())];
    assert.ok(secrets.length >= 4 && secrets.every((secret) => secret.length > 10));
    assert.ok((await whereKept(window, 'takeSnapshot')).length > 0, 'the search finds what was kept');
    for (const secret of secrets) assert.deepEqual(await whereKept(window, secret), []);
    await tree.menu(host, 'Remove Veeam Appliance...');
    await dialogs.answer('Remove');
    await tree.waitForGone('Veeam appliances');
    for (const secret of secrets) assert.deepEqual(await whereKept(window, secret), []);
    await window.screenshot('veeam-6-removed');
  });
});
