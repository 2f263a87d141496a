// Bundling the host tests: an extension host reads no TypeScript.
import { globSync, mkdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { root } from './deps.mjs';
import { nodeBundle } from './bundles.ts';

export interface HostTests {
  /** For extensionTestsPath. */
  runner: string;
  /** The built test files. */
  files: string[];
}

/** Bundles test/host/runner.ts and the test files (all of test/host/**\/*.test.ts, or those named). */
export async function buildHostTests(only: string[] = []): Promise<HostTests> {
  const sources = only.length > 0 ? only.map((file) => relative(root, file)) : globSync('test/host/**/*.test.ts', { cwd: root });
  if (sources.length === 0) throw new Error('There is no test in test/host.');
  const outdir = join(root, '.cache', 'host-tests', String(process.pid));
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true });
  await build({
    ...nodeBundle('development'),
    entryPoints: ['test/host/runner.ts', ...sources],
    outbase: 'test/host',
    outdir,
    sourcemap: 'inline',
    splitting: true,
    // Mocha finds its parts by path; it stays where it is installed.
    external: ['vscode', 'mocha'],
  });
  const built = (source: string) => join(outdir, relative('test/host', source).replace(/\.ts$/, '.js'));
  return { runner: built('test/host/runner.ts'), files: sources.map(built) };
}
