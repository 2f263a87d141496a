// `npm start` with a desktop VS Code: the extension from this folder, in a profile of its own.
import { once } from 'node:events';
import { build } from '../lib/build.ts';
import { root, say } from '../lib/deps.mjs';
import { start, stop } from '../lib/processes.ts';
import { type VsCodeExecutable } from '../vscode/resolve.ts';
import { prepareProfile, profile } from './profile.ts';

/** Opens a window; resolves when it has been closed or the person has stopped it. */
export async function startDesktop(vscode: VsCodeExecutable, interrupted: Promise<unknown>): Promise<void> {
  await build('development');
  prepareProfile();
  const args = [
    profile.workspace,
    `--extensionDevelopmentPath=${root}`,
    `--extensionDevelopmentPath=${profile.opener}`,
    `--user-data-dir=${profile.userDataDir}`,
    `--extensions-dir=${profile.extensionsDir}`,
    '--new-window',
    '--wait',
    '--disable-workspace-trust',
    '--skip-welcome',
    '--skip-release-notes',
    // Chromium refuses its sandbox to root.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ];
  const window = start(vscode.path, args, { stdio: 'ignore' });
  say(`Opening ${vscode.description}. Close its window, or press Ctrl+C, to stop.`);
  await Promise.race([once(window, 'exit'), interrupted]);
  await stop(window);
  say('Stopped.');
}
