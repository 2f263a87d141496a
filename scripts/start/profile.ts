// What `npm start` keeps between two starts: settings, extensions, the browser's memory. All under .cache/start.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../lib/deps.mjs';
import { seedSettings } from '../vscode/settings.ts';

const home = join(root, '.cache', 'start');

export const profile = {
  /** For a desktop: --user-data-dir and --extensions-dir. For a served VS Code: its server data. */
  userDataDir: join(home, 'data'),
  extensionsDir: join(home, 'extensions'),
  serverDataDir: join(home, 'server'),
  browserDir: join(home, 'browser'),
  workspace: join(home, 'workspace'),
  /** The small extension that opens our view. */
  opener: fileURLToPath(new URL('opener', import.meta.url)),
};

/** Prepares the folders. Settings are written once: what a person changes later stays. */
export function prepareProfile(): void {
  mkdirSync(home, { recursive: true });
  if (!existsSync(join(profile.userDataDir, 'User', 'settings.json'))) {
    seedSettings(profile.userDataDir, { machine: { 'azureBackup.cloud': 'sandbox' } });
  }
  if (!existsSync(profile.workspace)) cpSync(fileURLToPath(new URL('workspace', import.meta.url)), profile.workspace, { recursive: true });
}

/** Puts an extension's folder among those of a served VS Code, as if it had been installed. */
export function placeOpener(): void {
  const { publisher, name, version } = JSON.parse(readFileSync(join(profile.opener, 'package.json'), 'utf8')) as Record<string, string>;
  const target = join(profile.extensionsDir, `${publisher}.${name}-${version}`);
  rmSync(target, { recursive: true, force: true });
  cpSync(profile.opener, target, { recursive: true });
}

/** Remembers the port of the last start: the browser keeps a window's state by its address. */
export function rememberedPort(): number {
  const file = join(home, 'port');
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
}

export function rememberPort(port: number): void {
  writeFileSync(join(home, 'port'), String(port));
}
