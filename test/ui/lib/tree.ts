import { type Locator, type Page } from 'playwright-core';

export interface Row {
  label: string;
  description: string;
  /** From 1, the roots. */
  level: number;
  /** undefined: it has no children. */
  expanded: boolean | undefined;
  /** The icon's name, such as "vm" or "loading"; undefined for a picture of ours. */
  icon: string | undefined;
  /** What a screen reader says. */
  spoken: string;
}

/** A row's whole label, what its label matches, or also what its description matches: one machine may stand there twice. */
type RowName = string | RegExp | { label: string | RegExp; description: RegExp };

/** The rows of the tree in our view. Only rows in sight exist: a lot of rows needs a tall window or a filter. */
export class Tree {
  readonly #page: Page;
  /** What was chosen last from the menu of a row. */
  #chosen: [label: RowName, entry: string] | undefined;

  constructor(page: Page) {
    this.#page = page;
    void this.#clickAgainWhereToldTo();
  }

  /** All rows in sight. */
  get rows(): Locator {
    return this.#page.locator('.sidebar .pane-body .monaco-list-row');
  }

  /** The first row of this name. */
  row(name: RowName): Locator {
    if (typeof name === 'object' && 'label' in name) {
      const said = this.#page.locator('.label-description', { hasText: name.description });
      return this.#labelled(name.label).filter({ has: said }).first();
    }
    return this.#labelled(name).first();
  }

  #labelled(label: string | RegExp): Locator {
    const exact = typeof label === 'string' ? new RegExp(`^\\s*${label.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`) : label;
    return this.rows.filter({ has: this.#page.locator('.label-name', { hasText: exact }) });
  }

  /** Waits for a row and reads it. */
  async read(label: RowName): Promise<Row> {
    const row = this.row(label);
    await row.waitFor();
    return read(row);
  }

  /** Reads all rows in sight, from the top. */
  async list(): Promise<Row[]> {
    const all = await this.rows.all();
    const rows = await Promise.all(all.map(async (row) => ({ row: await read(row), top: (await row.boundingBox())?.y ?? 0 })));
    return rows.sort((a, b) => a.top - b.top).map(({ row }) => row);
  }

  /** Opens a row and waits until its children have come; there is always one, be it a row that says why there is none. */
  async expand(label: RowName): Promise<void> {
    const row = this.row(label);
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) !== 'true') await row.locator('.monaco-tl-twistie').click();
    await row.and(this.#page.locator('[aria-expanded="true"]')).waitFor();
    await this.#childrenOf(row);
  }

  /** Waits until what stands below an open row is there, e.g. after a refresh of it. */
  async waitForLoaded(label: RowName): Promise<void> {
    await this.#childrenOf(this.row(label));
  }

  /** Waits until the row that follows is one below this row, and not one that says that it loads. */
  async #childrenOf(row: Locator): Promise<void> {
    const came = (element: Element): boolean => {
      const number = (of: Element | null | undefined, name: string) => Number(of?.getAttribute(name));
      const next = element.parentElement?.querySelector(`:scope > .monaco-list-row[data-index="${number(element, 'data-index') + 1}"]`);
      return number(next, 'aria-level') === number(element, 'aria-level') + 1 && !next?.querySelector('.codicon-loading');
    };
    const deadline = Date.now() + 20_000;
    // The row is looked up each time: rows above it may come and go meanwhile.
    while (!(await row.evaluate(came))) {
      if (Date.now() > deadline) {
        const shown = (await this.list()).map(({ level, label, expanded, icon }) => `${level} ${label} ${expanded ?? ''} ${icon ?? ''}`);
        throw new Error(`No row came below "${await row.innerText()}", or it lies out of sight. In sight: ${shown.join(' | ')}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Opens row after row, each below the one before: `await tree.reveal('Contoso', 'vault-1', 'Protected items')`. */
  async reveal(...labels: RowName[]): Promise<void> {
    for (const label of labels) await this.expand(label);
  }

  async collapse(label: RowName): Promise<void> {
    const row = this.row(label);
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) === 'true') await row.locator('.monaco-tl-twistie').click();
    await row.and(this.#page.locator('[aria-expanded="false"]')).waitFor();
  }

  /** Selects a row with a click; with `add` to those that are selected. */
  async select(label: RowName, { add = false } = {}): Promise<void> {
    await this.row(label).click(add ? { modifiers: ['ControlOrMeta'] } : {});
  }

  /** A row that was being read anew when it was clicked says that nothing was done, and to click again: a person does. */
  async #clickAgainWhereToldTo(): Promise<void> {
    const told = this.#page.locator('.notification-list-item', { hasText: 'The row that was clicked has gone' });
    await this.#page.addLocatorHandler(told, async (notification) => {
      await notification.hover();
      await notification.locator('.codicon-notifications-clear').click();
      if (this.#chosen) {
        await this.menu(...this.#chosen);
      }
    });
  }

  async #rightClick(label: RowName): Promise<void> {
    // The tooltip of the row that the mouse was left on may lie over this one.
    await this.#page.mouse.move(0, 0);
    await this.#page.locator('.workbench-hover').filter({ visible: true }).waitFor({ state: 'hidden' });
    await this.row(label).click({ button: 'right' });
  }

  /** Opens a row's context menu and gives its entries. Escape closes it. */
  async menuItems(label: RowName): Promise<string[]> {
    await this.#rightClick(label);
    const items = this.#page.locator('.context-view .monaco-menu .action-item .action-label:not(.separator)');
    await items.first().waitFor();
    return (await items.allInnerTexts()).map((text) => text.trim()).filter((text) => text !== '');
  }

  /** Chooses an entry of a row's context menu. */
  async menu(label: RowName, entry: string): Promise<void> {
    this.#chosen = [label, entry];
    await this.#rightClick(label);
    const item = this.#page.locator('.context-view .monaco-menu').getByRole('menuitem', { name: entry, exact: true });
    // A menu ignores clicks for its first tenth of a second; the keyboard it takes at once.
    await item.hover();
    await this.#page.keyboard.press('Enter');
    await item.waitFor({ state: 'detached' });
  }

  /** Clicks an icon at the end of a row, by its tooltip. */
  async inlineAction(label: RowName, tooltip: string): Promise<void> {
    this.#chosen = undefined;
    const row = this.row(label);
    await row.hover();
    await row.locator(`.actions .action-label[aria-label^="${tooltip}"]`).click();
  }

  /** The tooltip of a row, as shown when the mouse rests on it. A row that is drawn anew meanwhile loses it: then once more. */
  async tooltip(label: RowName, attempts = 4): Promise<string> {
    const hover = this.#page.locator('.workbench-hover, .monaco-hover').filter({ visible: true });
    await this.#page.mouse.move(0, 0);
    await hover.waitFor({ state: 'hidden' });
    // At its beginning: a long label would be scrolled to bring its middle into sight.
    await this.row(label)
      .locator('.monaco-icon-label-container')
      .hover({ position: { x: 4, y: 8 } });
    try {
      await hover.waitFor({ timeout: 3_000 });
      return await hover.innerText({ timeout: 1_000 });
    } catch (error) {
      if (attempts <= 1) throw error;
      return this.tooltip(label, attempts - 1);
    }
  }

  /** Waits until a row's description matches. */
  async waitForDescription(label: RowName, description: RegExp, timeout = 20_000): Promise<void> {
    await this.row(label)
      .filter({ has: this.#page.locator('.label-description', { hasText: description }) })
      .waitFor({ timeout });
  }

  /** Waits until no row has this label. */
  async waitForGone(label: RowName, timeout = 20_000): Promise<void> {
    await this.row(label).waitFor({ state: 'detached', timeout });
  }
}

async function read(row: Locator): Promise<Row> {
  return row.evaluate((element) => {
    const text = (selector: string) => element.querySelector(selector)?.textContent ?? '';
    const icon = element.querySelector('.custom-view-tree-node-item-icon')?.className ?? '';
    const expanded = element.getAttribute('aria-expanded');
    return {
      label: text('.label-name'),
      description: text('.label-description'),
      level: Number(element.getAttribute('aria-level') ?? 1),
      expanded: expanded === null ? undefined : expanded === 'true',
      icon: /(?:^|\s)codicon-([\w-]+)/.exec(icon)?.[1],
      spoken: element.getAttribute('aria-label') ?? '',
    };
  });
}
