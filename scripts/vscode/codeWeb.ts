// Stands in for the `code` program: takes the arguments that @vscode/test-electron gives to a desktop VS Code,
// serves a lean VS Code, opens it in a headless Chromium, and ends with the exit code of the extension tests.
// Usage: codeWeb.ts latest|lowest [--ARGUMENT=VALUE]... [FOLDER]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, format } from 'node:util';
import { chromium } from 'playwright-core';
import { interrupted } from '../lib/processes.ts';
import { runTask } from '../lib/task.ts';
import { browserArguments } from './browser.ts';
import { ensureChromium } from './chromium.ts';
import { ensureLeanVsCode } from './lean.ts';
import { type Payload, remoteUri, workbenchUrl } from './payload.ts';
import { startServer } from './server.ts';

/** What the page calls in tests mode; the workbench looks for these names. */
declare global {
  var codeAutomationLog: (type: string, args: unknown[]) => void;
  var codeAutomationExit: (code: number, logs: unknown) => void;
}

/** What the workbench says about itself at every start; it would bury what the tests say. */
const chatter =
  /^(Resolv(ing|ed) connection token|Creating a socket|Ignoring fetching additional builtin|\[(Service Worker|AgentHost|AccountPolicyGate|reconnection-grace-time|[Nn]etwork)|No search provider registered|\s*$)/;

/** A window that has not reported an end by then never will. */
const patienceMs = 4 * 60_000;

function readArguments() {
  const { values, positionals } = parseArgs({
    // Desktop-only switches (--no-sandbox and the like) mean nothing here.
    strict: false,
    allowPositionals: true,
    args: process.argv.slice(3),
    options: {
      extensionDevelopmentPath: { type: 'string', multiple: true },
      extensionTestsPath: { type: 'string' },
      'user-data-dir': { type: 'string' },
      'extensions-dir': { type: 'string' },
    },
  });
  const text = (value: unknown) => (typeof value === 'string' ? resolve(value) : undefined);
  const [folder] = positionals;
  return {
    developmentPaths: (values['extensionDevelopmentPath'] ?? []) as string[],
    testsPath: text(values['extensionTestsPath']),
    userDataDir: text(values['user-data-dir']),
    extensionsDir: text(values['extensions-dir']),
    folder: text(folder),
  };
}

await runTask(async () => {
  const which = process.argv[2] === 'lowest' ? 'lowest' : 'latest';
  const { developmentPaths, testsPath, userDataDir, extensionsDir, folder } = readArguments();
  if (developmentPaths.length > 1)
    throw new Error(`A served VS Code develops one extension at a time, not ${developmentPaths.join(', ')}.`);
  const [vscode, executablePath] = await Promise.all([ensureLeanVsCode(which), ensureChromium()]);
  const serverDataDir = mkdtempSync(join(tmpdir(), 'backup-explorer-code-'));
  const server = await startServer({
    vscode,
    serverDataDir,
    smokeTestDriver: true,
    ...(userDataDir && { userDataDir }),
    ...(extensionsDir && { extensionsDir }),
  });
  const extras: Payload = developmentPaths.map((path) => ['extensionDevelopmentPath', remoteUri(server.url, path)]);
  if (testsPath) extras.push(['extensionTestsPath', remoteUri(server.url, testsPath)]);
  const browser = await chromium.launch({ executablePath, args: [...browserArguments] });
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    const ended = new Promise<number>((finish, fail) => {
      const timer = setTimeout(
        () => fail(new Error(`The VS Code window reported no end within ${patienceMs / 60_000} minutes.`)),
        patienceMs,
      );
      void page.exposeFunction('codeAutomationLog', (type: string, args: unknown[]) => {
        const text = format(...args);
        if (!chatter.test(text)) (type === 'error' || type === 'warn' ? process.stderr : process.stdout).write(`${text}\n`);
      });
      void page.exposeFunction('codeAutomationExit', (code: number) => (clearTimeout(timer), finish(code)));
      page.on('crash', () => fail(new Error('The browser page of the VS Code window crashed.')));
      server.process.once('exit', (code) => fail(new Error(`The VS Code server ended early (${code}).`)));
      void interrupted().then(() => finish(130));
    });
    await page.goto(workbenchUrl(server.url, folder, extras));
    process.exitCode = await ended;
  } finally {
    await browser.close();
    server.process.removeAllListeners('exit');
    await server.stop();
    rmSync(serverDataDir, { recursive: true, force: true });
  }
});
// Chromium's pipes can outlive it by seconds.
process.exit();
