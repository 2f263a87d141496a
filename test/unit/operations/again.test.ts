/** Trying again, and looking again, beside what goes on meanwhile: here, and in windows that hear of it late. */
import assert from 'node:assert/strict';
import { BackupError, codeOf } from '../../../src/core/errors.ts';
import type { ArmResponse } from '../../../src/cloud/types.ts';
import { notToRetry, Retries } from '../../../src/operations/retries.ts';
import type { OperationPlan, UnstartedPlan } from '../../../src/operations/types.ts';
import { answer, eachInItsFolder, house, noAnswer, origin, plan, signedUrl, statusOf, type House } from './fakes.ts';

const found = { found: 'started' as const, tracking: { url: signedUrl }, because: 'the job J1 is of this moment' };
const accepted = answer(202, undefined, { location: signedUrl });
const asked = { targetId: plan.target.id, answers: { expiry: 'monday' } };
const of: OperationPlan = { ...plan, asked };

describe('trying again', () => {
  let folder: string;
  eachInItsFolder((made) => (folder = made));

  const tryOf = (id: string, batchId = `try of ${id}`, size = 1): OperationPlan => ({ ...of, batch: { id: batchId, size, retryOf: id } });
  const noted = (id: string, batchId: string, code: string): UnstartedPlan => {
    const { actionId, title, target, tracker } = plan;
    const batch = { id: batchId, size: 2, retryOf: id };
    return { actionId, title, target, tracker, cloud: origin, asked, batch, error: { code, message: 'It was not.' } };
  };
  const lost = async (parts: Parameters<typeof house>[1] = {}): Promise<House & { readonly id: string }> => {
    const one = house(folder, parts);
    one.arm.sendReplies = [noAnswer(), accepted];
    const { id } = await one.engine.start(of);
    await one.clock.advance(60_000);
    assert.equal(one.engine.get(id)?.error?.code, 'NotStarted');
    return { ...one, id };
  };
  const refusedAs =
    (code: string) =>
    (error: unknown): boolean =>
      codeOf(error) === code;

  it('is refused while what was found to have begun late runs, and where it came out well', async () => {
    const { engine, arm, clock, follower, id } = await lost();
    follower.settlement = found;
    await assert.rejects(engine.start(tryOf(id)), refusedAs('StartedAfterAll'));
    await clock.advance(1_000);
    await assert.rejects(engine.start(tryOf(id, 'of a question that was open meanwhile')), refusedAs('StartedAfterAll'));
    arm.pollReplies = [answer(200, { step: 'succeeded' })];
    await clock.advance(60_000);
    assert.equal(statusOf(engine, id), 'succeeded');
    await assert.rejects(engine.start(tryOf(id, 'and later')), refusedAs('StartedAfterAll'));
    assert.equal(arm.sent.length, 1);
  });

  it('is refused by a window that has not heard that another found it to have begun, though it is too old to be looked for', async () => {
    const { engine, clock, follower, arm, id } = await lost();
    const other = house(folder, { clock, follower });
    await other.engine.resume();
    follower.settlement = found;
    await assert.rejects(engine.start(tryOf(id)), refusedAs('StartedAfterAll'));
    clock.time += 16 * 60_000;
    assert.equal(statusOf(other.engine, id), 'failed', 'it has not heard');
    await assert.rejects(other.engine.start(tryOf(id, 'elsewhere')), refusedAs('StartedAfterAll'));
    assert.deepEqual([arm.sent.length, other.arm.sent.length], [1, 0]);
    assert.notEqual(statusOf(other.engine, id), 'failed');
  });

  it('looks for what got no answer also where the try before came to nothing', async () => {
    const { engine, arm, follower, id } = await lost();
    follower.settlement = noAnswer();
    await assert.rejects(engine.start(tryOf(id, 'b2', 2)), refusedAs('NoAnswer'));
    await engine.noteUnstarted(noted(id, 'b2', 'NoAnswer'));
    follower.settlement = found;
    await assert.rejects(engine.start(tryOf('b2', 'b3')), refusedAs('StartedAfterAll'));
    assert.deepEqual([arm.sent.length, statusOf(engine, id)], [1, 'accepted']);
  });

  for (const code of ['StartedAfterAll', 'RetryUnderWay']) {
    it(`one that was not tried for ${code} is open where it then failed, and can be tried again once`, async () => {
      const { engine, arm, clock, follower, id } = await lost();
      follower.settlement = found;
      arm.pollReplies = [answer(200, { step: 'failed' })];
      await assert.rejects(engine.start(tryOf(id, 'b2', 2)), refusedAs('StartedAfterAll'));
      const beside = await engine.noteUnstarted(noted(id, 'b2', code));
      await clock.advance(60_000);
      const record = engine.get(id) ?? assert.fail();
      assert.equal(record.error?.code, 'UserErrorX');
      const retries = new Retries(engine.list());
      assert.deepEqual([retries.isOpen(record), retries.isOpen(beside)], [true, false]);
      assert.equal(notToRetry(engine.list(), id).size, 0);
      await engine.start(tryOf(id, 'b3'));
      await clock.advance(1_000);
      assert.equal(arm.sent.length, 2);
      await assert.rejects(engine.start(tryOf(id, 'b4')), refusedAs('TriedElsewhere'));
    });
  }

  it('starts once where one window is asked twice, the second time while it still looks for the first', async () => {
    const { engine, arm, clock, follower, id } = await lost();
    const settle = follower.settle.bind(follower);
    let go: () => void = () => assert.fail();
    const isAsked = new Promise<void>((resolve) => (go = resolve));
    follower.settle = () => isAsked.then(settle);
    const first = engine.start(tryOf(id, 'b2'));
    await clock.advance(100);
    const results = Promise.allSettled([first, engine.start(tryOf(id, 'b3'))]);
    await clock.advance(100);
    go();
    await clock.advance(5_000);
    assert.deepEqual(
      (await results).map(({ status }) => status),
      ['fulfilled', 'rejected'],
    );
    assert.equal(arm.sent.length, 2);
  });
});

describe('looking whether it started', () => {
  let folder: string;
  eachInItsFolder((made) => (folder = made));

  const unknown = async (): Promise<House & { readonly id: string }> => {
    const one = house(folder);
    one.arm.sendReplies = [noAnswer()];
    one.follower.settlement = { found: 'unclear', because: 'two jobs could be it' };
    const { id } = await one.engine.start(plan);
    await one.clock.advance(60_000);
    assert.equal(statusOf(one.engine, id), 'unknown');
    return { ...one, id };
  };

  it('waits for the answer to a request that is on its way, though the connection changes or somebody asks', async () => {
    const { engine, arm, clock, follower, ends } = house(folder);
    let reply: (response: ArmResponse) => void = () => assert.fail();
    arm.sendReplies = [new Promise<ArmResponse>((resolve) => (reply = resolve))];
    const { id } = await engine.start(plan);
    await clock.advance(1_000);
    await engine.resume();
    await clock.advance(60_000);
    await engine.retry(id);
    await clock.advance(60_000);
    assert.deepEqual([follower.looks, statusOf(engine, id), ends.length], [0, 'sending', 0]);
    reply(accepted);
    await clock.advance(1_000);
    assert.equal(statusOf(engine, id), 'accepted');
  });

  it('need not be done of what a window was asked for as it closed: that is not sent', async () => {
    const { engine, arm, clock } = house(folder);
    const starting = Promise.allSettled([engine.start(plan), engine.start({ ...plan, batch: { id: 'b2', size: 1, retryOf: 'b1' } })]);
    await engine.dispose();
    await clock.advance(5_000);
    assert.deepEqual(
      (await starting).map((result) => result.status === 'rejected' && codeOf(result.reason)),
      ['NotConnected', 'NotConnected'],
    );
    assert.equal(arm.sent.length, 0);
  });

  it('ends once where it is asked for twice at the same time', async () => {
    const { engine, clock, follower, ends, id } = await unknown();
    follower.settlement = { found: 'absent', because: 'the vault has no such job' };
    await Promise.allSettled([engine.lookAgain(id), engine.lookAgain(id)]);
    await clock.advance(60_000);
    assert.deepEqual(
      ends.map(({ status }) => status),
      ['unknown', 'failed'],
    );
  });

  it('leaves alone what another window has found out since', async () => {
    const { engine, arm, clock, follower, id } = await unknown();
    const other = house(folder, { clock, follower });
    await other.engine.resume();
    follower.settlement = found;
    arm.pollReplies = [answer(200, { step: 'succeeded' })];
    const theirs = engine.lookAgain(id);
    for (let waits = 0; statusOf(engine, id) !== 'succeeded' && waits < 50; waits++) {
      await engine.retry(id).catch(() => undefined);
      await clock.advance(100);
    }
    await theirs;
    assert.deepEqual([statusOf(engine, id), statusOf(other.engine, id)], ['succeeded', 'unknown']);
    follower.settlement = { found: 'absent', because: 'the list of jobs is short' };
    await assert.rejects(other.engine.lookAgain(id), (error) => error instanceof BackupError);
    assert.equal(statusOf(other.engine, id), 'succeeded');
  });
});
