import { type Locator, type Page } from 'playwright-core';

/** Modal dialogs and notifications. */
export class Dialogs {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** The modal dialog that is open. */
  get modal(): Locator {
    return this.#page.locator('.monaco-dialog-box');
  }

  /** Waits for a modal dialog and gives all its text. */
  async modalText(): Promise<string> {
    await this.modal.waitFor();
    return this.modal.locator('.dialog-message-container, .dialog-message-row').first().innerText();
  }

  /** Answers the modal dialog with one of its buttons. */
  async answer(button: string): Promise<void> {
    await this.modal.getByRole('button', { name: button, exact: true }).click();
    await this.modal.waitFor({ state: 'detached' });
  }

  /** The notification whose text matches. */
  notification(matching: string | RegExp): Locator {
    return this.#page.locator('.notifications-toasts .notification-list-item', { hasText: matching }).first();
  }

  /** Waits for a notification and gives its text. It may vanish by itself: act on it at once. */
  async waitForNotification(matching: string | RegExp, timeout = 20_000): Promise<string> {
    const toast = this.notification(matching);
    await toast.waitFor({ timeout });
    return (await toast.locator('.notification-list-item-message').innerText()).trim();
  }

  /** Clicks a button of a notification. */
  async notificationButton(matching: string | RegExp, button: string): Promise<void> {
    await this.notification(matching).getByRole('button', { name: button }).click();
  }
}
