import { type BrowserContext } from 'playwright-core';

/**
 * Lets secrets outlive a reload. A served VS Code keeps them in memory, unless its host offers an address that
 * mints a key: then they are sealed with it in the browser's storage. Here the host is the test, the key constant.
 */
export async function keepSecrets(context: BrowserContext, url: string): Promise<void> {
  await context.addCookies([{ name: 'vscode-secret-key-path', value: '/mint-key', url }]);
  await context.route('**/mint-key', (route) => route.fulfill({ status: 200, body: Buffer.alloc(32, 7) }));
}
