import assert from 'node:assert/strict';
import { PanelHouse, waitFor } from './page.ts';
import { restorePointJobs } from './restorePointRows.ts';

describe('Jobs panel: what VM restore points bring to it', function () {
  this.timeout(120_000);
  const house = new PanelHouse();
  before(() => house.start());
  after(() => house.stop());
  afterEach(() => house.closePages());

  const opened: PanelHouse['open'] = (options) => house.openWith(restorePointJobs(), options);

  it('shows a figure and a bar for each disk that is copied', async () => {
    const panel = await opened();
    await panel.look('copying');
    const tasks = await panel.page.locator('.tasks li').allInnerTexts();
    assert.deepEqual(
      tasks.map((text) => text.replace(/\s+/g, ' ').trim()),
      [
        'vm-web-01-os Completed · 100 % · 32 GB',
        'vm-web-01-data-with-a-name-that-is-rather-long-for-a-pane Running · 41 % · 256 GB',
        'vm-web-01-log Running · 4 % · 128 GB',
      ],
    );
    const bars = await panel.page
      .locator('.task-bar')
      .evaluateAll((nodes) => nodes.map((node) => (node as HTMLElement & { value: number }).value));
    assert.deepEqual(bars, [41, 4]);
    assert.equal(await panel.page.locator('.state-line .state').textContent(), 'Running, 37 %');
    await panel.screenshot('panel-copy');
    assert.deepEqual(panel.complaints, []);
  });

  it('shows what is queued without motion, and offers to cancel it', async () => {
    const panel = await opened();
    const row = panel.page.locator('.row[data-id="queued"]');
    assert.match(await row.innerText(), /Queued/);
    assert.equal(await row.locator('.spin').count(), 0);
    assert.equal(await row.locator('.row-bar').isVisible(), false);
    await panel.look('queued');
    assert.match(
      (await panel.page.locator('.message').textContent()) ?? '',
      /^Queued: waits for Copy Collection to Another Region of nightly-2026-03-01/,
    );
    assert.match(
      (await panel.page.locator('.notes').textContent()) ?? '',
      /they are made in their order\. Nothing of it has been sent yet\./,
    );
    await panel.screenshot('panel-queued');
    await panel.page.locator('vscode-button[data-action="cancel"]', { hasText: /^\s*Cancel\s*$/ }).click();
    await waitFor('it asks to cancel', () => panel.posted.some((message) => message.type === 'ask' && message.ask.kind === 'cancel'));
    assert.equal(((await panel.page.locator('vscode-button[data-action="remove"]').textContent()) ?? '').trim(), 'Remove from List');
    assert.deepEqual(panel.complaints, []);
  });

  it('shows each step with its times, nothing of them cut off, however narrow the pane', async () => {
    const panel = await opened();
    for (const width of [1200, 700, 420]) {
      await panel.page.setViewportSize({ width, height: 900 });
      await panel.look('steps');
      const steps = await panel.page.locator('.details').evaluate((details) => {
        const right = details.getBoundingClientRect().left + details.clientWidth;
        return [...details.querySelectorAll('.steps li')].map((step) => {
          const parts = [...step.querySelectorAll('.step-at, .step-text, .step-after')];
          return { says: parts.at(-1)?.textContent, isCut: parts.some((part) => part.getBoundingClientRect().right > right) };
        });
      });
      assert.deepEqual(
        steps.map(({ says }) => says),
        ['', 'after 0 s', 'after 2 s', 'after 3 s', 'after 3 min 00 s'],
      );
      assert.ok(!steps.some(({ isCut }) => isCut), `a step is cut off in a window of ${width} pixels`);
      await panel.screenshot(`panel-steps-${width}`);
    }
  });
});
