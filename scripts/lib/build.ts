// Building dist/: the bundles, the icon font, and a record of what went into each file.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build as esbuild, type Metafile } from 'esbuild';
import { staticClosure } from './bundleReport.ts';
import { activationFile, bundles, type Mode } from './bundles.ts';
import { root, say } from './deps.mjs';
import { AlreadySaid } from './task.ts';

/** Where a build leaves esbuild's account of each bundle, for tests and for reading. */
export function metafilePath(bundle: string): string {
  return join(root, '.cache', 'meta', `${bundle}.json`);
}

/** The icon font that the webviews link to. */
function copyCodicons(): void {
  const from = join(root, 'node_modules', '@vscode', 'codicons', 'dist');
  const to = join(root, 'dist', 'media');
  mkdirSync(to, { recursive: true });
  for (const file of ['codicon.css', 'codicon.ttf']) cpSync(join(from, file), join(to, file));
}

/**
 * Builds everything into a clean dist/.
 * @throws {AlreadySaid} where a bundle could not be built; esbuild has printed why.
 */
export async function build(mode: Mode): Promise<void> {
  const started = Date.now();
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  mkdirSync(join(root, '.cache', 'meta'), { recursive: true });
  const metafiles = new Map<string, Metafile>();
  // All are tried, so that one run names the mistakes of every bundle; esbuild has printed them by then.
  const results = await Promise.allSettled(
    [...bundles(mode)].map(async ([name, options]) => {
      const { metafile } = await esbuild(options);
      if (!metafile) throw new Error(`esbuild gave no metafile for ${name}`);
      metafiles.set(name, metafile);
      writeFileSync(metafilePath(name), JSON.stringify(metafile));
    }),
  );
  copyCodicons();
  report(metafiles, mode, Date.now() - started);
  if (results.some((result) => result.status === 'rejected')) throw new AlreadySaid('The build failed.');
}

function report(metafiles: Map<string, Metafile>, mode: Mode, milliseconds: number): void {
  const kb = (bytes: number) => `${(bytes / 1024).toFixed(0)} KB`;
  for (const [name, metafile] of metafiles) {
    const outputs = Object.entries(metafile.outputs).filter(([file]) => !file.endsWith('.map'));
    const total = outputs.reduce((sum, [, output]) => sum + output.bytes, 0);
    say(`  ${name}: ${outputs.length} files, ${kb(total)}`);
    if (name === 'activation') say(`  loaded by activation: ${kb(staticClosure(metafile, activationFile).bytes)}`);
  }
  say(`Built dist/ (${mode}) in ${(milliseconds / 1000).toFixed(1)} s.`);
}
