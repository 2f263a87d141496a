import assert from 'node:assert/strict';
import type { ToHost } from '../../../src/views/protocol.ts';
import type { FullView } from '../../unit/views/fullView.ts';
import { PanelHouse, waitFor, type Panel } from './page.ts';
import { assertReadable, lowestContrast } from './readable.ts';
import { busyDay, hostileNames, row } from './rows.ts';
import { themeNames } from './themes.ts';

describe('Jobs panel in a browser', function () {
  this.timeout(60_000);
  const house = new PanelHouse();
  before(() => house.start());
  after(() => house.stop());
  afterEach(() => house.closePages());

  const opened: PanelHouse['openWith'] = (rows, options) => house.openWith(rows, options);
  const asked = (panel: Panel): Extract<ToHost, { type: 'ask' }>[] =>
    panel.posted.flatMap((message) => (message.type === 'ask' ? [message] : []));
  const rowOf = (panel: Panel, id: string): ReturnType<Panel['page']['locator']> => panel.page.locator(`.row[data-id="${id}"]`);

  it('keeps to its policy: nothing inline, nothing from elsewhere, no complaint', async () => {
    const panel = await opened(busyDay());
    await panel.look('run');
    assert.deepEqual(panel.complaints, []);
    const inline = await panel.page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.ranInline = true';
      document.body.append(script);
      return (globalThis as unknown as { ranInline?: boolean }).ranInline;
    });
    assert.equal(inline, undefined);
    await waitFor('the policy refuses an inline script', () => panel.complaints.some((text) => /Content Security Policy/.test(text)));
  });

  it('shows hostile names as text, in the list, the details, notes, tasks and errors', async () => {
    const rows = hostileNames.map((name, at) =>
      row(`h${at}`, name, at * 1000, {
        title: name,
        target: { id: name, name, kind: name, containerName: name },
        progress: { message: name, tasks: [{ name, status: 'running', detail: name }], properties: { [name]: name } },
        error: { code: name, message: name, remedies: [name] },
        warnings: [{ code: name, message: name }],
        outcome: name,
        trouble: { kind: 'paused', since: new Date().toISOString(), error: { code: name, message: name } },
        trace: [{ at: new Date().toISOString(), method: 'GET', path: `/${name}`, ms: 1 }],
      }),
    );
    const panel = await opened(rows);
    for (const [at, name] of hostileNames.entries()) {
      await panel.look(`h${at}`);
      assert.equal(await rowOf(panel, `h${at}`).locator('.row-target').textContent(), name);
      assert.equal(await panel.page.locator('.details h2').textContent(), name);
      assert.equal(await panel.page.locator('.task-name').textContent(), name);
      assert.equal(await panel.page.locator('.outcome bdi').textContent(), name);
    }
    const markup = await panel.page.evaluate(() => document.querySelectorAll('#app img, #app script, #app style, #app b').length);
    assert.equal(markup, 0);
    const wide = await panel.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    assert.equal(wide, false, 'a name pushes the page wider than its window');
    assert.deepEqual(panel.complaints, []);
    await panel.screenshot('panel-hostile-names');
  });

  it('changes only what differs: rows, bars and buttons stay the same elements, focus and scrolling stay', async () => {
    const rows = busyDay();
    const panel = await opened(rows);
    await panel.look('run');
    const cancel = panel.page.locator('vscode-button[data-action="cancel"]');
    await cancel.focus();
    await panel.page.evaluate(() => {
      const marked = [...document.querySelectorAll('.row, .row *, .details h2, vscode-button, .facts dl, .trace table')];
      marked.forEach((node, at) => ((node as unknown as { mark: number }).mark = at));
      const changes: string[] = [];
      Object.assign(globalThis, { changes });
      new MutationObserver((records) =>
        records.forEach((each) => changes.push(`${each.type} ${(each.target as Element).className ?? ''}`)),
      ).observe(document.querySelector('.list') as Element, {
        subtree: true,
        childList: true,
        attributes: true,
        attributeFilter: ['class', 'hidden', 'aria-label', 'value'],
      });
    });
    const [run] = rows;
    await panel.put({ ...(run as FullView), percent: 63 });
    await panel.page.locator('.row[data-id="run"] .row-state', { hasText: '63 %' }).waitFor();
    const { unmarked, changes, focused } = await panel.page.evaluate(() => ({
      unmarked: [...document.querySelectorAll('.row, .row *, .details h2, vscode-button, .facts dl, .trace table')].filter(
        (node) => (node as unknown as { mark?: number }).mark === undefined,
      ).length,
      changes: (globalThis as unknown as { changes: string[] }).changes,
      focused: (document.activeElement as HTMLElement).dataset['action'],
    }));
    assert.equal(unmarked, 0, 'elements were built anew');
    assert.equal(focused, 'cancel');
    // The elapsed times of all that runs go on meanwhile, each second.
    const ofStep = changes.filter((change) => !change.includes('row-elapsed'));
    assert.ok(ofStep.length > 0 && ofStep.length <= 6, `one step changed ${ofStep.length} things: ${ofStep.join('; ')}`);
  });

  it('shows a determinate bar only where the service gave a percentage', async () => {
    const panel = await opened(busyDay());
    const bar = async (id: string): Promise<[boolean, string | null]> => {
      const inner = rowOf(panel, id).locator('vscode-progress-bar');
      return [
        await inner.evaluate((node) => (node as unknown as { indeterminate: boolean }).indeterminate),
        await inner.locator('[role=progressbar]').getAttribute('aria-valuenow'),
      ];
    };
    assert.deepEqual(await bar('run'), [false, '62']);
    assert.deepEqual(await bar('indeterminate'), [true, null]);
    assert.equal(await rowOf(panel, 'failed').locator('vscode-progress-bar').isVisible(), false);
    assert.match((await rowOf(panel, 'run').locator('.row-state').textContent()) ?? '', /^Running, 62 %$/);
    assert.doesNotMatch((await rowOf(panel, 'indeterminate').textContent()) ?? '', /%/);
  });

  it('lets the elapsed time go on by itself, and stops it at the end', async () => {
    const panel = await opened(busyDay());
    const elapsed = rowOf(panel, 'run').locator('.row-elapsed');
    const first = await elapsed.textContent();
    assert.match(first ?? '', /^6 min 0\d s$/);
    await panel.page.waitForFunction((before) => document.querySelector('.row[data-id="run"] .row-elapsed')?.textContent !== before, first);
    assert.equal(await rowOf(panel, 'failed').locator('.row-elapsed').textContent(), '1 h 00 min');
  });

  it('asks for what is clicked and shows why it was refused', async () => {
    const panel = await opened(busyDay());
    await panel.look('run');
    await panel.page.locator('vscode-button[data-action="cancel"]').click();
    await waitFor('the ask is posted', () => asked(panel).some(({ ask }) => ask.kind === 'cancel'));
    const cancel = asked(panel).find(({ ask }) => ask.kind === 'cancel');
    assert.deepEqual(cancel?.ask, { kind: 'cancel', id: 'run' });
    await panel.send({
      type: 'refused',
      number: cancel.number,
      error: { code: 'NotCancellable', message: 'The service does not offer it now.', remedies: ['Wait.'] },
    });
    assert.match((await panel.page.locator('.ask-failure').textContent()) ?? '', /The service does not offer it now\.Wait\.NotCancellable/);
    await panel.look('failed');
    assert.equal(await panel.page.locator('.ask-failure').textContent(), '');
  });

  it('offers cancelling only where the job allows it, looking again only where the outcome is unknown, trying again where it failed', async () => {
    const panel = await opened(busyDay());
    const actions = async (id: string): Promise<string[]> => {
      await panel.look(id);
      return panel.page
        .locator('.buttons vscode-button')
        .evaluateAll((nodes) => nodes.map((node) => (node as HTMLElement).dataset['action'] ?? ''));
    };
    const always = ['openInTree', 'openJson', 'copy'];
    assert.deepEqual(await actions('run'), ['cancel', 'stopWatching', ...always]);
    assert.deepEqual(await actions('indeterminate'), ['stopWatching', ...always]);
    assert.deepEqual(await actions('paused'), ['retry', 'stopWatching', ...always]);
    assert.deepEqual(await actions('failed'), ['tryAgain', ...always, 'remove']);
    assert.deepEqual(await actions('unknown'), ['lookAgain', ...always, 'remove']);
  });

  it('asks to try one again by the keyboard; then its button is gone, and it leads to the newer one', async () => {
    const panel = await opened(busyDay());
    await panel.look('failed');
    await panel.screenshot('panel-try-again');
    const button = panel.page.getByRole('button', { name: 'Try Again', exact: true });
    await button.focus();
    await panel.page.keyboard.press('Enter');
    await waitFor('it asks', () => asked(panel).some(({ ask }) => ask.kind === 'tryAgain' && ask.id === 'failed'));
    const [failed, run] = ['failed', 'run'].map((id) => busyDay().find((each) => each.id === id) as FullView) as [FullView, FullView];
    const newer = { ...run, id: 'newer', target: failed.target, batch: { id: 'try', size: 1, retryOf: 'failed' } };
    await panel.put(newer, { ...failed, retry: 'made', triedBy: 'newer', actions: failed.actions.filter((each) => each !== 'tryAgain') });
    assert.equal(await button.count(), 0, 'what was tried again is offered again');
    assert.equal(await panel.page.evaluate(() => document.activeElement?.className), 'details', 'the focus went with the button');
    const line = panel.page.locator('.batch');
    assert.match(await line.innerText(), /^It was started again since\. Show the newer one$/);
    await panel.screenshot('panel-tried-again');
    await panel.page.getByRole('button', { name: 'Show the newer one' }).click();
    await panel.page.locator('.details[data-id="newer"]').waitFor();
    assert.equal(await line.innerText(), 'Another try.');
    assert.deepEqual(panel.complaints, []);
  });

  it('reads a job of somebody else in full when it is selected, not when arrow keys pass over it', async () => {
    const panel = await opened(busyDay());
    const job = busyDay().find((each) => each.source === 'job') as FullView;
    await panel.page.locator('.list').focus();
    await panel.page.keyboard.press('Home');
    for (let press = 0; press < 9; press++) {
      await panel.page.keyboard.press('ArrowDown');
    }
    await panel.look(job.id);
    await waitFor('its details are asked for', () => asked(panel).some(({ ask }) => 'id' in ask && ask.id === job.id));
    const asks = asked(panel).filter(({ ask }) => 'id' in ask && ask.id !== 'indeterminate');
    assert.deepEqual(
      asks.map(({ ask }) => ask),
      [{ kind: 'detail', id: job.id }],
      'passing over rows asked, too',
    );
    assert.ok(await panel.page.locator('vscode-button[data-action="follow"]').isVisible());
  });

  it('is worked with the keyboard alone', async () => {
    const panel = await opened(busyDay());
    const selected = async (): Promise<string | null> => {
      await panel.painted();
      return panel.page.locator('.row[aria-selected="true"]').getAttribute('data-id');
    };
    const active = (): Promise<string> => panel.page.evaluate(() => document.activeElement?.className ?? '');
    assert.equal(await selected(), 'indeterminate', 'what this window started last is not shown first');
    await panel.page.locator('.list').focus();
    await panel.page.keyboard.press('ArrowDown');
    assert.equal(await selected(), 'run');
    await panel.page.keyboard.press('End');
    assert.equal(await selected(), 'unknown');
    await panel.page.keyboard.press('Home');
    await panel.page.keyboard.press('ArrowUp');
    assert.equal(await selected(), 'indeterminate');
    const referred = await panel.page.locator('.list').getAttribute('aria-activedescendant');
    assert.equal(await panel.page.locator(`#${referred}`).getAttribute('data-id'), 'indeterminate');
    await panel.page.keyboard.press('Enter');
    assert.equal(await active(), 'details');
    await panel.page.keyboard.press('Escape');
    assert.equal(await active(), 'list');

    const bar = panel.page.getByRole('separator', { name: 'Size of the list' });
    const listWidth = (): Promise<number> => panel.page.locator('.list').evaluate((list: HTMLElement) => list.offsetWidth);
    const before = await listWidth();
    await panel.page.keyboard.press('Tab');
    assert.equal(await active(), 'panes-bar');
    assert.equal(await bar.getAttribute('aria-valuenow'), '45');
    await panel.page.keyboard.press('ArrowRight');
    await bar.and(panel.page.locator('[aria-valuenow="50"]')).waitFor();
    assert.ok((await listWidth()) > before);
    await panel.page.keyboard.press('Home');
    await panel.page.waitForFunction(() => (document.querySelector<HTMLElement>('.list')?.offsetWidth ?? Infinity) <= 201);
  });

  it('keeps the focus in the list and selects the neighbour when the selected row goes', async () => {
    const panel = await opened(busyDay());
    await panel.look('run');
    await panel.page.locator('.list').focus();
    await panel.remove('run');
    assert.equal(await panel.page.evaluate(() => document.activeElement?.className), 'list');
    assert.equal(await panel.page.locator('.row[aria-selected="true"]').count(), 1);
    assert.equal(await panel.page.locator('.details h2').textContent(), 'vm-mail-10');
  });

  it('filters by words and by state, and says when nothing is left', async () => {
    const panel = await opened(busyDay());
    const visible = async (): Promise<number> => {
      await panel.painted();
      return panel.page.locator('.row:visible').count();
    };
    const box = panel.page.locator('.filter input');
    await box.fill('PROTECT keep');
    assert.equal(await visible(), 1);
    await box.fill('vault-prod vm-web');
    assert.equal(await visible(), 5);
    await panel.page.locator('.state-filter').click();
    await panel.page.locator('.state-filter li', { hasText: 'Outcome unknown' }).click();
    assert.equal(await visible(), 1);
    await box.fill('no such thing');
    assert.equal(await visible(), 0);
    assert.equal(await panel.page.locator('.start .nothing').textContent(), 'No operation or job matches the filter.');
    await panel.send({ type: 'select', id: 'run' });
    assert.equal(await rowOf(panel, 'run').isVisible(), true, 'what was asked to be shown is hidden by the filter');
  });

  it('comes back after a reload with its selection and filter', async () => {
    const first = await opened(busyDay());
    await first.page.locator('.filter input').fill('vm-db');
    await rowOf(first, 'failed').click();
    const state = await first.state();
    assert.deepEqual(state, { selected: 'failed', filter: 'vm-db', stateFilter: 'all' });
    const second = await opened(busyDay(), { state: state ?? {} });
    assert.equal(await second.page.locator('.row[aria-selected="true"]').getAttribute('data-id'), 'failed');
    assert.equal(await second.page.locator('.row:visible').count(), 1);
    assert.equal(await second.page.locator('.details h2').textContent(), 'vm-db-05');
  });

  it('says what is going on where there is nothing to list, and names what could not be read', async () => {
    const panel = await house.open();
    await panel.send({ type: 'all', rows: [], feed: { loading: true, problems: [] } });
    const nothing = panel.page.locator('.start .nothing');
    assert.equal(await nothing.textContent(), 'Reading the jobs of the vaults…');
    await panel.send({ type: 'feed', feed: { loading: false, problems: ['Could not list the jobs (vault-1): no role.', 'second'] } });
    assert.match((await nothing.textContent()) ?? '', /Nothing has run yet/);
    assert.match((await panel.page.locator('.feed').textContent()) ?? '', /Could not list the jobs \(vault-1\): no role\. And 1 more\./);
    await panel.screenshot('panel-empty');
    await panel.page.locator('.feed vscode-button').click();
    await waitFor('it asks again', () => panel.posted.some((message) => message.type === 'ask' && message.ask.kind === 'refresh'));
  });

  it('stands still where motion is not wanted, at the system or in VS Code', async () => {
    const panel = await opened(busyDay(), { moves: true });
    const running = (): Promise<string[]> =>
      panel.page.evaluate(() =>
        document
          .getAnimations()
          .filter((animation) => animation.playState === 'running')
          .map((animation) => String((animation as CSSAnimation).animationName)),
      );
    assert.ok((await running()).length > 0);
    await panel.page.evaluate(() => document.body.classList.add('vscode-reduce-motion'));
    assert.deepEqual(await running(), []);
    await panel.page.evaluate(() => document.body.classList.remove('vscode-reduce-motion'));
    await panel.page.emulateMedia({ reducedMotion: 'reduce' });
    assert.deepEqual(await running(), []);
  });

  it('can be read in every theme, whatever is selected', async () => {
    const panel = await opened(busyDay());
    for (const theme of themeNames) {
      await panel.wear(theme);
      await panel.look('run');
      await panel.page.locator('.list').focus();
      await panel.screenshot(`panel-${theme}-running`);
      assertReadable(theme, await panel.page.evaluate(lowestContrast));
      for (const id of ['failed', 'warned', 'done', 'unknown']) {
        await panel.look(id);
        assertReadable(theme, await panel.page.evaluate(lowestContrast));
      }
      await panel.look('failed');
      await panel.screenshot(`panel-${theme}-failed`);
    }
    assert.deepEqual(panel.complaints, []);
  });

  it('folds into one column where it is narrow', async () => {
    const panel = await opened(busyDay(), { width: 420, height: 900 });
    await panel.look('stuck');
    await panel.screenshot('panel-narrow');
    const wide = await panel.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    assert.equal(wide, false);
  });
});
