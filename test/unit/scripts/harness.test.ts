import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { root, SetupError, staleness } from '../../../scripts/lib/deps.mjs';
import { longestFirst } from '../../../scripts/lib/fileQueue.ts';

describe('harness: is a folder installed as its lockfile says', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'harness-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const wanted = { '': {}, 'node_modules/a': { version: '1.0.0' }, 'node_modules/other-system': { version: '1.0.0', optional: true } };
  const write = (path: string, packages: object) => {
    for (const place of ['node_modules', ...(path.startsWith('node_modules') ? Object.keys(packages) : [])]) {
      mkdirSync(join(folder, place), { recursive: true });
    }
    writeFileSync(join(folder, path), JSON.stringify({ packages }));
  };

  it('names the lockfile where there is none', () => {
    assert.throws(
      () => staleness(folder),
      (error: Error) => error instanceof SetupError && /package-lock\.json is missing/.test(error.message),
    );
  });

  it('is stale before the first install', () => {
    write('package-lock.json', wanted);
    assert.equal(staleness(folder), 'not installed yet');
  });

  it('is fresh where only optional packages of other systems are absent', () => {
    write('package-lock.json', wanted);
    write('node_modules/.package-lock.json', { 'node_modules/a': { version: '1.0.0' } });
    assert.equal(staleness(folder), undefined);
  });

  it('is stale where a package is missing or has another version', () => {
    write('package-lock.json', wanted);
    write('node_modules/.package-lock.json', {});
    assert.equal(staleness(folder), 'node_modules/a is missing');
    write('node_modules/.package-lock.json', { 'node_modules/a': { version: '0.9.0' } });
    assert.equal(staleness(folder), 'node_modules/a is 0.9.0, wanted 1.0.0');
  });

  it('is stale where a package’s folder has gone', () => {
    write('package-lock.json', wanted);
    write('node_modules/.package-lock.json', { 'node_modules/a': { version: '1.0.0' } });
    rmSync(join(folder, 'node_modules/a'), { recursive: true });
    assert.equal(staleness(folder), 'node_modules/a is gone');
  });
});

/** A program that runs a body inside `tallied`, as a task does. */
function tallying(body: string): { args: string[]; env: NodeJS.ProcessEnv } {
  const lib = (name: string): string => JSON.stringify(join(root, 'scripts', 'lib', name));
  const program = `
    const { tallied, addToTally } = await import(${lib('tally.ts')});
    const { mochaSideBySide } = await import(${lib('mocha.ts')});
    await tallied(async () => { ${body} });`;
  const { TALLY_FILE: _, ...env } = process.env;
  return { args: ['--input-type=module', '-e', program], env };
}

/** Runs it in a process of its own. */
function run(body: string): { lines: string[]; errors: string; status: number | null } {
  const { args, env } = tallying(body);
  const result = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' });
  return { lines: result.stdout.trimEnd().split('\n'), errors: result.stderr, status: result.status };
}

describe('harness: the closing line', () => {
  it('adds up what several runs counted', () => {
    const { lines, status } = run(
      'addToTally({ passes: 2, failures: 0, pending: 1 }); addToTally({ passes: 3, failures: 0, pending: 0 }); return true;',
    );
    assert.deepEqual([lines.at(-1), status], ['5 passed, 0 failed, 1 skipped', 0]);
  });

  it('counts a failure where a run ended badly without a failed test', () => {
    const { lines, status } = run("addToTally({ passes: 2, failures: 0, pending: 0 }); throw new Error('crashed');");
    assert.deepEqual([lines.at(-1), status], ['2 passed, 1 failed', 1]);
  });

  it('counts a failure where nothing ran', () => {
    const { lines, status } = run('return true;');
    assert.deepEqual([lines.at(-1), status], ['0 passed, 1 failed', 1]);
  });

  it('fails where a test failed though the run says it went well', () => {
    const { lines, status } = run('addToTally({ passes: 0, failures: 2, pending: 0 }); return true;');
    assert.deepEqual([lines.at(-1), status], ['0 passed, 2 failed', 1]);
  });

  it('is preceded by what failed, of all runs', () => {
    const { lines, errors, status } = run(
      "addToTally({ passes: 1, failures: 1, pending: 0, failed: ['a.ts: one'] }); addToTally({ passes: 0, failures: 1, pending: 0, failed: ['b.ts: two'] }); return false;",
    );
    assert.deepEqual([lines.at(-1), status], ['1 passed, 2 failed', 1]);
    assert.match(errors, /Failed:\na\.ts: one\nb\.ts: two\n/);
  });
});

describe('harness: test files side by side', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(root, '.cache', 'side-by-side-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** What runs these test files, two at a time. */
  function sideBySide(files: Record<string, string>, options: { again?: boolean } = {}): string {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, 'mocharc.json'), JSON.stringify({ spec: [`${relative(root, folder)}/*.test.mjs`] }));
    return `return mochaSideBySide(${JSON.stringify(join(folder, 'mocharc.json'))}, [], ${JSON.stringify({ workers: 2, ...options })});`;
  }

  it('begins what took longest; of files that never ran the bigger ones', () => {
    const bytes: Record<string, number> = { a: 10, b: 100, c: 90, d: 50 };
    const order = (durations: Record<string, number>) => longestFirst(Object.keys(bytes), durations, (file) => bytes[file] ?? 0);
    assert.deepEqual(order({}), ['b', 'c', 'd', 'a']);
    assert.deepEqual(order({ a: 60_000, b: 5_000 }), ['a', 'c', 'd', 'b']);
  });

  /** A test file that fails when it is run for the first time. */
  const onceBad = (name: string): string => `import { existsSync, writeFileSync } from 'node:fs';
    it('holds', () => {});
    it('holds at last', () => {
      const mark = ${JSON.stringify(join(root, '.cache'))} + '/' + ${JSON.stringify(`was-here-${process.pid}-${name}`)};
      if (!existsSync(mark)) { writeFileSync(mark, ''); throw new Error('seven is not eight'); }
    });`;
  afterEach(() => {
    for (const mark of readdirSync(join(root, '.cache')).filter((one) => one.startsWith(`was-here-${process.pid}-`)))
      rmSync(join(root, '.cache', mark));
  });

  it('runs what failed again where it is told to, counts it once, and says that it is unstable', () => {
    const files = { 'good.test.mjs': "it('holds', () => {});", 'once.test.mjs': onceBad('once') };
    const { lines, errors, status } = run(sideBySide(files, { again: true }));
    assert.deepEqual([lines.at(-1), status], ['3 passed, 0 failed, 1 of those that passed only when run again', 0]);
    assert.match(errors, /\nUnstable, to be mended: .*\n.*once\.test\.mjs: holds at last\n\s+seven is not eight\n/);
    assert.match(errors, /once\.test\.mjs: FAILED after [\d.]+ s\n[^]*once\.test\.mjs: passed after [\d.]+ s, run again alone\n/);
  });

  it('fails where what failed fails again, and where more failed than chance explains: then none is run again', () => {
    const bad = "it('does not hold', () => { throw new Error('seven is not eight'); });";
    const twice = run(sideBySide({ 'good.test.mjs': "it('holds', () => {});", 'bad.test.mjs': bad }, { again: true }));
    assert.deepEqual([twice.lines.at(-1), twice.status], ['1 passed, 1 failed', 1]);
    const files = Object.fromEntries(['a', 'b', 'c'].map((name) => [`${name}.test.mjs`, onceBad(name)]));
    rmSync(join(folder, 'bad.test.mjs'));
    const many = run(sideBySide(files, { again: true }));
    assert.deepEqual([many.lines.at(-1), many.status], ['4 passed, 3 failed', 1]);
  });

  it('runs each once, and fails where one does; what failed is named at the end', () => {
    const body = sideBySide({
      'good.test.mjs': "it('holds', () => {});",
      'bad.test.mjs': "it('holds', () => {}); it('does not hold', () => { throw new Error('seven is not eight'); });",
      'other.test.mjs': "it('holds', () => {});",
    });
    const { lines, errors, status } = run(body);
    assert.deepEqual([lines.at(-1), status], ['3 passed, 1 failed', 1]);
    assert.match(errors, /\nFailed:\n.*bad\.test\.mjs: does not hold\n\s+seven is not eight\n/);
    const ends = errors.split('\n').flatMap((line) => /^─ .*\/(\w+)\.test\.mjs: (passed|FAILED)/.exec(line)?.slice(1).join(' ') ?? []);
    assert.deepEqual(ends.toSorted(), ['bad FAILED', 'good passed', 'other passed']);
  });

  it('passes where all pass', () => {
    const { lines, status } = run(sideBySide({ 'a.test.mjs': "it('holds', () => {});", 'b.test.mjs': "it('holds', () => {});" }));
    assert.deepEqual([lines.at(-1), status], ['2 passed, 0 failed', 0]);
  });

  it('leaves nothing behind when it is interrupted: what tests started ends too, and no further file begins', async function () {
    if (process.platform === 'win32') this.skip();
    const processes = JSON.stringify(join(root, 'scripts', 'lib', 'processes.ts'));
    // Each begins a process that would outlive it for an hour, and waits.
    const waiting = (name: string): string => `
      import { writeFileSync } from 'node:fs';
      const { start } = await import(${processes});
      it('waits', (done) => {
        const child = start(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });
        writeFileSync(${JSON.stringify(folder)} + '/${name}.pid', String(child.pid));
      }).timeout(60_000);`;
    const files = Object.fromEntries(['a', 'b', 'c'].map((name) => [`${name}.test.mjs`, waiting(name)]));
    const { args, env } = tallying(sideBySide(files));
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: 'ignore' });
    const pidFiles = (): string[] =>
      readdirSync(folder).filter((name) => name.endsWith('.pid') && readFileSync(join(folder, name), 'utf8') !== '');
    await until('two files have begun', () => pidFiles().length === 2);
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    assert.deepEqual(await ended, [130, null]);
    const pids = pidFiles().map((name) => Number(readFileSync(join(folder, name), 'utf8')));
    await until('what they started has ended', () => !pids.some(isRunning));
    assert.equal(pids.length, 2, 'a third file was begun');
  }).timeout(30_000);
});

async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`It did not come about that ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
