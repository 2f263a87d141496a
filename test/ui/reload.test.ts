import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { OperationRecord } from '../../src/core/operation.ts';
import { encodeLine, readLines } from '../../src/operations/journalLines.ts';
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

  async function start(vm: string): Promise<void> {
    await window.tree.menu(vm, 'Back Up Now...');
    await window.quickInput.message(/30 days from now/);
    await window.quickInput.accept();
  }

  /** Starts a backup and waits until the panel, with it selected, shows a percentage. */
  async function backUp(vm: string): Promise<void> {
    const { jobs } = window;
    await start(vm);
    await window.clickStatusBar(/\d backup operation/);
    await jobs.row(vm, 'Back Up Now').click();
    await jobs.waitForSelected(vm, 'Back Up Now');
    await jobs.waitForState(vm, 'Back Up Now', /^Running, \d+ %$/);
    // However long the window takes to come back, it finds it running.
    await ownSandbox(window.dataDir).time('hold');
  }

  /** Waits until the sandbox keeps somebody waiting who reads this. */
  async function hit(path: string): Promise<void> {
    while (!(await ownSandbox(window.dataDir).ledger('GET', path)).some(({ fault }) => fault === 'slow')) await setTimeout(50);
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

  it('a crash of the extension host at each step of an operation: each is begun once at most, and ends as it is', async () => {
    const { jobs, tree, dataDir } = window;
    const own = ownSandbox(dataDir);
    await window.openView();
    await tree.reveal(...items);
    const earlier = (await posts()).length;
    const slow = { kind: 'slow', ms: 170_000 } as const;

    // Accepted a moment ago: what its address says of its job is still to come.
    await own.spoil({ ...slow, method: 'GET', path: '**/*fileserver01/operationsStatus/*' });
    await start('fileserver01');
    await hit('/**/*fileserver01/operationsStatus/*');
    // Runs, and is being asked for.
    await backUp('vm-api-01');
    await own.spoil({ ...slow, method: 'GET', path: '**/backupJobs/*' });
    await hit('/**/backupJobs/*');
    // From here on it goes on unheard.
    await own.time('release');
    // Three of one choice. With those two, two are what is sent at a time: the third waits for its turn.
    await own.spoil(
      { ...slow, method: 'POST', path: '**/*vm-web-01/backup' },
      // Nothing of it reaches the service, and nobody hears so: to the window it is on its way.
      { ...slow, method: 'POST', path: '**/*vm-web-03/backup' },
      { kind: 'resetBefore', method: 'POST', path: '**/*vm-web-03/backup' },
    );
    await tree.select('vm-web-01');
    await tree.select('vm-web-03', { add: true });
    await tree.select('vm-web-02', { add: true });
    await start('vm-web-02');
    await own.received('POST', '/**/*vm-web-01/backup', 1);
    await own.received('POST', '/**/*vm-web-03/backup', 1);
    await jobs.waitForState('vm-web-02', 'Back Up Now', /^Queued$/);

    const sandbox = own.pid;
    const host = window.killExtensionHost();
    leavePlanned(dataDir, 'vm-api-01', 'vm-cache-01');
    await window.extensionHostOtherThan(host);
    await jobs.waitForSelected('vm-web-02', 'Back Up Now');
    for (const vm of ['fileserver01', 'vm-api-01', 'vm-web-01', 'vm-web-02']) {
      await jobs.waitForState(vm, 'Back Up Now', /^Succeeded$/, jobMs);
    }
    for (const vm of ['vm-web-03', 'vm-cache-01']) {
      await jobs.waitForState(vm, 'Back Up Now', /^Failed$/, jobMs);
    }
    assert.deepEqual(await window.editors(), ['Backup Jobs']);
    await window.screenshot('reload-2-after-crash');
    assert.equal(ownSandbox(dataDir).pid, sandbox);
    const sent = (await posts()).slice(earlier).map(({ path, tookEffect }) => [/[^;]+(?=\/backup$)/.exec(path)?.[0], tookEffect]);
    assert.deepEqual(sent.toSorted(), [
      ['fileserver01', true],
      ['vm-api-01', true],
      ['vm-web-01', true],
      ['vm-web-02', true],
      ['vm-web-03', false],
    ]);
    await jobs.row('vm-cache-01', 'Back Up Now').click();
    await jobs.waitForSelected('vm-cache-01', 'Back Up Now');
    assert.match(await jobs.details(), /Nothing was started: the window closed before the request was sent/);
    await tree.rows.nth(2).waitFor();
  });
});

/**
 * What a window leaves that dies between its first line of an operation and the request: no file is open for so long that a
 * kill could be aimed at it. @param like a machine whose operation has begun, whose first line this is for another machine
 */
function leavePlanned(dataDir: string, like: string, vm: string): void {
  const folder = join(dataDir, 'User', 'globalStorage', 'backup-explorer.backup-explorer', 'operations');
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.jsonl'))) {
    const [first = ''] = readFileSync(join(folder, name), 'utf8').split('\n');
    const { record } = readLines(Buffer.from(`${first}\n`));
    if (record?.status === 'planned' && record.target.name === like) {
      const planned = JSON.parse(JSON.stringify({ ...record, id: randomUUID() }).replaceAll(like, vm)) as OperationRecord;
      writeFileSync(join(folder, `${planned.id}.jsonl`), encodeLine(planned));
      return;
    }
  }
  assert.fail(`no operation of ${like} has been planned`);
}
