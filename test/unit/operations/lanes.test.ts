import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BackupError } from '../../../src/core/errors.ts';
import type { OperationRecord } from '../../../src/core/operation.ts';
import { Journal } from '../../../src/operations/journal.ts';
import { Lanes } from '../../../src/operations/lanes.ts';
import { newRecord } from '../../../src/operations/newRecord.ts';
import { isWaiting } from '../../../src/operations/phase.ts';
import { Ownership } from '../../../src/operations/ownership.ts';
import { OperationStore } from '../../../src/operations/store.ts';
import type { OperationPlan } from '../../../src/operations/types.ts';
import {
  answer,
  breakFolder,
  eachInItsFolder,
  FakeArm,
  FakeClock,
  house,
  idle,
  itemId,
  never,
  noAnswer,
  origin,
  plan,
  signedUrl,
  statusOf,
  type House,
} from './fakes.ts';

const minute = 60_000;
const lane = { key: '/machine', waiting: 'Waiting for another one of vm-1' };

/** One of several that may not run at the same time. */
function numbered(number: number, parts: Partial<OperationPlan> = {}): OperationPlan {
  const request = { ...plan.request, url: `${origin}${itemId}/points/p${number}?api-version=1` };
  return { ...plan, title: `Create p${number}`, request, lane, ...parts };
}

/** Those that were sent, by the end of their path. */
function sent({ arm }: House): string[] {
  return arm.sent.map(({ url }) => new URL(url).pathname.split('/').at(-1) ?? '');
}

const code =
  (wanted: string) =>
  (error: BackupError): boolean =>
    error.facts.code === wanted;

describe('operations of one lane', () => {
  let folder: string;
  eachInItsFolder((made) => (folder = made));

  /** The first runs, the others wait. */
  async function started(count: number): Promise<House & { ids: string[] }> {
    const all = house(folder);
    all.engine.watch();
    const ids: string[] = [];
    for (let number = 1; number <= count; number++) {
      ids.push((await all.engine.start(numbered(number))).id);
    }
    await all.clock.advance(minute);
    return { ...all, ids };
  }
  const heir = async (clock: FakeClock, client = new FakeArm()): Promise<House> => {
    const next = house(folder, { clock, client, isAlive: () => false });
    next.engine.watch();
    await next.engine.resume();
    return next;
  };
  const kill = ({ arm }: House): void => {
    arm.poll = () => never();
    arm.send = () => never();
  };

  it('wait visibly, and nothing of them is sent', async () => {
    const all = await started(3);
    assert.deepEqual(sent(all), ['p1']);
    const [first, second, third] = all.ids.map((id) => all.engine.get(id));
    assert.equal(first?.status, 'running');
    assert.deepEqual([second?.status, second?.progress.message], ['planned', 'Queued: waits for Create p1 of vm-1']);
    assert.equal(third?.progress.message, 'Queued: waits for Create p1 of vm-1, and 1 more before it');
    assert.deepEqual(second?.trace, []);
    // Some twenty rounds of each of them.
    await all.clock.advance(10 * minute);
    assert.deepEqual(sent(all), ['p1']);
  });

  it('are said to wait from their first moment where others are before them, and one that is alone never', async () => {
    const all = house(folder);
    all.engine.watch();
    const waited = new Set<string>();
    all.engine.onDidChange((record) => isWaiting(record) && waited.add(record.id));
    const alone = await all.engine.start(numbered(1));
    const second = await all.engine.start(numbered(2));
    assert.deepEqual([isWaiting(alone), isWaiting(second)], [false, true]);
    await all.clock.advance(minute);
    assert.deepEqual([...waited], [second.id]);
    assert.deepEqual(sent(all), ['p1']);
    all.arm.pollReplies = [answer(200, { step: 'succeeded' })];
    await all.clock.advance(5 * minute);
    const turn = all.engine.get(second.id)?.lane;
    assert.deepEqual([turn?.waitsSince, typeof turn?.turnAt], [undefined, 'string']);
  });

  it('wait for one that another window found to have begun after all, though this window has not heard of it', async () => {
    const one = house(folder);
    one.arm.sendReplies = [noAnswer()];
    const { id } = await one.engine.start(numbered(1));
    await one.clock.advance(minute);
    assert.equal(statusOf(one.engine, id), 'failed');
    const other = await heir(one.clock);
    one.follower.settlement = { found: 'started', tracking: { url: signedUrl }, because: 'p1 is there' };
    await assert.rejects(one.engine.start(numbered(1, { batch: { id: 'b2', size: 1, retryOf: id } })), code('StartedAfterAll'));
    await other.engine.start(numbered(2));
    await one.clock.advance(1_000);
    assert.deepEqual([sent(one), sent(other), statusOf(one.engine, id)], [['p1'], [], 'running']);
  });

  for (const [how, end] of [
    ['succeeded', answer(200, { step: 'succeeded' })],
    ['failed', answer(200, { step: 'failed' })],
    ['was cancelled', answer(200, { step: 'cancelled' })],
    ['came to an unknown end', answer(200, { step: 'unknown' })],
  ] as const) {
    it(`go on in their order when the one before ${how}`, async () => {
      const all = await started(3);
      all.arm.pollReplies = [end, answer(200, { step: 'running' })];
      await all.clock.advance(minute);
      assert.deepEqual(sent(all), ['p1', 'p2']);
      assert.equal(all.engine.get(all.ids[2] ?? '')?.progress.message, 'Queued: waits for Create p2 of vm-1');
      all.arm.pollReplies = [answer(200, { step: 'succeeded' })];
      await all.clock.advance(5 * minute);
      assert.deepEqual(sent(all), ['p1', 'p2', 'p3']);
      assert.equal(all.ends.length, 3);
    });
  }

  it('go on when the one before was refused, or is followed no further', async () => {
    const all = await started(3);
    all.arm.sendReplies = [answer(409, { code: 'Conflict', message: 'Not now.' }), answer(202)];
    await all.engine.remove(all.ids[0] ?? '');
    await all.clock.advance(minute);
    assert.equal(statusOf(all.engine, all.ids[1] ?? ''), 'failed');
    assert.deepEqual(sent(all), ['p1', 'p2', 'p3']);
  });

  it('go on beside those of other lanes, and of none', async () => {
    const all = await started(1);
    await all.engine.start(numbered(2, { lane: { ...lane, key: '/other' } }));
    await all.engine.start(plan);
    await all.clock.advance(1_000);
    assert.deepEqual(sent(all).toSorted(), ['backup', 'p1', 'p2']);
  });

  it('are told apart by the cloud too', async () => {
    const one = await started(1);
    kill(one);
    const elsewhere = await heir(one.clock, new FakeArm('https://management.elsewhere'));
    await elsewhere.engine.start(numbered(2));
    await elsewhere.clock.advance(1_000);
    assert.deepEqual(sent(elsewhere), ['p2']);
  });

  for (const how of ['cancelled', 'removed'] as const) {
    it(`are never sent once they are ${how}, after a reload neither`, async () => {
      const all = await started(3);
      const [, second = '', third = ''] = all.ids;
      await (how === 'cancelled' ? all.engine.cancel(second) : all.engine.remove(second));
      if (how === 'cancelled') {
        const record = all.engine.get(second);
        assert.deepEqual([record?.status, record?.outcome], ['cancelled', 'It was not sent: it was cancelled while it waited.']);
        assert.equal(all.ends.length, 1);
      } else {
        assert.equal(all.engine.get(second), undefined);
      }
      await all.clock.advance(1_000);
      assert.equal(all.engine.get(third)?.progress.message, 'Queued: waits for Create p1 of vm-1');
      kill(all);
      const client = new FakeArm();
      client.pollReplies = [answer(200, { step: 'succeeded' })];
      const next = await heir(all.clock, client);
      await next.clock.advance(10 * minute);
      assert.deepEqual(sent(next), ['p3']);
      assert.deepEqual(next.problems, []);
    });
  }

  it('are not said to be cancelled where that cannot be written down', async () => {
    const all = await started(2);
    breakFolder(folder);
    await assert.rejects(all.engine.cancel(all.ids[1] ?? ''), /cannot be written/);
    assert.equal(statusOf(all.engine, all.ids[1] ?? ''), 'planned');
    assert.equal(all.engine.get(all.ids[1] ?? '')?.cancelRequestedAt, undefined);
    assert.deepEqual(sent(all), ['p1']);
  });

  it('are not sent as long as that their turn has come cannot be written down, which is said', async () => {
    const all = await started(2);
    all.arm.pollReplies = [answer(200, { step: 'succeeded' })];
    breakFolder(folder);
    await all.clock.advance(5 * minute);
    assert.deepEqual(sent(all), ['p1']);
    assert.equal(statusOf(all.engine, all.ids[1] ?? ''), 'planned');
    assert.match(all.engine.get(all.ids[1] ?? '')?.trouble?.error.message ?? '', /^The journal .* cannot be written/);
    await rm(folder);
    await all.clock.advance(10 * minute);
    assert.deepEqual(sent(all), ['p1', 'p2']);
    assert.equal(statusOf(all.engine, all.ids[1] ?? ''), 'succeeded');
  });

  it('wait on after a reload, and each is sent once', async () => {
    const all = await started(3);
    kill(all);
    const next = await heir(all.clock);
    await next.clock.advance(5 * minute);
    assert.deepEqual(sent(next), []);
    assert.equal(statusOf(next.engine, all.ids[1] ?? ''), 'planned');
    next.arm.pollReplies = [answer(200, { step: 'succeeded' })];
    await next.clock.advance(10 * minute);
    assert.deepEqual(sent(next), ['p2', 'p3']);
    assert.deepEqual(
      all.ids.map((id) => statusOf(next.engine, id)),
      ['succeeded', 'succeeded', 'succeeded'],
    );
    // As it was journaled, but for what only concerns the library that built it.
    assert.deepEqual(next.arm.sent[0], numbered(2).request);
  });

  it('wait for their cloud after a reload', async () => {
    const all = await started(2);
    kill(all);
    let connected = false;
    const next = house(folder, { clock: all.clock, isAlive: () => false, connected: () => connected });
    next.arm.pollReplies = [answer(200, { step: 'succeeded' })];
    await next.engine.resume();
    await next.clock.advance(10 * minute);
    assert.equal(statusOf(next.engine, all.ids[1] ?? ''), 'planned');
    assert.deepEqual(next.engine.standing(all.ids[1] ?? ''), { followedBy: 'nobody', notConnected: true });
    connected = true;
    await next.engine.resume();
    await next.clock.advance(10 * minute);
    assert.deepEqual(sent(next), ['p2']);
  });

  it('end unsent with the sandbox that they were meant for', async () => {
    const all = await started(2);
    kill(all);
    const next = house(folder, { clock: all.clock, isAlive: () => false, connected: () => false, isGone: () => Promise.resolve(true) });
    await next.engine.resume();
    await next.clock.advance(minute);
    const record = next.engine.get(all.ids[1] ?? '');
    assert.deepEqual([record?.status, record?.error?.code], ['failed', 'NotSent']);
  });

  it('are not started unasked where no window was open for a week', async () => {
    const all = await started(2);
    kill(all);
    all.clock.time += 7 * 24 * 60 * minute;
    const next = await heir(all.clock);
    next.arm.pollReplies = [answer(200, { step: 'succeeded' })];
    await next.clock.advance(10 * minute);
    assert.deepEqual(sent(next), []);
    const record = next.engine.get(all.ids[1] ?? '');
    assert.deepEqual([record?.status, record?.error?.code], ['failed', 'NotSent']);
    assert.match(record?.error?.message ?? '', /no window was open for a week/);
  });

  it('look first whether what they make is there, where they have waited', async () => {
    const all = await started(2);
    all.follower.settlement = { found: 'started', tracking: { url: signedUrl }, because: 'There is a p2.' };
    all.arm.pollReplies = [answer(200, { step: 'succeeded' })];
    await all.clock.advance(5 * minute);
    assert.deepEqual(sent(all), ['p1']);
    const record = all.engine.get(all.ids[1] ?? '');
    assert.deepEqual([record?.status, record?.error?.code], ['failed', 'AlreadyThere']);
    assert.equal(record?.error?.message, 'Nothing was started: There is a p2.');
  });

  it('wait on while that look gets no answer, and can be cancelled meanwhile', async () => {
    const all = await started(2);
    const [, second = ''] = all.ids;
    all.follower.settlement = noAnswer();
    all.arm.pollReplies = [answer(200, { step: 'succeeded' })];
    await all.clock.advance(5 * minute);
    assert.deepEqual([statusOf(all.engine, second), all.engine.get(second)?.trouble?.kind], ['planned', 'noAnswer']);
    await all.engine.cancel(second);
    all.follower.settlement = { found: 'absent', because: 'there is none' };
    await all.clock.advance(30 * minute);
    assert.equal(statusOf(all.engine, second), 'cancelled');
    assert.deepEqual(sent(all), ['p1']);
  });

  it('take nothing twice: the same request, or one that cannot be kept until its turn', async () => {
    const all = await started(2);
    await assert.rejects(all.engine.start(numbered(2)), code('AlreadyQueued'));
    const secret = { ...numbered(3).request, body: '{"password":"x"}' };
    await assert.rejects(all.engine.start(numbered(3, { request: secret })), code('NotStorable'));
    const signed = { ...numbered(3).request, url: `${origin}/disk?sig=abc` };
    await assert.rejects(all.engine.start(numbered(3, { request: signed })), code('NotStorable'));
    assert.equal(all.engine.list().length, 2);
  });
});

describe('operations of one lane in two windows', () => {
  let folder: string;
  eachInItsFolder((made) => (folder = made));

  async function two(): Promise<{ one: House; other: House; clock: FakeClock; die: () => void }> {
    const clock = new FakeClock();
    const hints: (() => void)[] = [];
    const watchFolder = (_folder: string, onChange: () => void): { dispose(): void } => {
      hints.push(onChange);
      return { dispose: () => undefined };
    };
    let dead = false;
    const one = house(folder, { clock, watchFolder });
    const other = house(folder, { clock, watchFolder, isAlive: () => !dead });
    for (const { engine } of [one, other]) {
      engine.watch();
      await engine.resume();
      engine.onDidChange(() => hints.forEach((hint) => hint()));
    }
    return { one, other, clock, die: () => (dead = true) };
  }

  it('wait for the other window’s, which tells of its end', async () => {
    const { one, other, clock } = await two();
    await one.engine.start(numbered(1));
    await clock.advance(1_000);
    const { id } = await other.engine.start(numbered(2));
    await clock.advance(minute);
    assert.deepEqual([sent(one), sent(other)], [['p1'], []]);
    assert.equal(other.engine.get(id)?.progress.message, 'Queued: waits for Create p1 of vm-1');
    one.arm.pollReplies = [answer(200, { step: 'succeeded' })];
    await clock.advance(minute);
    assert.deepEqual(sent(other), ['p2']);
  });

  it('are one at a time when both begin in the same moment', async () => {
    for (let round = 0; round < 5; round++) {
      const { one, other, clock } = await two();
      const [first, second] = await Promise.all([one.engine.start(numbered(round * 2)), other.engine.start(numbered(round * 2 + 1))]);
      await clock.advance(minute);
      assert.equal(sent(one).length + sent(other).length, 1);
      one.arm.pollReplies = other.arm.pollReplies = [answer(200, { step: 'succeeded' })];
      await clock.advance(5 * minute);
      assert.deepEqual([sent(one).length, sent(other).length], [1, 1]);
      assert.deepEqual([statusOf(one.engine, first.id), statusOf(other.engine, second.id)], ['succeeded', 'succeeded']);
      await Promise.all([one.engine.dispose(), other.engine.dispose(), clock.advance(5_000)]);
    }
  });

  it('are taken over from a window that died, once', async () => {
    const { one, other, clock, die } = await two();
    await one.engine.start(numbered(1));
    const { id } = await one.engine.start(numbered(2));
    await clock.advance(minute);
    assert.equal(other.engine.standing(id).followedBy, 'otherWindow');
    await assert.rejects(other.engine.cancel(id), code('OtherWindow'));
    await assert.rejects(other.engine.remove(id), code('OtherWindow'));
    one.arm.poll = () => never();
    die();
    other.arm.pollReplies = [answer(200, { step: 'succeeded' })];
    await clock.advance(5 * minute);
    assert.deepEqual([sent(one), sent(other)], [['p1'], ['p2']]);
    assert.equal(statusOf(other.engine, id), 'succeeded');
    await idle();
    assert.deepEqual(sent(one), ['p1']);
  });

  it('are gone on with as soon as their window is closed', async () => {
    const { one, other, clock } = await two();
    await one.engine.start(numbered(1));
    const { id } = await one.engine.start(numbered(2));
    await clock.advance(minute);
    await Promise.all([one.engine.dispose(), clock.advance(3_000)]);
    other.arm.pollReplies = [answer(200, { step: 'succeeded' })];
    await clock.advance(5 * minute);
    assert.deepEqual([sent(one), sent(other)], [['p1'], ['p2']]);
    assert.equal(statusOf(other.engine, id), 'succeeded');
  });
});

describe('deciding whose turn it is', () => {
  let folder: string;
  eachInItsFolder((made) => (folder = made));

  it('is left to one window at a time, which knows of all that are on disk by then', async () => {
    const clock = new FakeClock();
    /** A window whose journal lets `between` happen before it writes. */
    const windowWith = (between: (line: OperationRecord) => Promise<void>): { store: OperationStore; lanes: Lanes } => {
      class Watched extends Journal {
        override async append(line: OperationRecord): Promise<void> {
          await between(line);
          await super.append(line);
        }
      }
      const store = new OperationStore(new Watched(folder), new Ownership({ folder, clock }), clock);
      return { store, lanes: new Lanes(store, clock) };
    };
    const recordOf = (id: string, createdMs: number): OperationRecord =>
      newRecord(id, origin, createdMs, { ...plan, lane, status: 'planned' });
    const other = windowWith(() => Promise.resolve());
    const turns: string[] = [];
    const one = windowWith(async ({ lane: place }) => {
      if (place?.turnAt !== undefined) {
        // It has decided, and nobody can read that yet: an older one appears in the other window.
        const older = await other.store.create(recordOf('older', 1_000));
        turns.push((await other.lanes.take(older)).is);
      }
    });
    const entry = await one.store.create(recordOf('newer', 2_000));
    turns.push((await one.lanes.take(entry)).is);
    assert.deepEqual(turns, ['busy', 'come']);
    const later = await other.lanes.take(other.store.entries.get('older') ?? assert.fail());
    assert.deepEqual(later.is === 'later' && later.ahead.map(({ id }) => id), ['newer']);
    await one.store.ownership.dispose();
    await other.store.ownership.dispose();
  });

  it('counts for nothing where the machine slept meanwhile and another window has decided', async () => {
    const clock = new FakeClock();
    const awake = new FakeClock();
    awake.time += minute;
    const ownership = new Ownership({ folder, clock: awake, isAlive: () => true });
    class Sleeping extends Journal {
      override async append(line: OperationRecord): Promise<void> {
        if (line.lane?.turnAt !== undefined) {
          const lock = (await readdir(folder)).find((name) => name.startsWith('lane-'))?.split('.')[0] ?? '';
          assert.equal(await ownership.claim(lock), true);
        }
        await super.append(line);
      }
    }
    const store = new OperationStore(new Sleeping(folder), new Ownership({ folder, clock }), clock);
    const entry = await store.create(newRecord('a', origin, 1_000, { ...plan, lane, status: 'planned' }));
    assert.deepEqual(await new Lanes(store, clock).take(entry), { is: 'busy' });
    assert.equal((await store.journal.read('a'))?.lane?.turnAt, undefined);
    await store.ownership.dispose();
    await ownership.dispose();
  });
});

describe('operations of one lane in windows that are processes', function () {
  this.timeout(60_000);
  let folder: string;
  const children: ChildProcess[] = [];
  afterEach(async () => {
    await Promise.all(
      children.splice(0).map((each) => {
        const gone = each.exitCode === null && each.signalCode === null ? once(each, 'exit') : Promise.resolve();
        each.kill('SIGKILL');
        return gone;
      }),
    );
  });

  // After the windows are gone.
  eachInItsFolder((made) => (folder = made));

  async function windowNamed(name: string, ...fate: string[]): Promise<ChildProcess> {
    const child = fork(path.join(import.meta.dirname, 'laneProcess.ts'), [folder, name, ...fate], { stdio: 'inherit' });
    children.push(child);
    await once(child, 'message');
    return child;
  }
  const log = async (): Promise<string[]> =>
    (await readFile(path.join(folder, 'log.txt'), 'utf8').catch(() => '')).split('\n').filter(Boolean);
  async function until(test: (lines: readonly string[]) => boolean): Promise<string[]> {
    for (const deadline = Date.now() + 50_000; ;) {
      const lines = await log();
      if (test(lines)) {
        return lines;
      }
      assert.ok(Date.now() < deadline, `it did not come to that: ${lines.join('; ')}`);
      await delay(20);
    }
  }

  it('are sent once each and one at a time, also where one of the windows is killed meanwhile', async () => {
    const windows = await Promise.all([windowNamed('a', 'dies'), windowNamed('b'), windowNamed('c')]);
    windows.forEach((window) => window.send('go'));
    const lines = await until((found) => new Set(found.filter((line) => line.startsWith('end'))).size === 9);
    const sentOnce = lines.filter((line) => line.startsWith('begin')).map((line) => line.split(' ')[1]);
    assert.deepEqual(sentOnce.toSorted(), ['a1', 'a2', 'a3', 'b1', 'b2', 'b3', 'c1', 'c2', 'c3']);
    let under: string | undefined;
    for (const line of lines) {
      const [what, which] = line.split(' ');
      assert.equal(under, what === 'begin' ? undefined : which, lines.join('\n'));
      under = what === 'begin' ? which : undefined;
    }
    for (const name of ['a', 'b', 'c']) {
      assert.deepEqual(
        sentOnce.filter((which) => which?.startsWith(name)),
        [1, 2, 3].map((number) => `${name}${number}`),
        'out of the order in which they were made',
      );
    }
  });
});
