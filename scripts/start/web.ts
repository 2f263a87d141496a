// `npm start` without a desktop VS Code: the lean one, served on this machine and opened in a browser.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { type BrowserContext, chromium } from 'playwright-core';
import { say } from '../lib/deps.mjs';
import { packageVsix } from '../lib/vsix.ts';
import { ensureChromium } from '../vscode/chromium.ts';
import { ensureLeanVsCode } from '../vscode/lean.ts';
import { workbenchUrl } from '../vscode/payload.ts';
import { hasDisplay } from '../vscode/resolve.ts';
import { installVsix, startServer } from '../vscode/server.ts';
import { placeOpener, prepareProfile, profile, rememberedPort, rememberPort } from './profile.ts';

export interface WebOptions {
  /** 0: the one of the last start, else a free one. */
  port: number;
  /** Opens it unseen, saves a picture there when the tree stands, and ends. */
  screenshot?: string | undefined;
  /** Resolves when the person wants to stop. */
  interrupted: Promise<unknown>;
}

/** Serves and opens; resolves when the window has been closed or the person has stopped it. */
export async function startWeb(options: WebOptions): Promise<void> {
  const vscode = await ensureLeanVsCode('latest');
  prepareProfile();
  const vsix = await packageVsix();
  placeOpener();
  await installVsix(vscode, profile.serverDataDir, vsix, profile.extensionsDir);
  say(`Installed the extension in VS Code ${vscode.version}.`);
  const server = await startServer({ vscode, ...profile, port: options.port || (await stillFree(rememberedPort())) });
  rememberPort(server.port);
  const url = workbenchUrl(server.url, profile.workspace);
  say(`VS Code is served at ${url}`);
  const ended = once(server.process, 'exit').then(([code]) => {
    throw new Error(`The VS Code server ended by itself (${code}).`);
  });
  ended.catch(() => undefined);
  let window: BrowserContext | undefined;
  try {
    if (options.screenshot) {
      window = await picture(url, options.screenshot);
    } else if (hasDisplay()) {
      window = await openWindow(url);
      say('The window is open. Close it, or press Ctrl+C, to stop.');
      const open = window;
      await Promise.race([new Promise((closed) => open.once('close', closed)), options.interrupted, ended]);
    } else {
      say('There is no display here: open that address in a browser of this machine. Ctrl+C stops it.');
      await Promise.race([options.interrupted, ended]);
    }
  } finally {
    await window?.close();
    await server.stop();
    say('Stopped.');
  }
}

/** The port if nothing listens on it, else 0. */
async function stillFree(port: number): Promise<number> {
  if (port === 0) return 0;
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once('error', () => resolve(0));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(port)));
  });
}

async function openWindow(url: string): Promise<BrowserContext> {
  const executablePath = await ensureChromium();
  // Chromium refuses its sandbox to root.
  const args = [`--app=${url}`, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  return chromium.launchPersistentContext(profile.browserDir, { executablePath, headless: false, viewport: null, args });
}

async function picture(url: string, path: string): Promise<BrowserContext> {
  const browser = await chromium.launch({ executablePath: await ensureChromium(), args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  context.once('close', () => void browser.close());
  try {
    const page = await context.newPage();
    await page.goto(url);
    await page.locator('.sidebar .composite.title', { hasText: 'Backup Explorer' }).waitFor({ timeout: 60_000 });
    await page.locator('.sidebar .pane-body .monaco-list-row[aria-expanded]').first().waitFor({ timeout: 60_000 });
    await page.screenshot({ path });
    say(`The tree stands. Picture: ${path}`);
    return context;
  } catch (error) {
    await context.close();
    throw error;
  }
}
