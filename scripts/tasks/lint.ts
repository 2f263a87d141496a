// npm run lint [-- ESLINT OPTIONS]: what can be said of each file by itself, then what takes the types of all.
import { join } from 'node:path';
import { root } from '../lib/deps.mjs';
import { run } from '../lib/processes.ts';
import { runTask } from '../lib/task.ts';

await runTask(async () => {
  const bin = (name: string, file: string): string => join(root, 'node_modules', name, 'bin', file);
  const alone = await run(process.execPath, [bin('eslint', 'eslint.js'), '.', ...process.argv.slice(2)]);
  const withTypes = await run(process.execPath, [bin('oxlint', 'oxlint')], { cwd: root });
  process.exitCode = alone || withTypes;
});
