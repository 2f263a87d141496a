// npm run test:ui [-- FILE... | MOCHA OPTIONS]: clicks in a real VS Code window that has the packaged extension.
import { join } from 'node:path';
import { root, say } from '../lib/deps.mjs';
import { mocha } from '../lib/mocha.ts';
import { addToTally, tallied } from '../lib/tally.ts';
import { runTask } from '../lib/task.ts';
import { vsixUnderTest } from '../lib/vsix.ts';

await runTask(async () => {
  await tallied(async () => {
    if (process.platform === 'win32') {
      say('UI tests skipped: the VS Code that npm carries is not served on Windows. Run them on Linux, macOS or in WSL.');
      addToTally({ passes: 0, failures: 0, pending: 1 });
      return true;
    }
    process.env['VSIX'] = await vsixUnderTest();
    return mocha(join(root, 'test', 'ui', '.mocharc.json'), process.argv.slice(2));
  });
});
