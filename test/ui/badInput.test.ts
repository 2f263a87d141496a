import assert from 'node:assert/strict';
import { parseFaults } from '../../src/sandbox/faults/schema.ts';
import { openWindow, pictureOnFailure, startTestSandbox, type TestSandbox, type VsCodeWindow } from './lib/index.ts';

const vaultLists = '/subscriptions/*/providers/Microsoft.RecoveryServices/vaults';
const jobMs = 60_000;

describe('ui: bad input and a cloud in trouble', () => {
  let window: VsCodeWindow;
  let sandbox: TestSandbox;

  before(async () => {
    sandbox = await startTestSandbox();
    window = await openWindow({ ...sandbox.windowOptions, viewport: { width: 1400, height: 1200 } });
    await window.openView();
    await window.tree.rows.nth(2).waitFor();
  });
  afterEach(pictureOnFailure(() => window));
  after(async () => {
    await window?.close();
    await sandbox?.close();
  });

  /** The settings of the test's cloud, with changes; VS Code and the extension take notice by themselves. */
  function reconfigure(customCloud: Record<string, string>, others: Record<string, unknown> = {}): void {
    const { machine } = sandbox.windowOptions;
    window.changeSettings({ machine: { ...machine, 'azureBackup.customCloud': customCloud, ...others } });
  }

  it('a list that fails is a row with the reason, and Retry brings the list', async () => {
    const { tree } = window;
    sandbox.faults.replace(
      parseFaults([{ kind: 'error', status: 500, message: 'The store is away.', path: vaultLists, count: 'unlimited' }]).faults,
    );
    await tree.expand('Northwind Production');
    const row = await tree.read('The store is away.');
    assert.equal(row.icon, 'error');
    assert.match(row.description, /click to retry$/);
    assert.match(await tree.tooltip('The store is away.'), /Could not list the vaults .*Try again .*Request ID: [\w-]+/s);
    await window.screenshot('bad-1-error-row');
    sandbox.faults.replace([]);
    await tree.inlineAction('The store is away.', 'Retry');
    await tree.row('rsv-webshop-weu').waitFor();
    await tree.waitForGone('The store is away.');
  });

  it('a forbidden subscription says so and what to ask for; the others are as they were', async () => {
    const { tree } = window;
    const message = "The client 'ada' does not have authorization to perform action 'Microsoft.RecoveryServices/vaults/read'.";
    sandbox.faults.replace(
      parseFaults([{ kind: 'error', status: 403, code: 'AuthorizationFailed', message, path: vaultLists, count: 'unlimited' }]).faults,
    );
    await tree.expand('Northwind Test');
    const row = await tree.read(/^No access: The client 'ada'/);
    assert.equal(row.icon, 'lock');
    assert.match(await tree.tooltip(/^No access/), /Ask an owner of the resource for a role/);
    assert.equal((await tree.read('Northwind Test')).description, 'no access');
    assert.equal((await tree.read('rsv-webshop-weu')).icon, 'archive');
    await window.screenshot('bad-2-forbidden');
    sandbox.faults.replace([]);
  });

  it('an expiry that has passed, that cannot be read, or that is too far is refused in the box, and nothing is sent', async () => {
    const { tree, quickInput } = window;
    await tree.reveal('rsv-webshop-weu', 'Protected items', 'Azure virtual machines');
    await tree.menu('vm-web-03', 'Back Up Now...');
    for (const [typed, refusal] of [
      ['2001-01-01', /has passed/],
      ['31.12.2099', /"31\.12\.2099" is not a date that can be read\. Write the year first/],
      ['2031-02-30', /no 2031-02-30 on the calendar/],
      ['2400-01-01', /at most 99 years/],
      ['', /A date is needed/],
    ] as const) {
      await quickInput.accept(typed);
      await quickInput.message(refusal);
    }
    await window.screenshot('bad-3-expiry');
    await quickInput.cancel();
    assert.deepEqual(
      sandbox.ledger.list().filter((entry) => entry.method === 'POST' && entry.path.endsWith('/backup')),
      [],
    );
  });

  it('what Azure refuses is told with its reason and what to do, and leaves row and panel sound', async () => {
    const { tree, quickInput, jobs } = window;
    const message = 'The VM agent is unable to communicate with the Azure Backup Service.';
    sandbox.faults.replace(
      parseFaults([
        { kind: 'error', method: 'POST', status: 400, code: 'UserErrorGuestAgentStatusUnavailable', message, path: '/**/backup' },
      ]).faults,
    );
    await tree.menu('vm-web-03', 'Back Up Now...');
    await quickInput.message(/30 days from now/);
    await quickInput.accept();
    const said = await window.dialogs.waitForNotification(/Back Up Now.*vm-web-03/, jobMs);
    assert.match(said, /VM agent is unable to communicate/);
    await window.screenshot('bad-4-refused');
    await tree.waitForDescription('vm-web-03', /^first backup pending/);
    await window.viewAction('Show Jobs');
    await jobs.waitForState('vm-web-03', 'Back Up Now', /^Failed$/);
    await jobs.row('vm-web-03', 'Back Up Now').click();
    await jobs.waitForSelected('vm-web-03', 'Back Up Now');
    assert.match(await jobs.details(), /UserErrorGuestAgentStatusUnavailable/);
    await window.screenshot('bad-5-refused-in-panel');
  });

  it('a wrong certificate authority, an unreachable endpoint, a missing address: each row names the setting or the host', async () => {
    const { tree } = window;
    const { resourceManagerEndpoint, authorityHost, certificateAuthorityFile } = sandbox.endpoint;
    const whole = { resourceManagerEndpoint, authorityHost, certificateAuthorityFile };

    reconfigure({ ...whole, certificateAuthorityFile: '/nowhere/authority.pem' });
    await tree.row('The certificate authority file /nowhere/authority.pem does not exist.').waitFor();
    assert.match(await tree.tooltip(/certificate authority/), /Set azureBackup\.customCloud\.certificateAuthorityFile/);

    reconfigure({ resourceManagerEndpoint, authorityHost });
    await tree.row(/proves itself with a certificate that nobody trusted has signed/).waitFor();
    assert.match(await tree.tooltip(/nobody trusted/), /Verification is never turned off/);
    await window.screenshot('bad-6-untrusted');

    reconfigure({ ...whole, resourceManagerEndpoint: 'https://127.0.0.1:1', authorityHost: 'https://127.0.0.1:1/adfs' });
    await tree.row(/127\.0\.0\.1:1 refuses connections: nothing listens there/).waitFor();

    reconfigure({});
    await tree.row(/azureBackup\.customCloud\.resourceManagerEndpoint is not set\. Expected: an https address/).waitFor();
    const rows = (await tree.list()).map((row) => row.label);
    assert.deepEqual(rows.slice(1), ['Open the settings', 'Sign in to Azure', 'Use the sandbox']);
    await window.screenshot('bad-7-missing');

    reconfigure(whole);
    await tree.row('Northwind Production').waitFor();
  });
});
