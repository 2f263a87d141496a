/**
 * What following many running jobs costs: requests a tick against the vaults that they run in, CPU a tick, memory a job.
 *
 * The production code of the engine and of the trackers goes on with N jobs in V vaults from a journal on disk, as a window
 * does that was reloaded. Time and the cloud are stood in for in the same process: the clock is turned a minute a tick, which
 * is how often a job is asked for that runs for long, and the cloud answers in the next turn of the event loop with the lists
 * that Azure would give, as text that is parsed. CPU is that of the whole process, the cloud's stand-in included. The floor is one request a vault and tick.
 */
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { root } from '../../scripts/lib/deps.mjs';
import { Engine } from '../../src/operations/engine.ts';
import { refusalExplainer } from '../../src/operations/explain.ts';
import { encodeLine } from '../../src/operations/journalLines.ts';
import { newRecord } from '../../src/operations/newRecord.ts';
import { trackers } from '../../src/providers/trackers.ts';
import { FakeClock, origin } from '../unit/operations/fakes.ts';
import { FakeVaults, followPlan } from '../unit/operations/fakeVaults.ts';
import { rounded, wholeNumber } from './figures.ts';
import { collector } from './heap.ts';

const allowed = 1.1;
const minute = 60_000;
const hour = 60 * minute;
/** Until each is asked for as seldom as it ever is. */
const settlingMs = 20 * minute;

/** @param args `--json` (one JSON line), `--jobs N`, `--vaults V`, `--ticks T`. Sets a failing exit code above 1.1 requests a vault and tick. */
export default async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      jobs: { type: 'string', default: '10000' },
      vaults: { type: 'string', default: '100' },
      ticks: { type: 'string', default: '10' },
    },
  });
  const jobs = wholeNumber('--jobs', values.jobs);
  const vaults = wholeNumber('--vaults', values.vaults);
  const ticks = wholeNumber('--ticks', values.ticks);
  if (jobs < vaults) {
    throw new TypeError(`--jobs is ${jobs} and --vaults ${vaults}: expected at least one job a vault.`);
  }
  const folder = join(root, '.cache', 'bench', `follow-${process.pid}`);
  await mkdir(folder, { recursive: true });
  try {
    report(await measure(folder, jobs, vaults, ticks), values.json);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Result {
  readonly bench: 'follow';
  readonly vaults: number;
  readonly jobs: number;
  readonly ticks: number;
  readonly requestsPerTick: number;
  /** Requests a tick against one a vault. */
  readonly ratio: number;
  readonly allowed: number;
  /** Of them those for one job alone. */
  readonly detailsPerTick: number;
  /** From the first look at the journal until each job was asked for once. */
  readonly resumeRequests: number;
  readonly resumeCpuMs: number;
  readonly cpuMsPerTick: number;
  /** 99th percentile, in milliseconds, of what a turn of the event loop was late by during the ticks. */
  readonly delayMsP99: number;
  readonly bytesPerJob: number;
  readonly journalBytesPerTick: number;
}

async function measure(folder: string, jobs: number, vaults: number, ticks: number): Promise<Result> {
  const clock = new FakeClock();
  const cloud = new FakeVaults(clock);
  cloud.arrive = nextTurn;
  for (let at = 0; at < jobs; at++) {
    const job = cloud.add(`vault-${at % vaults}`, `vm-${at}`, { endMs: clock.now() + 24 * hour });
    const record = newRecord(`job-${at}`, origin, clock.now(), {
      ...followPlan(job),
      actionId: 'followedJob',
      intent: {},
      status: 'running',
    });
    await writeFile(join(folder, `${record.id}.jsonl`), encodeLine(record));
  }
  const collect = collector();
  const heapBefore = collect();
  const engine = new Engine({
    folder,
    arm: () => cloud,
    trackers,
    followers: new Map(),
    canceller: () => Promise.reject(new Error('Nothing is cancelled here.')),
    explain: refusalExplainer(() => []),
    clock,
    watchFolder: () => ({ dispose: () => undefined }),
  });
  engine.watch();
  const resumed = process.cpuUsage();
  await engine.resume();
  await turn(clock, cloud, 1_000);
  const resumeCpuMs = cpuMs(resumed);
  const first = cloud.taken();
  await turn(clock, cloud, settlingMs);
  const bytesPerJob = (collect() - heapBefore) / jobs;
  cloud.taken();
  cloud.polled.length = 0;
  const bytesBefore = await journalBytes(folder);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const used = process.cpuUsage();
  await turn(clock, cloud, ticks * minute);
  const cpuMsPerTick = cpuMs(used) / ticks;
  delay.disable();
  const { list, detail } = cloud.taken();
  const running = engine.list().filter(({ status, trouble }) => status === 'running' && !trouble).length;
  if (running !== jobs) {
    throw new Error(`Of ${jobs} jobs that run ${running} are shown as running: what was measured is no following.`);
  }
  const journalBytesPerTick = ((await journalBytes(folder)) - bytesBefore) / ticks;
  const done = engine.dispose();
  await clock.advance(minute);
  await done;
  const requestsPerTick = (list + detail) / ticks;
  return {
    bench: 'follow',
    vaults,
    jobs,
    ticks,
    requestsPerTick: rounded(requestsPerTick),
    ratio: rounded(requestsPerTick / vaults),
    allowed,
    detailsPerTick: rounded(detail / ticks),
    resumeRequests: first.list + first.detail,
    resumeCpuMs: Math.round(resumeCpuMs),
    cpuMsPerTick: rounded(cpuMsPerTick),
    delayMsP99: rounded(delay.percentile(99) / 1e6),
    bytesPerJob: Math.round(bytesPerJob),
    journalBytesPerTick: Math.round(journalBytesPerTick),
  };
}

/** Turns the hands second by second, and lets what comes due be answered. */
async function turn(clock: FakeClock, cloud: FakeVaults, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 1_000) {
    await clock.advance(1_000);
    while (cloud.inFlight > 0) {
      await nextTurn();
    }
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function report(result: Result, json: boolean): void {
  if (json) {
    console.log(JSON.stringify(result));
  } else {
    const { jobs, vaults, ticks } = result;
    console.log(`${jobs} running jobs in ${vaults} vaults, ${ticks} ticks of a minute:`);
    console.log(`  requests a tick: ${result.requestsPerTick} (${result.detailsPerTick} of them for one job alone), floor ${vaults}`);
    console.log(`  CPU a tick: ${result.cpuMsPerTick} ms; event loop late by ${result.delayMsP99} ms (p99)`);
    console.log(`  memory a job: ${result.bytesPerJob} bytes; written to the journal a tick: ${result.journalBytesPerTick} bytes`);
    console.log(`  going on after a reload: ${result.resumeRequests} requests, ${result.resumeCpuMs} ms of CPU`);
    console.log(`ratio ${result.ratio}, allowed ${allowed}`);
  }
  if (result.ratio > allowed) {
    console.error(`Following takes more than ${allowed} requests a vault and tick.`);
    process.exitCode = 1;
  }
}

function cpuMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
}

async function journalBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder)) {
    bytes += name.endsWith('.jsonl') ? (await stat(join(folder, name))).size : 0;
  }
  return bytes;
}
