// VS Code's scripts as a browser has compiled them, kept under .cache for all windows to come.
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root, say, withLock } from '../lib/deps.mjs';
import { copyParts, openBrowser } from './browser.ts';
import { ensureChromium } from './chromium.ts';
import { fewBuiltinExtensions, type LeanVsCode } from './lean.ts';
import { workbenchUrl } from './payload.ts';
import { startServer, type VsCodeServer } from './server.ts';
import { seedSettings } from './settings.ts';

const place = join(root, '.cache', 'compiled');
const viewport = { width: 1400, height: 1000 };
const patienceMs = 20_000;

/**
 * The folder of what a browser keeps of this VS Code's scripts, for `openBrowser`. Made where there is none for this
 * VS Code and this browser; another one's is removed. Throws where no window can be opened.
 */
export async function ensureCompiled(vscode: LeanVsCode): Promise<string> {
  const folder = join(place, keyOf(vscode, await ensureChromium()));
  if (existsSync(folder)) return folder;
  return withLock(`${place}.lock`, async () => {
    if (!existsSync(folder)) await compile(vscode, folder);
    return folder;
  });
}

const workbench = (vscode: LeanVsCode): string => join(dirname(vscode.serverMain), 'vs', 'code', 'browser', 'workbench', 'workbench.js');

/** Changes with either program. */
function keyOf(vscode: LeanVsCode, executablePath: string): string {
  const files = [workbench(vscode), vscode.serverMain, executablePath].map((file) => [file, statSync(file).size, statSync(file).mtimeMs]);
  return createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16);
}

async function compile(vscode: LeanVsCode, folder: string): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'backup-explorer-compile-'));
  let server: VsCodeServer | undefined;
  try {
    seedSettings(join(home, 'data'));
    const builtinExtensionsDir = fewBuiltinExtensions(vscode, join(home, 'builtin'));
    server = await startServer({ vscode, serverDataDir: home, builtinExtensionsDir });
    const profile = join(home, 'browser');
    await openTwice(server, profile, statSync(workbench(vscode)).size);
    rmSync(place, { recursive: true, force: true });
    // Beside it first: a copy that is cut short must not pass for a whole one.
    copyParts(profile, `${folder}.part`);
    renameSync(`${folder}.part`, folder);
  } finally {
    await server?.stop();
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** A browser keeps what it compiled of a script when it sees it the second time. */
async function openTwice(server: VsCodeServer, profile: string, scriptBytes: number): Promise<void> {
  const { context, page, url } = await openBrowser({ server, profile, viewport });
  try {
    context.setDefaultTimeout(patienceMs);
    const ready = () => page.locator('.statusbar-item').first().waitFor();
    await page.goto(workbenchUrl(url, undefined));
    await ready();
    await page.reload();
    await ready();
    // Compiled, it is nearly as big as its text.
    if (!(await isKept(profile, scriptBytes / 4))) say('The browser does not keep what it compiles: windows of tests open slower.');
  } finally {
    await context.close();
  }
}

/** Waits until something of that size was compiled and kept, and has stopped growing. */
async function isKept(profile: string, bytes: number): Promise<boolean> {
  const folder = join(profile, 'Default', 'Code Cache', 'js');
  let before = '';
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline;) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const sizes = existsSync(folder)
      ? readdirSync(folder).map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0)
      : [];
    const now = sizes.join();
    if (now === before && sizes.some((size) => size >= bytes)) return true;
    before = now;
  }
  return false;
}
