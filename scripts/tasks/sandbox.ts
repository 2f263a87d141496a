// npm run --silent sandbox [-- FLAGS]: the sandbox alone. Its one line of JSON is all that stands on stdout.
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundles } from '../lib/bundles.ts';
import { root } from '../lib/deps.mjs';
import { interrupted, start } from '../lib/processes.ts';
import { runTask } from '../lib/task.ts';

await runTask(async () => {
  // Built each time (a third of a second), so that it is what the sources say, and beside dist/, which others may be using.
  const outdir = join(root, '.cache', 'sandbox');
  await build({ ...bundles('development').get('sandbox'), outdir });
  const child = start(process.execPath, [join(outdir, 'main.js'), ...process.argv.slice(2)], { stdio: 'inherit' });
  void interrupted().then((signal) => child.kill(signal));
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 0;
});
