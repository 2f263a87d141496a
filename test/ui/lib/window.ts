/**
 * A real VS Code window with the packaged extension in it, as a person has it: the .vsix installed in a clean place,
 * no extension under development, no test hooks. Opened in a headless Chromium and driven by clicks and keys.
 *
 *     const window = await openWindow({ machine: { 'azureBackup.cloud': 'sandbox' } });
 *     await window.openView();
 *     await window.tree.expand('Contoso Production');
 *     await window.tree.menu('vm-web-01', 'Back Up Now...');
 *     await window.quickInput.accept();
 *     await window.screenshot('backed-up');
 *     await window.close();
 *
 * Every method waits for what it names and throws, with a screenshot's path, where it does not come within its time.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, type Page } from 'playwright-core';
import { root } from '../../../scripts/lib/deps.mjs';
import { vsixUnderTest } from '../../../scripts/lib/vsix.ts';
import { openBrowser } from '../../../scripts/vscode/browser.ts';
import { ensureCompiled } from '../../../scripts/vscode/compiled.ts';
import { ensureLeanVsCode, fewBuiltinExtensions, type VsCodeVersion } from '../../../scripts/vscode/lean.ts';
import { workbenchUrl } from '../../../scripts/vscode/payload.ts';
import { installVsix, startServer, type VsCodeServer } from '../../../scripts/vscode/server.ts';
import { seedSettings, type Settings } from '../../../scripts/vscode/settings.ts';
import { Dialogs } from './dialogs.ts';
import { QuickInput } from './quickInput.ts';
import { Jobs } from './jobs.ts';
import { keepSecrets } from './secrets.ts';
import { keepStill } from './stillness.ts';
import { Tree } from './tree.ts';

export interface WindowOptions {
  /** The package to install; default: the one that VSIX names, else one is made. `null`: none. */
  vsix?: string | null;
  /** Further packages. */
  otherVsix?: string[];
  /** With all extensions that VS Code brings along; default: with those few that our windows use. */
  allBuiltIns?: boolean;
  /** User settings, over those that keep a window quiet. */
  user?: Settings;
  /** Machine-scoped settings: they count only here. */
  machine?: Settings;
  /** The folder to open, an absolute path; default: none. */
  folder?: string;
  /** Default: latest. */
  version?: VsCodeVersion;
  /** In pixels. A tall window shows many rows: lists draw only what is in sight. Default 1400 x 1000. */
  viewport?: { width: number; height: number };
  /** Added to the environment of the extension host, and so of the sandbox that it starts. */
  env?: Record<string, string | undefined>;
}

/** How long anything may take before it counts as not coming, in ms. */
const patienceMs = 20_000;

export async function openWindow(options: WindowOptions = {}): Promise<VsCodeWindow> {
  const version = options.version ?? 'latest';
  const vscode = await ensureLeanVsCode(version);
  // The other one is opened too seldom to be worth it.
  const kept = version === 'latest' ? await ensureCompiled(vscode) : undefined;
  const vsix = options.vsix === undefined ? await vsixUnderTest() : options.vsix;
  const home = mkdtempSync(join(tmpdir(), 'backup-explorer-window-'));
  const dataDir = join(home, 'data');
  let server: VsCodeServer | undefined;
  let context: BrowserContext | undefined;
  try {
    for (const file of [...(vsix ? [vsix] : []), ...(options.otherVsix ?? [])]) await installVsix(vscode, home, file);
    seedSettings(dataDir, options);
    server = await startServer({
      vscode,
      serverDataDir: home,
      userDataDir: dataDir,
      ...(!options.allBuiltIns && { builtinExtensionsDir: fewBuiltinExtensions(vscode, join(home, 'builtin')) }),
      ...(options.env && { env: options.env }),
    });
    const viewport = options.viewport ?? { width: 1400, height: 1000 };
    const browser = await openBrowser({ server, profile: join(home, 'browser'), kept, viewport });
    const { page, url } = browser;
    context = browser.context;
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url });
    await keepSecrets(context, url);
    await keepStill(context);
    context.setDefaultTimeout(patienceMs);
    const window = new VsCodeWindow({ page, context, server, home, dataDir });
    await page.goto(workbenchUrl(url, options.folder));
    await window.ready();
    return window;
  } catch (error) {
    await context?.close();
    await server?.stop();
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    throw error;
  }
}

interface Parts {
  page: Page;
  context: BrowserContext;
  server: VsCodeServer;
  home: string;
  dataDir: string;
}

export class VsCodeWindow {
  /** For what this class has no method for. */
  readonly page: Page;
  readonly server: VsCodeServer;
  /** The folder of User/, Machine/ and logs/. */
  readonly dataDir: string;
  /** Our tree. */
  readonly tree: Tree;
  /** Quick picks and input boxes. */
  readonly quickInput: QuickInput;
  /** Modal dialogs and notifications. */
  readonly dialogs: Dialogs;
  /** The Jobs panel. */
  readonly jobs: Jobs;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.page = parts.page;
    this.server = parts.server;
    this.dataDir = parts.dataDir;
    this.tree = new Tree(parts.page);
    this.quickInput = new QuickInput(parts.page);
    this.dialogs = new Dialogs(parts.page);
    this.jobs = new Jobs(parts.page);
  }

  /** Waits for the workbench and its status bar. */
  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .activitybar .action-item').first().waitFor();
    await this.page.locator('.statusbar-item').first().waitFor();
  }

  /** Opens a view container by its title in the activity bar; default: ours. Does nothing where it is open. */
  async openView(title = 'Backup Explorer'): Promise<void> {
    const item = this.page.locator(`.activitybar .action-item:has(a[aria-label^="${title}"])`);
    await item.waitFor();
    const open = await item.evaluate((element) => element.classList.contains('checked'));
    if (!open) await item.locator('a').first().click();
    await this.page.locator('.sidebar .composite.title', { hasText: new RegExp(title, 'i') }).waitFor();
  }

  /** The text and the buttons of our view where it has no rows. */
  get welcome(): { text(): Promise<string>; click(button: string): Promise<void> } {
    const pane = this.page.locator('.sidebar .welcome-view').filter({ visible: true });
    return {
      text: () => pane.innerText(),
      click: (button) => pane.getByRole('button', { name: button }).click(),
    };
  }

  /** Clicks an icon in the title bar of our view, by its tooltip. */
  async viewAction(label: string): Promise<void> {
    const header = this.page.locator('.sidebar');
    await header.locator('.composite.title, .pane-header').first().hover();
    await header.locator(`.action-label[aria-label^="${label}"]`).first().click();
  }

  /** Runs a command from the palette by its full title, such as "Azure Backup: Refresh". */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.quickInput.type(`>${title}`);
    await this.quickInput.pick(title);
  }

  /** The text of a status bar item whose text or tooltip matches; waits until there is one. */
  async statusBar(matching: string | RegExp): Promise<string> {
    const item = this.page.locator('.statusbar-item', { hasText: matching }).first();
    await item.waitFor();
    return (await item.innerText()).trim();
  }

  async clickStatusBar(matching: string | RegExp): Promise<void> {
    await this.page.locator('.statusbar-item', { hasText: matching }).first().locator('a').first().click();
  }

  /** The document inside the webview in front; locators of it work as on a page. */
  webview(): ReturnType<Page['frameLocator']> {
    return this.page.frameLocator('iframe.webview.ready').last().frameLocator('iframe#active-frame');
  }

  /** The editor tabs, by their titles. */
  async editors(): Promise<string[]> {
    return this.page.locator('.tabs-container .tab .label-name').allInnerTexts();
  }

  /** Closes an editor by its tab's title. */
  async closeEditor(title: string): Promise<void> {
    const tab = this.page.locator(`.tabs-container .tab[aria-label^="${title}"]`).first();
    await tab.hover();
    await tab.locator('.tab-actions .action-label').click();
    await tab.waitFor({ state: 'detached' });
  }

  /** The text of the editor in front. Long lines and far ones are not drawn, so only short documents are whole. */
  async editorText(): Promise<string> {
    const lines = this.page.locator('.editor-instance .view-lines').first();
    await lines.waitFor();
    return (await lines.innerText()).replaceAll('\u00a0', ' ');
  }

  /** What was last copied, as soon as it matches: copying takes its way through the extension host. */
  async clipboard(matching: RegExp): Promise<string> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const text = await this.page.evaluate(() => navigator.clipboard.readText());
      if (matching.test(text)) return text;
      if (Date.now() > deadline) throw new Error(`${matching} was not copied; the clipboard holds ${JSON.stringify(text)}.`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Empties the clipboard, so that what comes next is new. */
  clearClipboard(): Promise<void> {
    return this.page.evaluate(() => navigator.clipboard.writeText(''));
  }

  /** Writes the settings files anew; VS Code takes notice by itself. */
  changeSettings(settings: { user?: Settings; machine?: Settings }): void {
    seedSettings(this.dataDir, settings);
  }

  /** Saves a picture of a step of a test under .cache/screenshots, where SCREENSHOTS asks for them. */
  async screenshot(name: string): Promise<void> {
    if (process.env['SCREENSHOTS']) await this.picture(name);
  }

  /** Saves a picture under .cache/screenshots and returns its path. */
  async picture(name: string): Promise<string> {
    const folder = join(root, '.cache', 'screenshots');
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${name.replaceAll(/[^\w.-]+/g, '-')}.png`);
    await this.page.screenshot({ path });
    return path;
  }

  /** The newest log whose path matches, such as /remoteexthost\.log$/ or /Azure Backup/; '' where there is none. */
  log(matching: RegExp): string {
    const folder = join(this.dataDir, 'logs');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => matching.test(file));
    const newest = files.sort().at(-1);
    return newest ? readFileSync(join(folder, newest), 'utf8') : '';
  }

  /** Reloads the window and waits for it. State and secrets stay. */
  async reload(): Promise<void> {
    const loaded = this.page.waitForEvent('load');
    // A reload of the page alone may come before VS Code has written down what it had open.
    await this.command('Developer: Reload Window');
    await loaded;
    await this.ready();
  }

  /** The processes of the extension host, seen from outside; usually one. */
  #extensionHosts(): number[] {
    const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
    return lines.flatMap((line) => {
      const [, pid, parent, args = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return Number(parent) === this.server.process.pid && args.includes('--type=extensionHost') ? [Number(pid)] : [];
    });
  }

  /** Ends the extension host at once, as a crash does, and gives its process id. VS Code starts another by itself. */
  killExtensionHost(): number {
    const [pid, ...others] = this.#extensionHosts();
    if (pid === undefined || others.length > 0) throw new Error(`one extension host should run, not ${[pid, ...others].join(', ')}`);
    process.kill(pid, 'SIGKILL');
    return pid;
  }

  /** Waits until an extension host runs that is another one than `pid`. */
  async extensionHostOtherThan(pid: number): Promise<void> {
    const deadline = Date.now() + patienceMs;
    while (!this.#extensionHosts().some((other) => other !== pid)) {
      if (Date.now() > deadline) throw new Error('VS Code started no other extension host.');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Ends window and server and removes what they kept. */
  async close(): Promise<void> {
    await this.#parts.context.close();
    await this.#parts.server.stop();
    rmSync(this.#parts.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
