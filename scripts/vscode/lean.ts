// A real VS Code out of npm: code-server carries a built one in lib/vscode. Nothing of code-server itself runs.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensureInstalled, ensureNode, packagedNode, root } from '../lib/deps.mjs';

/** `latest` is the newest that tools/vscode pins; `lowest` is the lowest that engines.vscode allows. */
export type VsCodeVersion = 'latest' | 'lowest';

export interface LeanVsCode {
  /** As in its product.json, e.g. "1.105.1". */
  version: string;
  /** The Node that must run it. */
  node: string;
  /** out/server-main.js. */
  serverMain: string;
}

const folders: Record<VsCodeVersion, string> = { latest: 'vscode', lowest: 'vscode-1.105' };

/** The shims that take the place of modules whose binaries would have to be compiled. */
const shims: Record<string, string> = {
  '@vscode/spdlog': 'spdlog',
  '@vscode/native-watchdog': 'native-watchdog',
  'native-watchdog': 'native-watchdog',
};

/**
 * Installs that VS Code where it is missing and completes it.
 * @throws {SetupError} where npm or a new enough Node cannot be had.
 */
export async function ensureLeanVsCode(which: VsCodeVersion): Promise<LeanVsCode> {
  const folder = join(root, 'tools', folders[which]);
  await ensureInstalled(folder, which === 'latest' ? 'a VS Code for tests and npm start' : 'the oldest VS Code we support');
  const modules = join(folder, 'node_modules');
  const home = join(modules, 'code-server', 'lib', 'vscode');
  // VS Code resolves its modules, in node and in the browser, from its own folder.
  const link = join(home, 'node_modules');
  if (!existsSync(link)) {
    rmSync(link, { force: true });
    symlinkSync(modules, link, 'junction');
  }
  for (const [name, shim] of Object.entries(shims)) {
    const target = join(modules, ...name.split('/'));
    if (!existsSync(target)) cpSync(join(root, 'tools', 'shims', shim), target, { recursive: true });
  }
  const product = JSON.parse(readFileSync(join(home, 'product.json'), 'utf8')) as { version: string };
  // 1.139 needs Node 24 (module.registerHooks, a global WebSocket). 1.105 brings its own 22: in 24 its hook for
  // `import 'vscode'` never answers, and every extension that is an ES module hangs, ours and built-in ones.
  const node = packagedNode(folder) ?? (await ensureNode(24));
  return { version: product.version, node, serverMain: join(home, 'out', 'server-main.js') };
}

/** Of some ninety extensions that VS Code brings along, those that a window of ours has a use for. */
const used = ['json', 'microsoft-authentication', 'sql', 'theme-defaults', 'theme-seti'];

/**
 * Makes `folder` hold the few built-in extensions that our windows use, for `builtinExtensionsDir` of a server.
 * All of them cost a fifth of the work that a window's start is.
 */
export function fewBuiltinExtensions(vscode: LeanVsCode, folder: string): string {
  const all = join(dirname(vscode.serverMain), '..', 'extensions');
  mkdirSync(folder, { recursive: true });
  for (const name of used) symlinkSync(join(all, name), join(folder, name), 'junction');
  return folder;
}
