import { type Locator, type Page } from 'playwright-core';

/** The quick pick or input box that is open. */
export class QuickInput {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  get widget(): Locator {
    return this.#page.locator('.quick-input-widget').filter({ visible: true });
  }

  get input(): Locator {
    return this.widget.locator('.quick-input-box input');
  }

  get items(): Locator {
    return this.widget.locator('.quick-input-list .monaco-list-row');
  }

  /** Waits for an input whose title matches. */
  async waitForTitle(title: string | RegExp): Promise<void> {
    await this.widget.locator('.quick-input-title', { hasText: title }).waitFor();
  }

  async title(): Promise<string> {
    return (await this.widget.locator('.quick-input-title').innerText()).trim();
  }

  async placeholder(): Promise<string> {
    return (await this.input.getAttribute('placeholder')) ?? '';
  }

  /** What stands in the input. */
  value(): Promise<string> {
    return this.input.inputValue();
  }

  /** The text under the input: a prompt, or why a value is refused. Waits until one matches. */
  async message(matching: string | RegExp = /\S/): Promise<string> {
    const message = this.widget.locator('.quick-input-message', { hasText: matching });
    await message.waitFor();
    return (await message.innerText()).trim();
  }

  /** Replaces what stands in the input. */
  async type(text: string): Promise<void> {
    await this.input.waitFor();
    await this.input.fill(text);
  }

  /** Enter, once what it shows has come: until then it means nothing. */
  async accept(text?: string): Promise<void> {
    await this.#waitForLoaded();
    if (text !== undefined) await this.type(text);
    await this.input.press('Enter');
  }

  /** The list says so by its placeholder, the box by the text under it. */
  async #waitForLoaded(): Promise<void> {
    await this.input.and(this.#page.locator('input:not([placeholder="Loading..."])')).waitFor();
    await this.widget.locator('.quick-input-message', { hasText: /^\s*Loading\.\.\./ }).waitFor({ state: 'hidden' });
  }

  async cancel(): Promise<void> {
    await this.input.press('Escape');
    await this.widget.waitFor({ state: 'hidden' });
  }

  /** The labels of the items in sight; waits for the first. */
  async list(): Promise<string[]> {
    await this.items.first().waitFor();
    return (await this.items.locator('.quick-input-list-rows > .quick-input-list-row:first-child .label-name').allInnerTexts()).map(
      (text) => text.trim(),
    );
  }

  item(label: string | RegExp): Locator {
    const exact = typeof label === 'string' ? new RegExp(`^\\s*${label.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`) : label;
    return this.items.filter({ has: this.#page.locator('.label-name', { hasText: exact }) }).first();
  }

  /** Chooses an item of a list of which one is chosen. */
  async pick(label: string | RegExp): Promise<void> {
    await this.item(label).click();
  }

  /** Ticks items of a list of which many are chosen, and confirms. */
  async pickMany(...labels: (string | RegExp)[]): Promise<void> {
    for (const label of labels) await this.item(label).click();
    await this.widget.getByRole('button', { name: 'OK' }).click();
  }

  /** A button in the title bar, such as "Back". */
  async button(tooltip: string): Promise<void> {
    await this.widget.locator(`.quick-input-titlebar .action-label[aria-label^="${tooltip}"]`).click();
  }
}
