// npm run replay -- PATH... [--json]: recorded Azure traffic, read and made anew by our own code.
import { join } from 'node:path';
import { root } from '../lib/deps.mjs';
import { run } from '../lib/processes.ts';
import { runTask } from '../lib/task.ts';

await runTask(async () => {
  process.exitCode = await run(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    join(root, 'test', 'replay', 'main.ts'),
    ...process.argv.slice(2),
  ]);
});
