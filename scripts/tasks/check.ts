// npm run check: types, lint, format, dead code and generated files. All are run, so that one run names every fault.
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { root, say } from '../lib/deps.mjs';
import { capture } from '../lib/processes.ts';
import { runTask } from '../lib/task.ts';

const bin = (...path: string[]): string => join(root, 'node_modules', ...path);
const kept = (name: string): string => join(root, '.cache', 'check', name);
const tsc = (project: string): [script: string, ...args: string[]] => [bin('typescript-native', 'bin', 'tsc'), '-p', project];
/** In two lanes for two cores: what takes longest first. */
const lanes: [name: string, script: string, ...args: string[]][][] = [
  [
    ['lint', bin('eslint', 'bin', 'eslint.js'), '.'],
    [
      'format',
      bin('prettier', 'bin', 'prettier.cjs'),
      '--check',
      '--cache',
      '--cache-location',
      kept('prettier'),
      '--cache-strategy',
      'content',
      '--log-level',
      'warn',
      '.',
    ],
  ],
  [
    ['types', ...tsc('.')],
    ['types of the browser side', ...tsc('media')],
    ['types of the UI tests', ...tsc('test/ui')],
    ['lint with types', bin('oxlint', 'bin', 'oxlint')],
    ['dead code', bin('knip', 'bin', 'knip.js'), '--no-progress'],
    ['generated files', join(root, 'scripts', 'tasks', 'contributions.ts'), '--check'],
  ],
];

await runTask(async () => {
  // Nothing here minds waiting, and what runs beside it in `npm test` has a person's patience.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const failed: string[] = [];
  await Promise.all(
    lanes.map(async (lane) => {
      for (const [name, script, ...args] of lane) {
        const started = Date.now();
        const { code, stdout, stderr } = await capture(process.execPath, [script, ...args], { cwd: root });
        const seconds = ((Date.now() - started) / 1000).toFixed(1);
        say(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)${code === 0 ? '' : `\n${stdout}${stderr}`}`);
        if (code !== 0) failed.push(name);
      }
    }),
  );
  if (failed.length > 0) {
    say(`Failed: ${failed.join(', ')}`);
    process.exitCode = 1;
  }
});
