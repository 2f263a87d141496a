// Which VS Code the host tests and `npm start` use. The first that can be had, in this order:
// BACKUP_EXPLORER_CODE, a desktop `code` on the PATH, one that @vscode/test-electron can download, the one in tools/.
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { downloadAndUnzipVSCode, SilentReporter } from '@vscode/test-electron';
import { root, say, SetupError } from '../lib/deps.mjs';
import { onPath } from './chromium.ts';
import { ensureLeanVsCode, type VsCodeVersion } from './lean.ts';

export interface VsCodeExecutable {
  kind: 'desktop' | 'web';
  /** What `runTests` is given as vscodeExecutablePath. */
  path: string;
  /** For people: which one, and whence. */
  description: string;
}

/** The lowest version that package.json's engines.vscode allows, e.g. "1.105.0" for "^1.105.0". */
function lowestAllowed(): string {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { engines: { vscode: string } };
  return manifest.engines.vscode.replace(/^\^/, '');
}

/** The application behind the `code` command, or undefined where that is only a remote's command line. */
function desktopOnPath(): string | undefined {
  const command = onPath('code');
  if (!command) return undefined;
  const bin = dirname(realpathSync(command));
  const candidates = {
    win32: [join(bin, '..', 'Code.exe')],
    darwin: [join(bin, '..', '..', '..', 'MacOS', 'Electron'), join(bin, '..', '..', '..', 'MacOS', 'Code')],
    linux: [join(bin, '..', 'code')],
  }[process.platform as 'win32' | 'darwin' | 'linux'];
  return candidates?.find((file) => existsSync(file));
}

/** A desktop window needs a display. xvfb-run, where it exists, gives one to a whole command (see CONTRIBUTING). */
export function hasDisplay(): boolean {
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);
}

async function canDownload(): Promise<string | undefined> {
  try {
    const response = await fetch('https://update.code.visualstudio.com/api/releases/stable', { signal: AbortSignal.timeout(5_000) });
    return response.ok ? undefined : `HTTP ${response.status}`;
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string } };
    return cause?.code ?? message;
  }
}

let downloadProblem: Promise<string | undefined> | undefined;

/** Resolves the VS Code for `which`, installing or downloading it where needed, and says which it is in one line. */
export async function resolveVsCode(which: VsCodeVersion): Promise<VsCodeExecutable> {
  const chosen = process.env['BACKUP_EXPLORER_CODE'];
  if (chosen && which === 'latest') {
    if (!existsSync(chosen)) throw new SetupError(`BACKUP_EXPLORER_CODE is ${chosen}, and no such file exists: correct it or unset it.`);
    return { kind: 'desktop', path: chosen, description: `the VS Code of BACKUP_EXPLORER_CODE (${chosen})` };
  }
  if (!hasDisplay()) return lean(which, 'a desktop VS Code needs a display; xvfb-run gives one');
  const installed = which === 'latest' ? desktopOnPath() : undefined;
  if (installed) return { kind: 'desktop', path: installed, description: `the desktop VS Code on the PATH (${installed})` };
  const problem = await (downloadProblem ??= canDownload());
  if (problem) return lean(which, `a desktop VS Code cannot be downloaded: ${problem}`);
  const version = which === 'lowest' ? lowestAllowed() : 'stable';
  say(`Downloading VS Code ${version} (once)…`);
  const path = await downloadAndUnzipVSCode({ version, cachePath: join(root, '.vscode-test'), reporter: new SilentReporter() });
  return { kind: 'desktop', path, description: `a desktop VS Code ${version} from @vscode/test-electron` };
}

async function lean(which: VsCodeVersion, why: string): Promise<VsCodeExecutable> {
  const { version } = await ensureLeanVsCode(which);
  const minor = (text: string) => text.split('.').slice(0, 2).join('.');
  if (which === 'lowest' && minor(version) !== minor(lowestAllowed())) {
    throw new SetupError(`engines.vscode allows ${lowestAllowed()}, but tools/vscode-1.105 carries ${version}: change both together.`);
  }
  return { kind: 'web', path: wrapper(which), description: `VS Code ${version} in Chromium (${why})` };
}

/** An executable that stands where the `code` program would: `runTests` starts it without a shell. */
function wrapper(which: VsCodeVersion): string {
  if (process.platform === 'win32') {
    throw new SetupError('On Windows the host tests need a desktop VS Code: install one, or let @vscode/test-electron download it.');
  }
  const folder = join(root, '.cache', 'bin');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `code-${which}`);
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const script = fileURLToPath(new URL('codeWeb.ts', import.meta.url));
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', script, which].map(quote).join(' ');
  writeFileSync(file, `#!/bin/sh\nexec ${command} "$@"\n`);
  chmodSync(file, 0o755);
  return file;
}
