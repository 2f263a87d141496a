import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Journal } from '../../../src/operations/journal.ts';
import { Ownership } from '../../../src/operations/ownership.ts';
import { FakeClock, newFolder } from './fakes.ts';

const child = path.join(import.meta.dirname, 'windowProcess.ts');

describe('ownership of operations', () => {
  let folder: string;
  const children: ChildProcess[] = [];
  beforeEach(async () => {
    folder = await newFolder();
  });
  afterEach(async () => {
    children.splice(0).forEach((each) => each.kill('SIGKILL'));
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  /** A process that works on the folder as a window does; resolves with it when it is ready. */
  async function windowOf(task: string): Promise<ChildProcess> {
    const made = fork(child, [task, folder], { stdio: 'inherit' });
    children.push(made);
    await once(made, 'message');
    return made;
  }

  it('goes to one window, stays with it, and is free after it was given back', async () => {
    const clock = new FakeClock();
    const one = new Ownership({ folder, clock });
    const other = new Ownership({ folder, clock });
    assert.equal(await one.claim('a'), true);
    assert.equal(await one.claim('a'), true);
    assert.equal(await other.claim('a'), false);
    await one.release('a');
    assert.equal(await one.stillOwns('a'), false);
    assert.equal(await other.claim('a'), true);
    await one.dispose();
    await other.dispose();
    assert.deepEqual(await readdir(folder), []);
  });

  it('of a dead process is taken at once, of a living one only when its beat has stopped for long', async () => {
    const clock = new FakeClock();
    const stopped = new FakeClock();
    const dead = new Ownership({ folder, clock: stopped });
    await dead.claim('a');
    const careful = new Ownership({ folder, clock, isAlive: () => true });
    await clock.advance(40_000);
    assert.equal(await careful.claim('a'), false);
    await clock.advance(10_000);
    assert.equal(await careful.claim('a'), true);
    assert.equal(await dead.stillOwns('a'), false);
    await dead.claim('b');
    assert.equal(await new Ownership({ folder, clock: stopped, isAlive: () => false }).claim('b'), true);
  });

  it('stays with a living window for hours, because its beat goes on', async () => {
    const clock = new FakeClock();
    const one = new Ownership({ folder, clock });
    const other = new Ownership({ folder, clock });
    await one.claim('a');
    await clock.advance(600_000);
    assert.equal(await other.claim('a'), false);
    await one.dispose();
  });

  it('whose file is being written this moment is not taken', async () => {
    await writeFile(path.join(folder, 'a.owner.1'), '{"win');
    assert.equal(await new Ownership({ folder, clock: new FakeClock() }).claim('a'), false);
  });

  it('is asked of the file itself: one that was only touched is still owned, one of another window is not', async () => {
    const one = new Ownership({ folder, clock: new FakeClock() });
    await one.claimNew('a');
    const file = path.join(folder, 'a.owner.1');
    await utimes(file, 1, 1);
    assert.equal(await one.stillOwns('a'), true);
    const text = await readFile(file, 'utf8');
    await rm(file);
    await writeFile(file, text.replace(one.window, randomUUID()));
    assert.equal(await one.stillOwns('a'), false);
    await one.dispose();
    assert.deepEqual(await readdir(folder), ['a.owner.1']);
  });

  it('goes to exactly one of three processes that claim at the same time', async () => {
    // Each operation was left by a process that is gone, so all three try to take each over.
    const ids = Array.from({ length: 60 }, (_, at) => `op${at}`);
    await Promise.all(
      ids.map((id) => writeFile(path.join(folder, `${id}.owner.1`), '{"window":"gone","pid":999999999,"host":"elsewhere"}')),
    );
    const windows = await Promise.all(['claim', 'claim', 'claim'].map(windowOf));
    const results = windows.map((each) => once(each, 'message'));
    windows.forEach((each) => each.send(ids));
    const won = (await Promise.all(results)).map(([message]) => message as string[]);
    assert.deepEqual(won.flat().sort(), [...ids].sort(), `won: ${won.map((each) => each.length).join(', ')}`);
  }).timeout(30_000);

  it('a process killed while it writes leaves a journal that can be read and owned', async () => {
    for (let round = 0; round < 3; round++) {
      const writer = await windowOf('write');
      await new Promise((resolve) => setTimeout(resolve, 30 + round * 37));
      writer.kill('SIGKILL');
      await once(writer, 'exit');
      const journal = new Journal(folder);
      const { records, damages } = await journal.load();
      assert.deepEqual(damages, []);
      assert.equal(records.length, 1);
      const next = new Ownership({ folder, clock: { now: Date.now, after: () => ({ dispose: () => undefined }) } });
      assert.equal(await next.claim('op'), true);
      await journal.repair('op');
      const before = records[0]?.progress.percent ?? -1;
      assert.ok(before >= 0, 'the process wrote nothing');
      assert.equal((await journal.read('op'))?.progress.percent, before);
      await next.dispose();
    }
  }).timeout(30_000);
});
