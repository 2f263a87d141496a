/** To stop watching asks and ends nothing, outlives the window, and can be taken back. */
import assert from 'node:assert/strict';
import { codeOf } from '../../../src/core/errors.ts';
import { answer, breakFolder, eachInItsFolder, house, plan, statusOf } from './fakes.ts';

describe('what is not watched any more', () => {
  let folder: string;
  eachInItsFolder((made) => (folder = made));

  it('is asked for by nobody, in this window and the next, until it is followed again to its end', async () => {
    const first = house(folder);
    const { id } = await first.engine.start(plan);
    await first.clock.advance(60_000);
    await first.engine.stopWatching(id);
    const asked = first.arm.polled.length;
    await first.clock.advance(3_600_000);
    await first.engine.resume();
    await first.clock.advance(3_600_000);
    assert.equal(first.arm.polled.length, asked);
    assert.equal(first.arm.sent.length, 1, 'nothing was asked of the service, least of all to end it');
    assert.deepEqual([statusOf(first.engine, id), first.engine.standing(id).followedBy], ['running', 'nobody']);
    await first.engine.dispose();

    const second = house(folder, { clock: first.clock });
    second.arm.pollReplies = [answer(200, { step: 'succeeded' })];
    await second.engine.resume();
    await second.clock.advance(3_600_000);
    assert.equal(second.arm.polled.length, 0);
    assert.ok(second.engine.get(id)?.unwatchedAt);
    await second.engine.followAgain(id);
    await second.clock.advance(60_000);
    assert.equal(statusOf(second.engine, id), 'succeeded');
    assert.equal(second.engine.get(id)?.unwatchedAt, undefined);
    assert.deepEqual([second.arm.sent.length, second.ends.length], [0, 1]);
  });

  it('is not what has ended, nor what others in its lane wait for', async () => {
    const { engine, clock, arm } = house(folder);
    const inLane = await engine.start({ ...plan, lane: { key: 'l', waiting: 'Waiting' } });
    await clock.advance(60_000);
    await assert.rejects(engine.stopWatching(inLane.id), (error) => codeOf(error) === 'StillNeeded');
    arm.pollReplies = [answer(200, { step: 'succeeded' })];
    await clock.advance(600_000);
    await assert.rejects(engine.stopWatching(inLane.id), (error) => codeOf(error) === 'AlreadyEnded');
    await assert.rejects(engine.followAgain(inLane.id), (error) => codeOf(error) === 'AlreadyEnded');
  });

  it('is still watched where that it is not cannot be written down', async () => {
    const { engine, clock } = house(folder);
    const { id } = await engine.start(plan);
    await clock.advance(60_000);
    breakFolder(folder);
    await assert.rejects(engine.stopWatching(id), (error) => codeOf(error) === 'JournalUnwritable');
    assert.equal(engine.get(id)?.unwatchedAt, undefined);
  });
});
