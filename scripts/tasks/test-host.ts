// npm run test:host [-- --vscode latest|lowest] [--built] [FILE...]
// Runs test/host in real extension hosts: the latest VS Code and the lowest that engines.vscode allows.
// --built: dist/ is as it should be, do not build it.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runTests, TestRunFailedError } from '@vscode/test-electron';
import { build } from '../lib/build.ts';
import { root, say } from '../lib/deps.mjs';
import { buildHostTests, type HostTests } from '../lib/hostTests.ts';
import { tallied } from '../lib/tally.ts';
import { runTask } from '../lib/task.ts';
import { type VsCodeVersion } from '../vscode/lean.ts';
import { resolveVsCode } from '../vscode/resolve.ts';
import { seedSettings } from '../vscode/settings.ts';

/** One VS Code, one run. True where all passed. */
async function runIn(which: VsCodeVersion, tests: HostTests): Promise<boolean> {
  const vscode = await resolveVsCode(which);
  say(`Host tests in ${vscode.description}`);
  const home = mkdtempSync(join(tmpdir(), 'backup-explorer-host-'));
  const userDataDir = join(home, 'data');
  seedSettings(userDataDir);
  mkdirSync(join(home, 'workspace'));
  try {
    await runTests({
      vscodeExecutablePath: vscode.path,
      extensionDevelopmentPath: root,
      extensionTestsPath: tests.runner,
      extensionTestsEnv: {
        HOST_TESTS: tests.files.join('\n'),
        TALLY_FILE: process.env['TALLY_FILE'],
        EXPECTED_VSCODE: which === 'lowest' ? '1.105.' : '1.',
      },
      launchArgs: [join(home, 'workspace'), `--user-data-dir=${userDataDir}`, `--extensions-dir=${join(home, 'extensions')}`],
    });
    return true;
  } catch (error) {
    if (!(error instanceof TestRunFailedError)) throw error;
    say(`Host tests in ${vscode.description}: ${error.message}`);
    return false;
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

await runTask(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { vscode: { type: 'string' }, built: { type: 'boolean', default: false } },
  });
  if (values.vscode !== undefined && values.vscode !== 'latest' && values.vscode !== 'lowest') {
    throw new TypeError(`--vscode is ${JSON.stringify(values.vscode)}: expected latest or lowest.`);
  }
  const versions: VsCodeVersion[] = values.vscode ? [values.vscode] : ['latest', 'lowest'];
  if (!values.built) await build('development');
  await tallied(async () => {
    const tests = await buildHostTests(positionals);
    try {
      let good = true;
      for (const version of versions) good = (await runIn(version, tests)) && good;
      return good;
    } finally {
      rmSync(join(tests.runner, '..'), { recursive: true, force: true });
    }
  });
});
