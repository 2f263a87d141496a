// npm run test:unit [-- FILE... | MOCHA OPTIONS]
// --half=first and --half=second take every other file: most tests wait for a sandbox, so two processes end sooner than one.
import { join } from 'node:path';
import { root } from '../lib/deps.mjs';
import { filesOf, mocha } from '../lib/mocha.ts';
import { tallied } from '../lib/tally.ts';
import { runTask } from '../lib/task.ts';

const halves = ['--half=first', '--half=second'];

await runTask(async () => {
  const configuration = join(root, '.mocharc.json');
  const args = process.argv.slice(2).filter((arg) => !halves.includes(arg));
  const half = halves.findIndex((one) => process.argv.includes(one));
  const files = half < 0 ? [] : filesOf(configuration).filter((_, index) => index % 2 === half);
  await tallied(() => mocha(configuration, [...args, ...files]));
});
