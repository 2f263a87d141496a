// npm run --silent sandbox [-- FLAGS]: the sandbox alone. Its one line of JSON is all that stands on stdout.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../lib/build.ts';
import { root } from '../lib/deps.mjs';
import { interrupted, start } from '../lib/processes.ts';
import { runTask } from '../lib/task.ts';
import { once } from 'node:events';

await runTask(async () => {
  const entry = join(root, 'dist', 'sandbox', 'main.js');
  if (!existsSync(entry)) await build('development');
  const child = start(process.execPath, [entry, ...process.argv.slice(2)], { stdio: 'inherit' });
  void interrupted().then((signal) => child.kill(signal));
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 0;
});
