// Running mocha in a process of its own.
import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './deps.mjs';
import { run } from './processes.ts';

/**
 * Runs the tests that a mocha configuration names, or those of `args` instead where it holds files.
 * Resolves to whether all went well; what ran is added to the tally.
 */
export async function mocha(configuration: string, args: string[] = []): Promise<boolean> {
  const files = args.filter((arg) => !arg.startsWith('-') && /\.(ts|mjs|js)$/.test(arg));
  const options = args.filter((arg) => !files.includes(arg));
  const config = files.length > 0 ? withoutSpec(configuration) : configuration;
  const reporter = join(root, 'scripts', 'lib', 'tallyReporter.cjs');
  const bin = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
  return (await run(process.execPath, [bin, '--config', config, '--reporter', reporter, ...options, ...files], { cwd: root })) === 0;
}

/** Mocha adds files of the command line to those of its configuration; here they replace them. */
function withoutSpec(configuration: string): string {
  const { spec: _, ...rest } = JSON.parse(readFileSync(configuration, 'utf8')) as Record<string, unknown>;
  mkdirSync(join(root, '.cache'), { recursive: true });
  const file = join(root, '.cache', 'mocharc-without-spec.json');
  writeFileSync(file, JSON.stringify(rest));
  return file;
}
