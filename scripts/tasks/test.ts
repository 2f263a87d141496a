// npm test: everything, from types to clicks in a real window. The last line says how many tests passed and failed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runStages } from '../lib/stages.ts';
import { tallied } from '../lib/tally.ts';
import { runTask } from '../lib/task.ts';
import { vsixPath } from '../lib/vsix.ts';

await runTask(async () => {
  const env = { VSIX: vsixPath() };
  const traffic = mkdtempSync(join(tmpdir(), 'backup-explorer-traffic-'));
  process.env['BACKUP_EXPLORER_TRAFFIC'] = traffic;
  await tallied(async () => {
    const good = await runStages(
      [
        { name: 'package', task: 'package' },
        { name: 'check', task: 'check' },
        // They take longest, and mostly wait: all the others have room beside them, one after another.
        { name: 'UI tests', task: 'test-ui', after: ['package'], env },
        { name: 'unit tests, first half', task: 'test-unit', args: ['--half=first'] },
        { name: 'unit tests, second half', task: 'test-unit', args: ['--half=second'] },
        { name: 'tests of the package', task: 'test-package', after: ['package'], env },
        { name: 'host tests, latest VS Code', task: 'test-host', args: ['--built', '--vscode', 'latest'], after: ['package'] },
        { name: 'host tests, lowest VS Code', task: 'test-host', args: ['--built', '--vscode', 'lowest'], after: ['package'] },
      ],
      3,
    );
    // Whatever became of the tests: what was asked and answered can be judged.
    return (await runStages([{ name: 'contract', task: 'contract', args: [traffic] }], 1)) && good;
  }).finally(() => rmSync(traffic, { recursive: true, force: true }));
});
