// Serving a lean VS Code on loopback.
import { type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { capture, start, stop } from '../lib/processes.ts';
import { type LeanVsCode } from './lean.ts';

export interface ServerOptions {
  vscode: LeanVsCode;
  /** Everything it keeps on disk; a new folder is a new machine. */
  serverDataDir: string;
  /** Layout of a desktop's: User/settings.json. Default: serverDataDir/data. */
  userDataDir?: string;
  /** Default: serverDataDir/extensions. */
  extensionsDir?: string;
  /** In place of the extensions that VS Code brings along. */
  builtinExtensionsDir?: string;
  /** 0 or absent: a free one. */
  port?: number;
  /**
   * Loads extensions under development and runs extension tests; but VS Code then shows no toasts and answers
   * confirmations by itself.
   */
  smokeTestDriver?: boolean;
  /** Added to the environment of the server and of its extension hosts. */
  env?: Record<string, string | undefined>;
  /** Where the server's own messages go; default: nowhere. */
  onOutput?: (text: string) => void;
}

export interface VsCodeServer {
  port: number;
  /** http://localhost:PORT. "localhost", because webviews need a secure context. */
  url: string;
  process: ChildProcess;
  stop(): Promise<void>;
}

/** A port of loopback that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('loopback gave no port');
  return address.port;
}

function environment(env: Record<string, string | undefined> = {}): NodeJS.ProcessEnv {
  // An empty gallery: without it each start looks for extensions on the internet and logs what it did not find.
  const all: NodeJS.ProcessEnv = { ...process.env, EXTENSIONS_GALLERY: '{}', ...env };
  // It speeds up the start of our own programs; people's VS Code has no such thing.
  delete all['NODE_COMPILE_CACHE'];
  // Started from a VS Code's own terminal, these would make the server talk to that one.
  for (const name of Object.keys(all)) if (/^(VSCODE_|ELECTRON_)/.test(name) && !(name in env)) delete all[name];
  return all;
}

/** Starts the server and resolves when it answers. Throws with its last output where it ends before. */
export async function startServer(options: ServerOptions): Promise<VsCodeServer> {
  const { vscode, serverDataDir } = options;
  mkdirSync(serverDataDir, { recursive: true });
  const port = options.port || (await freePort());
  const args = [
    vscode.serverMain,
    '--host=127.0.0.1',
    `--port=${port}`,
    '--without-connection-token',
    '--accept-server-license-terms',
    `--server-data-dir=${serverDataDir}`,
    `--user-data-dir=${options.userDataDir ?? join(serverDataDir, 'data')}`,
    `--extensions-dir=${options.extensionsDir ?? join(serverDataDir, 'extensions')}`,
    '--disable-telemetry',
    '--telemetry-level=off',
    '--disable-workspace-trust',
  ];
  if (options.builtinExtensionsDir) args.push(`--builtin-extensions-dir=${options.builtinExtensionsDir}`);
  if (options.smokeTestDriver) args.push('--enable-smoke-test-driver');
  const child = start(vscode.node, args, { env: environment(options.env), stdio: ['ignore', 'pipe', 'pipe'] });
  let tail = '';
  const listen = (chunk: string) => {
    tail = (tail + chunk).slice(-4_000);
    options.onOutput?.(chunk);
  };
  child.stdout?.setEncoding('utf8').on('data', listen);
  child.stderr?.setEncoding('utf8').on('data', listen);
  await untilReady(`http://127.0.0.1:${port}/version`, child, () => tail);
  return { port, url: `http://localhost:${port}`, process: child, stop: () => stop(child) };
}

async function untilReady(url: string, child: ChildProcess, tail: () => string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`The VS Code server ended with ${child.exitCode ?? child.signalCode} before it answered:\n${tail()}`);
    }
    const answered = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await stop(child);
  throw new Error(`The VS Code server did not answer ${url} within 30 s:\n${tail()}`);
}

/** Installs a .vsix as a person would. Throws with VS Code's own words where it refuses. */
export async function installVsix(vscode: LeanVsCode, serverDataDir: string, vsix: string, extensionsDir?: string): Promise<void> {
  const args = [
    vscode.serverMain,
    '--accept-server-license-terms',
    `--server-data-dir=${serverDataDir}`,
    `--extensions-dir=${extensionsDir ?? join(serverDataDir, 'extensions')}`,
    `--install-extension=${vsix}`,
    // Also where this very version is there: it may have been built anew.
    '--force',
  ];
  const { code, stdout, stderr } = await capture(vscode.node, args, { env: environment() });
  if (code !== 0 || !/successfully installed/.test(stdout)) throw new Error(`VS Code did not install ${vsix}:\n${stdout}${stderr}`);
}
