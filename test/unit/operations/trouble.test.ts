import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BackupError } from '../../../src/core/errors.ts';
import { answer, breakFolder, eachInItsFolder, FakeArm, house, idle, noAnswer, plan, statusOf } from './fakes.ts';

const minute = 60_000;

describe('following an operation through trouble', () => {
  let folder: string;
  eachInItsFolder((made) => (folder = made));

  for (const [name, reply] of [
    ['a lost connection', noAnswer()],
    ['a 500 with an empty message', answer(500, { code: 'CloudStorageUnexpectedError', message: '' })],
    ['a 503', answer(503)],
    ['a body that is not JSON', new BackupError('The answer is not JSON.', { code: 'MalformedAnswer' })],
  ] as const) {
    it(`outlives hours of ${name}, says since when, and never ends falsely`, async () => {
      const { engine, arm, clock } = house(folder);
      engine.watch();
      arm.pollReplies = [reply];
      const { id } = await engine.start(plan);
      await clock.advance(10_000);
      const since = new Date(clock.now()).toISOString();
      await clock.advance(3 * 60 * minute);
      const trouble = engine.get(id)?.trouble;
      assert.equal(statusOf(engine, id), 'accepted');
      assert.ok(trouble?.kind === 'noAnswer');
      assert.equal(trouble.since, since);
      assert.ok(Date.parse(trouble.nextAt) > clock.now());
      assert.ok(arm.polled.length < 60, `asked ${arm.polled.length} times in three hours`);
      arm.pollReplies = [answer(200, { step: 'running' }), answer(200, { step: 'succeeded' })];
      await clock.advance(10 * minute);
      assert.equal(statusOf(engine, id), 'succeeded');
    });
  }

  it('waits twice as long after each failure, up to five minutes', async () => {
    const { engine, arm, clock } = house(folder);
    engine.watch();
    arm.pollReplies = [noAnswer()];
    await engine.start(plan);
    const moments: number[] = [];
    const poll = arm.poll.bind(arm);
    arm.poll = (url) => {
      moments.push(clock.now() / 1000);
      return poll(url);
    };
    await clock.advance(30 * minute);
    const waits = moments.slice(1).map((moment, at) => moment - (moments[at] ?? 0));
    assert.deepEqual(waits.slice(0, 8), [5, 10, 20, 40, 80, 160, 300, 300]);
  });

  for (const [what, reply] of [
    ['a refusal', answer(429, undefined, { 'retry-after': '99999999999999999999' })],
    ['an answer', answer(200, { step: 'running', waitMs: 1e22 })],
  ] as const) {
    it(`asks after a day where ${what} would have it wait for years`, async () => {
      const { engine, arm, clock, problems } = house(folder);
      engine.watch();
      arm.pollReplies = [reply, answer(200, { step: 'succeeded' })];
      const { id } = await engine.start(plan);
      await clock.advance(11_000);
      // As on a machine that sleeps: the beats of a day need not be lived through.
      clock.time += 24 * 60 * minute - 2_000;
      await clock.advance(0);
      assert.equal(arm.polled.length, 1);
      await clock.advance(minute);
      assert.deepEqual([statusOf(engine, id), problems], ['succeeded', []]);
    });
  }

  it('honours the Retry-After of a 429', async () => {
    const { engine, arm, clock } = house(folder);
    engine.watch();
    arm.pollReplies = [answer(429, { code: 'ResourceRequestsThrottled' }, { 'retry-after': '324' }), answer(200, { step: 'succeeded' })];
    const { id } = await engine.start(plan);
    await clock.advance(10_000 + 323_000);
    assert.equal(arm.polled.length, 1);
    await clock.advance(1_000);
    assert.equal(statusOf(engine, id), 'succeeded');
  });

  for (const status of [401, 403]) {
    it(`pauses on ${status} with the service's words, and asks again when told to`, async () => {
      const { engine, arm, clock } = house(folder);
      arm.pollReplies = [answer(status, { code: 'AuthorizationFailed', message: 'No role.' })];
      const { id } = await engine.start(plan);
      await clock.advance(60 * minute);
      assert.equal(arm.polled.length, 1);
      assert.equal(statusOf(engine, id), 'accepted');
      assert.equal(engine.get(id)?.trouble?.kind, 'paused');
      assert.match(engine.get(id)?.trouble?.error.message ?? '', /No role\./);
      arm.pollReplies = [answer(200, { step: 'succeeded' })];
      await engine.retry(id);
      await clock.advance(minute);
      assert.equal(statusOf(engine, id), 'succeeded');
      assert.equal(engine.get(id)?.trouble, undefined);
    });
  }

  for (const code of ['SignInNeeded', 'ForeignHost']) {
    it(`pauses on ${code}: asking on would not help`, async () => {
      const { engine, arm, clock } = house(folder);
      arm.pollReplies = [new BackupError('Sign in again.', { code })];
      const { id } = await engine.start(plan);
      await clock.advance(60 * minute);
      assert.equal(arm.polled.length, 1);
      assert.equal(engine.get(id)?.trouble?.kind, 'paused');
    });
  }

  it('takes a paused one up again when the connection has changed', async () => {
    const { engine, arm, clock } = house(folder);
    await engine.resume();
    arm.pollReplies = [answer(401), answer(200, { step: 'succeeded' })];
    const { id } = await engine.start(plan);
    await clock.advance(minute);
    assert.equal(engine.get(id)?.trouble?.kind, 'paused');
    await engine.resume();
    await clock.advance(minute);
    assert.equal(statusOf(engine, id), 'succeeded');
  });

  it('gives up waiting for a poll that hangs, and asks again', async () => {
    const { engine, arm, clock } = house(folder);
    arm.pollReplies = [new Promise(() => undefined), answer(200, { step: 'succeeded' })];
    const { id } = await engine.start(plan);
    await clock.advance(10 * minute);
    assert.equal(statusOf(engine, id), 'succeeded');
    assert.equal(arm.polled.length, 2);
  });

  it('lets a tracker see 404: it knows what that means for its operation', async () => {
    const { engine, arm, clock } = house(folder);
    arm.pollReplies = [answer(404, { step: 'succeeded' })];
    const { id } = await engine.start(plan);
    await clock.advance(minute);
    assert.equal(statusOf(engine, id), 'succeeded');
  });

  it('never asks faster than four times a second, whatever the service says', async () => {
    const { engine, arm, clock } = house(folder);
    engine.watch();
    arm.pollReplies = [answer(200, { step: 'running', waitMs: 0 })];
    await engine.start(plan);
    await clock.advance(10_000);
    await clock.advance(2_000);
    assert.equal(arm.polled.length, 9);
  });

  it('survives an answer that makes its tracker throw', async () => {
    const { engine, arm, clock } = house(folder);
    arm.pollReplies = [answer(200, { step: 'running' })];
    const { id } = await engine.start(plan);
    await clock.advance(minute);
    arm.poll = () => Promise.resolve(null as never);
    await clock.advance(minute);
    assert.equal(statusOf(engine, id), 'running');
    assert.equal(engine.get(id)?.trouble?.kind, 'noAnswer');
  });

  it('asks four at a time, however many there are', async () => {
    const { engine, arm, clock } = house(folder);
    let active = 0;
    let most = 0;
    const release: (() => void)[] = [];
    arm.poll = async () => {
      active += 1;
      most = Math.max(most, active);
      await new Promise<void>((resolve) => release.push(resolve));
      active -= 1;
      return answer(200, { step: 'succeeded' });
    };
    for (let each = 0; each < 10; each++) {
      await engine.start(plan);
    }
    await clock.advance(30_000);
    assert.equal(active, 4);
    while (release.length > 0) {
      release.shift()?.();
      await clock.advance(0);
    }
    assert.equal(most, 4);
    assert.ok(engine.list().every((record) => record.status === 'succeeded'));
  });

  it('polls fast as long as one of several looks', async () => {
    const { engine, arm, clock } = house(folder);
    arm.pollReplies = [answer(200, { step: 'running', waitMs: 30_000 })];
    const first = engine.watch();
    const second = engine.watch();
    await engine.start(plan);
    await clock.advance(10_000);
    first.dispose();
    first.dispose();
    await clock.advance(5 * minute);
    assert.equal(arm.polled.length, 11);
    second.dispose();
    await clock.advance(5 * minute);
    assert.equal(arm.polled.length, 16);
  });

  it('polls half as often while nobody looks, and at once when somebody does', async () => {
    const { engine, arm, clock } = house(folder);
    arm.pollReplies = [answer(200, { step: 'running', waitMs: 30_000 })];
    await engine.start(plan);
    await clock.advance(20_000);
    assert.equal(arm.polled.length, 1);
    await clock.advance(10 * minute);
    assert.equal(arm.polled.length, 11);
    await clock.advance(35_000);
    engine.watch();
    await clock.advance(0);
    assert.equal(arm.polled.length, 12);
    await clock.advance(10 * minute);
    assert.equal(arm.polled.length, 32);
  });

  it('asks nothing more when nothing is pending', async () => {
    const { engine, arm, clock } = house(folder);
    arm.pollReplies = [answer(200, { step: 'succeeded' })];
    const { id } = await engine.start(plan);
    await clock.advance(60 * minute);
    assert.equal(statusOf(engine, id), 'succeeded');
    assert.equal(arm.polled.length, 1);
  });

  it('tells once, within a minute of waking, of a job that ended while the machine slept', async () => {
    const { engine, arm, clock, ends, problems } = house(folder);
    arm.pollReplies = [answer(200, { step: 'running', waitMs: 20 * minute })];
    const { id } = await engine.start(plan);
    await clock.advance(11 * minute);
    assert.deepEqual([statusOf(engine, id), arm.polled.length], ['running', 1]);
    arm.pollReplies = [answer(200, { step: 'succeeded' })];
    const night = 9 * 60 * minute;
    clock.shift(night);
    clock.time += night;
    const wokeAt = clock.now();
    await clock.advance(minute);
    const { status, endedAt = '' } = engine.get(id) ?? assert.fail();
    assert.deepEqual([status, arm.sent.length, arm.polled.length], ['succeeded', 1, 2]);
    assert.ok(Date.parse(endedAt) >= wokeAt);
    await clock.advance(60 * minute);
    assert.deepEqual([ends.length, arm.polled.length, problems.length], [1, 2, 0]);
  });

  it('goes on where the clock is set back by an hour while an answer is awaited, and notes no time below none', async () => {
    const { engine, arm, clock } = house(folder);
    const poll = arm.poll.bind(arm);
    arm.poll = (url) => {
      clock.time -= 60 * minute;
      arm.poll = poll;
      return poll(url);
    };
    const { id } = await engine.start(plan);
    await clock.advance(minute);
    const { trace, status } = engine.get(id) ?? assert.fail();
    assert.equal(status, 'running');
    assert.ok(trace.length > 1 && trace.every(({ ms }) => ms >= 0));
    arm.pollReplies = [answer(200, { step: 'succeeded' })];
    await clock.advance(minute);
    assert.deepEqual([statusOf(engine, id), arm.sent.length], ['succeeded', 1]);
  });

  it('sends nothing where the journal cannot be written', async () => {
    const blocked = path.join(folder, 'file');
    await writeFile(blocked, '');
    const { engine, arm } = house(path.join(blocked, 'operations'));
    await assert.rejects(engine.start(plan), (error: BackupError) => {
      assert.equal(error.facts.code, 'JournalUnwritable');
      assert.match(error.message, /cannot be written/);
      return true;
    });
    await idle();
    assert.equal(arm.sent.length, 0);
    assert.deepEqual(engine.list(), []);
  });

  it('sends nothing where the disk fills between planning and sending', async () => {
    const { engine, arm, clock } = house(folder);
    engine.onDidChange((record) => (record.status === 'planned' ? breakFolder(folder) : undefined));
    const { id } = await engine.start(plan);
    await clock.advance(minute);
    assert.equal(arm.sent.length, 0);
    assert.equal(statusOf(engine, id), 'failed');
    assert.match(engine.get(id)?.error?.message ?? '', /^Nothing was started: /);
  });

  it('goes on in memory where the journal breaks while following, and says so once', async () => {
    const { engine, arm, clock, problems } = house(folder);
    arm.pollReplies = [answer(200, { step: 'running' }), answer(200, { step: 'running' }), answer(200, { step: 'succeeded' })];
    const { id } = await engine.start(plan);
    await clock.advance(1_000);
    breakFolder(folder);
    await clock.advance(20_000);
    assert.equal(statusOf(engine, id), 'running');
    assert.equal(engine.standing(id).unsaved?.code, 'JournalUnwritable');
    await clock.advance(minute);
    assert.equal(statusOf(engine, id), 'succeeded');
    assert.deepEqual(
      problems.map((problem) => problem.facts.code),
      ['JournalUnwritable'],
    );
  });

  it('stops asking while its cloud is not connected, and goes on when it is', async () => {
    let connected = true;
    const arm = new FakeArm();
    const { clock, engine } = house(folder, { client: arm, connected: () => connected });
    await engine.resume();
    const { id } = await engine.start(plan);
    await clock.advance(minute);
    const before = arm.polled.length;
    connected = false;
    await engine.resume();
    await clock.advance(60 * minute);
    assert.equal(arm.polled.length, before);
    assert.deepEqual(engine.standing(id), { followedBy: 'nobody', notConnected: true });
    connected = true;
    arm.pollReplies = [answer(200, { step: 'succeeded' })];
    await engine.resume();
    await clock.advance(minute);
    assert.equal(statusOf(engine, id), 'succeeded');
  });
});
