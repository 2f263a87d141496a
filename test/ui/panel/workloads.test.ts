import assert from 'node:assert/strict';
import type { ToHost } from '../../../src/views/protocol.ts';
import type { FullView } from '../../unit/views/fullView.ts';
import { PanelHouse, waitFor, type Panel } from './page.ts';
import { assertReadable, lowestContrast } from './readable.ts';
import { busyDay } from './rows.ts';
import { themeNames } from './themes.ts';
import { batch, batchId, registered, workloadJobs } from './workloadRows.ts';

describe('Jobs panel: what SQL Server in VMs brings to it', function () {
  this.timeout(120_000);
  const house = new PanelHouse();
  before(() => house.start());
  after(() => house.stop());
  afterEach(() => house.closePages());

  const opened: PanelHouse['openWith'] = (rows, options) => house.openWith(rows, options);
  const asked = (panel: Panel): Extract<ToHost, { type: 'ask' }>[] =>
    panel.posted.flatMap((message) => (message.type === 'ask' && message.ask.kind !== 'detail' ? [message] : []));

  it('shows a statement as it is to be run, and copies it by click and by keyboard', async () => {
    const panel = await opened([registered()]);
    await panel.look('registered');
    const shown = await panel.page.locator('.statement-text').innerText();
    assert.match(shown, /^USE \[master\];\nGO\nIF NOT EXISTS .*\n {4}CREATE LOGIN/);
    const button = panel.page.getByRole('button', { name: /^Copy: T-SQL, on each SQL Server instance/ });
    await button.click();
    await waitFor('it asks to copy', () => asked(panel).length === 1);
    assert.deepEqual(asked(panel)[0]?.ask, { kind: 'copyStatement', id: 'registered', at: 0 });
    assert.equal(await button.innerText(), 'Copy', 'it says that it has copied before it has');
    await panel.send({ type: 'done', number: asked(panel)[0]?.number ?? 0 });
    await panel.page.locator('.statement-copy', { hasText: 'Copied' }).waitFor();
    assert.equal(await panel.page.locator('.statement [role=status]').textContent(), 'Copied');
    await panel.page.locator('.statement-copy', { hasText: 'Copy' }).waitFor();
    await panel.page.locator('.details').focus();
    for (let press = 0; press < 12 && !(await button.evaluate((node) => node === document.activeElement)); press++) {
      await panel.page.keyboard.press('Tab');
    }
    await panel.page.keyboard.press('Enter');
    await waitFor('it asks again', () => asked(panel).length === 2);
    await panel.page.keyboard.press('Tab');
    assert.equal(
      await panel.page.evaluate(() => document.activeElement?.className),
      'statement-text',
      'long lines cannot be scrolled by keyboard',
    );
    const number = asked(panel)[1]?.number ?? 0;
    await panel.send({ type: 'refused', number, error: { code: 'X', message: 'The clipboard is locked.', remedies: [] } });
    assert.match((await panel.page.locator('.ask-failure').textContent()) ?? '', /The clipboard is locked/);
    assert.deepEqual(panel.complaints, []);
  });

  it('keeps a hostile statement text', async () => {
    const evil = '</code></pre><img src=x onerror=alert(1)>\n<script>alert(2)</script>\u202e -- DROP';
    const panel = await opened([registered(evil, '"><svg onload=alert(3)>')]);
    await panel.look('registered');
    assert.match(
      await panel.page.locator('.statement-text').innerText(),
      /<\/code><\/pre><img src=x onerror=alert\(1\)>\n<script>.*<U\+202E> -- DROP/,
    );
    assert.equal(await panel.page.locator('.details img, .details svg, .details script').count(), 0);
    assert.deepEqual(panel.complaints, []);
  });

  it('leaves the block and its focus alone while nothing of it changes', async () => {
    const panel = await opened([registered()]);
    await panel.look('registered');
    await panel.page.locator('.statement-copy').focus();
    await panel.put({ ...registered(), outcome: 'Something else.' });
    assert.equal(await panel.page.evaluate(() => document.activeElement?.className), 'statement-copy');
  });

  it('tells namesakes apart by where they are, in the row, the details and the filter', async () => {
    const panel = await opened(batch());
    assert.match((await panel.page.locator('.row[data-id="b6"]').innerText()) ?? '', /msdb[^]*MSSQLSERVER on erp-db-02 · vault-prod-weu/);
    await panel.look('b6');
    assert.match(
      (await panel.page.locator('.details .sub').textContent()) ?? '',
      /^Protect · SQL database · MSSQLSERVER on erp-db-02 · in vault-prod-weu$/,
    );
    await panel.page.locator('.filter input').fill('msdb erp-db-01');
    await panel.painted();
    assert.equal(await panel.page.locator('.row:visible').count(), 1);
  });

  it('shows what was started together, counted, alone, and all again', async () => {
    const panel = await opened([...busyDay(), ...batch()]);
    await panel.look('b2');
    const line = panel.page.locator('.batch');
    assert.match(
      (await line.innerText()).replace(/\s+/g, ' '),
      /One of 10 started together: 4 succeeded, 1 failed, 5 running\. Show these only/,
    );
    const one = batch()[5] as FullView;
    await panel.put({ ...one, active: false, moving: false, state: 'failed', stateWord: 'Failed' });
    assert.match(await line.innerText(), /4 succeeded, 2 failed, 4 running/);
    const retry = panel.page.getByRole('button', { name: 'Retry the failed' });
    await panel.put({ ...one, active: false, moving: false, state: 'failed', stateWord: 'Failed', retry: 'open' });
    await retry.focus();
    await panel.put({ ...one, active: false, moving: false, state: 'failed', stateWord: 'Failed', retry: 'made' });
    assert.equal(await retry.isVisible(), false, 'what was tried again is offered again');
    assert.equal(await panel.page.evaluate(() => document.activeElement?.className), 'details', 'the focus went with the button');
    assert.match(await line.innerText(), /4 succeeded, 2 failed, 4 running\. 1 was tried again since\./);
    await panel.page.getByRole('button', { name: 'Show these only' }).click();
    await panel.painted();
    assert.equal(await panel.page.locator('.row:visible').count(), 10);
    assert.equal((await panel.state())?.batch, batchId);
    await panel.put({ ...one, id: 'again', batch: { id: 'retry', size: 1, retryOf: batchId } });
    await panel.painted();
    assert.equal(await panel.page.locator('.row:visible').count(), 11, 'what was tried again is not among them');
    await panel.remove('again');
    await panel.screenshot('panel-batch');
    await panel.page.getByRole('button', { name: /Only those started together are shown/ }).click();
    await panel.painted();
    assert.equal(await panel.page.locator('.row:visible').count(), 10 + busyDay().length);
    await panel.look('run');
    assert.equal(await line.isVisible(), false);
  });

  it('comes back after a reload with those alone, and shows what it is told to show', async () => {
    const panel = await opened([...busyDay(), ...batch()], { state: { batch: batchId, selected: 'b1' } });
    await panel.painted();
    assert.equal(await panel.page.locator('.row:visible').count(), 10);
    await panel.send({ type: 'select', id: 'run' });
    await panel.painted();
    assert.equal(await panel.page.locator('.row:visible').count(), 10 + busyDay().length);
  });

  it('moves a bar without an end for a job without a percentage, and tells each of several jobs', async () => {
    const panel = await opened(workloadJobs());
    await panel.look('oneTask');
    const bar = panel.page.locator('.details vscode-progress-bar');
    assert.equal(await bar.evaluate((node) => (node as unknown as { indeterminate: boolean }).indeterminate), true);
    assert.doesNotMatch((await panel.page.locator('.details').innerText()) ?? '', /%/);
    await panel.look('jobs');
    assert.deepEqual(await panel.page.locator('.task-said').allInnerTexts(), [
      'Completed · 1 min 03 s',
      'Running · Transfer data to vault',
      'Not started',
    ]);
    await panel.look('insists');
    assert.match(
      await panel.page.locator('.notes').innerText(),
      /5 times so far.*read back to find out what came of it\. Not before \d\d:\d\d:\d\d\./,
    );
  });

  it('can be read in every theme', async () => {
    const panel = await opened([registered(), ...workloadJobs(), ...batch()]);
    for (const theme of themeNames) {
      await panel.wear(theme);
      for (const id of ['registered', 'oneTask', 'jobs', 'insists', 'b4']) {
        await panel.look(id);
        assertReadable(theme, await panel.page.evaluate(lowestContrast));
        await panel.screenshot(`panel-${theme}-${id}`);
      }
    }
    assert.deepEqual(panel.complaints, []);
  });

  it('folds a long statement into a narrow panel without making it wider', async () => {
    const panel = await opened([registered(`${'SELECT '.repeat(80)};`), ...batch()], { width: 420, height: 900 });
    await panel.look('registered');
    await panel.screenshot('panel-narrow-statement');
    assert.equal(await panel.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth), false);
    const detailsWider = await panel.page.locator('.details').evaluate((node) => node.scrollWidth > node.clientWidth);
    assert.equal(detailsWider, false);
  });
});
