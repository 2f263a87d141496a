import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ErrorRecord } from '../../../src/core/errors.ts';
import type { WindowOptions } from './reloadedTasks.ts';
import { buildSandbox, type SandboxProgram } from '../cloud/support/sandboxProgram.ts';

interface Said {
  /** A question of the engine's, where it is not about a change. */
  readonly asked?: string;
  readonly posts?: number;
  readonly connected?: string;
  readonly status?: string;
  readonly job?: string;
  readonly error?: ErrorRecord;
  readonly outcome?: string;
  readonly cloud?: string;
  readonly actionId?: string;
  readonly puts?: Readonly<Record<string, number>>;
  readonly ends?: readonly {
    readonly actionId: string;
    readonly status: string;
    readonly error?: ErrorRecord;
    readonly outcome?: string;
  }[];
}

const patienceMs = 60_000;

/** A window that can be killed as a crash or a reload kills it. */
class Window {
  readonly process: ChildProcess;
  readonly said: Said[] = [];
  readonly #ended: Promise<unknown>;
  #look: () => void = () => undefined;

  constructor(folder: string, entry: string, task: string, options: WindowOptions) {
    const program = join(import.meta.dirname, 'reloadedWindow.ts');
    this.process = spawn(process.execPath, [program, folder, entry, task, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      // A sandbox that is killed leaves its directory behind.
      env: { ...process.env, TMPDIR: folder, TEMP: folder },
    });
    this.#ended = once(this.process, 'exit');
    createInterface({ input: this.process.stdout ?? assert.fail() }).on('line', (line) => {
      this.said.push(JSON.parse(line) as Said);
      this.#look();
    });
  }

  until(what: string, test: (said: Said) => boolean): Promise<Said> {
    return new Promise((resolve, reject) => {
      const fail = (): void => reject(new Error(`${what}: it did not come to that: ${JSON.stringify(this.said.slice(-3))}`));
      const timer = setTimeout(fail, patienceMs);
      void this.#ended.then(fail);
      this.#look = () => {
        const found = this.said.find(test);
        if (found) {
          clearTimeout(timer);
          resolve(found);
        }
      };
      this.#look();
    });
  }

  /** It takes itself with it. */
  async dies(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`It does not die: ${JSON.stringify(this.said.slice(-3))}`)), patienceMs);
    });
    await Promise.race([this.#ended, late]).finally(() => clearTimeout(timer));
    assert.equal(this.process.signalCode, 'SIGKILL', JSON.stringify(this.said.slice(-3)));
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.#ended;
  }
}

describe('operations in the sandbox, over reloads of the window', function () {
  this.timeout(3 * patienceMs);
  let program: SandboxProgram;
  let folder: string;
  const windows: Window[] = [];
  const open = (task: string, options: WindowOptions = {}): Window => {
    const window = new Window(folder, program.entry, task, options);
    windows.push(window);
    return window;
  };
  const pids = async (): Promise<number[]> => {
    const files = (await readdir(join(folder, 'sandbox')).catch(() => [])).filter((name) => name.endsWith('.json'));
    const texts = await Promise.all(files.map((name) => readFile(join(folder, 'sandbox', name), 'utf8')));
    return texts.map((text) => (JSON.parse(text) as { pid: number }).pid);
  };

  before(async () => {
    program = await buildSandbox();
  });
  after(() => program[Symbol.asyncDispose]());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backup-explorer-reload-'));
  });
  afterEach(async () => {
    await Promise.all(windows.splice(0).map((window) => window.kill()));
    for (const pid of await pids()) {
      end(pid);
    }
    await rm(folder, { recursive: true, force: true });
  });

  it('go on meanwhile and are followed to their end, in the same sandbox', async () => {
    const first = open('backUp');
    const { connected } = await first.until('connected', (said) => said.connected !== undefined);
    const { job } = await first.until('a job', (said) => said.status === 'running' && said.job !== undefined);
    await first.kill();
    const second = open('follow');
    const back = await second.until('connected', (said) => said.connected !== undefined);
    assert.equal(back.connected, connected);
    const last = await second.until('an end', (said) => said.status?.startsWith('succeeded') === true || said.error !== undefined);
    assert.deepEqual([last.error, last.job, last.cloud], [undefined, job, connected]);
    assert.match(last.outcome ?? '', /has a recovery point of/);
    await second.kill();
  });

  it('are followed by one of two windows, and by the other when that one is killed', async () => {
    const options = { speed: 600 };
    const other = open('follow', options);
    await other.until('connected', (said) => said.connected !== undefined);
    const first = open('backUp', options);
    const { job } = await first.until('a job', (said) => said.status === 'running' && said.job !== undefined);
    await other.until('the same job', (said) => said.job === job);
    assert.ok(
      first.said.some(({ asked }) => asked !== undefined),
      'the first follows it',
    );
    assert.deepEqual(
      other.said.filter(({ asked }) => asked !== undefined),
      [],
      'both follow it',
    );
    await first.kill();
    const last = await other.until('an end', (said) => said.status?.startsWith('succeeded') === true || said.error !== undefined);
    assert.deepEqual([last.error, last.job], [undefined, job]);
    assert.ok(other.said.some(({ asked }) => asked !== undefined));
    const third = open('follow', { ...options, reports: true });
    const { posts, ends } = await third.until('the ends', (said) => said.posts !== undefined);
    assert.deepEqual([posts, ends?.map(({ status }) => status)], [1, [last.status]]);
  });

  it('make one restore point and one copy, whichever of their steps the window dies at', async () => {
    const options = { speed: 1_800, hurry: 10, since: Date.now() };
    for (const [task, diesAt] of [
      ['points', 'copyPlaceMade'],
      ['follow', 'copyTaken'],
      ['follow', 'copyUnderWay'],
    ] as const) {
      await open(task, { ...options, diesAt }).dies();
    }
    const { puts, ends } = await open('follow', { ...options, reports: true }).until('the ends', (said) => said.puts !== undefined);
    const one = { 'restorePointCollections/copies': 1, 'restorePoints/c1': 1 };
    const copy = ends?.find(({ actionId }) => actionId === 'copyRestorePoint');
    assert.deepEqual([copy?.status, copy?.error], ['succeeded', undefined]);
    assert.match(copy?.outcome ?? '', /^The restore point c1 can be used/);
    // The other one was where it was when the window died: perhaps it never came to be, and then it is told so.
    const point = ends?.find(({ actionId }) => actionId === 'createRestorePoint');
    const made = puts?.['restorePoints/p1'] ?? 0;
    assert.ok(point === undefined || point.status === (made === 1 ? 'succeeded' : 'failed'), JSON.stringify([point, puts]));
    assert.deepEqual({ ...puts, ...one }, puts, 'each is made once');
    assert.ok(
      Object.values(puts ?? {}).every((count) => count === 1),
      JSON.stringify(puts),
    );
  });

  it('tell what was taken, and what never left, where the window dies between the request and its answer', async () => {
    const options = { speed: 1_800, hurry: 10, since: Date.now() };
    await open('lost', { ...options, diesAt: 'pointLeaves' }).dies();
    const { puts, ends } = await open('follow', { ...options, reports: true }).until('the ends', (said) => said.puts !== undefined);
    assert.deepEqual(
      Object.fromEntries(ends?.map(({ actionId, status }) => [actionId, status]) ?? []),
      { copyRestorePoint: 'succeeded', createRestorePoint: 'failed' },
      JSON.stringify(ends),
    );
    assert.equal(ends?.find(({ status }) => status === 'failed')?.error?.code, 'NotStarted');
    assert.deepEqual(puts, { 'restorePointCollections/copies': 1, 'restorePoints/c1': 1, 'restorePointCollections/own': 1 });
  });

  it('end as unknown where the sandbox ended, which is said', async () => {
    const first = open('backUp');
    const { connected } = await first.until('connected', (said) => said.connected !== undefined);
    await first.until('a job', (said) => said.status === 'running' && said.job !== undefined);
    await first.kill();
    for (const pid of await pids()) {
      end(pid);
    }
    const second = open('follow');
    const gone = await second.until('an end', (said) => said.error !== undefined);
    assert.deepEqual([gone.status, gone.error?.code, gone.cloud], ['unknown', 'SandboxGone', connected]);
    const anew = await second.until('connected', (said) => said.connected !== undefined);
    assert.match(anew.connected ?? '', /^https:\/\/127\.0\.0\.1:/);
    assert.notEqual(anew.connected, connected);
  });
});

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
