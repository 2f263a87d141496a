/**
 * How long activation takes, from the event to the end of `activate`, as a ratio to an empty extension in the same
 * extension host, and how much code it loads.
 *
 * Each round is a fresh extension host, in which both are activated once, in turns first: the first ES module of a
 * host pays for the loader. A third, empty one goes before both for that reason. An activation also waits for the
 * window, which may be busy: whatever it does only ever adds time, so each figure is the best of the rounds.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

const allowed = 1.5;
const ours = 'backup-explorer.backup-explorer';
const warmUp = 'bench.empty-first';
const empty = 'bench.empty';

export default async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '9' } },
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
    const results: Record<string, number>[] = [];
    for (let round = 0; round < rounds; round++) {
      const order = round % 2 === 0 ? [ours, empty] : [empty, ours];
      results.push(await measure(vscode.path, home, developed, runner, [warmUp, ...order], round));
    }
    report(results, vscode.description, values.json);
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** Puts the extension as it ships among the installed ones, with an empty one; gives the folder of the other empty one. */
function stage(home: string): string {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, string>;
  const target = join(home, 'extensions', `${ours}-${manifest['version']}`);
  for (const part of ['dist', 'media']) cpSync(join(root, part), join(target, part), { recursive: true });
  // Activated when the bench asks, not by the window's start: there other extensions would be measured with it.
  writeFileSync(join(target, 'package.json'), JSON.stringify({ ...manifest, activationEvents: [] }));
  writeEmpty(join(home, 'extensions', `${empty}-1.0.0`), empty, manifest);
  const first = join(home, 'first');
  writeEmpty(first, warmUp, manifest);
  return first;
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
): Promise<Record<string, number>> {
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
  const measured = JSON.parse(readFileSync(result, 'utf8')) as Measured[];
  return Object.fromEntries(measured.map(({ id, ms }) => [id, ms]));
}

function report(results: Record<string, number>[], vscode: string, json: boolean): void {
  const best = (id: string) => Math.min(...results.map((result) => result[id] ?? NaN));
  const { bytes, files } = staticClosure(JSON.parse(readFileSync(metafilePath('extension'), 'utf8')) as Metafile, activationFile);
  const summary = {
    bench: 'activation',
    ratio: round(best(ours) / best(empty), 2),
    allowed,
    extensionMs: round(best(ours), 1),
    emptyMs: round(best(empty), 1),
    loadedKb: round(bytes / 1024, 1),
    loadedFiles: files.length,
    rounds: results.length,
    all: {
      extensionMs: results.map((result) => round(result[ours] ?? NaN, 1)),
      emptyMs: results.map((result) => round(result[empty] ?? NaN, 1)),
    },
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

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
