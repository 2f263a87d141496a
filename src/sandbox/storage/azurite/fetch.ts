import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { azuriteVersion, onPath, type AzuriteProgram } from './find.ts';

/** Long enough for a slow line. */
const limitMs = 300_000;
/** Marks the line that our own program prints, among whatever npm says. */
const mark = 'azurite-search-path:';

/**
 * Has npx fetch Azurite into npm's own cache, which asks the network only where it is not there yet. No install script
 * of a package is run.
 * @param npx the command; npm's own by default.
 * @throws Error that says, for a person, what went wrong.
 */
export async function fetchAzurite(npx = 'npx'): Promise<AzuriteProgram> {
  const isWindows = process.platform === 'win32';
  // Windows runs scripts through its shell only; nothing in these arguments comes from outside.
  const program = isWindows ? `"console.log('${mark}'+process.env.PATH)"` : `console.log('${mark}'+process.env.PATH)`;
  const child = spawn(npx, ['--yes', `--package=azurite@${azuriteVersion}`, '--', 'node', '-e', program], {
    shell: isWindows,
    cwd: tmpdir(),
    windowsHide: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, npm_config_ignore_scripts: 'true', npm_config_update_notifier: 'false' },
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  const ended = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ENOENT' ? 'npx was not found: install Node.js with npm from https://nodejs.org' : error.message),
    );
    child.once('close', (code, signal) =>
      resolve(code === 0 ? undefined : (lastWords(stderr) ?? `npx ended with ${signal ?? `code ${code}`}`)),
    );
  });
  clearTimeout(timer);
  if (ended !== undefined) {
    throw new Error(`Azurite could not be fetched: ${ended}.`);
  }
  const line = Buffer.concat(stdout)
    .toString('utf8')
    .split(/\r?\n/)
    .find((text) => text.startsWith(mark));
  const found = onPath(line?.slice(mark.length) ?? '');
  if (found === undefined) {
    throw new Error('Azurite was fetched, but npx has not put it where it can be found.');
  }
  return found;
}

/** The last line of npm's that is about the error itself. */
function lastWords(stderr: readonly Buffer[]): string | undefined {
  const lines = Buffer.concat(stderr)
    .toString('utf8')
    .split(/\r?\n/)
    .map((line) => /^npm (?:error|ERR!)\s+(.*\S)/.exec(line)?.[1])
    .filter((line) => line !== undefined && !line.startsWith('A complete log'));
  return lines.at(-1);
}
