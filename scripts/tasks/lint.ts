// npm run lint [-- ESLINT OPTIONS]
import { join } from 'node:path';
import { root } from '../lib/deps.mjs';
import { run } from '../lib/processes.ts';
import { runTask } from '../lib/task.ts';

await runTask(async () => {
  process.exitCode = await run(process.execPath, [join(root, 'node_modules', 'eslint', 'bin', 'eslint.js'), '.', ...process.argv.slice(2)]);
});
