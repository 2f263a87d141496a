// npm run bench -- NAME [--json]: one measurement of test/bench, against a floor or a peer in the same run.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, SetupError } from '../lib/deps.mjs';
import { run } from '../lib/processes.ts';
import { runTask } from '../lib/task.ts';

await runTask(async () => {
  const [name, ...rest] = process.argv.slice(2);
  const folder = join(root, 'test', 'bench');
  const file = join(folder, `${name}.ts`);
  if (!name || !/^[\w-]+$/.test(name) || !existsSync(file)) {
    const known = readdirSync(folder).flatMap((one) => /^(.+)\.ts$/.exec(one)?.[1] ?? []);
    throw new SetupError(`Unknown bench ${JSON.stringify(name ?? '')}: expected one of ${known.join(', ')}.`);
  }
  process.exitCode = await run(process.execPath, ['--import', 'tsx', file, ...rest]);
});
