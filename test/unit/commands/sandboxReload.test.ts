import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ErrorRecord } from '../../../src/core/errors.ts';
import { buildSandbox, type SandboxProgram } from '../cloud/support/sandboxProgram.ts';

interface Said {
  readonly connected?: string;
  readonly status?: string;
  readonly job?: string;
  readonly error?: ErrorRecord;
  readonly outcome?: string;
  readonly cloud?: string;
}

const patienceMs = 60_000;

/** A window that can be killed as a crash or a reload kills it. */
class Window {
  readonly process: ChildProcess;
  readonly said: Said[] = [];
  readonly #ended: Promise<unknown>;
  #look: () => void = () => undefined;

  constructor(folder: string, entry: string, task: 'backUp' | 'follow') {
    const program = join(import.meta.dirname, 'reloadedWindow.ts');
    this.process = spawn(process.execPath, ['--import=tsx', program, folder, entry, task], {
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

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.#ended;
  }
}

describe('a job in the sandbox, over reloads of the window', function () {
  this.timeout(3 * patienceMs);
  let program: SandboxProgram;
  let folder: string;
  const windows: Window[] = [];
  const open = (task: 'backUp' | 'follow'): Window => {
    const window = new Window(folder, program.entry, task);
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

  it('goes on meanwhile and is followed to its end, in the same sandbox', async () => {
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

  it('ends as unknown where the sandbox ended, which is said', async () => {
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
