// npm run test:unit [-- FILE... | MOCHA OPTIONS]
import { join } from 'node:path';
import { root } from '../lib/deps.mjs';
import { mocha } from '../lib/mocha.ts';
import { tallied } from '../lib/tally.ts';
import { runTask } from '../lib/task.ts';

await runTask(async () => {
  await tallied(() => mocha(join(root, '.mocharc.json'), process.argv.slice(2)));
});
