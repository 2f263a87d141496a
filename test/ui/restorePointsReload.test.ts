import assert from 'node:assert/strict';
import { openWindow, ownSandbox, pictureOnFailure, type VsCodeWindow } from './lib/index.ts';

const machine = { 'azureBackup.cloud': 'sandbox', 'azureBackup.sandbox': { speed: 300, latency: 0, seed: 1 } };
const title = 'Copy Restore Point to Another Region';
const source = 'before-release-42';
const copy = 'kept-abroad';
const endMs = 60_000;

describe('ui: a copy to another region outlives the window that started it', () => {
  let window: VsCodeWindow;

  before(async () => {
    window = await openWindow({ machine, viewport: { width: 1500, height: 1200 } });
    await window.openView();
  });
  afterEach(pictureOnFailure(() => window));
  after(() => window?.close());

  async function reveal(collection: string): Promise<void> {
    const { tree } = window;
    await tree.expand('Northwind Production');
    await tree.collapse('Recovery Services vaults');
    await tree.reveal('Virtual machines', 'vm-web-02', collection);
  }

  it('a reload in the middle: the percentages go on, the copy ends usable, and each request was sent once', async () => {
    const { tree, quickInput, jobs } = window;
    await reveal('rpc-vm-web-02');
    await tree.menu(source, `${title}...`);
    await quickInput.pick(/^Sweden Central/);
    await quickInput.pick(/^New collection/);
    await quickInput.message(/Name of the new restore point collection/);
    await quickInput.accept('web-02-abroad');
    await quickInput.message(/Name of the copy/);
    await quickInput.accept(copy);
    await window.clickStatusBar(/\d backup operation/);
    await jobs.row(source, title).click();
    await jobs.waitForSelected(source, title);
    await jobs.waitForState(source, title, /^Running, \d+ %$/);
    const percent = async (): Promise<number> =>
      Number(/(\d+) %/.exec(await jobs.row(source, title).locator('.row-state').innerText())?.[1] ?? 100);
    // However long the window takes to come back, it finds it running.
    await ownSandbox(window.dataDir).time('hold');
    const before = await percent();
    const looks = async (): Promise<number> =>
      (await ownSandbox(window.dataDir).ledger('GET', `/**/web-02-abroad/restorePoints/${copy}`)).length;
    const looksBefore = await looks();

    await window.reload();

    await jobs.waitForSelected(source, title);
    await jobs.waitForState(source, title, /^Running, \d+ %$/);
    assert.ok((await percent()) >= before, 'it goes on where it was');
    await reveal('web-02-abroad');
    await tree.waitForDescription(copy, /^copying \d+ %/);
    await window.screenshot('points-reload-1-back');
    await ownSandbox(window.dataDir).time('release');
    await jobs.waitForState(source, title, /^Succeeded$/, endMs);
    await tree.waitForDescription(copy, /^usable/);
    assert.ok((await looks()) > looksBefore, 'the new window looked by itself');
    const sent = await ownSandbox(window.dataDir).ledger('PUT', '/**');
    assert.deepEqual(
      sent.map(({ path }) => path.replace(/^.*\/providers\//, '')),
      [
        'Microsoft.Compute/restorePointCollections/web-02-abroad',
        `Microsoft.Compute/restorePointCollections/web-02-abroad/restorePoints/${copy}`,
      ],
    );
    await window.screenshot('points-reload-2-ended');
  });
});
