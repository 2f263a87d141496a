// npm run test:ui [-- FILE... | --workers NUMBER | MOCHA OPTIONS]: clicks in real VS Code windows that have the packaged extension.
import { join } from 'node:path';
import { root, say } from '../lib/deps.mjs';
import { mochaSideBySide } from '../lib/mocha.ts';
import { addToTally, tallied } from '../lib/tally.ts';
import { runTask } from '../lib/task.ts';
import { vsixUnderTest } from '../lib/vsix.ts';

/** A window waits most of its time, for jobs of the sandbox and for VS Code: two leave room on two cores for what else runs. */
const usualWorkers = 2;

function readArguments([...args]: string[]): { workers: number; rest: string[] } {
  const at = args.indexOf('--workers');
  if (at < 0) return { workers: usualWorkers, rest: args };
  const [, given] = args.splice(at, 2);
  const workers = Number(given);
  if (!Number.isInteger(workers) || workers < 1) throw new Error(`--workers is ${given}: expected a whole number from 1.`);
  return { workers, rest: args };
}

await runTask(async () => {
  await tallied(async () => {
    if (process.platform === 'win32') {
      say('UI tests skipped: the VS Code that npm carries is not served on Windows. Run them on Linux, macOS or in WSL.');
      addToTally({ passes: 0, failures: 0, pending: 1 });
      return true;
    }
    const { workers, rest } = readArguments(process.argv.slice(2));
    process.env['VSIX'] = await vsixUnderTest();
    // Whether a click meets a row that is just drawn anew hangs on what else the machine does: all other tests fail at once.
    return mochaSideBySide(join(root, 'test', 'ui', '.mocharc.json'), rest, { workers, again: true });
  });
});
