import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { hasEnded, type SandboxRecord } from '../../../src/cloud/sandbox/records.ts';
import { startSandboxProcess, type SandboxDetails, type SandboxProcess, type SandboxStart } from '../../../src/cloud/sandboxProcess.ts';
import type { SandboxSettings } from '../../../src/cloud/settings.ts';
import { isCancelled } from '../../../src/core/cancellation.ts';
import { BackupError } from '../../../src/core/errors.ts';
import { createTestBed, json, type TestBed } from './support/httpsServer.ts';
import { buildSandbox, type SandboxProgram } from './support/sandboxProgram.ts';

const settings: SandboxSettings = { speed: 60, latency: 5, seed: 7, quota: 'real' };

describe('the sandbox as a process that windows share', function () {
  this.timeout(30_000);
  let program: SandboxProgram;
  let home: string;
  let folder: string;
  const used: SandboxProcess[] = [];
  const pids = new Set<number>();
  const usual = { ...process.env };

  before(async () => {
    program = await buildSandbox();
  });
  after(() => program[Symbol.asyncDispose]());
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'backup-explorer-sandbox-test-'));
    folder = join(home, 'sandbox');
    // A sandbox that is killed leaves its directory behind.
    Object.assign(process.env, { TMPDIR: home, TEMP: home });
  });
  afterEach(async () => {
    for (const name of ['TMPDIR', 'TEMP']) {
      if (usual[name] === undefined) {
        delete process.env[name];
      } else {
        process.env[name] = usual[name];
      }
    }
    await Promise.all(used.splice(0).map((sandbox) => sandbox.stop()));
    for (const pid of pids) {
      endProcess(pid);
    }
    await until(() => [...pids].every((pid) => !runs(pid)));
    pids.clear();
    await rm(home, { recursive: true, force: true });
  });

  const startOf = (more: Partial<SandboxStart> = {}): SandboxStart => ({ entry: program.entry, folder, settings, ...more });

  async function use(more: Partial<SandboxStart> = {}): Promise<SandboxProcess> {
    const sandbox = await startSandboxProcess(startOf(more));
    used.push(sandbox);
    pids.add((await recordAt(sandbox.details)).pid);
    return sandbox;
  }

  /** Another process that uses the sandbox and knows nothing of this one. */
  async function otherWindow(
    more: Partial<SandboxStart> = {},
  ): Promise<{ details: SandboxDetails; pid: number; die: () => Promise<void> }> {
    const args = [join(import.meta.dirname, 'support/sandboxWindow.ts'), JSON.stringify(startOf(more))];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    const exit = once(child, 'exit');
    const [line] = (await Promise.race([
      once(createInterface({ input: child.stdout }), 'line'),
      exit.then(() => assert.fail('it ended without a word')),
    ])) as [string];
    const details = JSON.parse(line) as SandboxDetails;
    const { pid } = await recordAt(details);
    pids.add(pid);
    return {
      details,
      pid,
      async die() {
        // With all of its group, as far as a system has such: the worst that can happen to a window.
        if (process.platform === 'win32' || child.pid === undefined) {
          child.kill('SIGKILL');
        } else {
          process.kill(-child.pid, 'SIGKILL');
        }
        await exit;
      },
    };
  }

  const portOf = ({ resourceManagerEndpoint }: SandboxDetails): string => new URL(resourceManagerEndpoint).port;
  const fileOf = (details: SandboxDetails): string => join(folder, `${portOf(details)}.json`);
  const recordAt = async (details: SandboxDetails): Promise<SandboxRecord> =>
    JSON.parse(await readFile(fileOf(details), 'utf8')) as SandboxRecord;

  /** As if the sandbox had been recorded so. */
  const tamper = async (details: SandboxDetails, changes: Partial<SandboxRecord>): Promise<void> =>
    writeFile(fileOf(details), JSON.stringify({ ...(await recordAt(details)), ...changes }));

  it('is given its settings, and tells where it serves', async () => {
    const { environment, details } = await use();
    assert.equal(environment.kind, 'sandbox');
    assert.equal(environment.resourceManagerEndpoint, details.resourceManagerEndpoint);
    assert.equal(environment.certificateAuthorityFile, details.certificateAuthorityFile);
    const { startedAt, requests, status, ...facts } = await health(details);
    assert.deepEqual([status, typeof startedAt, typeof requests], ['ok', 'string', 'number']);
    assert.deepEqual(facts, { seed: 7, speed: 60, latencyMs: 5, held: false, quota: 'real' });
  });

  it('outlives the window that started it, and is there for the next one with the same world', async () => {
    const first = await otherWindow();
    const { startedAt } = await health(first.details);
    await first.die();
    const second = await use();
    assert.deepEqual(second.details, first.details);
    assert.equal((await health(second.details))['startedAt'], startedAt);
    assert.equal((await recordAt(second.details)).pid, first.pid);
  });

  it('is one for several windows, and ends with the last one that is done with it', async () => {
    const [one, two] = [await use(), await use()];
    assert.deepEqual(one.details, two.details);
    const { pid } = await recordAt(one.details);
    await one.stop();
    assert.equal((await health(two.details))['status'], 'ok');
    await two.stop();
    await until(() => !runs(pid));
    assert.ok(!existsSync(dirname(two.details.certificateAuthorityFile)));
  });

  it('is not ended by one that is done with it while another may come back from a reload', async () => {
    const [one, two] = [await use({ lingerSeconds: 20 }), await use()];
    two.leave();
    await one.stop();
    assert.equal((await health(one.details))['status'], 'ok');
    const back = await use();
    assert.equal(back.details.resourceManagerEndpoint, one.details.resourceManagerEndpoint);
    const { pid } = await recordAt(back.details);
    await back.stop();
    await until(() => !runs(pid));
  });

  it('ends by itself when the last window has gone for good, however it went', async () => {
    // Long enough for a window on a busy machine to come at all: how long it lingers is for the tests of lifelines.
    const window = await otherWindow({ lingerSeconds: 2 });
    await window.die();
    await until(() => !runs(window.pid));
    const closed = await use({ lingerSeconds: 2 });
    const { pid } = await recordAt(closed.details);
    closed.leave();
    await until(() => !runs(pid));
    assert.ok(!existsSync(dirname(closed.details.certificateAuthorityFile)));
  });

  it('is one, too, for windows that start at the same moment', async () => {
    const all = await Promise.all([use(), use(), otherWindow(), otherWindow(), use()]);
    assert.equal(new Set(all.map(({ details }) => details.resourceManagerEndpoint)).size, 1);
    assert.deepEqual(await readdir(folder), [`${portOf(all[0].details)}.json`], 'locks and drafts are gone');
    await Promise.all([all[2].die(), all[3].die()]);
  });

  it('is another one for other settings, and for another version of the program', async () => {
    const one = await use();
    const faster = await use({ settings: { ...settings, speed: 61 } });
    await utimes(program.entry, new Date(), new Date(Date.now() + 5_000));
    const newer = await use();
    assert.equal(new Set([one, faster, newer].map(({ details }) => details.resourceManagerEndpoint)).size, 3);
  });

  it('that ends although somebody uses it is told to all, with what is known of its end', async () => {
    const [starter, guest] = [await use(), await use()];
    const breaks = [starter, guest].map((sandbox) => new Promise<BackupError>((resolve) => sandbox.onDidBreak(resolve)));
    endProcess((await recordAt(starter.details)).pid);
    const [toStarter, toGuest] = await Promise.all(breaks);
    assert.equal(toStarter?.facts.code, 'SandboxEnded');
    assert.match(toStarter.message, process.platform === 'win32' ? /it ended/ : /it was ended by SIGKILL/);
    assert.equal(toGuest?.facts.code, 'SandboxEnded');
    assert.match(toGuest.message, /the connection to it broke/);
  });

  it('is no breakage when it is stopped or left', async () => {
    const [one, two] = [await use(), await use()];
    let breakages = 0;
    one.onDidBreak(() => breakages++);
    two.onDidBreak(() => breakages++);
    const { pid } = await recordAt(one.details);
    two.leave();
    await one.stop();
    await one.stop();
    endProcess(pid);
    await until(() => !runs(pid));
    // Longer than the last words of a process are waited for.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    assert.equal(breakages, 0);
  });

  it('writes on when its starter, and with it the reader of its words, is gone', async () => {
    const entry = join(home, 'talkative.mjs');
    const talk = join(home, 'talk');
    // It says something as soon as the file is there, and notes that it has.
    await writeFile(
      entry,
      `import { existsSync, writeFileSync } from 'node:fs';
       await import(${JSON.stringify(pathToFileURL(program.entry).href)});
       const timer = setInterval(() => {
         if (existsSync(${JSON.stringify(talk)})) {
           clearInterval(timer);
           process.stderr.write('words\\n');
           process.stdout.write('words\\n');
           setTimeout(() => writeFileSync(${JSON.stringify(`${talk}ed`)}, ''), 50);
         }
       }, 10);`,
    );
    const { details, die } = await otherWindow({ entry });
    await die();
    await writeFile(talk, '');
    await until(() => existsSync(`${talk}ed`));
    assert.equal((await health(details))['status'], 'ok');
  });

  describe('records', () => {
    it('can be read by this user only, and name no settings beside what it takes to attach', async function () {
      const { details } = await use();
      const record = await recordAt(details);
      assert.deepEqual(Object.keys(record).sort(), ['certificateAuthority', 'details', 'host', 'key', 'pid', 'startedAt', 'version']);
      if (process.platform === 'win32') {
        this.skip();
      }
      assert.equal((await stat(fileOf(details))).mode & 0o777, 0o600);
      assert.equal((await stat(folder)).mode & 0o777, 0o700);
    });

    it('of a sandbox that has ended are not used, but kept as an end', async () => {
      const old = await use();
      const { pid } = await recordAt(old.details);
      assert.equal(await hasEnded(folder, old.details.resourceManagerEndpoint), false);
      endProcess(pid);
      await until(() => !runs(pid));
      assert.equal(await hasEnded(folder, old.details.resourceManagerEndpoint), true, 'known before anybody has swept');
      const { details } = await use();
      assert.notEqual(details.clientSecret, old.details.clientSecret);
      assert.deepEqual((await readdir(folder)).sort(), [`${portOf(details)}.json`, `${portOf(old.details)}.ended`].sort());
      assert.equal(await hasEnded(folder, old.details.resourceManagerEndpoint), true);
      assert.equal(await hasEnded(folder, details.resourceManagerEndpoint), false);
    });

    it('say nothing of clouds that were no sandbox of this machine', async () => {
      for (const origin of ['https://127.0.0.1:9', 'https://management.azure.com', 'https://127.0.0.1:9/x', 'https://localhost:9', '']) {
        assert.equal(await hasEnded(folder, origin), false, origin);
      }
    });

    it('that are damaged are not used', async () => {
      for (const text of ['', '[]', JSON.stringify({ version: 1, key: 'k', details: {} })]) {
        const old = await use();
        await writeFile(fileOf(old.details), text);
        const { details } = await use();
        assert.notEqual(details.resourceManagerEndpoint, old.details.resourceManagerEndpoint, text);
        assert.equal(await hasEnded(folder, old.details.resourceManagerEndpoint), false, 'it runs, whatever its record looks like');
      }
    });

    it('that lead elsewhere than to this machine are not used', async () => {
      const old = await use();
      const elsewhere = { resourceManagerEndpoint: 'https://elsewhere.example', authorityHost: 'https://elsewhere.example/adfs' };
      await tamper(old.details, { details: { ...old.details, ...elsewhere } });
      assert.match((await use()).details.resourceManagerEndpoint, /^https:\/\/127\.0\.0\.1:/);
    });

    it('whose authority’s file is gone or another are not used', async () => {
      const old = await use();
      await writeFile(old.details.certificateAuthorityFile, 'another');
      const { details } = await use();
      assert.notEqual(details.resourceManagerEndpoint, old.details.resourceManagerEndpoint);
    });

    describe('whose port answers for somebody else', () => {
      let bed: TestBed;
      before(async () => {
        bed = await createTestBed();
      });
      after(() => bed[Symbol.asyncDispose]());

      /** A record of a sandbox with that authority, at the port of a server that is none. */
      async function pretend(port: number, authority: 'real' | 'of the server'): Promise<string> {
        const real = await use();
        const record = await recordAt(real.details);
        const origin = `https://127.0.0.1:${port}`;
        const file = join(home, 'ca.pem');
        const certificateAuthority = authority === 'real' ? record.certificateAuthority : bed.authority.pem;
        await writeFile(file, certificateAuthority);
        const details = {
          ...record.details,
          resourceManagerEndpoint: origin,
          authorityHost: `${origin}/adfs`,
          certificateAuthorityFile: file,
        };
        await rm(fileOf(real.details));
        await writeFile(join(folder, `${port}.json`), JSON.stringify({ ...record, details, certificateAuthority }));
        return origin;
      }

      it('are not used, and not a byte goes to a server that cannot prove to be the recorded one', async () => {
        const server = await bed.start([json(200, { id: '00000000-0000-0000-0000-000000000000' })]);
        const origin = await pretend(server.port, 'real');
        const said: string[] = [];
        const { details } = await use({ onLine: (line) => said.push(line) });
        assert.notEqual(details.resourceManagerEndpoint, origin);
        assert.deepEqual([server.bytes(), server.requests.length], [0, 0]);
        assert.match(said.join('\n'), new RegExp(`${origin} cannot be used any more`));
      });

      it('are not used where the answer is not that of a sandbox', async () => {
        for (const reply of [json(404, {}), json(200, {}), json(200, { id: 'x' })]) {
          const server = await bed.start([reply]);
          const origin = await pretend(server.port, 'of the server');
          assert.notEqual((await use()).details.resourceManagerEndpoint, origin);
          assert.equal(server.requests[0]?.url, '/_sandbox/lifeline');
        }
      });
    });

    it('whose folder cannot be used keep the sandbox from starting, which names it', async () => {
      await writeFile(folder, 'a file');
      const error = await refused(startSandboxProcess(startOf()));
      assert.ok(error.message.includes(folder), error.message);
    });

    it('a lock that a dead window left behind holds nobody up', async () => {
      const dead = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
      await once(dead, 'exit');
      const { details } = await use();
      const { key } = await recordAt(details);
      endProcess((await recordAt(details)).pid);
      await writeFile(join(folder, `${key}.lock.${dead.pid}.left-behind`), '');
      await use();
      assert.ok(!(await readdir(folder)).some((name) => name.includes('.lock.')));
    });
  });

  describe('that cannot be used', () => {
    const line = {
      resourceManagerEndpoint: 'https://127.0.0.1:1',
      authorityHost: 'https://127.0.0.1:1/adfs',
      tenantId: 'adfs',
      clientId: 'c',
      clientSecret: 's',
      subscriptionIds: [],
      certificateAuthorityFile: '/ca.pem',
    };

    /** A program of our own in its place, which notes its id. */
    async function started(text: string, more: Partial<SandboxStart> = {}): Promise<SandboxProcess> {
      const entry = join(home, 'main.mjs');
      const note = `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(join(home, 'pid'))}, String(process.pid));`;
      await writeFile(entry, `${note}\n${text}`);
      return startSandboxProcess(startOf({ entry, ...more }));
    }

    const script = (text: string, more?: Partial<SandboxStart>): Promise<BackupError> => refused(started(text, more));
    const stay = 'setInterval(() => {}, 1000);';
    async function isGone(): Promise<void> {
      const pid = Number(await readFile(join(home, 'pid'), 'utf8'));
      await until(() => !runs(pid));
    }

    it('ends at once: refused with what it said', async () => {
      assert.match((await script(`console.error('no port'); process.exitCode = 1;`)).message, /ended with code 1\. It said: no port/);
    });

    it('says something else: refused, and ended', async () => {
      assert.match((await script(`console.log('hello'); ${stay}`)).message, /first line/);
      await isGone();
      assert.match((await script(`console.log('{"clientId":1}'); ${stay}`)).message, /first line/);
      await isGone();
    });

    it('names no file that can be read, or nobody answers where it says: refused, and ended', async () => {
      assert.match((await script(`console.log(${JSON.stringify(JSON.stringify(line))}); ${stay}`)).message, /ca\.pem/);
      await isGone();
      const file = { ...line, certificateAuthorityFile: program.entry };
      assert.match((await script(`console.log(${JSON.stringify(JSON.stringify(file))}); ${stay}`)).message, /did not start/);
      await isGone();
    });

    it('does not serve in time: refused, and ended though it will not', async () => {
      const error = await script(`process.on('SIGTERM', () => {}); ${stay}`, { limitMs: 1_500 });
      assert.match(error.message, /within 1\.5 seconds/);
      await isGone();
    });

    it('cannot be started: refused', async () => {
      assert.match((await script('', { program: join(home, 'nothing') })).message, /could not be started/);
      assert.match((await refused(startSandboxProcess(startOf({ entry: join(home, 'no.mjs') })))).message, /no\.mjs/);
    });

    it('is not wanted any more: ended', async () => {
      const controller = new AbortController();
      const pending = started(stay, { signal: controller.signal });
      await until(async () => (await readFile(join(home, 'pid'), 'utf8').catch(() => '')) !== '');
      controller.abort();
      await assert.rejects(pending, isCancelled);
      await isGone();
      assert.deepEqual(await readdir(folder), []);
    });
  });
});

async function refused(promise: Promise<unknown>): Promise<BackupError> {
  const error = await promise.then(
    () => assert.fail('nothing was refused'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof BackupError, String(error));
  assert.equal(error.facts.code, 'SandboxFailed');
  return error;
}

async function ask(details: SandboxDetails, method: string, path: string): Promise<{ status: number | undefined; text: string }> {
  const ca = await readFile(details.certificateAuthorityFile);
  return new Promise((resolve, reject) => {
    const request = https.request(`${details.resourceManagerEndpoint}${path}`, { ca, method, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => resolve({ status: answer.statusCode, text }));
    });
    request.on('error', reject).end();
  });
}

async function health(details: SandboxDetails): Promise<Record<string, unknown>> {
  return JSON.parse((await ask(details, 'GET', '/_sandbox/health')).text) as Record<string, unknown>;
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 25_000;
  while (!(await condition())) {
    assert.ok(Date.now() < end, 'waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
