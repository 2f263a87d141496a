// npm test: everything, from types to clicks in a real window. The last line says how many tests passed and failed.
import { runStages } from '../lib/stages.ts';
import { tallied } from '../lib/tally.ts';
import { runTask } from '../lib/task.ts';
import { vsixPath } from '../lib/vsix.ts';

await runTask(async () => {
  const env = { VSIX: vsixPath() };
  await tallied(() =>
    runStages(
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
    ),
  );
});
