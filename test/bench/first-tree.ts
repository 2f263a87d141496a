/**
 * How long the tree takes from being opened to the first vault's items, as a ratio to the bare requests that this needs.
 *
 * Both sides run in fresh processes against one sandbox in a process of its own, one after the other, with the same
 * requests: sign-in, subscriptions, vaults, items. The bare side is node's own HTTPS with one kept connection; ours is
 * the production bundle of connection, inventory and tree model, which also has to load its code. The sandbox holds
 * each answer back by `--latency` (50 ms unless told; a resource manager over the internet takes that and more).
 * Each figure is the best of the rounds.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { nodeBundle } from '../../scripts/lib/bundles.ts';
import { root } from '../../scripts/lib/deps.mjs';
import type { Sample } from './firstTree/measure.ts';
import { rounded, wholeNumber } from './figures.ts';

const allowed = 1.5;
const limitMs = 60_000;

type Phase = 'coldMs' | 'signedInMs' | 'warmMs';

const phases: Readonly<Record<Phase, string>> = {
  coldMs: 'opened with nothing connected or loaded',
  signedInMs: 'of it, after the sign-in',
  warmMs: 'everything refreshed later',
};

/** @param args `--json` (one JSON line), `--latency MS`, `--rounds N`. Sets a failing exit code above 1.5. */
export default async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      latency: { type: 'string', default: '50' },
      rounds: { type: 'string', default: '7' },
    },
  });
  const latency = wholeNumber('--latency', values.latency, 0);
  const rounds = wholeNumber('--rounds', values.rounds, 1);
  const folder = join(root, '.cache', 'bench', `first-tree-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  let sandbox: ChildProcess | undefined;
  try {
    const programs = await bundle(folder);
    sandbox = spawn(process.execPath, [programs.sandbox, '--exit-with-stdin', '--latency', String(latency)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const line = await firstLine(sandbox);
    const bare: Sample[] = [];
    const tree: Sample[] = [];
    for (let round = 0; round < rounds; round++) {
      bare.push(await sample(programs.measure, 'bare', line));
      tree.push(await sample(programs.measure, 'tree', line));
    }
    report(summary(bare, tree, latency, rounds), values.json);
  } finally {
    await stop(sandbox);
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Summary {
  readonly bench: 'first-tree';
  /** Of the whole: opened with nothing connected or loaded. */
  readonly ratio: number;
  readonly allowed: number;
  readonly latencyMs: number;
  readonly rounds: number;
  readonly phases: Readonly<Record<Phase, { readonly treeMs: number; readonly bareMs: number; readonly ratio: number }>>;
  readonly requests: {
    readonly tree: readonly string[];
    readonly bare: readonly string[];
    readonly treeWarm: number;
    readonly bareWarm: number;
  };
  readonly rows: number;
}

function summary(bare: readonly Sample[], tree: readonly Sample[], latencyMs: number, rounds: number): Summary {
  const of = (phase: Phase): Summary['phases'][Phase] => {
    const treeMs = best(tree.map((one) => one[phase]));
    const bareMs = best(bare.map((one) => one[phase]));
    return { treeMs: rounded(treeMs, 1), bareMs: rounded(bareMs, 1), ratio: rounded(treeMs / bareMs, 3) };
  };
  const all = { coldMs: of('coldMs'), signedInMs: of('signedInMs'), warmMs: of('warmMs') };
  const [ours, theirs] = [tree[0], bare[0]];
  if (!ours || !theirs || ours.items === 0 || theirs.items === 0) {
    throw new Error('The sandbox had no protected item to show: there is nothing to measure.');
  }
  return {
    bench: 'first-tree',
    ratio: all.coldMs.ratio,
    allowed,
    latencyMs,
    rounds,
    phases: all,
    requests: {
      tree: ours.coldRequests,
      bare: theirs.coldRequests,
      treeWarm: ours.warmRequests.length,
      bareWarm: theirs.warmRequests.length,
    },
    rows: ours.items,
  };
}

function report(result: Summary, json: boolean): void {
  if (json) {
    console.log(JSON.stringify(result));
  } else {
    console.log(`First tree, best of ${result.rounds}, each answer held back ${result.latencyMs} ms:`);
    for (const [phase, title] of Object.entries(phases) as [Phase, string][]) {
      const { treeMs, bareMs, ratio } = result.phases[phase];
      console.log(`  ${title}: ${treeMs} ms, bare requests ${bareMs} ms, ratio ${ratio}`);
    }
    console.log(
      `Requests: ${result.requests.tree.length} (bare ${result.requests.bare.length}); later ${result.requests.treeWarm} (bare ${result.requests.bareWarm})`,
    );
    for (const path of result.requests.tree) {
      console.log(`  ${path}`);
    }
    console.log(`ratio ${result.ratio}, allowed ${result.allowed}`);
  }
  const more = result.requests.tree.length > result.requests.bare.length || result.requests.treeWarm > result.requests.bareWarm;
  if (result.ratio > allowed || more) {
    console.error(more ? 'The tree sends more requests than are needed.' : `The tree takes more than ${allowed} times the bare requests.`);
    process.exitCode = 1;
  }
}

async function bundle(folder: string): Promise<{ readonly measure: string; readonly sandbox: string }> {
  const options = nodeBundle('production');
  await build({
    ...options,
    entryPoints: { measure: join(root, 'test/bench/firstTree/measure.ts') },
    outdir: folder,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
  });
  const sandbox = join(folder, 'sandbox', 'main.js');
  await build({ ...options, entryPoints: [join(root, 'src/sandbox/main.ts')], outfile: sandbox });
  return { measure: join(folder, 'measure.js'), sandbox };
}

/** One process, one sample. */
async function sample(program: string, way: 'tree' | 'bare', line: string): Promise<Sample> {
  const child = spawn(process.execPath, [program, way, line], { stdio: ['ignore', 'pipe', 'inherit'], timeout: limitMs });
  return JSON.parse(await firstLine(child)) as Sample;
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) {
    throw new TypeError('A process without an output says nothing.');
  }
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`A measured process ended with code ${String(code)} before it said anything.`);
  });
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string];
  ended.catch(() => undefined);
  return line;
}

async function stop(child: ChildProcess | undefined): Promise<void> {
  if (child && child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }
}

/** Whatever else a machine does only ever adds time. */
function best(values: readonly number[]): number {
  return Math.min(...values);
}
