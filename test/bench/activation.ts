/**
 * How long activation takes, from the event to the end of `activate`, as a ratio to an empty extension in the same
 * extension host, and how much code it loads.
 *
 * Each round is a fresh extension host with several copies of both, which are activated one after the other, in turns.
 * A copy of ours has ids of its own, else it could not be registered beside the others. The first ES module of a host
 * pays for the loader: one more empty extension goes before all. Each figure is the median of all activations.
 */
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { parseArgs } from 'node:util';
import { runTests } from '@vscode/test-electron';
import { build as bundle, type Metafile } from 'esbuild';
import { build, metafilePath } from '../../scripts/lib/build.ts';
import { staticClosure } from '../../scripts/lib/bundleReport.ts';
import { activationFile, nodeBundle } from '../../scripts/lib/bundles.ts';
import { root, say } from '../../scripts/lib/deps.mjs';
import { resolveVsCode } from '../../scripts/vscode/resolve.ts';
import { seedSettings } from '../../scripts/vscode/settings.ts';
import type { Measured } from './activation/measure.ts';
import { rounded } from './figures.ts';

const allowed = 1.5;
const pairs = 6;
const warmUp = 'bench.empty-first';
const ours = (copy: number): string => `bench.ours-${copy}`;
const empty = (copy: number): string => `bench.empty-${copy}`;

export default async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '3' } },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new TypeError(`--rounds is ${JSON.stringify(values.rounds)}: expected 1 or more.`);
  await build('production');
  const home = mkdtempSync(join(tmpdir(), 'backup-explorer-bench-'));
  try {
    const developed = stage(home);
    const runner = join(home, 'measure.js');
    await bundle({ ...nodeBundle('production'), entryPoints: ['test/bench/activation/measure.ts'], outfile: runner, external: ['vscode'] });
    const vscode = await resolveVsCode('latest');
    say(`Activation in ${vscode.description}, ${rounds} rounds…`);
    const results: Measured[] = [];
    for (let round = 0; round < rounds; round++) {
      const order = [...Array(pairs).keys()].flatMap((copy) =>
        (copy + round) % 2 ? [ours(copy), empty(copy)] : [empty(copy), ours(copy)],
      );
      results.push(...(await measure(vscode.path, home, developed, runner, [warmUp, ...order], round)));
    }
    report(results, vscode.description, values.json);
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** Puts copies of the extension as it ships among the installed ones, with empty ones; gives the folder of one more. */
function stage(home: string): string {
  const manifest = readFileSync(join(root, 'package.json'), 'utf8');
  for (let copy = 0; copy < pairs; copy++) {
    copyOfOurs(join(home, 'extensions', `${ours(copy)}-1.0.0`), copy, manifest);
    writeEmpty(join(home, 'extensions', `${empty(copy)}-1.0.0`), empty(copy), JSON.parse(manifest) as Record<string, unknown>);
  }
  const first = join(home, 'first');
  writeEmpty(first, warmUp, JSON.parse(manifest) as Record<string, unknown>);
  return first;
}

function copyOfOurs(folder: string, copy: number, manifest: string): void {
  const renamed = (text: string) => text.replaceAll('azureBackup', `azureBackup${copy}`);
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  for (const file of globSync('dist/**/*.js', { cwd: folder })) {
    writeFileSync(join(folder, file), renamed(readFileSync(join(folder, file), 'utf8')));
  }
  const [publisher, name] = ours(copy).split('.');
  // Activated when the bench asks, not by the window's start: there other extensions would be measured with it.
  const changed = { publisher, name, version: '1.0.0', activationEvents: [] };
  const all = JSON.parse(renamed(manifest)) as Record<string, unknown>;
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...all, ...changed }));
}

/** An extension of the same kind that does nothing. */
function writeEmpty(folder: string, id: string, { engines, type, main, extensionKind }: Record<string, unknown>): void {
  const [publisher, name] = id.split('.');
  mkdirSync(join(folder, 'dist'), { recursive: true });
  const manifest = { publisher, name, version: '1.0.0', engines, type, main, extensionKind, activationEvents: [] };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(
    join(folder, activationFile),
    "import * as vscode from 'vscode';\nexport function activate() {\n  return vscode.version;\n}\n",
  );
}

async function measure(
  vscodeExecutablePath: string,
  home: string,
  developed: string,
  extensionTestsPath: string,
  order: string[],
  round: number,
): Promise<Measured[]> {
  const data = join(home, `data-${round}`);
  const result = join(home, `result-${round}.json`);
  seedSettings(data);
  const output = new PassThrough();
  const log = console.log;
  // test-electron tells exit codes on stdout, where only the result belongs.
  console.log = () => undefined;
  await runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: developed,
    extensionTestsPath,
    extensionTestsEnv: { ACTIVATE: order.join(','), RESULT: result },
    launchArgs: [home, `--user-data-dir=${data}`, `--extensions-dir=${join(home, 'extensions')}`],
    stdout: output,
    stderr: output,
  })
    .catch((error: unknown) => {
      throw new Error(`The extension host did not measure: ${String(error)}\n${String(output.read() ?? '')}`);
    })
    .finally(() => (console.log = log));
  return JSON.parse(readFileSync(result, 'utf8')) as Measured[];
}

function report(results: Measured[], vscode: string, json: boolean): void {
  const of = (kind: 'ours' | 'empty') => results.filter(({ id }) => new RegExp(`^bench\\.${kind}-\\d`).test(id)).map(({ ms }) => ms);
  const [extensionMs, emptyMs] = [median(of('ours')), median(of('empty'))];
  const { bytes, files } = staticClosure(JSON.parse(readFileSync(metafilePath('activation'), 'utf8')) as Metafile, activationFile);
  const summary = {
    bench: 'activation',
    ratio: rounded(extensionMs / emptyMs, 2),
    allowed,
    extensionMs: rounded(extensionMs, 1),
    emptyMs: rounded(emptyMs, 1),
    loadedKb: rounded(bytes / 1024, 1),
    loadedFiles: files.length,
    activations: of('ours').length,
    vscode,
  };
  if (json) console.log(JSON.stringify(summary));
  else {
    console.log(
      `activation: ${summary.extensionMs} ms, an empty extension ${summary.emptyMs} ms: ratio ${summary.ratio} (at most ${allowed})`,
    );
    console.log(`loaded by activation: ${summary.loadedKb} KB in ${summary.loadedFiles} files`);
  }
  if (!(summary.ratio <= allowed)) process.exitCode = 1;
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}
