// npm run test:package [-- FILE... | MOCHA OPTIONS]: looks at the built bundles and at the .vsix.
import { join } from 'node:path';
import { root } from '../lib/deps.mjs';
import { mocha } from '../lib/mocha.ts';
import { tallied } from '../lib/tally.ts';
import { runTask } from '../lib/task.ts';
import { vsixUnderTest } from '../lib/vsix.ts';

await runTask(async () => {
  await tallied(async () => {
    process.env['VSIX'] = await vsixUnderTest();
    return mocha(join(root, 'test', 'package', '.mocharc.json'), process.argv.slice(2));
  });
});
