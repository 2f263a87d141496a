import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

/** The version that the sandbox is tested with, and fetches where it is asked to. */
export const azuriteVersion = '3.35.0';

/** An installed Azurite. */
export interface AzuriteProgram {
  /** Absolute path of the JavaScript file that serves blobs. */
  readonly main: string;
  readonly version: string;
}

/** Where an npm package keeps what `azurite-blob` runs. */
const blobMain = join('dist', 'src', 'blob', 'main.js');
const commands = ['azurite-blob', 'azurite-blob.cmd', 'azurite', 'azurite.cmd'];

/** Installed beside the sandbox (in a node_modules above it), or on the PATH. */
export function findAzurite(searchPath = process.env['PATH'] ?? ''): AzuriteProgram | undefined {
  return besideUs() ?? onPath(searchPath);
}

/** On a PATH: wherever npm has put a command of it. */
export function onPath(searchPath: string): AzuriteProgram | undefined {
  for (const folder of searchPath.split(delimiter).filter(Boolean)) {
    const command = commands.map((name) => join(folder, name)).find((file) => existsSync(file));
    const found = command === undefined ? undefined : azuriteAt(command);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

/**
 * What a path leads to: the package's folder, a project that has it installed, its `main.js`, or the command that npm
 * made for it (a link to the `main.js`, on Windows a script beside `node_modules`). No script is ever run, only looked behind.
 * @returns undefined where there is no Azurite.
 */
export function azuriteAt(path: string): AzuriteProgram | undefined {
  let real: string;
  try {
    real = realpathSync(path);
  } catch {
    return undefined;
  }
  const folder = statSync(real).isDirectory() ? real : dirname(real);
  const packageFolders = [
    folder,
    // main.js itself: dist/src/blob, or dist/src for the command of all services.
    join(folder, '..', '..', '..'),
    join(folder, '..', '..'),
    join(folder, 'node_modules', 'azurite'),
    // A project's node_modules/.bin on Windows.
    join(folder, '..', 'azurite'),
  ];
  return packageFolders.map(programOf).find((found) => found !== undefined);
}

function besideUs(): AzuriteProgram | undefined {
  try {
    return programOf(dirname(createRequire(import.meta.url).resolve('azurite/package.json')));
  } catch {
    return undefined;
  }
}

function programOf(packageFolder: string): AzuriteProgram | undefined {
  const main = join(packageFolder, blobMain);
  try {
    const { name, version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as Record<string, unknown>;
    return name === 'azurite' && typeof version === 'string' && existsSync(main) ? { main, version } : undefined;
  } catch {
    return undefined;
  }
}
