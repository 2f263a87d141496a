import assert from 'node:assert/strict';
import type { RowView } from '../../../src/views/protocol.ts';
import type { FullView } from '../../unit/views/fullView.ts';
import { PanelHouse, rowOf, type Panel } from './page.ts';
import { manyRows } from './manyRows.ts';
import { busyDay, row } from './rows.ts';

describe('Jobs panel with a thousand operations', function () {
  this.timeout(60_000);
  const house = new PanelHouse();
  before(() => house.start());
  after(() => house.stop());
  afterEach(() => house.closePages());

  const opened: PanelHouse['openWith'] = (rows, options) => house.openWith(rows, options);
  const ids = (panel: Panel): Promise<string[]> =>
    panel.page.locator('.row').evaluateAll((nodes) => nodes.map((node) => (node as HTMLElement).dataset['id'] ?? ''));
  const active = async (panel: Panel): Promise<string> => {
    await panel.painted();
    const id = await panel.page.locator('.list').getAttribute('aria-activedescendant');
    return panel.page
      .locator(`#${id}`)
      .evaluate((node) => (node as HTMLElement).dataset['id'] ?? (node as HTMLElement).dataset['group'] ?? '');
  };
  const press = async (panel: Panel, ...keys: string[]): Promise<string> => {
    for (const key of keys) {
      await panel.page.keyboard.press(key);
    }
    return active(panel);
  };
  const choose = async (panel: Panel, label: string, option: string): Promise<void> => {
    await panel.page.locator(`.choice[title="${label}"]`).click();
    await panel.page.locator(`.choice[title="${label}"] li`, { hasText: option }).click();
    await panel.painted();
  };

  it('has only what is seen in the document, and tells a screen reader where in all that is', async () => {
    const rows = manyRows(1_000);
    const panel = await opened(rows);
    const shown = await ids(panel);
    assert.ok(shown.length < 40, `${shown.length} rows are in the document`);
    assert.deepEqual(
      shown,
      rows.slice(0, shown.length).map(({ id }) => id),
    );
    const last = panel.page.locator('.row').last();
    assert.deepEqual([await last.getAttribute('aria-posinset'), await last.getAttribute('aria-setsize')], [String(shown.length), '1000']);
    await panel.page.locator('.list').focus();
    assert.equal(await press(panel, 'End'), 'o999');
    const end = await ids(panel);
    assert.ok(end.includes('o999') && end.length < 40, `${end.length} rows at the end`);
    assert.equal(await panel.page.locator('.row[data-id="o999"]').getAttribute('aria-posinset'), '1000');
    assert.equal(await press(panel, 'PageUp', 'ArrowDown', 'Home', 'PageDown', 'ArrowUp'), 'o13');
    await panel.screenshot('panel-1000-rows');
    assert.deepEqual(panel.complaints, []);
  });

  it('takes what is typed and pressed while a hundred rows change each second, and stays where it was scrolled to', async () => {
    const rows = manyRows(1_000);
    const panel = await opened(rows);
    await panel.page.locator('.list').focus();
    await press(panel, ...Array<string>(30).fill('ArrowDown'));
    const before = await panel.page.locator('.list').evaluate((node) => node.scrollTop);
    assert.ok(before > 0);
    const changes = await startChanging(panel, rows.map(rowOf));
    assert.equal(await press(panel, ...Array<string>(20).fill('ArrowDown')), 'o50');
    await panel.page.keyboard.type('vm-0777 back');
    await panel.page.waitForFunction(() => document.querySelectorAll('.row').length === 1);
    assert.equal(await panel.page.locator('.filter input').inputValue(), 'vm-0777 back');
    assert.deepEqual(await ids(panel), ['o777']);
    assert.equal(await panel.page.locator('.count').textContent(), '1 of 1000');
    await panel.page.keyboard.press('Escape');
    await panel.page.keyboard.press('Escape');
    assert.equal(await panel.page.evaluate(() => document.activeElement?.className), 'list');
    assert.equal(await active(panel), 'o50', 'the selection was lost');
    await panel.page.waitForFunction(() => (globalThis as unknown as { sentRows: number }).sentRows >= 300);
    await changes.stop();
    const shown = await panel.page.evaluate(() =>
      [...document.querySelectorAll('.row')].map((node) => [
        (node as HTMLElement).dataset['id'],
        node.querySelector('.row-state')?.textContent,
      ]),
    );
    assert.deepEqual(
      shown,
      shown.map(([id]) => [id, `Running, ${changes.percents.get(id ?? '') ?? rows.find((row) => row.id === id)?.percent} %`]),
      'a row does not show the newest that was told of it',
    );
    assert.deepEqual(panel.complaints, []);
  });

  it('keeps what is read in its place while rows come above it, and shows the newest where it is at the top', async () => {
    const rows = manyRows(200);
    const panel = await opened(rows.slice(50));
    await panel.page.locator('.list').evaluate((node) => (node.scrollTop = 1_010));
    await panel.painted();
    const placeOf = (): Promise<number> =>
      panel.page.locator('.row[data-id="o72"]').evaluate((node) => Math.round(node.getBoundingClientRect().top));
    const before = await placeOf();
    await panel.put(...rows.slice(0, 50));
    assert.equal(await placeOf(), before, 'rows that came above moved it');
    await panel.remove(...rows.slice(0, 40).map(({ id }) => id));
    assert.equal(await placeOf(), before, 'rows that went above moved it');
    await panel.page.locator('.list').evaluate((node) => (node.scrollTop = 0));
    await panel.put(...rows.slice(0, 40));
    assert.equal((await ids(panel))[0], 'o0');
  });

  it('groups, folds and unfolds with the keyboard alone', async () => {
    const panel = await opened(manyRows(60));
    await choose(panel, 'Group', 'By vault');
    const list = panel.page.locator('.list');
    assert.equal(await list.getAttribute('role'), 'tree');
    await list.focus();
    const [first] = await panel.page.locator('.group').evaluateAll((nodes) => nodes.map((node) => node.getAttribute('aria-label')));
    assert.equal(first, 'vault-0 (rg-0, 11111111), 20: 20 running');
    const head = await press(panel, 'Home');
    assert.match(head, /vaults\/vault-0$/);
    assert.equal(await press(panel, 'ArrowRight'), 'o0');
    assert.equal(await press(panel, 'ArrowLeft', 'ArrowLeft'), head);
    assert.equal(await panel.page.locator('.group').first().getAttribute('aria-expanded'), 'false');
    assert.equal(await panel.page.locator('.row[data-id="o0"]').count(), 0);
    await press(panel, 'ArrowDown');
    await panel.screenshot('panel-groups');
    assert.match(await active(panel), /rg-1\/.*vault-0$/, 'the namesake in another resource group is not a group of its own');
    await press(panel, 'Home', 'Enter');
    assert.equal(await panel.page.locator('.row[data-id="o0"]').count(), 1);
    assert.equal(await panel.page.locator('.row[data-id="o0"]').getAttribute('aria-level'), '2');
  });

  it('filters by system and vault, orders by progress, and comes back with all of it where it was scrolled to', async () => {
    const panel = await opened(manyRows(300));
    await choose(panel, 'Order', 'By progress');
    const percents = await panel.page.locator('.row .row-state').allInnerTexts();
    assert.deepEqual(percents.slice(0, 3), ['Running, 99 %', 'Running, 99 %', 'Running, 99 %']);
    await choose(panel, 'Group', 'By vault');
    await choose(panel, 'Vault', 'vault-1');
    assert.equal(await panel.page.locator('.count').textContent(), '100 of 300');
    await choose(panel, 'System', 'Restore points');
    assert.equal(await panel.page.locator('.count').textContent(), '50 of 300');
    await panel.page.locator('.list').evaluate((node) => (node.scrollTop = 640));
    await panel.painted();
    const seen = await ids(panel);
    await panel.page.waitForFunction(() => (globalThis as unknown as { keptState(): { top?: object } }).keptState().top !== undefined);
    const state = await panel.state();
    const again = await opened(manyRows(300), { state: state ?? {} });
    assert.deepEqual(await ids(again), seen);
    assert.equal(await again.page.locator('.list').evaluate((node) => node.scrollTop), 640);
    assert.equal(await again.page.locator('.choice[title="Order"] .text').textContent(), 'By progress');
  });

  it('opens the menu of a row by pointer and by keyboard, and does what is chosen there', async () => {
    const panel = await opened(manyRows(30));
    await panel.page.locator('.row[data-id="o3"]').click({ button: 'right' });
    const menu = panel.page.getByRole('menu');
    await menu.waitFor();
    await panel.page.keyboard.press('Escape');
    assert.equal(await menu.count(), 0);
    assert.equal(await press(panel, 'ArrowDown'), 'o4');
    await panel.page.keyboard.press('Shift+F10');
    await menu.waitFor();
    assert.equal(await menu.getAttribute('aria-label'), 'Back Up Now, vm-0004');
    await panel.screenshot('panel-menu');
    await panel.page.keyboard.press('c');
    await panel.page.keyboard.press('Enter');
    await panel.page.waitForFunction(() => document.activeElement?.className === 'list');
    const asked = panel.posted.flatMap((message) => (message.type === 'ask' && message.ask.kind === 'copy' ? [message.ask] : []));
    assert.deepEqual(asked, [{ kind: 'copy', id: 'o4' }]);
  });

  it('has a role and a name for everything that can be worked, reached with the keyboard in the order that is seen', async () => {
    const panel = await opened(manyRows(30), { theme: 'highContrast' });
    await choose(panel, 'Group', 'By state');
    for (const name of ['State', 'System', 'Vault', 'Group', 'Order']) {
      assert.equal(await panel.page.getByRole('combobox', { name, exact: true }).count(), 1, `no box is called ${name}`);
    }
    assert.equal(await panel.page.getByRole('textbox', { name: 'Filter' }).count(), 1);
    assert.equal(await panel.page.getByRole('tree', { name: 'Operations and jobs' }).count(), 1);
    assert.equal(await panel.page.getByRole('treeitem', { name: 'Running, 30: 30 running', expanded: true }).count(), 1);
    assert.equal(await panel.page.getByRole('treeitem', { name: 'vm-0001, Back Up Now, Running, 7 %, in vault-0' }).count(), 1);
    assert.equal(await panel.page.getByRole('region', { name: 'Details' }).count(), 1);
    const nameless = await panel.page.evaluate(() => {
      const all: Element[] = [];
      const walk = (root: Document | ShadowRoot): void => {
        for (const node of root.querySelectorAll('*')) {
          all.push(node);
          if (node.shadowRoot) {
            walk(node.shadowRoot);
          }
        }
      };
      walk(document);
      const workable = all.filter((node) => node.matches('button, input, select, a[href], [role=button]') && node.checkVisibility());
      return workable
        .filter((node) => {
          const host = (node.getRootNode() as ShadowRoot).host as HTMLElement | undefined;
          const said = [node.getAttribute('aria-label'), node.getAttribute('title'), node.textContent, host?.textContent, host?.title];
          return !said.some((text) => (text ?? '').trim() !== '');
        })
        .map((node) => node.outerHTML.slice(0, 200));
    });
    assert.deepEqual(nameless, []);
    await panel.page.locator('.filter input').focus();
    const order: string[] = [];
    for (let at = 0; at < 7; at++) {
      await panel.page.keyboard.press('Tab');
      order.push(await panel.page.evaluate(() => document.activeElement?.getAttribute('title') ?? document.activeElement?.className ?? ''));
    }
    assert.deepEqual(order, ['State', 'System', 'Vault', 'Group', 'Order', 'Read the jobs of the vaults again', 'list']);
    await panel.page.keyboard.press('Home');
    await panel.screenshot('panel-highContrast-groups');
  });

  it('folds its choices away where it is narrow, and says there that rows are left out', async () => {
    const panel = await opened(manyRows(30), { width: 420, height: 900, state: { system: 'restorePoints' } });
    const choices = panel.page.locator('.choices');
    assert.equal(await choices.isVisible(), false);
    const more = panel.page.getByRole('switch', { name: 'Filters, groups and order: rows are left out' });
    assert.equal(await more.getAttribute('aria-checked'), 'false');
    await more.click();
    assert.equal(await more.getAttribute('aria-checked'), 'true');
    assert.equal(await choices.isVisible(), true);
    await panel.screenshot('panel-narrow-choices');
    assert.equal(await panel.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth), false);
    await choose(panel, 'System', 'All systems');
    assert.equal(await panel.page.locator('.count').textContent(), '');
  });

  it('announces an end once, and no step before it', async () => {
    const panel = await opened(busyDay());
    const [run] = busyDay() as [FullView];
    const said = panel.page.locator('.announcer');
    await panel.put({ ...run, percent: 99 });
    assert.equal(await said.textContent(), '');
    await panel.put(row('run', 'vm-web-01', 600_000, { status: 'succeeded', endedAt: new Date().toISOString() }));
    assert.equal(await said.textContent(), 'Back Up Now, vm-web-01: Succeeded');
  });

  it('announces many ends as one sentence', async () => {
    const rows = manyRows(20);
    const panel = await opened(rows);
    const said = panel.page.locator('.announcer').first();
    const ended = ({ percent: _, ...row }: FullView): FullView => ({
      ...row,
      active: false,
      moving: false,
      state: 'succeeded',
      stateWord: 'Succeeded',
    });
    await panel.put(ended(rows[0] as FullView));
    assert.equal(await said.textContent(), 'Back Up Now, vm-0000: Succeeded');
    await panel.put(...rows.slice(1, 13).map(ended));
    await panel.page.waitForFunction(() => document.querySelector('.announcer[aria-live]')?.textContent === '12 ended: 12 succeeded');
  });
});

/** Changes rows of a page, ten messages of ten rows a second, as the extension's side sends them. */
async function startChanging(panel: Panel, rows: readonly RowView[]): Promise<{ stop(): Promise<void>; percents: Map<string, number> }> {
  await panel.page.evaluate((all) => {
    const told = new Map<string, number>();
    let sent = 0;
    const timer = setInterval(() => {
      const upserts = Array.from({ length: 10 }, () => {
        const at = (sent * 37) % all.length;
        const percent = sent % 100;
        sent += 1;
        const row = { ...(all[at] as RowView), percent };
        told.set(row.id, percent);
        return row;
      });
      window.postMessage({ type: 'rows', upserts, removes: [] }, '*');
      Object.assign(globalThis, { sentRows: sent });
    }, 100);
    Object.assign(globalThis, { sentRows: 0, stopRows: () => (clearInterval(timer), [...told]) });
  }, rows);
  const percents = new Map<string, number>();
  return {
    percents,
    stop: async () => {
      const told = await panel.page.evaluate(() => (globalThis as unknown as { stopRows(): [string, number][] }).stopRows());
      told.forEach(([id, percent]) => percents.set(id, percent));
      await panel.painted();
    },
  };
}
