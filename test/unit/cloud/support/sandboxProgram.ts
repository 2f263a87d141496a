/** The sandbox as it ships, for tests that need it as a process of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { nodeBundle } from '../../../../scripts/lib/bundles.ts';

export interface SandboxProgram extends AsyncDisposable {
  /** The bundled `main.js`. */
  readonly entry: string;
}

export async function buildSandbox(): Promise<SandboxProgram> {
  const folder = await mkdtemp(join(tmpdir(), 'backup-explorer-program-'));
  // An ES module by its name: above this folder no package.json says so.
  const entry = join(folder, 'main.mjs');
  await build({ ...nodeBundle('production'), entryPoints: ['src/sandbox/main.ts'], outfile: entry });
  return { entry, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
