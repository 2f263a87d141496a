import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, SetupError, staleness } from '../../../scripts/lib/deps.mjs';

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

describe('harness: the closing line', () => {
  /** Runs a body inside `tallied` in a process of its own, as a task does. */
  function run(body: string): { lines: string[]; status: number | null } {
    const tally = JSON.stringify(join(root, 'scripts', 'lib', 'tally.ts'));
    const program = `const { tallied, addToTally } = await import(${tally}); await tallied(async () => { ${body} });`;
    const { TALLY_FILE: _, ...env } = process.env;
    const result = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      cwd: root,
      env,
      encoding: 'utf8',
    });
    return { lines: result.stdout.trimEnd().split('\n'), status: result.status };
  }

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
});
