import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ArmResponse } from '../../../src/cloud/types.ts';
import type { PreparedRequest } from '../../../src/core/operation.ts';
import type { OperationPlan } from '../../../src/operations/types.ts';
import {
  answer,
  breakFolder,
  eachInItsFolder,
  type FakeArm,
  type FakeClock,
  house,
  itemId,
  never,
  noAnswer,
  origin,
  plan,
  signedUrl,
  type House,
} from './fakes.ts';

const minute = 60_000;
const title = 'Creating the collection c1';
const request: PreparedRequest = {
  method: 'PUT',
  url: `${origin}${itemId}/collections/c1?api-version=1`,
  headers: { 'content-type': 'application/json' },
  body: '{"location":"westeurope"}',
};
const twoSteps: OperationPlan = { ...plan, first: { request, tracker: 'fake', title } };
const inLane: OperationPlan = { ...twoSteps, lane: { key: '/machine', waiting: 'Waiting for another one' } };
const running = answer(200, { step: 'running' });
const done = answer(200, { step: 'succeeded' });

function sent({ arm }: House): string[] {
  return arm.sent.map(({ url }) => new URL(url).pathname.split('/').at(-1) ?? '');
}

describe('a request that comes before the operation’s own', () => {
  let folder: string;
  eachInItsFolder((made) => (folder = made));

  async function begun(parts: Partial<FakeArm> = {}, of: OperationPlan = twoSteps): Promise<House & { id: string }> {
    const all = house(folder);
    all.engine.watch();
    Object.assign(all.arm, parts);
    const { id } = await all.engine.start(of);
    await all.clock.advance(1_000);
    return { ...all, id };
  }

  it('is sent and followed to its end, then the operation’s own, each once', async () => {
    const all = await begun({ pollReplies: [running, done, running, done] });
    const messages: string[] = [];
    all.engine.onDidChange(({ progress }) => messages.push(progress.message ?? ''));
    assert.deepEqual(sent(all), ['c1']);
    assert.equal(all.engine.get(all.id)?.progress.message, title);
    await all.clock.advance(10 * minute);
    assert.deepEqual(all.arm.sent, [request, plan.request]);
    const record = all.engine.get(all.id);
    assert.equal(record?.status, 'succeeded');
    assert.equal(record?.outcome, 'vm-1 has a new recovery point.');
    assert.deepEqual([...new Set(messages)].slice(0, 4), [title, `${title}: done`, 'Sending the request', 'Transfer']);
    assert.equal(all.ends.length, 1);
    assert.equal(all.follower.reads, 1, 'what comes first is not read back as if it were the whole');
  });

  it('is on disk before it leaves, and so is the one that follows', async () => {
    const all = house(folder);
    const onDisk: string[] = [];
    all.arm.pollReplies = [done];
    const send = all.arm.send.bind(all.arm);
    let id = '';
    all.arm.send = async (leaving) => {
      const lines = (await readFile(path.join(folder, `${id}.jsonl`), 'utf8')).trim().split('\n');
      const { status, first } = JSON.parse(lines.at(-1)?.slice(17) ?? '') as { status: string; first: { done?: true } };
      onDisk.push(`${leaving.method} ${status}${first.done ? ' done' : ''}`);
      return send(leaving);
    };
    ({ id } = await all.engine.start(twoSteps));
    await all.clock.advance(10 * minute);
    assert.deepEqual(onDisk, ['PUT sending', 'POST sending done']);
  });

  it('is left out where what it makes is there by then', async () => {
    const follower = house(folder).follower;
    follower.firstSettlement = { found: 'started', tracking: { url: signedUrl }, because: 'The collection c1 exists.' };
    const all = house(folder, { follower });
    all.arm.pollReplies = [done];
    const { id } = await all.engine.start(twoSteps);
    await all.clock.advance(10 * minute);
    assert.deepEqual(sent(all), ['backup']);
    assert.equal(all.engine.get(id)?.status, 'succeeded');
  });

  it('is left out where it was made while the operation waited in its lane', async () => {
    const all = await begun({ pollReplies: [done, running] }, inLane);
    const again = { ...inLane, request: { ...plan.request, url: `${plan.request.url}&second=1` } };
    const { id } = await all.engine.start(again);
    await all.clock.advance(minute);
    assert.deepEqual(sent(all), ['c1', 'backup']);
    all.follower.firstSettlement = { found: 'started', tracking: { url: signedUrl }, because: 'The collection c1 exists.' };
    all.arm.pollReplies = [done];
    await all.clock.advance(10 * minute);
    assert.deepEqual(sent(all), ['c1', 'backup', 'backup']);
    assert.equal(all.engine.get(id)?.status, 'succeeded');
  });

  it('is not sent where something else stands in its place', async () => {
    const all = house(folder);
    all.follower.firstSettlement = { found: 'unclear', because: 'There is a collection c1, of another VM.' };
    const { id } = await all.engine.start(twoSteps);
    await all.clock.advance(minute);
    assert.deepEqual(sent(all), []);
    const record = all.engine.get(id);
    assert.deepEqual([record?.status, record?.error?.code], ['failed', 'AlreadyThere']);
    assert.equal(record?.error?.message, 'Nothing was started: There is a collection c1, of another VM.');
  });

  it('is not sent blindly: without an answer to the look before, it waits', async () => {
    const all = house(folder);
    all.follower.firstSettlement = noAnswer();
    const { id } = await all.engine.start(twoSteps);
    await all.clock.advance(10 * minute);
    assert.deepEqual(sent(all), []);
    assert.equal(all.engine.get(id)?.trouble?.kind, 'noAnswer');
    all.follower.firstSettlement = { found: 'absent', because: 'there is none' };
    all.arm.pollReplies = [done];
    await all.clock.advance(20 * minute);
    assert.deepEqual(sent(all), ['c1', 'backup']);
    assert.equal(all.engine.get(id)?.trouble, undefined);
  });

  it('ends the operation where it fails: its reason is told, and nothing else is sent', async () => {
    const refused = await begun({ sendReplies: [answer(403, { code: 'AuthorizationFailed', message: 'No role.' })] });
    await refused.clock.advance(10 * minute);
    assert.deepEqual(sent(refused), ['c1']);
    const record = refused.engine.get(refused.id);
    assert.deepEqual(
      [record?.status, record?.error?.code, record?.error?.remedies],
      ['failed', 'AuthorizationFailed', ['Ask for a role.']],
    );
    assert.equal(record?.error?.message, `${title}: No role. (AuthorizationFailed). Nothing else was sent.`);
    const failed = await begun({ pollReplies: [answer(200, { step: 'failed' })] });
    await failed.clock.advance(10 * minute);
    assert.deepEqual(sent(failed), ['c1']);
    assert.equal(failed.engine.get(failed.id)?.error?.code, 'UserErrorX');
    const cancelled = await begun({ pollReplies: [answer(200, { step: 'cancelled' })] });
    await cancelled.clock.advance(10 * minute);
    assert.deepEqual([sent(cancelled), cancelled.engine.get(cancelled.id)?.status], [['c1'], 'failed']);
  });

  it('is named where what follows it fails', async () => {
    const all = await begun({ pollReplies: [done], sendReplies: [answer(202), answer(409, { code: 'Conflict', message: 'Busy.' })] });
    await all.clock.advance(10 * minute);
    const record = all.engine.get(all.id);
    assert.deepEqual([record?.status, record?.error?.code], ['failed', 'Conflict']);
    assert.equal(record?.outcome, `Done before that: ${title}.`);
  });

  it('is settled by looking where no answer came, and then gone on from', async () => {
    const all = await begun({ sendReplies: [noAnswer(), answer(202)], pollReplies: [done] });
    all.follower.firstSettlement = { found: 'started', tracking: { url: signedUrl }, because: 'The collection c1 exists.' };
    await all.clock.advance(10 * minute);
    assert.deepEqual(sent(all), ['c1', 'backup']);
    assert.equal(all.engine.get(all.id)?.status, 'succeeded');
  });

  it('is never sent again where looking finds nothing', async () => {
    const all = await begun({ sendReplies: [noAnswer()] });
    await all.clock.advance(10 * minute);
    assert.deepEqual(sent(all), ['c1']);
    const record = all.engine.get(all.id);
    assert.deepEqual([record?.status, record?.error?.code], ['failed', 'NotStarted']);
    assert.match(record?.error?.message ?? '', /^Creating the collection c1: .*Nothing else was sent\.$/);
  });

  it('can be looked for again where its outcome is unknown: then the operation waits for its turn and goes on', async () => {
    const all = await begun({ sendReplies: [noAnswer(), answer(202)] }, inLane);
    all.follower.firstSettlement = { found: 'unclear', because: 'the service does not say' };
    await all.clock.advance(10 * minute);
    assert.equal(all.engine.get(all.id)?.status, 'unknown');
    const other = await all.engine.start({
      ...inLane,
      first: undefined,
      request: { ...plan.request, url: `${origin}/other` },
    } as unknown as OperationPlan);
    await all.clock.advance(minute);
    assert.deepEqual(sent(all), ['c1', 'other']);
    all.follower.firstSettlement = { found: 'started', tracking: { url: signedUrl }, because: 'The collection c1 exists.' };
    await all.engine.lookAgain(all.id);
    all.arm.pollReplies = [done, running];
    await all.clock.advance(minute);
    assert.deepEqual(sent(all), ['c1', 'other']);
    all.arm.pollReplies = [done];
    await all.clock.advance(10 * minute);
    assert.deepEqual(sent(all), ['c1', 'other', 'backup']);
    assert.deepEqual([all.engine.get(all.id)?.status, all.engine.get(other.id)?.status], ['succeeded', 'succeeded']);
  });

  it('is looked for where the service only fails when it is asked about it', async () => {
    const fails = answer(500, { code: 'InternalServerError', message: 'Sorry.' }, { 'x-ms-failure-cause': 'service' });
    const insisting = answer(202, undefined, { location: signedUrl, 'x-insist': '60000' });
    const all = await begun({ sendReplies: [insisting, answer(202)], pollReplies: [fails] });
    all.follower.firstSettlement = { found: 'started', tracking: { url: signedUrl }, because: 'The collection c1 exists.' };
    const poll = all.arm.poll.bind(all.arm);
    let asked = 0;
    all.arm.poll = (url) => {
      if (++asked === 8) {
        all.arm.pollReplies = [done];
      }
      return poll(url);
    };
    await all.clock.advance(20 * minute);
    assert.deepEqual(sent(all), ['c1', 'backup']);
    assert.equal(all.engine.get(all.id)?.status, 'succeeded');
  });

  it('can be taken back before what follows it is sent', async () => {
    const all = await begun({ pollReplies: [running] });
    await all.engine.remove(all.id);
    all.arm.pollReplies = [done];
    await all.clock.advance(10 * minute);
    assert.deepEqual(sent(all), ['c1']);
  });

  it('leads to what follows it only when that it is done can be written down, and then once', async () => {
    const all = await begun({ pollReplies: [done] });
    breakFolder(folder);
    await all.clock.advance(10 * minute);
    assert.deepEqual(sent(all), ['c1']);
    const { status, trouble } = all.engine.get(all.id) ?? {};
    // Failed it must not be called: on disk it goes on, and a window to come would go on with it.
    assert.deepEqual([status, trouble?.error.code], ['planned', 'JournalUnwritable']);
    await rm(folder);
    await all.clock.advance(20 * minute);
    assert.deepEqual(sent(all), ['c1', 'backup']);
    assert.equal(all.engine.get(all.id)?.status, 'succeeded');
  });

  describe('over a window that dies', () => {
    const collection = { found: 'started', tracking: { url: signedUrl }, because: 'The collection c1 exists.' } as const;
    const point = { found: 'started', tracking: { url: signedUrl }, because: 'There is a point.' } as const;
    const none = { found: 'absent', because: 'there is none' } as const;
    /** The step at which it dies, what was sent until then, and what looking finds of the second. */
    const deaths = [
      {
        at: 'while the first request is on its way',
        before: ['c1'],
        after: ['backup'],
        second: none,
        sends: [never<ArmResponse>()],
        polls: [],
      },
      {
        at: 'while the first request is followed',
        before: ['c1'],
        after: ['backup'],
        second: none,
        sends: [answer(202)],
        polls: [running],
      },
      {
        at: 'while the second is on its way',
        before: ['c1', 'backup'],
        after: [],
        second: point,
        sends: [answer(202), never<ArmResponse>()],
        polls: [done],
      },
      {
        at: 'while the second is followed',
        before: ['c1', 'backup'],
        after: [],
        second: none,
        sends: [answer(202)],
        polls: [done, running],
      },
    ] as const;
    for (const { at, before, after, second, sends, polls } of deaths) {
      for (const kind of [twoSteps, inLane]) {
        it(`${at}${kind.lane ? ', in a lane' : ''}: each is sent once`, async () => {
          const first = await begun({ sendReplies: [...sends], pollReplies: [...polls] }, kind);
          await first.clock.advance(minute);
          assert.deepEqual(sent(first), before);
          first.arm.send = first.arm.poll = () => never();
          const next = heir(first.clock);
          next.follower.settlement = second;
          next.follower.firstSettlement = collection;
          await next.engine.resume();
          await next.clock.advance(10 * minute);
          assert.deepEqual(sent(next), after);
          assert.equal(next.engine.get(first.id)?.status, 'succeeded');
          assert.equal(next.ends.length, 1);
        });
      }
    }

    it('between the two: the second is sent by the window that comes after', async () => {
      const first = await begun({ pollReplies: [done, running] });
      await first.clock.advance(minute);
      assert.deepEqual(sent(first), ['c1', 'backup']);
      first.arm.send = first.arm.poll = () => never();
      // As if it had died right after it noted that the first was done.
      const file = path.join(folder, `${first.id}.jsonl`);
      const lines = (await readFile(file, 'utf8')).split('\n');
      const noted = lines.findIndex((line) => line.includes('"status":"planned"') && line.includes('"done":true'));
      assert.ok(noted > 0);
      await writeFile(file, lines.slice(0, noted + 1).join('\n') + '\n');
      const second = heir(first.clock);
      await second.engine.resume();
      await second.clock.advance(10 * minute);
      assert.deepEqual(sent(second), ['backup']);
      assert.equal(second.engine.get(first.id)?.status, 'succeeded');
    });

    it('before anything was sent: the window that comes after looks, and sends', async () => {
      const first = house(folder);
      first.follower.settleFirst = () => never();
      const { id } = await first.engine.start(twoSteps);
      await first.clock.advance(1_000);
      assert.deepEqual(sent(first), []);
      const second = heir(first.clock);
      await second.engine.resume();
      await second.clock.advance(10 * minute);
      assert.deepEqual(sent(second), ['c1', 'backup']);
      assert.equal(second.engine.get(id)?.status, 'succeeded');
    });

    function heir(clock: FakeClock): House {
      const next = house(folder, { clock, isAlive: () => false });
      next.engine.watch();
      next.arm.pollReplies = [done];
      return next;
    }
  });
});
