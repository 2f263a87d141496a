import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { BackupError } from '../../../src/core/errors.ts';
import { answer, eachInItsFolder, house, itemId, noAnswer, origin, plan, statusOf, type House } from './fakes.ts';

const minute = 60_000;

describe('cancelling an operation', () => {
  let folder: string;
  eachInItsFolder((made) => (folder = made));

  /** One whose job runs; sends are answered with 202. */
  async function running(cancellable: boolean): Promise<House & { id: string }> {
    const all = house(folder);
    all.arm.pollReplies = [answer(200, { step: 'running', cancellable })];
    const { id } = await all.engine.start(plan);
    await all.clock.advance(minute);
    assert.equal(statusOf(all.engine, id), 'running');
    return { ...all, id };
  }
  const code =
    (wanted: string) =>
    (error: BackupError): boolean =>
      error.facts.code === wanted;

  it('asks the service, and ends as cancelled only when the job says so', async () => {
    const { engine, arm, clock, id } = await running(true);
    let onDisk = '';
    const send = arm.send.bind(arm);
    arm.send = async (request) => {
      onDisk = await readFile(path.join(folder, `${id}.jsonl`), 'utf8');
      return send(request);
    };
    await engine.cancel(id);
    assert.equal(arm.sent[1]?.url, `${origin}${itemId}/backupJobs/J1/cancel`);
    assert.match(onDisk, /cancelRequestedAt/);
    await clock.advance(5 * minute);
    assert.equal(statusOf(engine, id), 'running');
    assert.ok(engine.get(id)?.cancelRequestedAt);
    arm.pollReplies = [answer(200, { step: 'cancelled' })];
    await clock.advance(minute);
    assert.equal(statusOf(engine, id), 'cancelled');
    assert.equal(engine.get(id)?.job?.cancellable, false);
  });

  it('refuses a second request while the first is under way', async () => {
    const { engine, arm, id } = await running(true);
    const first = engine.cancel(id);
    await assert.rejects(engine.cancel(id), code('AlreadyCancelling'));
    await first;
    await assert.rejects(engine.cancel(id), code('AlreadyCancelling'));
    assert.equal(arm.sent.length, 2);
  });

  it('can be asked again where the service refused, and tells its words', async () => {
    const { engine, arm, id } = await running(true);
    arm.sendReplies = [answer(400, { code: 'UserErrorJobNotCancellable', message: 'Too late.' }), answer(202)];
    await assert.rejects(engine.cancel(id), /Too late\./);
    assert.equal(engine.get(id)?.cancelRequestedAt, undefined);
    assert.equal(statusOf(engine, id), 'running');
    await engine.cancel(id);
    assert.equal(arm.sent.length, 3);
  });

  it('says where no answer came, and follows on', async () => {
    const { engine, arm, clock, id } = await running(true);
    arm.sendReplies = [noAnswer()];
    await assert.rejects(engine.cancel(id), code('NoAnswer'));
    arm.pollReplies = [answer(200, { step: 'succeeded' })];
    await clock.advance(minute);
    assert.equal(statusOf(engine, id), 'succeeded');
  });

  it('sends nothing where the job does not offer it, has ended, or is not there yet', async () => {
    const { engine, arm, clock, id } = await running(false);
    await assert.rejects(engine.cancel(id), code('NotCancellable'));
    arm.pollReplies = [answer(200, { step: 'succeeded' })];
    await clock.advance(minute);
    await assert.rejects(engine.cancel(id), code('AlreadyEnded'));
    await assert.rejects(engine.cancel('no-such-id'), code('UnknownOperation'));
    const { id: early } = await engine.start(plan);
    await clock.advance(1_000);
    await assert.rejects(engine.cancel(early), (error: BackupError) => /not made a job of it yet/.test(error.message));
    assert.equal(arm.sent.length, 2);
  });
});
