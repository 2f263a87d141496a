// Running mocha in processes of its own.
import { randomUUID } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './deps.mjs';
import { runFiles } from './fileQueue.ts';
import { capture, run } from './processes.ts';
import { addToTally, withOwnTally } from './tally.ts';

const bin = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
/** Where the traffic of a test run is recorded, what our clients send is too; see test/contract. */
const recorder = process.env['BACKUP_EXPLORER_TRAFFIC'] ? ['--require', join(root, 'test', 'contract', 'recordRequests.ts')] : [];
const reporter = join(root, 'scripts', 'lib', 'tallyReporter.cjs');

/** What stands on a task's command line. */
function readArguments(args: string[]): { files: string[]; options: string[] } {
  const files = args.filter((arg) => !arg.startsWith('-') && /\.(ts|mjs|js)$/.test(arg));
  return { files, options: args.filter((arg) => !files.includes(arg)) };
}

/** The test files that a mocha configuration names, in their order by name; relative to the project. */
export function filesOf(configuration: string): string[] {
  const { spec } = JSON.parse(readFileSync(configuration, 'utf8')) as { spec: string[] };
  return globSync(spec, { cwd: root }).sort();
}

/**
 * Runs the tests that a mocha configuration names, or those of `args` instead where it holds files.
 * Resolves to whether all went well; what ran is added to the tally.
 */
export async function mocha(configuration: string, args: string[] = []): Promise<boolean> {
  const { files, options } = readArguments(args);
  const [config, discard] = files.length > 0 ? withoutSpec(configuration) : [configuration, () => {}];
  try {
    return (
      (await run(process.execPath, [bin, '--config', config, '--reporter', reporter, ...recorder, ...options, ...files], { cwd: root })) ===
      0
    );
  } finally {
    discard();
  }
}

/**
 * The same with a process for each file, `workers` of them at a time; with `again`, files that failed are run once more,
 * alone. A single file is run once as it is, its output seen at once.
 */
export async function mochaSideBySide(
  configuration: string,
  args: string[],
  { workers, again = false }: { workers: number; again?: boolean },
): Promise<boolean> {
  const { files, options } = readArguments(args);
  const all = files.length > 0 ? files.map((file) => relative(root, join(root, file))) : filesOf(configuration);
  if (all.length <= 1 || workers <= 1) return mocha(configuration, args);
  const [config, discard] = withoutSpec(configuration);
  try {
    return await runFiles(all, {
      workers,
      again,
      count: addToTally,
      run: async (file) => {
        const command = [bin, '--config', config, '--reporter', reporter, ...recorder, ...options, file];
        const { result, tally } = await withOwnTally((env) => capture(process.execPath, command, { cwd: root, env }));
        return { good: result.code === 0, output: result.stdout + result.stderr, tally };
      },
    });
  } finally {
    discard();
  }
}

/** Mocha adds files of the command line to those of its configuration; here they replace them. Call what comes second at the end. */
function withoutSpec(configuration: string): [file: string, discard: () => void] {
  const { spec: _, ...rest } = JSON.parse(readFileSync(configuration, 'utf8')) as Record<string, unknown>;
  mkdirSync(join(root, '.cache'), { recursive: true });
  // Its own for each run: another one may be reading it just now.
  const file = join(root, '.cache', `mocharc-${randomUUID()}.json`);
  writeFileSync(file, JSON.stringify(rest));
  return [file, () => rmSync(file, { force: true })];
}
