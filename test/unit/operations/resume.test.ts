import assert from 'node:assert/strict';
import { appendFile, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { BackupError } from '../../../src/core/errors.ts';
import { answer, eachInItsFolder, FakeArm, FakeClock, house, idle, never, plan, statusOf, type House } from './fakes.ts';

const minute = 60_000;

/** A window that dies: nothing of its network comes back any more, and its process is gone for the others. */
function kill(dead: House): void {
  dead.arm.poll = () => never();
  dead.arm.send = () => never();
}

describe('resuming operations', () => {
  let folder: string;
  eachInItsFolder((made) => (folder = made));

  /** The window that comes after one that was killed. */
  async function heir(clock: FakeClock, client = new FakeArm()): Promise<House> {
    const next = house(folder, { clock, client, isAlive: () => false });
    await next.engine.resume();
    return next;
  }

  it('says of a planned one that nothing was sent, and sends nothing', async () => {
    const first = house(folder);
    const planned = await first.engine.start(plan);
    await idle();
    const file = path.join(folder, `${planned.id}.jsonl`);
    const [line] = (await readFile(file, 'utf8')).split('\n');
    kill(first);
    await rm(file);
    await appendFile(file, `${line}\n`);
    const second = await heir(first.clock);
    await second.clock.advance(10 * minute);
    assert.equal(statusOf(second.engine, planned.id), 'failed');
    assert.equal(second.engine.get(planned.id)?.error?.code, 'NotSent');
    assert.equal(second.arm.sent.length, 0);
    assert.equal(second.follower.looks, 0);
    assert.equal(second.ends.length, 1);
  });

  it('settles one that was being sent by looking, and never sends it again', async () => {
    const first = house(folder);
    kill(first);
    const { id } = await first.engine.start(plan);
    await idle();
    assert.equal(statusOf(first.engine, id), 'sending');
    const second = await heir(first.clock);
    await second.clock.advance(10 * minute);
    assert.equal(second.follower.looks, 3);
    assert.equal(second.engine.get(id)?.error?.code, 'NotStarted');
    assert.equal(second.arm.sent.length, 0);
  });

  for (const status of ['accepted', 'running']) {
    it(`goes on polling one that was ${status}, at the unsigned path, not before its time`, async () => {
      const first = house(folder);
      first.arm.pollReplies = [answer(200, { step: 'running', waitMs: 10_000 })];
      const { id } = await first.engine.start(plan);
      await first.clock.advance(status === 'accepted' ? 5_000 : 25_000);
      assert.equal(statusOf(first.engine, id), status);
      kill(first);
      const second = await heir(first.clock);
      second.engine.watch();
      assert.equal(statusOf(second.engine, id), status);
      const due = Date.parse(second.engine.get(id)?.nextPollAt ?? '') - second.clock.now();
      assert.ok(due > 0);
      await second.clock.advance(due - 1);
      assert.equal(second.arm.polled.length, 0);
      second.arm.pollReplies = [answer(200, { step: 'succeeded' })];
      await second.clock.advance(1);
      assert.equal(second.arm.polled.length, 1);
      assert.doesNotMatch(second.arm.polled[0] ?? '', /[?&][tcsh]=/);
      assert.equal(statusOf(second.engine, id), 'succeeded');
      assert.equal(second.arm.sent.length, 0);
    });
  }

  it('comes to the same end where it was killed while reading back', async () => {
    const first = house(folder);
    first.arm.pollReplies = [answer(200, { step: 'succeeded' })];
    first.follower.readBack = () => never();
    const { id } = await first.engine.start(plan);
    await first.clock.advance(25_000);
    assert.notEqual(statusOf(first.engine, id), 'succeeded');
    const client = new FakeArm();
    client.pollReplies = [answer(200, { step: 'succeeded' })];
    const second = await heir(first.clock, client);
    await second.clock.advance(minute);
    assert.equal(statusOf(second.engine, id), 'succeeded');
    assert.equal(second.engine.get(id)?.outcome, 'vm-1 has a new recovery point.');
  });

  it('shows an ended one as it ended, asks nothing, and tells no second end', async () => {
    const first = house(folder);
    first.arm.pollReplies = [answer(200, { step: 'failed' })];
    const { id } = await first.engine.start(plan);
    await first.clock.advance(minute);
    await first.engine.dispose();
    const second = await heir(first.clock);
    await second.clock.advance(10 * minute);
    assert.deepEqual(second.engine.get(id), first.engine.get(id));
    assert.equal(second.arm.polled.length, 0);
    assert.equal(second.ends.length, 0);
  });

  it('leaves a journal that can be resumed when it is disposed', async () => {
    const first = house(folder);
    first.arm.pollReplies = [new Promise(() => undefined)];
    const { id } = await first.engine.start(plan);
    await first.clock.advance(25_000);
    assert.equal(first.arm.polled.length, 1);
    await first.engine.dispose();
    // The process lives on, as an extension host does that reloads an extension.
    const second = house(folder, { clock: first.clock, isAlive: () => true });
    await second.engine.resume();
    assert.deepEqual(second.engine.standing(id), { followedBy: 'here', notConnected: false });
    second.arm.pollReplies = [answer(200, { step: 'succeeded' })];
    await second.clock.advance(minute);
    assert.equal(statusOf(second.engine, id), 'succeeded');
  });

  it('journals the answer of a request that was on its way when the window closed', async () => {
    const first = house(folder);
    let reply: () => void = () => undefined;
    first.arm.send = () => new Promise((resolve) => (reply = () => resolve(answer(202))));
    const { id } = await first.engine.start(plan);
    await idle();
    const closed = first.engine.dispose();
    await idle();
    reply();
    await closed;
    const second = await heir(first.clock);
    assert.equal(statusOf(second.engine, id), 'accepted');
  });

  it('follows what the engine of this version has no tracker for no further, and says why', async () => {
    const first = house(folder);
    const { id } = await first.engine.start(plan);
    await first.clock.advance(1_000);
    await first.engine.dispose();
    const second = house(folder, { clock: first.clock, trackers: new Map() });
    await second.engine.resume();
    await second.clock.advance(minute);
    assert.equal(second.engine.get(id)?.trouble?.kind, 'paused');
    assert.match(second.engine.get(id)?.trouble?.error.message ?? '', /no tracker "fake"/);
  });

  it('reports a damaged tail, and goes on from the step before it', async () => {
    const first = house(folder);
    first.arm.pollReplies = [answer(200, { step: 'running', percent: 30 })];
    const { id } = await first.engine.start(plan);
    await first.clock.advance(25_000);
    const file = path.join(folder, `${id}.jsonl`);
    kill(first);
    await appendFile(file, 'a1b2c3 {"version":1,"id":"');
    const second = await heir(first.clock);
    assert.deepEqual(
      second.problems.map((problem: BackupError) => problem.facts.code),
      ['JournalDamaged'],
    );
    assert.equal(second.engine.get(id)?.progress.percent, 30);
    second.arm.pollReplies = [answer(200, { step: 'succeeded' })];
    await second.clock.advance(minute);
    assert.equal(statusOf(second.engine, id), 'succeeded');
    const third = await heir(first.clock);
    assert.equal(statusOf(third.engine, id), 'succeeded');
    assert.deepEqual(third.problems, []);
  });
});

describe('two windows on one journal', () => {
  let folder: string;
  eachInItsFolder((made) => (folder = made));

  async function two(): Promise<{ one: House; other: House; id: string; look: () => Promise<void> }> {
    const clock = new FakeClock();
    let hint = (): void => undefined;
    const one = house(folder, { clock });
    const other = house(folder, {
      clock,
      watchFolder: (_folder, onChange) => {
        hint = onChange;
        return { dispose: () => undefined };
      },
    });
    await one.engine.resume();
    await other.engine.resume();
    const { id } = await one.engine.start(plan);
    const look = async (): Promise<void> => {
      hint();
      await clock.advance(300);
    };
    await look();
    return { one, other, id, look };
  }

  it('only one polls; the other shows what it journals', async () => {
    const { one, other, id, look } = await two();
    one.arm.pollReplies = [answer(200, { step: 'running', percent: 25 })];
    await one.clock.advance(5 * minute);
    await look();
    assert.deepEqual(other.engine.standing(id), { followedBy: 'otherWindow', notConnected: false });
    assert.equal(other.engine.get(id)?.progress.percent, 25);
    assert.ok(one.arm.polled.length > 5);
    assert.equal(other.arm.polled.length, 0);
    one.arm.pollReplies = [answer(200, { step: 'succeeded' })];
    await one.clock.advance(minute);
    await look();
    assert.equal(statusOf(other.engine, id), 'succeeded');
    assert.equal(one.ends.length, 1);
    assert.equal(other.ends.length, 0);
  });

  it('the other may neither cancel nor remove nor retry what it does not follow', async () => {
    const { one, other, id, look } = await two();
    one.arm.pollReplies = [answer(200, { step: 'running', cancellable: true })];
    await one.clock.advance(minute);
    await look();
    for (const attempt of [other.engine.cancel(id), other.engine.remove(id), other.engine.retry(id)]) {
      await assert.rejects(attempt, (error: BackupError) => error.facts.code === 'OtherWindow');
    }
    assert.equal(other.arm.sent.length, 0);
  });

  it('the other goes on as soon as the first is closed', async () => {
    const { one, other, id, look } = await two();
    await one.clock.advance(minute);
    const before = one.arm.polled.length;
    await one.engine.dispose();
    other.arm.pollReplies = [answer(200, { step: 'succeeded' })];
    await look();
    await other.clock.advance(minute);
    assert.equal(statusOf(other.engine, id), 'succeeded');
    assert.equal(one.arm.polled.length, before);
    assert.equal(other.ends.length, 1);
  });

  it('the other takes over when the first shows no life for long, and the first notices', async () => {
    const clock = new FakeClock();
    const frozen = new FakeClock();
    const one = house(folder, { clock: frozen });
    const other = house(folder, { clock });
    const { id } = await one.engine.start(plan);
    await frozen.advance(1_000);
    await other.engine.resume();
    await clock.advance(40_000);
    assert.equal(other.arm.polled.length, 0);
    assert.equal(other.engine.standing(id).followedBy, 'otherWindow');
    await clock.advance(60_000);
    assert.ok(other.arm.polled.length > 0);
    assert.equal(other.engine.standing(id).followedBy, 'here');
    // The frozen one wakes up: its next step finds the other's name on the operation.
    one.arm.pollReplies = [answer(200, { step: 'succeeded' })];
    await frozen.advance(5 * minute);
    assert.equal(one.engine.standing(id).followedBy, 'otherWindow');
    assert.equal(one.arm.polled.length, 1);
    assert.deepEqual(one.ends, [], 'an end was told in a window that no longer follows it');
  });

  it('what one removes leaves the other’s list', async () => {
    const { one, other, id, look } = await two();
    await one.engine.remove(id);
    await look();
    assert.equal(other.engine.get(id), undefined);
  });
});
