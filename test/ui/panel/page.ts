/** The Jobs panel's browser side in a real browser, with a stand-in for the extension's side. */
import { createServer, type Server } from 'node:http';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { build } from 'esbuild';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { bundles } from '../../../scripts/lib/bundles.ts';
import { browserArguments } from '../../../scripts/vscode/browser.ts';
import { ensureChromium } from '../../../scripts/vscode/chromium.ts';
import { pageHtml } from '../../../src/views/html.ts';
import type { DetailsView, FeedView, PanelState, RowView, ToBrowser, ToHost } from '../../../src/views/protocol.ts';
import type { FullView } from '../../unit/views/fullView.ts';
import { themeCss, type ThemeName } from './themes.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.ttf': 'font/ttf',
  '.html': 'text/html; charset=utf-8',
};

export interface Panel {
  readonly page: Page;
  /** What the browser side posted. */
  readonly posted: ToHost[];
  /** Errors, warnings of the console and violations of the page's policy. */
  readonly complaints: string[];
  send(message: ToBrowser): Promise<void>;
  /** Waits until what was told or typed is shown. */
  painted(): Promise<void>;
  /** All rows that there are; the details of the one that is selected follow by themselves, now and later. */
  all(rows: readonly FullView[], feed?: FeedView): Promise<void>;
  /** Rows that are new or have changed. */
  put(...rows: readonly FullView[]): Promise<void>;
  remove(...ids: readonly string[]): Promise<void>;
  /** Clicks a row and waits for its details. */
  look(id: string): Promise<void>;
  /** Another theme, as when a person chooses one. */
  wear(theme: ThemeName): Promise<void>;
  state(): Promise<PanelState | undefined>;
  screenshot(name: string): Promise<void>;
}

interface PageOptions {
  theme?: ThemeName;
  width?: number;
  height?: number;
  state?: PanelState;
  /** With all that moves by itself; default: as for a person who has asked for less, which costs far less to draw. */
  moves?: boolean;
}

/** Serves the bundles as they are shipped and opens pages of them. */
export class PanelHouse {
  #folder = '';
  #server: Server | undefined;
  #browser: Browser | undefined;
  readonly #contexts: BrowserContext[] = [];
  async start(): Promise<void> {
    this.#folder = await mkdtemp(path.join(tmpdir(), 'panel-'));
    const options = bundles('production').get('media');
    if (!options) {
      throw new Error('no bundle named media');
    }
    await build({ ...options, outdir: this.#folder, logLevel: 'error' });
    this.#server = createServer((request, response) => {
      void this.#answer(request.url ?? '/').then(
        ({ body, type }) => response.writeHead(200, { 'content-type': type }).end(body),
        (error: unknown) => response.writeHead(404).end(String(error)),
      );
    });
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve));
    this.#browser = await chromium.launch({ executablePath: await ensureChromium(), args: [...browserArguments] });
  }

  /** A page that was told of these rows. */
  async openWith(rows: readonly FullView[], options: PageOptions = {}): Promise<Panel> {
    const panel = await this.open(options);
    await panel.all(rows);
    return panel;
  }

  async open(options: PageOptions = {}): Promise<Panel> {
    const context = await this.#browser?.newContext({
      viewport: { width: options.width ?? 1200, height: options.height ?? 800 },
      reducedMotion: options.moves ? 'no-preference' : 'reduce',
      timezoneId: 'Europe/Berlin',
      locale: 'en-GB',
    });
    if (!context) {
      throw new Error('not started');
    }
    this.#contexts.push(context);
    const page = await context.newPage();
    const posted: ToHost[] = [];
    const complaints: string[] = [];
    page.on('console', (message) => (['error', 'warning'].includes(message.type()) ? complaints.push(message.text()) : undefined));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    const known = new Map<string, FullView>();
    let looked: string | undefined;
    const painted = (): Promise<void> =>
      page.evaluate(() => new Promise<void>((resolve) => setTimeout(() => requestAnimationFrame(() => setTimeout(resolve)))));
    const send = (message: ToBrowser): Promise<void> => page.evaluate((data) => window.postMessage(data, '*'), message).then(painted);
    const sendDetails = async (): Promise<void> => {
      const view = known.get(looked ?? '');
      if (view) {
        await send({ type: 'details', details: detailsOf(view) });
      }
    };
    await page.exposeFunction('postToHost', async (message: ToHost) => {
      posted.push(message);
      if (message.type === 'show') {
        looked = message.id;
        await sendDetails();
      }
    });
    await page.addInitScript((state) => {
      let kept: unknown = state ?? undefined;
      Object.assign(globalThis, {
        acquireVsCodeApi: () => ({
          postMessage: (message: unknown) => (globalThis as unknown as { postToHost(message: unknown): void }).postToHost(message),
          getState: () => kept,
          setState: (next: unknown) => (kept = next),
        }),
        keptState: () => kept,
      });
    }, options.state ?? null);
    await page.goto(`http://127.0.0.1:${(this.#server?.address() as AddressInfo).port}/?${options.theme ?? 'dark'}`);
    await waitFor(
      () => `the page says that it is ready (it complained: ${complaints.join('; ')})`,
      () => posted.some((message) => message.type === 'ready'),
    );
    return {
      page,
      posted,
      complaints,
      send,
      painted,
      all: async (rows, feed = { loading: false, problems: [] }) => {
        known.clear();
        rows.forEach((row) => known.set(row.id, row));
        await send({ type: 'all', rows: rows.map(rowOf), feed });
        await page.waitForFunction(
          () =>
            document.querySelector('.details-body')?.hasAttribute('hidden') ||
            !document.querySelector('.details-rest')?.hasAttribute('hidden'),
        );
      },
      put: async (...rows) => {
        rows.forEach((row) => known.set(row.id, row));
        await send({ type: 'rows', upserts: rows.map(rowOf), removes: [] });
        if (rows.some(({ id }) => id === looked)) {
          await sendDetails();
        }
      },
      look: async (id) => {
        await page.locator(`.row[data-id="${id}"]`).click();
        await page.locator(`.details[data-id="${id}"]`).waitFor();
      },
      wear: async (theme) => {
        await page.evaluate(
          ({ href, bodyClass }) =>
            new Promise<void>((resolve, reject) => {
              const sheet = document.querySelector<HTMLLinkElement>('link[href*="theme"]');
              document.body.className = bodyClass;
              if (sheet?.getAttribute('href') === href) {
                resolve();
                return;
              }
              sheet?.addEventListener('load', () => resolve(), { once: true });
              sheet?.addEventListener('error', () => reject(new Error(`${href} was not loaded`)), { once: true });
              sheet?.setAttribute('href', href);
            }),
          { href: themeUrl(theme), bodyClass: themeCss(theme).bodyClass },
        );
        await painted();
      },
      remove: (...ids) => {
        ids.forEach((id) => known.delete(id));
        return send({ type: 'rows', upserts: [], removes: ids });
      },
      state: () => page.evaluate(() => (globalThis as unknown as { keptState(): PanelState | undefined }).keptState()),
      screenshot: async (name) => {
        if (!process.env['SCREENSHOTS']) return;
        const folder = path.join(root, '.cache', 'screenshots');
        await mkdir(folder, { recursive: true });
        await page.screenshot({ path: path.join(folder, `${name}.png`) });
      },
    };
  }

  async closePages(): Promise<void> {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
  }

  async stop(): Promise<void> {
    await this.closePages();
    await this.#browser?.close();
    await new Promise((resolve) => (this.#server ? this.#server.close(resolve) : resolve(undefined)));
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #answer(address: string): Promise<{ body: string | Buffer; type: string }> {
    const { pathname: url, search } = new URL(address, 'http://127.0.0.1');
    const theme = search.slice(1) as ThemeName;
    if (url === '/') {
      const html = pageHtml({
        title: 'Backup Jobs',
        cspSource: "'self'",
        script: '/jobs.js',
        styles: ['/jobs.css', themeUrl(theme)],
        iconStyle: '/codicon.css',
      });
      return { body: html.replace('<body>', `<body class="${themeCss(theme).bodyClass}">`), type: types['.html'] ?? '' };
    }
    if (url === '/theme.css') {
      return { body: themeCss(theme).css, type: 'text/css' };
    }
    const file = path.basename(url);
    const folder = file.startsWith('codicon') ? path.join(root, 'node_modules/@vscode/codicons/dist') : this.#folder;
    return { body: await readFile(path.join(folder, file)), type: types[path.extname(file)] ?? 'application/octet-stream' };
  }
}

function themeUrl(theme: ThemeName): string {
  return `/theme.css?${theme}`;
}

/** The members that are the row's alone go with the row, all others with the details, as the extension's side sends them. */
const rowMembers: Readonly<Record<keyof RowView, true>> = {
  id: true,
  source: true,
  system: true,
  title: true,
  target: true,
  where: true,
  vault: true,
  vaultKey: true,
  batch: true,
  retry: true,
  triedBy: true,
  unsent: true,
  state: true,
  stateWord: true,
  icon: true,
  active: true,
  moving: true,
  queued: true,
  startedAt: true,
  endedAt: true,
  percent: true,
  search: true,
};

export function rowOf(view: FullView): RowView {
  return Object.fromEntries(
    Object.entries(view).filter(([name, value]) => name in rowMembers && value !== undefined),
  ) as unknown as RowView;
}

function detailsOf(view: FullView): DetailsView {
  const own = Object.entries(view).filter(([name]) => name === 'id' || !(name in rowMembers));
  return Object.fromEntries(own) as unknown as DetailsView;
}

/** Waits for a condition of this process, at most ten seconds. */
export async function waitFor(what: string | (() => string), condition: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > end) {
      throw new Error(`did not happen within 10 s: ${typeof what === 'string' ? what : what()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
