import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { openWindow, ownSandbox, pictureOnFailure, whereKept, type VsCodeWindow } from './lib/index.ts';

/** A backup takes some three seconds, a restore fifteen: longer than a window needs to come back. */
const machine = { 'azureBackup.cloud': 'sandbox', 'azureBackup.sandbox': { speed: 100, latency: 0, seed: 1 } };
const [first, second] = ['apim-northwind-weu', 'apim-northwind-neu'];
const container = 'apim-backups';
const workMs = 60_000;

/** Where commands are found, but no Azurite: a person has none beside the packaged extension. */
const pathWithoutAzurite = (process.env['PATH'] ?? '')
  .split(delimiter)
  .filter((folder) => !existsSync(join(folder, 'azurite')))
  .join(delimiter);

describe('ui: API Management', () => {
  let window: VsCodeWindow;

  before(async () => {
    window = await openWindow({ machine, viewport: { width: 1500, height: 1100 }, env: { PATH: pathWithoutAzurite } });
    await window.openView();
  });
  afterEach(pictureOnFailure(() => window));
  after(() => window?.close());

  async function reveal(): Promise<void> {
    const { tree } = window;
    await tree.expand('Northwind Production');
    await tree.collapse('Recovery Services vaults');
    await tree.expand('API Management services');
  }
  const posts = (verb: string) => ownSandbox(window.dataDir).ledger('POST', `/**/service/*/${verb}`);

  it('services that cannot be backed up say why; where the blob service is missing, what helps is said', async () => {
    const { tree, quickInput } = window;
    await reveal();
    assert.match(
      await tree.tooltip('apim-webhooks-weu'),
      /Consumption has no backup and restore: Developer, Basic, Standard and Premium do/,
    );
    assert.ok(!(await tree.menuItems('apim-webhooks-weu')).includes('Back Up...'));
    await window.page.keyboard.press('Escape');
    await tree.expand(first);
    await tree.expand('Backups');
    await window.screenshot('apim-1-no-container');
    await tree.menu('Backups', 'Choose Container of Backups...');
    await quickInput.pick('stnwapimweu');
    await quickInput.item('They cannot be listed').waitFor();
    await window.screenshot('apim-2-not-listed');
    await quickInput.pick('Another container...');
    await quickInput.message(/Name of the container/);
    await quickInput.accept(container);
    await tree.row(/Azurite/).waitFor();
    await window.screenshot('apim-3-missing');
    assert.match(await tree.tooltip(/Azurite/), /Run the command "Azure Backup: Fetch Azurite for the Sandbox\.\.\."/);
    await ownSandbox(window.dataDir).serveBlobs();
    await tree.menu('Backups', 'Refresh');
    await tree.waitForDescription(/^apim-orders-weu-/, /^expires in 24 days/);
    const expired = { label: /^\d{4}-/, description: /^expired 1 day ago/ };
    assert.deepEqual(await tree.menuItems(expired), ['View JSON'], 'it cannot be restored');
    await window.page.keyboard.press('Escape');
    await tree.menu(expired, 'View JSON');
    assert.match(await window.editorText(), /"name": "apim-northwind-weu-[-\d]+\.apimbackup"/);
    await window.screenshot('apim-4-backups');
  });

  it('what would not work is told before anything is sent; a backup with a managed identity ends as a blob', async () => {
    const { tree, quickInput, jobs } = window;
    await tree.menu(first, 'Back Up...');
    await quickInput.pick('stnwapimfw');
    await quickInput.pick(container);
    await quickInput.message(/Name of the backup/);
    await quickInput.accept();
    await quickInput.item(/^System-assigned/).waitFor();
    await window.screenshot('apim-5-access');
    await quickInput.pick(/^User-assigned managed identity id-apim-backup/);
    await quickInput.item('Look Again').waitFor();
    await window.screenshot('apim-6-would-not-work');
    assert.deepEqual(await posts('backup'), []);
    await quickInput.cancel();
    await tree.menu(first, 'Back Up...');
    await quickInput.pick('stnwapimweu');
    await quickInput.pick(container);
    await quickInput.message(/Name of the backup/);
    await quickInput.accept();
    await quickInput.pick('System-assigned managed identity');
    await quickInput.item('Continue').waitFor();
    await window.screenshot('apim-7-preflight');
    await quickInput.pick('Continue');
    await window.dialogs.modalText();
    await window.screenshot('apim-8-confirm');
    await window.dialogs.answer('Back Up');
    await window.viewAction('Show Jobs');
    await jobs.row(first, 'Back Up').click();
    await jobs.waitForSelected(first, 'Back Up');
    await jobs.waitForState(first, 'Back Up', /^Succeeded$/, workMs);
    assert.match(await jobs.details(), /is in stnwapimweu\/apim-backups\. It can be restored until/);
    await window.screenshot('apim-9-succeeded');
    await tree.waitForDescription(/^\d{4}-\d\d-\d\d-\d\d-\d\d$/, /^expires in 29 days/);
    assert.equal((await posts('backup')).length, 1);
  });

  it('a restore into another service of the same tier, with a reload in the middle, is sent once and told to its end', async () => {
    const { tree, quickInput, jobs } = window;
    const fresh = /^\d{4}-\d\d-\d\d-\d\d-\d\d$/;
    await tree.menu(fresh, 'Restore...');
    await quickInput.pick(second);
    await quickInput.pick('System-assigned managed identity');
    await quickInput.item('Continue').waitFor();
    await quickInput.pick('Continue');
    await quickInput.message(/apim-northwind-neu/);
    await window.screenshot('apim-10-typed-name');
    await quickInput.accept(second);
    await jobs.row(second, 'Restore').click();
    await jobs.waitForSelected(second, 'Restore');
    await window.reload();
    await jobs.waitForSelected(second, 'Restore');
    await jobs.waitForState(second, 'Restore', /^Succeeded$/, workMs);
    assert.match(await jobs.details(), /apim-northwind-neu holds what was in the backup/);
    await window.screenshot('apim-11-restored');
    assert.deepEqual(
      (await posts('restore')).map(({ path, status }) => [path.split('/').at(-2), status]),
      [[second, 202]],
    );
  });

  it('an access key that was typed is sent, and stands in nothing that the window keeps', async () => {
    const { tree, quickInput, jobs } = window;
    const sandbox = ownSandbox(window.dataDir);
    await reveal();
    await tree.reveal(first, 'Backups');
    const [account] = await sandbox.ledger('GET', '/**/storageAccounts/stnwapimweu');
    const key = await sandbox.accountKey(account?.path ?? '');
    await tree.menu(first, 'Back Up...');
    await quickInput.accept();
    await quickInput.waitForTitle('(2/');
    await quickInput.accept();
    await quickInput.message(/Name of the backup/);
    await quickInput.accept('by-key');
    await quickInput.pick('Access key, typed');
    await quickInput.message(/Access key of the storage account/);
    await quickInput.type(key);
    await window.screenshot('apim-12-key');
    await quickInput.accept();
    await quickInput.item('Continue').waitFor();
    await quickInput.pick('Continue');
    await window.dialogs.answer('Back Up');
    await tree.waitForDescription('by-key', /^expires in 29 days/, workMs);
    await jobs.waitForState(first, 'Back Up', /^Succeeded$/, workMs);
    assert.deepEqual(await whereKept(window, key), []);
    assert.notDeepEqual(await whereKept(window, 'by-key'), [], 'what is kept was searched');
  });
});
