import assert from 'node:assert/strict';
import { DueQueue } from '../../../src/operations/dueQueue.ts';
import { Scheduler } from '../../../src/operations/scheduler.ts';
import { FakeClock } from './fakes.ts';

const second = 1_000;
const hour = 3_600 * second;

/** The same numbers each time. */
function numbers(): () => number {
  let seed = 7;
  return () => (seed = (seed * 48_271) % 2_147_483_647);
}

describe('what is due when', () => {
  it('comes out in order, whatever was replaced and taken away meanwhile', () => {
    const [queue, next] = [new DueQueue(), numbers()];
    const wanted = new Map<string, number>();
    for (let at = 0; at < 5_000; at++) {
      const key = `k${next() % 700}`;
      if (next() % 4 === 0) {
        assert.equal(queue.delete(key), wanted.delete(key));
      } else {
        const atMs = next() % 1_000;
        queue.set(key, atMs);
        wanted.set(key, atMs);
      }
      assert.equal(queue.size, wanted.size);
    }
    assert.ok(wanted.size > 100);
    for (let before = -1; wanted.size > 0;) {
      const first = queue.first();
      assert.ok(first && queue.has(first.key) && first.atMs >= before);
      assert.equal(first.atMs, wanted.get(first.key));
      before = first.atMs;
      queue.delete(first.key);
      wanted.delete(first.key);
    }
    assert.equal(queue.first(), undefined);
  });
});

describe('the scheduler', () => {
  function made(atOnce = 4): { clock: FakeClock; scheduler: Scheduler; done: string[]; ends: (() => void)[] } {
    const clock = new FakeClock();
    const [done, ends]: [string[], (() => void)[]] = [[], []];
    const work = (key: string): Promise<void> => {
      done.push(key);
      return new Promise((resolve) => ends.push(resolve));
    };
    const scheduler = new Scheduler({ clock, atOnce, work });
    scheduler.setWatched(true);
    return { clock, scheduler, done, ends };
  }

  it('works on so many at once and no more, the earliest first', async () => {
    const { clock, scheduler, done, ends } = made(2);
    ['c', 'a', 'd', 'b'].forEach((key) => scheduler.schedule(key, key.charCodeAt(0) * second));
    await clock.advance(200 * second);
    assert.deepEqual(done, ['a', 'b']);
    scheduler.schedule('a', 0);
    await clock.advance(second);
    assert.deepEqual(done, ['a', 'b'], 'none is worked on twice at a time');
    ends.splice(0).forEach((end) => end());
    await clock.advance(second);
    assert.deepEqual(done, ['a', 'b', 'c', 'd']);
    ends.splice(0).forEach((end) => end());
    await clock.advance(second);
    assert.deepEqual(done, ['a', 'b', 'c', 'd', 'a']);
  });

  it('waits up to a minute longer while nobody watches, and catches up when somebody does', async () => {
    const { clock, scheduler, done } = made();
    scheduler.setWatched(false);
    scheduler.schedule('soon', 5 * second);
    scheduler.schedule('late', 300 * second);
    await clock.advance(9 * second);
    assert.deepEqual(done, []);
    await clock.advance(second);
    assert.deepEqual(done, ['soon']);
    await clock.advance(300 * second);
    scheduler.setWatched(true);
    await clock.advance(0);
    assert.deepEqual(done, ['soon', 'late']);
  });

  it('keeps nobody waiting for an hour where the clock is set back by one', async () => {
    const { clock, scheduler, done } = made();
    scheduler.schedule('a', 30 * second);
    scheduler.schedule('b', 90 * second);
    await clock.advance(10 * second);
    clock.time -= hour;
    scheduler.schedule('c', 5 * second);
    await clock.advance(6 * second);
    assert.deepEqual(done, ['c']);
    await clock.advance(100 * second);
    assert.deepEqual(done, ['c', 'a', 'b']);
  });

  it('finds out within a minute that the machine slept, and does what is overdue so many at once', async () => {
    const { clock, scheduler, done, ends } = made(2);
    ['a', 'b', 'c'].forEach((key, at) => scheduler.schedule(key, 1_800 * second + at));
    scheduler.schedule('later', 20 * hour);
    await clock.advance(30 * second);
    clock.shift(8 * hour);
    clock.time += 8 * hour;
    await clock.advance(0);
    assert.deepEqual(done, [], 'its timer stood still');
    await clock.advance(30 * second);
    assert.deepEqual(done, ['a', 'b']);
    ends.splice(0).forEach((end) => end());
    await clock.advance(second);
    assert.deepEqual(done, ['a', 'b', 'c']);
  });

  it('begins nothing while it is held, and nothing after it was stopped', async () => {
    const { clock, scheduler, done } = made();
    scheduler.hold(true);
    scheduler.schedule('a', 0);
    await clock.advance(hour);
    assert.deepEqual(done, []);
    scheduler.hold(false);
    await clock.advance(0);
    assert.deepEqual(done, ['a']);
    scheduler.schedule('b', second);
    scheduler.stop();
    scheduler.schedule('c', second);
    await clock.advance(hour);
    assert.deepEqual(done, ['a']);
  });
});
