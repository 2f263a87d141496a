import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandboxProcess, type SandboxProcess, type SandboxStart } from '../../../src/cloud/sandboxProcess.ts';
import { isCancelled } from '../../../src/core/cancellation.ts';
import { BackupError } from '../../../src/core/errors.ts';

const line = {
  resourceManagerEndpoint: 'https://127.0.0.1:1',
  authorityHost: 'https://127.0.0.1:1/adfs',
  tenantId: 'adfs',
  clientId: 'c',
  clientSecret: 's',
  subscriptionIds: [],
  certificateAuthorityFile: '/ca.pem',
};
const print = `console.log(${JSON.stringify(JSON.stringify(line))});`;
const serveUntilStdinEnds = `${print} process.stdin.resume().on('end', () => process.exit(0));`;

describe('the sandbox as a child process', () => {
  let folder: string;
  let sandbox: SandboxProcess | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backup-explorer-sandbox-test-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));
  afterEach(async () => {
    await sandbox?.stop();
    sandbox = undefined;
  });

  async function start(script: string, more: Partial<SandboxStart> = {}): Promise<SandboxProcess> {
    const entry = join(folder, 'main.mjs');
    await writeFile(entry, script);
    sandbox = await startSandboxProcess({ entry, settings: { speed: 60, latency: 5, seed: 7 }, ...more });
    return sandbox;
  }

  async function refused(promise: Promise<unknown>): Promise<BackupError> {
    const error = await promise.then(
      () => assert.fail('nothing was refused'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof BackupError, String(error));
    assert.equal(error.facts.code, 'SandboxFailed');
    return error;
  }

  it('is given its settings and told to end with us, and tells where it serves', async () => {
    const said: string[] = [];
    const { environment, details } = await start(`console.error(process.argv.slice(2).join(' ')); ${serveUntilStdinEnds}`, {
      onLine: (text) => said.push(text),
    });
    assert.equal(environment.kind, 'sandbox');
    assert.equal(environment.resourceManagerEndpoint, line.resourceManagerEndpoint);
    assert.equal(environment.certificateAuthorityFile, '/ca.pem');
    assert.equal(details.clientSecret, 's');
    await untilTrue(() => said.length > 0);
    assert.equal(said[0], '--exit-with-stdin --speed 60 --latency 5 --seed 7');
  });

  it('ends when it is stopped, and its end is then no breakage', async () => {
    const running = await start(serveUntilStdinEnds);
    let breakages = 0;
    running.onDidBreak(() => breakages++);
    await running.stop();
    await running.stop();
    assert.equal(breakages, 0);
  });

  it('that does not end by itself is ended', async () => {
    const running = await start(`${print} setInterval(() => {}, 1000);`);
    await running.stop();
  }).timeout(8000);

  it('that ends by itself later is told, with what it said', async () => {
    const running = await start(`${print} setTimeout(() => { console.error('out of luck'); process.exit(3); }, 50);`);
    const error = await new Promise<BackupError>((resolve) => running.onDidBreak(resolve));
    assert.equal(error.facts.code, 'SandboxEnded');
    assert.match(error.message, /ended with code 3/);
    assert.match(error.message, /out of luck/);
  });

  it('that ends at once is refused with what it said', async () => {
    const error = await refused(start(`console.error('no port'); process.exitCode = 1;`));
    assert.match(error.message, /ended with code 1\. It said: no port/);
  });

  it('that says something else is refused', async () => {
    assert.match((await refused(start(`console.log('hello'); setInterval(() => {}, 1000);`))).message, /first line/);
    assert.match((await refused(start(`console.log('{"clientId":1}'); setInterval(() => {}, 1000);`))).message, /first line/);
  });

  it('that does not serve in time is refused', async () => {
    assert.match((await refused(start('setInterval(() => {}, 1000);', { limitMs: 300 }))).message, /within 0\.3 seconds/);
  });

  it('that cannot be started is refused', async () => {
    assert.match((await refused(start(print, { program: join(folder, 'nothing') }))).message, /could not be started/);
  });

  it('that is not wanted any more is ended', async () => {
    const controller = new AbortController();
    const pending = start('setInterval(() => {}, 1000);', { signal: controller.signal });
    controller.abort();
    await assert.rejects(pending, isCancelled);
  });
});

async function untilTrue(condition: () => boolean): Promise<void> {
  const end = Date.now() + 5000;
  while (!condition()) {
    assert.ok(Date.now() < end, 'waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
