import assert from 'node:assert/strict';
import { openWindow, ownSandbox, pictureOnFailure, type VsCodeWindow } from './lib/index.ts';

const machine = { 'azureBackup.cloud': 'sandbox', 'azureBackup.sandbox': { speed: 40, latency: 0, seed: 1 } };
const items = ['Northwind Production', 'Recovery Services vaults', 'rsv-webshop-weu', 'Protected items', 'Azure virtual machines'] as const;
const jobMs = 60_000;

describe('ui: what runs outlives the window that started it', () => {
  let window: VsCodeWindow;

  before(async () => {
    window = await openWindow({ machine, viewport: { width: 1400, height: 1200 } });
    await window.openView();
    await window.tree.reveal(...items);
  });
  afterEach(pictureOnFailure(() => window));
  after(() => window?.close());

  /** Starts a backup and waits until the panel, with it selected, shows a percentage. */
  async function backUp(vm: string): Promise<void> {
    const { tree, quickInput, jobs } = window;
    await tree.menu(vm, 'Back Up Now...');
    await quickInput.message(/30 days from now/);
    await quickInput.accept();
    await window.clickStatusBar(/\d backup operation/);
    await jobs.row(vm, 'Back Up Now').click();
    await jobs.waitForSelected(vm, 'Back Up Now');
    await jobs.waitForState(vm, 'Back Up Now', /^Running, \d+ %$/);
    // However long the window takes to come back, it finds it running.
    await ownSandbox(window.dataDir).time('hold');
  }

  const posts = () => ownSandbox(window.dataDir).ledger('POST', '/**/backup');

  it('a reload: the same sandbox, the panel as it was, the backup followed to its end, and sent once', async () => {
    await backUp('vm-web-03');
    const before = ownSandbox(window.dataDir);
    await window.reload();
    const { jobs } = window;
    await jobs.waitForSelected('vm-web-03', 'Back Up Now');
    await jobs.waitForState('vm-web-03', 'Back Up Now', /^Running, \d+ %$/);
    await window.screenshot('reload-1-back');
    const now = ownSandbox(window.dataDir);
    assert.deepEqual([now.endpoint, now.pid], [before.endpoint, before.pid]);
    await now.time('release');
    await jobs.waitForState('vm-web-03', 'Back Up Now', /^Succeeded$/, jobMs);
    assert.match(await window.dialogs.waitForNotification(/Back Up Now, vm-web-03: succeeded/), /recovery point/);
    assert.equal((await posts()).length, 1);
  });

  it('a crash of the extension host with one that runs, one whose answer is on its way and one that has not arrived: each ends as it is, and is begun once at most', async () => {
    const { jobs, tree, quickInput } = window;
    const own = ownSandbox(window.dataDir);
    await window.openView();
    await tree.reveal(...items);
    const earlier = (await posts()).length;
    const long = { kind: 'slow', ms: 60_000, method: 'POST' } as const;
    await own.spoil(
      { ...long, path: '**/*vm-web-01/backup' },
      // Nothing of it reaches the service, and nobody hears so: to the window it is on its way.
      { ...long, path: '**/*vm-web-03/backup' },
      { kind: 'resetBefore', method: 'POST', path: '**/*vm-web-03/backup' },
    );
    for (const vm of ['vm-web-01', 'vm-web-03']) {
      await tree.menu(vm, 'Back Up Now...');
      await quickInput.message(/30 days from now/);
      await quickInput.accept();
      await own.received('POST', `/**/*${vm}/backup`, 1);
    }
    await backUp('vm-api-01');
    const sandbox = own.pid;
    const host = window.killExtensionHost();
    await window.extensionHostOtherThan(host);
    await own.time('release');
    await jobs.waitForState('vm-api-01', 'Back Up Now', /^Succeeded$/, jobMs);
    await jobs.waitForSelected('vm-api-01', 'Back Up Now');
    await jobs.waitForState('vm-web-01', 'Back Up Now', /^Succeeded$/, jobMs);
    await jobs.waitForState('vm-web-03', 'Back Up Now', /^Failed$/, jobMs);
    assert.deepEqual(await window.editors(), ['Backup Jobs']);
    await window.screenshot('reload-2-after-crash');
    assert.equal(ownSandbox(window.dataDir).pid, sandbox);
    const sent = (await posts()).slice(earlier).map(({ path, tookEffect }) => [/[^;]+(?=\/backup$)/.exec(path)?.[0], tookEffect]);
    assert.deepEqual(sent, [
      ['vm-web-01', true],
      ['vm-web-03', false],
      ['vm-api-01', true],
    ]);
    await tree.rows.nth(2).waitFor();
  });
});
