// npm run bench -- NAME [--json]: one measurement of test/bench, against a floor or a peer in the same run.
// A bench is a file test/bench/NAME.ts; its default export takes the remaining arguments and prints what it found,
// with --json as one JSON line that has a key `ratio`.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, SetupError } from '../lib/deps.mjs';
import { runTask } from '../lib/task.ts';

await runTask(async () => {
  const [name, ...rest] = process.argv.slice(2);
  const folder = join(root, 'test', 'bench');
  const file = join(folder, `${name}.ts`);
  if (!name || !/^[\w-]+$/.test(name) || !existsSync(file)) {
    const known = readdirSync(folder).flatMap((one) => /^(.+)\.ts$/.exec(one)?.[1] ?? []);
    throw new SetupError(`Unknown bench ${JSON.stringify(name ?? '')}: expected one of ${known.join(', ')}.`);
  }
  const bench = (await import(pathToFileURL(file).href)) as { default: (args: readonly string[]) => Promise<void> };
  await bench.default(rest);
});
