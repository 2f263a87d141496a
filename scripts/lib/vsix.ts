// The .vsix: what ships.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.ts';
import { root, say, withLock } from './deps.mjs';
import { capture } from './processes.ts';

/** 4 MB: what a person should have to download for it at most. */
export const maximumVsixBytes = 4 * 1024 * 1024;

/** Where the package of this version is put. */
export function vsixPath(): string {
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { name: string; version: string };
  return join(root, `${name}-${version}.vsix`);
}

/** Builds for production and packs. Resolves to the path of the .vsix; throws with vsce's words where it refuses. */
export function packageVsix(): Promise<string> {
  // Two at a time would pack each other's half-built files.
  return withLock(join(root, '.cache', 'package.lock'), buildAndPack);
}

async function buildAndPack(): Promise<string> {
  await build('production');
  const file = vsixPath();
  mkdirSync(join(root, '.cache'), { recursive: true });
  // Packed beside and moved over at once: whoever installs the last one just now still finds it.
  const packed = join(root, '.cache', 'packed.vsix');
  rmSync(packed, { force: true });
  const vsce = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  // Everything is bundled, so no dependency is packed; there is no public repository that relative links could lead to.
  const args = ['package', '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', packed];
  const { code, stdout, stderr } = await capture(process.execPath, [vsce, ...args], { cwd: root });
  if (code !== 0 || !existsSync(packed)) throw new Error(`vsce package failed:\n${stdout}${stderr}`);
  const warnings = `${stdout}\n${stderr}`.split('\n').filter((line) => /WARN/.test(line));
  for (const line of warnings) say(line.trim());
  const { size } = statSync(packed);
  say(`${(size / 1024 / 1024).toFixed(2)} MB of at most ${maximumVsixBytes / 1024 / 1024} MB.`);
  if (size > maximumVsixBytes) throw new Error(`The package has ${size} bytes: at most ${maximumVsixBytes} are allowed.`);
  renameSync(packed, file);
  return file;
}

/** The package to test: the one that VSIX names, or one made now. */
export async function vsixUnderTest(): Promise<string> {
  const given = process.env['VSIX'];
  if (!given) return packageVsix();
  if (!existsSync(given)) throw new Error(`VSIX is ${given}, and no such file exists: run npm run package.`);
  return given;
}
