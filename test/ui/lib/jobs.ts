import { type FrameLocator, type Locator, type Page } from 'playwright-core';

/** The Jobs panel. */
export class Jobs {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  get frame(): FrameLocator {
    return this.#page.frameLocator('iframe.webview.ready').last().frameLocator('iframe#active-frame');
  }

  get rows(): Locator {
    return this.frame.locator('.list .row:not([hidden])');
  }

  /** The newest row of a target, such as "vm-web-01", and of an action, such as "Back Up Now". */
  row(target: string, title: string | RegExp): Locator {
    const whole = new RegExp(`^${target.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
    return this.rows
      .filter({ has: this.#page.locator('.row-target', { hasText: whole }) })
      .filter({ has: this.#page.locator('.row-title', { hasText: title }) })
      .first();
  }

  /** The row that is selected; what is beside the list tells of it. */
  get selected(): Locator {
    return this.frame.locator('.row[aria-selected="true"]');
  }

  /** Waits until the selected row is the one of this target and action. */
  async waitForSelected(target: string, title: string): Promise<void> {
    await this.selected.and(this.row(target, title)).waitFor();
    await this.frame.locator('.details h2', { hasText: target }).waitFor();
    // What a row does not hold comes a moment after it was selected.
    await this.frame.locator('.details-rest:not([hidden])').waitFor();
  }

  /** Waits until a row's state matches, such as /^Running, \d+ %$/. */
  async waitForState(target: string, title: string, state: RegExp, timeout = 60_000): Promise<void> {
    await this.row(target, title)
      .filter({ has: this.#page.locator('.row-state', { hasText: state }) })
      .waitFor({ timeout });
  }

  /** The tasks of the selected row: name and what stands below it. */
  async tasks(): Promise<{ name: string; state: string }[]> {
    const tasks = this.frame.locator('.tasks li');
    await tasks.first().waitFor();
    return tasks.evaluateAll((all) =>
      all.map((task) => ({
        name: task.querySelector('.task-name')?.textContent ?? '',
        state: task.querySelector('.task-said')?.textContent ?? '',
      })),
    );
  }

  /** All that stands beside the list. */
  details(): Promise<string> {
    return this.frame.locator('.details').innerText();
  }

  /** Clicks a button beside the list, such as "Cancel Job". */
  async button(name: string): Promise<void> {
    await this.frame.locator('.details').getByRole('button', { name }).click();
  }

  /**
   * Notes what the selected row's state reads from now on, each text once, until it ended; call the function that comes
   * back for them. Nothing in between is missed, however slow the test.
   */
  async recordStates(): Promise<() => Promise<string[]>> {
    await this.selected.evaluate((row) => {
      const state = row.querySelector('.row-state');
      const seen = [state?.textContent ?? ''];
      Object.assign(globalThis, { seenStates: seen });
      new MutationObserver(() => {
        const text = state?.textContent ?? '';
        if (text !== seen.at(-1)) seen.push(text);
      }).observe(row, { subtree: true, childList: true, characterData: true });
    });
    return () => this.selected.evaluate(() => (globalThis as unknown as { seenStates: string[] }).seenStates);
  }
}
