// What a VS Code under test is given as --extensionTestsPath: runs the built host tests in its extension host.
// HOST_TESTS names the built test files (separated by newlines), TALLY_FILE where to add up what ran.
import { pathToFileURL } from 'node:url';
import Mocha from 'mocha';
import { addToTally } from '../../scripts/lib/tally.ts';

export async function run(): Promise<void> {
  process.setSourceMapsEnabled(true);
  const files = (process.env['HOST_TESTS'] ?? '').split('\n').filter(Boolean);
  const mocha = new Mocha({ ui: 'bdd', timeout: 20_000, forbidOnly: true, color: false, reporter: 'spec' });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  // Not mocha.loadFilesAsync: it loads by require, and a synchronous load of an ES module that imports `vscode` never
  // ends in VS Code 1.105, whose hook for that import is answered by the thread that then stands still.
  for (const file of files) await import(pathToFileURL(file).href);
  const failed: string[] = [];
  const tally = await new Promise<{ passes: number; failures: number; pending: number }>((resolve) => {
    const runner = mocha.run(() => resolve(runner.stats ?? { passes: 0, failures: 1, pending: 0 }));
    runner.on('fail', (test, error: Error) => failed.push(`  ${test.fullTitle()}\n      ${error.message}`));
  });
  addToTally({ passes: tally.passes, failures: tally.failures, pending: tally.pending, failed });
  if (tally.failures > 0) throw new Error(`${tally.failures} host tests failed.`);
}
