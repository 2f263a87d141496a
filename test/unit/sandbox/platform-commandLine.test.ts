import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseCommandLine, UsageError } from '../../../src/sandbox/server/options.ts';
import type { SandboxEndpoint } from '../../../src/sandbox/server/start.ts';

const root = resolve(import.meta.dirname, '../../..');

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

class Run {
  readonly process: ChildProcess;
  stdout = '';
  stderr = '';
  readonly #ended: Promise<Ended>;

  constructor(args: readonly string[]) {
    this.process = spawn(process.execPath, ['src/sandbox/main.ts', ...args], { cwd: root, stdio: 'pipe' });
    this.process.stdout?.on('data', (text: Buffer) => (this.stdout += text.toString()));
    this.process.stderr?.on('data', (text: Buffer) => (this.stderr += text.toString()));
    this.#ended = once(this.process, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      stdout: this.stdout,
      stderr: this.stderr,
    }));
  }

  ended(): Promise<Ended> {
    return this.#ended;
  }

  /** The printed line, as soon as it is whole. */
  async endpoint(): Promise<SandboxEndpoint> {
    while (!this.stdout.includes('\n')) {
      const first = await Promise.race([once(this.process.stdout ?? this.process, 'data'), this.#ended]);
      if ('code' in first) {
        throw new Error(`It ended with ${String(first.code)}: ${first.stderr}`);
      }
    }
    return JSON.parse(this.stdout) as SandboxEndpoint;
  }
}

describe('sandbox platform: command line', function () {
  this.timeout(30_000);
  const runs: Run[] = [];
  const run = (...args: string[]): Run => {
    const started = new Run(args);
    runs.push(started);
    return started;
  };
  const folder = mkdtempSync(join(tmpdir(), 'platform-flags-'));
  after(async () => {
    // Gently, so that each removes its temporary directory.
    for (const { process: child } of runs) {
      child.kill('SIGTERM');
    }
    await Promise.all(runs.map((started) => started.ended()));
    rmSync(folder, { recursive: true });
  });

  describe('flags', () => {
    it('are read into options, and those left out are left to the defaults', () => {
      const args = ['--port', '8443', '--latency=20', '--speed', '0.5', '--vaults', '4', '--items', '7', '--seed', '42', '--data', 'd'];
      assert.deepEqual(parseCommandLine(args), {
        kind: 'serve',
        exitWithStdin: false,
        options: { port: 8443, latencyMs: 20, speed: 0.5, vaults: 4, items: 7, seed: 42, dataDirectory: 'd' },
      });
      assert.deepEqual(parseCommandLine(['--azurite', 'none']), { kind: 'serve', exitWithStdin: false, options: { azurite: 'none' } });
      assert.deepEqual(parseCommandLine(['--record', 'd']), { kind: 'serve', exitWithStdin: false, options: { record: 'd' } });
      assert.deepEqual(parseCommandLine(['--quota', 'real']), { kind: 'serve', exitWithStdin: false, options: { quota: 'real' } });
      assert.deepEqual(parseCommandLine(['--linger', '2.5']), { kind: 'serve', exitWithStdin: false, options: { lingerMs: 2500 } });
      assert.deepEqual(parseCommandLine(['--exit-with-stdin']), { kind: 'serve', exitWithStdin: true, options: {} });
    });

    for (const [args, expected] of [
      [['--port', '65536'], /^--port "65536": expected a whole number from 0 to 65535\.$/],
      [['--port', '-1'], /^--port "-1": expected a whole number/],
      [['--port', 'x'], /^--port "x": expected/],
      [['--port', ''], /^--port "": expected/],
      [['--port', '0x50'], /^--port "0x50": expected/],
      [['--latency', '1.5'], /^--latency "1\.5": expected whole milliseconds/],
      [['--speed', '0'], /^--speed "0": expected a number from 0\.01/],
      [['--speed', 'Infinity'], /^--speed "Infinity": expected/],
      [['--vaults', '1e3'], /^--vaults "1e3": expected/],
      [['--items', '10001'], /^--items "10001": expected a whole number from 0 to 10000/],
      [['--linger', '0'], /^--linger "0": expected a number of seconds from 0\.1 to 86400/],
      [['--quota', 'some'], /^--quota "some": expected off or real\.$/],
      [['--azurite', '/nowhere'], /^--azurite "\/nowhere": expected the folder of the npm package azurite/],
      [['--seed', '-5'], /^--seed "-5": expected/],
      [['--seed'], /--seed/],
      [['--colour', 'red'], /--colour/],
      [['leftover'], /leftover/],
      [['--faults', '/nowhere/faults.json'], /^--faults "\/nowhere\/faults\.json": expected a readable JSON file: ENOENT/],
    ] as const) {
      it(`${args.join(' ')} is refused, naming flag, value and what it takes`, () => {
        assert.throws(
          () => parseCommandLine(args),
          (error: unknown) => error instanceof UsageError && expected.test(error.message),
        );
      });
    }

    it('a faults file is read, and each mistake in it is named with its place', () => {
      const file = join(folder, 'faults.json');
      writeFileSync(file, '{"enforceLimits":true,"faults":[{"kind":"slow","path":"/a","ms":5}]}');
      const command = parseCommandLine(['--faults', file]);
      assert.ok(command.kind === 'serve' && command.options.faults?.enforceLimits === true);
      assert.equal(command.options.faults.faults[0]?.kind, 'slow');
      writeFileSync(file, '[{"kind":"slow","path":"/a","ms":-5},{"kind":"nothing"}]');
      assert.throws(() => parseCommandLine(['--faults', file]), /faults\[0\]\.ms: [\s\S]*faults\[1\]\.kind: /);
      writeFileSync(file, '[{');
      assert.throws(() => parseCommandLine(['--faults', file]), /: expected JSON: /);
    });
  });

  it('bad flags end with 2, nothing on stdout', async () => {
    const { code, stdout, stderr } = await run('--speed', 'fast').ended();
    assert.deepEqual([code, stdout], [2, '']);
    assert.equal(stderr.trim(), 'sandbox: --speed "fast": expected a number from 0.01 to 100000.');
  });

  it('--help tells every flag and ends with 0', async () => {
    const { code, stdout } = await run('--help').ended();
    assert.equal(code, 0);
    const flags = ['port', 'veeam-port', 'latency', 'speed', 'vaults', 'items', 'faults', 'seed', 'data', 'exit-with-stdin', 'linger'];
    for (const flag of flags) {
      assert.ok(stdout.includes(`--${flag} `), flag);
    }
  });

  it('prints exactly one JSON line, serves, and a signal ends it and removes its files', async () => {
    const sandbox = run('--seed', '7');
    const endpoint = await sandbox.endpoint();
    assert.deepEqual(Object.keys(endpoint).sort(), [
      'authorityHost',
      'certificateAuthorityFile',
      'clientId',
      'clientSecret',
      'resourceManagerEndpoint',
      'subscriptionIds',
      'tenantId',
      'veeam',
    ]);
    assert.match(endpoint.resourceManagerEndpoint, /^https:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(endpoint.subscriptionIds.length, 3);
    assert.ok(existsSync(endpoint.certificateAuthorityFile));
    sandbox.process.kill('SIGTERM');
    const { code, stdout, stderr } = await sandbox.ended();
    // Windows knows no signals: there the process just ends, and its directory is left to the system.
    if (process.platform !== 'win32') {
      assert.equal(code, 0);
      assert.ok(!existsSync(dirname(endpoint.certificateAuthorityFile)));
    }
    assert.equal(stdout, `${JSON.stringify(endpoint)}\n`);
    assert.equal(stderr, '');
  });

  it('the same seed names the same subscriptions and application, and another seed others', async () => {
    const [one, same, other] = await Promise.all([
      run('--seed', '9').endpoint(),
      run('--seed', '9').endpoint(),
      run('--seed', '10').endpoint(),
    ]);
    assert.deepEqual(one.subscriptionIds, same.subscriptionIds);
    assert.equal(one.clientId, same.clientId);
    assert.notEqual(one.clientSecret, same.clientSecret);
    assert.notDeepEqual(one.subscriptionIds, other.subscriptionIds);
  });

  it('--exit-with-stdin ends it with whoever started it', async () => {
    const sandbox = run('--exit-with-stdin');
    const endpoint = await sandbox.endpoint();
    sandbox.process.stdin?.end();
    assert.equal((await sandbox.ended()).code, 0);
    assert.ok(!existsSync(dirname(endpoint.certificateAuthorityFile)));
  });

  it('--linger ends it, and removes its files, when nobody holds a lifeline', async () => {
    const sandbox = run('--linger', '0.3');
    const endpoint = await sandbox.endpoint();
    const { code, stderr } = await sandbox.ended();
    assert.deepEqual([code, stderr], [0, '']);
    assert.ok(!existsSync(dirname(endpoint.certificateAuthorityFile)));
  });

  it('a directory that the certificate cannot be written to ends it with 1 and says which, and what to do', async () => {
    const { code, stdout, stderr } = await run('--data', import.meta.filename).ended();
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^sandbox: The certificate cannot be written to ".*platform-commandLine\.test\.ts".* with --data\.\n$/);
  });

  it('a port in use ends it with 1 and says which, and what to do', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    try {
      const { code, stdout, stderr } = await run('--port', String(port)).ended();
      assert.deepEqual([code, stdout], [1, '']);
      assert.equal(
        stderr.trim(),
        `sandbox: Port ${port} on 127.0.0.1 is in use. Choose another with --port, or leave --port out for a free one.`,
      );
    } finally {
      taken.close();
    }
  });
});
