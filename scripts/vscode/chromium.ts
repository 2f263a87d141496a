// The browser that a served VS Code is opened in.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { say, SetupError } from '../lib/deps.mjs';
import { capture } from '../lib/processes.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome', 'microsoft-edge'];

/** Installed outside the PATH, as these systems do. */
const usualPlaces = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** The full path of a program on the PATH, or undefined. */
export function onPath(name: string): string | undefined {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const ending of endings) {
      const file = join(folder, name + ending);
      if (folder !== '' && existsSync(file)) return file;
    }
  }
  return undefined;
}

function found(): string | undefined {
  const chosen = process.env['CHROME_PATH'];
  if (chosen) {
    if (!existsSync(chosen)) throw new SetupError(`CHROME_PATH is ${chosen}, and no such file exists: correct it or unset it.`);
    return chosen;
  }
  return names.map(onPath).find((path) => path !== undefined) ?? usualPlaces.find(existsSync);
}

/**
 * The path of a Chromium, Chrome or Edge: CHROME_PATH, one that is installed, or Debian's package where we may install it.
 * @throws {SetupError} with what was tried and the remedy.
 */
export async function ensureChromium(): Promise<string> {
  const present = found();
  if (present) return present;
  const remedy = 'install Chromium or Chrome (Debian: apt-get install chromium), or set CHROME_PATH to one';
  if (!onPath('apt-get')) throw new SetupError(`No Chromium or Chrome was found, and there is no apt-get to install one: ${remedy}.`);
  if (process.getuid?.() !== 0) throw new SetupError(`No Chromium or Chrome was found, and only root may install one: ${remedy}.`);
  say('Installing Chromium with apt-get…');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await capture('apt-get', ['update', '-q'], { env });
  const install = await capture('apt-get', ['install', '-qy', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'], { env });
  const path = found();
  if (install.code === 0 && path) return path;
  const reason = install.stderr.trim().split('\n').at(-1) ?? `exit code ${install.code}`;
  throw new SetupError(`No Chromium or Chrome was found, and apt-get could not install one (${reason}): ${remedy}.`);
}
