/** Whose an operation is where time does not pass as it should: a machine that slept, a clock that was set. */
import assert from 'node:assert/strict';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { Ownership } from '../../../src/operations/ownership.ts';
import { FakeClock, newFolder } from './fakes.ts';
import { WatchedDisk } from './watchedDisk.ts';

const hour = 3_600_000;

describe('ownership of operations, and the clock', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await newFolder();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const window = (clock: FakeClock): Ownership => new Ownership({ folder, clock, isAlive: () => true });

  for (const [what, ms] of [
    ['slept for hours', 3 * hour],
    ['had its clock set back', -3 * hour],
  ] as const) {
    it(`stays where it was when the machine ${what}: the one that looks first does not take the other for dead`, async () => {
      const clock = new FakeClock();
      const [one, other] = [window(clock), window(clock)];
      await one.claim('a');
      assert.equal(await other.claim('a'), false);
      // Timers stand still meanwhile: no beat of any window is written.
      clock.time += ms;
      assert.equal(one.mayHaveLost, true);
      assert.equal(await other.claim('a'), false, 'taken before the other could say that it lives');
      assert.equal(await one.stillOwns('a'), true);
      clock.shift(ms);
      await clock.advance(60_000);
      assert.equal(one.mayHaveLost, false);
      assert.equal(await other.claim('a'), false);
      assert.equal(await one.stillOwns('a'), true);
      await one.dispose();
      await other.dispose();
    });

    it(`is taken when the machine ${what} and one window did not come back`, async () => {
      const clock = new FakeClock();
      const frozen = new FakeClock();
      const one = window(frozen);
      const other = window(clock);
      await one.claim('a');
      assert.equal(await other.claim('a'), false);
      clock.time += ms;
      clock.shift(ms);
      await clock.advance(60_000);
      assert.equal(await other.claim('a'), true);
      assert.equal(await one.stillOwns('a'), false);
    });
  }

  it('is not believed to be its own by a window that slept while two others had it, though its number is the same', async () => {
    const frozen = new FakeClock();
    const clock = new FakeClock();
    const sleeper = window(frozen);
    await sleeper.claim('a');
    await clock.advance(60_000);
    const second = window(clock);
    assert.equal(await second.claim('a'), true);
    await second.dispose();
    const third = window(clock);
    assert.equal(await third.claim('a'), true);
    assert.ok((await readdir(folder)).includes('a.owner.1'), 'numbers begin anew');
    assert.equal(await sleeper.stillOwns('a'), false);
    await sleeper.release('a');
    assert.equal(await third.stillOwns('a'), true, 'given back by one that did not have it any more');
  });

  it('is not lost to a window whose beat was swept away while it slept for days', async () => {
    const clock = new FakeClock();
    const [one, other] = [window(clock), window(clock)];
    await one.claim('a');
    await rm(path.join(folder, `${one.window}.beat`));
    await clock.advance(10_000);
    assert.equal(await other.claim('a'), false);
    assert.equal(await one.stillOwns('a'), true);
    await one.dispose();
    await other.dispose();
  });

  it('of many is found out by a few readings of the folder', async () => {
    const clock = new FakeClock();
    const one = window(clock);
    const ids = Array.from({ length: 300 }, (_, at) => `op${at}`);
    await Promise.all(ids.map((id) => one.claimNew(id)));
    const heir = new Ownership({ folder, clock, isAlive: () => false });
    using disk = new WatchedDisk(folder);
    const won = await Promise.all(ids.map((id) => heir.claim(id)));
    assert.ok(won.every(Boolean));
    assert.ok(disk.count('readdir') <= 10, `the folder was read ${disk.count('readdir')} times`);
    assert.deepEqual(
      await Promise.all(ids.map((id) => one.stillOwns(id))),
      ids.map(() => false),
    );
    await heir.dispose();
    await one.dispose();
    assert.deepEqual(await readdir(folder), []);
  });
});
