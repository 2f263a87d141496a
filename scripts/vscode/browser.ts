// The headless browser that a served VS Code is opened in: a profile of its own for each window, and nothing in it but
// VS Code's own scripts, compiled once and for all. To fetch, parse and compile them is half the work of opening a window.
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { ensureChromium } from './chromium.ts';
import { type VsCodeServer } from './server.ts';

/** What Chromium shall leave: --disable-features counts once, so ours takes the place of Playwright's and repeats it. */
const withoutFeatures = [
  // As Playwright has them; the reasons stand there, in chromiumSwitches.ts.
  'AimEnabled',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'ThirdPartyStoragePartitioning',
  // With it, scripts that are there compiled are compiled again.
  'BackgroundResourceFetch',
  // Pages of the browser's own frame, which nobody sees; they cost a process.
  'PreloadTopChromeWebUI',
  'WebUIOmniboxAimPopup',
  'WebUIOmniboxFullPopup',
  'WebUIOmniboxPopup',
];

/** For every headless browser of ours. */
export const browserArguments: readonly string[] = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  `--disable-features=${withoutFeatures.join(',')}`,
];

/** The same for every window, whatever port its server has: what a browser keeps, it keeps by address. */
const host = 'vscode.localhost';

/** The parts of a profile that hold what was fetched, and what was compiled of it. */
const keptParts = [join('Default', 'Cache'), join('Default', 'Code Cache')];

export interface BrowserOptions {
  server: VsCodeServer;
  /** The folder of the browser's profile. It must not be there; the caller removes it. */
  profile: string;
  /** What `keepParts` kept; default: the browser fetches and compiles everything. */
  kept?: string | undefined;
  viewport: { width: number; height: number };
}

export interface ServedBrowser {
  /** Closing it ends the browser. */
  context: BrowserContext;
  page: Page;
  /** Where `server` answers in this browser, and in no other one. */
  url: string;
}

/** Starts a browser for one served VS Code, with a page that is still empty. */
export async function openBrowser({ server, profile, kept, viewport }: BrowserOptions): Promise<ServedBrowser> {
  if (kept) copyParts(kept, profile);
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: await ensureChromium(),
    args: [...browserArguments, `--host-resolver-rules=MAP ${host}:80 127.0.0.1:${server.port}`],
    viewport,
    reducedMotion: 'reduce',
  });
  return { context, page: context.pages()[0] ?? (await context.newPage()), url: `http://${host}` };
}

/** Copies what the browser of `profile`, which has ended, fetched and compiled to `folder`; and no state of any page. */
export function copyParts(profile: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const part of keptParts) cpSync(join(profile, part), join(folder, part), { recursive: true });
}
