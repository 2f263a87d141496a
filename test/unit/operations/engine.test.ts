import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { BackupError } from '../../../src/core/errors.ts';
import { answer, eachInItsFolder, FakeArm, house, idle, itemId, never, noAnswer, origin, plan, signedUrl, statusOf } from './fakes.ts';

const minute = 60_000;

describe('operation engine', () => {
  let folder: string;
  eachInItsFolder((made) => (folder = made));

  it('has the record on disk as sending before the request leaves', async () => {
    const { engine, arm } = house(folder);
    let onDisk = '';
    arm.send = async (request) => {
      arm.sent.push(request);
      const name = (await readdir(folder)).find((each) => each.endsWith('.jsonl')) ?? '';
      onDisk = await readFile(path.join(folder, name), 'utf8');
      return answer(202, undefined, { location: signedUrl });
    };
    const record = await engine.start(plan);
    await idle();
    assert.equal(record.status, 'planned');
    assert.match(onDisk, /"status":"planned"[^]*\n.*"status":"sending"/);
    assert.equal(statusOf(engine, record.id), 'accepted');
  });

  it('goes from planned to succeeded, and says what was read back', async () => {
    const { engine, arm, follower, clock, ends } = house(folder);
    const seen: string[] = [];
    engine.onDidChange((changed) => seen.push(changed.status));
    arm.pollReplies = [answer(200, { step: 'running', percent: 40 }), answer(200, { step: 'succeeded' })];
    const { id } = await engine.start(plan);
    await clock.advance(5 * minute);
    assert.deepEqual(
      seen.filter((status, at) => status !== seen[at - 1]),
      ['planned', 'sending', 'accepted', 'running', 'succeeded'],
    );
    const record = engine.get(id);
    assert.equal(record?.outcome, 'vm-1 has a new recovery point.');
    assert.equal(record?.endedAt, record?.updatedAt);
    assert.deepEqual(
      record?.steps?.map((step) => step.status),
      ['sending', 'accepted', 'running', 'succeeded'],
      'the journal does not have each step with its moment',
    );
    assert.equal(record?.steps?.at(-1)?.at, record?.endedAt);
    assert.equal(follower.reads, 1);
    assert.deepEqual(
      ends.map((each) => each.id),
      [id],
    );
    assert.equal(arm.sent.length, 1);
  });

  it('warns with ReadBackDiffers where the resource is not as asked', async () => {
    const { engine, arm, follower, clock } = house(folder);
    follower.reading = { reading: 'different', sentence: 'vm-1 still has the policy Daily.' };
    arm.pollReplies = [answer(200, { step: 'succeeded' })];
    const { id } = await engine.start(plan);
    await clock.advance(minute);
    const record = engine.get(id);
    assert.equal(record?.status, 'succeededWithWarnings');
    assert.deepEqual(record?.warnings, [{ code: 'ReadBackDiffers', message: 'vm-1 still has the policy Daily.' }]);
  });

  it('keeps the success of a job whose resource cannot be read back, and says so', async () => {
    const { engine, arm, follower, clock } = house(folder);
    follower.reading = new BackupError('The vault is gone.', { code: 'ResourceNotFound' });
    arm.pollReplies = [answer(200, { step: 'succeeded' })];
    const { id } = await engine.start(plan);
    await clock.advance(minute);
    assert.equal(statusOf(engine, id), 'succeeded');
    assert.match(engine.get(id)?.outcome ?? '', /could not be read back: The vault is gone\./);
  });

  it('fails with the service’s code on a refusal, and does not send again', async () => {
    const { engine, arm, clock } = house(folder);
    arm.sendReplies = [answer(400, { code: 'UserErrorBackupInProgress', message: 'A backup is running.' })];
    const { id } = await engine.start(plan);
    await clock.advance(10 * minute);
    assert.equal(statusOf(engine, id), 'failed');
    assert.equal(engine.get(id)?.error?.code, 'UserErrorBackupInProgress');
    assert.equal(arm.sent.length, 1);
    assert.equal(arm.polled.length, 0);
  });

  it('says that nothing was started where the request did not leave', async () => {
    const { engine, arm, clock, follower } = house(folder);
    arm.sendReplies = [new BackupError('The name management.example was not found.', { code: 'NotSent' })];
    const { id } = await engine.start(plan);
    await clock.advance(minute);
    assert.equal(statusOf(engine, id), 'failed');
    assert.equal(engine.get(id)?.error?.message, 'Nothing was started: The name management.example was not found.');
    assert.equal(follower.looks, 0);
  });

  for (const [name, reply] of [
    ['no answer', noAnswer()],
    ['a 500', answer(500, { code: 'CloudInternalError', message: '' })],
    ['a 503', answer(503)],
    ['a fault that nobody thought of', new Error('boom')],
  ] as const) {
    it(`looks after ${name}, adopts what started, and sends once`, async () => {
      const { engine, arm, clock, follower } = house(folder);
      arm.sendReplies = [reply];
      follower.settlement = { found: 'started', tracking: { url: signedUrl }, because: 'the job J1 is of this moment' };
      arm.pollReplies = [answer(200, { step: 'succeeded' })];
      const { id } = await engine.start(plan);
      await clock.advance(10 * minute);
      assert.equal(statusOf(engine, id), 'succeeded');
      assert.equal(follower.looks, 1);
      assert.equal(arm.sent.length, 1);
    });
  }

  it('does not take for its own what was found by looking and did not do what was asked', async () => {
    const { engine, arm, clock, follower } = house(folder);
    arm.sendReplies = [noAnswer()];
    follower.settlement = { found: 'started', tracking: { url: signedUrl }, because: 'the job J1 is of this moment' };
    follower.reading = { reading: 'different', sentence: 'vm-1 has no new recovery point.' };
    arm.pollReplies = [answer(200, { step: 'succeeded' })];
    const { id } = await engine.start(plan);
    await clock.advance(10 * minute);
    assert.equal(statusOf(engine, id), 'unknown');
    assert.match(engine.get(id)?.error?.message ?? '', /somebody else: vm-1 has no new recovery point\./);
    // That one is out of the way: nothing is left that could be this one.
    follower.settlement = { found: 'absent', because: 'the vault has no such job' };
    await engine.lookAgain(id);
    assert.equal(statusOf(engine, id), 'failed');
    assert.equal(engine.get(id)?.error?.code, 'NotStarted');
    assert.equal(arm.sent.length, 1);
  });

  it('takes absence only from the last look, because a request may still be on its way', async () => {
    const { engine, arm, clock, follower } = house(folder);
    arm.sendReplies = [noAnswer()];
    const { id } = await engine.start(plan);
    engine.watch();
    await clock.advance(5_000);
    assert.equal(follower.looks, 2);
    assert.equal(statusOf(engine, id), 'sending');
    await clock.advance(15_000);
    assert.equal(follower.looks, 3);
    assert.equal(statusOf(engine, id), 'failed');
    assert.equal(engine.get(id)?.error?.code, 'NotStarted');
    assert.equal(arm.sent.length, 1);
  });

  it('ends as unknown where looking is unclear, and looks again when asked', async () => {
    const { engine, arm, clock, follower, ends } = house(folder);
    arm.sendReplies = [noAnswer()];
    follower.settlement = { found: 'unclear', because: 'two jobs could be it' };
    const { id } = await engine.start(plan);
    await clock.advance(10 * minute);
    assert.equal(statusOf(engine, id), 'unknown');
    assert.match(engine.get(id)?.error?.message ?? '', /two jobs could be it/);
    await engine.lookAgain(id);
    assert.equal(statusOf(engine, id), 'unknown');
    follower.settlement = { found: 'started', tracking: { url: signedUrl }, because: 'found' };
    arm.pollReplies = [answer(200, { step: 'succeeded' })];
    await engine.lookAgain(id);
    await clock.advance(minute);
    assert.equal(statusOf(engine, id), 'succeeded');
    assert.equal(engine.get(id)?.error, undefined);
    assert.equal(arm.sent.length, 1);
    assert.deepEqual(
      ends.map((each) => each.status),
      ['unknown', 'unknown', 'succeeded'],
    );
  });

  it('does not say of an accepted one that it never started, whatever looking again finds', async () => {
    const { engine, arm, clock, follower } = house(folder);
    arm.pollReplies = [answer(200, { step: 'unknown' })];
    const { id } = await engine.start(plan);
    await clock.advance(minute);
    assert.equal(statusOf(engine, id), 'unknown');
    follower.settlement = { found: 'absent', because: 'the vault has no such job' };
    await engine.lookAgain(id);
    assert.equal(statusOf(engine, id), 'unknown');
    assert.match(engine.get(id)?.error?.message ?? '', /^The request was accepted, and what became of it/);
  });

  it('refuses to look again at what is not unknown', async () => {
    const { engine, clock } = house(folder);
    const { id } = await engine.start(plan);
    await clock.advance(1_000);
    await assert.rejects(engine.lookAgain(id), (error: BackupError) => error.facts.code === 'NotUnknown');
  });

  it('goes on looking while the network is away, instead of calling it unknown', async () => {
    const { engine, arm, clock, follower } = house(folder);
    arm.sendReplies = [noAnswer()];
    follower.settlement = noAnswer();
    const { id } = await engine.start(plan);
    await clock.advance(60 * minute);
    assert.equal(statusOf(engine, id), 'sending');
    assert.equal(engine.get(id)?.trouble?.kind, 'noAnswer');
    follower.settlement = { found: 'started', tracking: { url: signedUrl }, because: 'found' };
    arm.pollReplies = [answer(200, { step: 'succeeded' })];
    await clock.advance(10 * minute);
    assert.equal(statusOf(engine, id), 'succeeded');
    assert.equal(engine.get(id)?.trouble, undefined);
  });

  it('ends as unknown where the vault to look in was deleted, instead of asking for ever', async () => {
    const { engine, arm, clock, follower } = house(folder);
    arm.sendReplies = [noAnswer()];
    follower.settlement = new BackupError('Could not list the jobs (v1): The vault was not found.', {
      code: 'ResourceNotFound',
      status: 404,
    });
    const { id } = await engine.start(plan);
    await clock.advance(10 * minute);
    assert.equal(statusOf(engine, id), 'unknown');
    assert.match(engine.get(id)?.error?.message ?? '', /The vault was not found/);
    assert.equal(follower.looks, 3);
  });

  for (const status of [302, 307]) {
    it(`does not take a ${status} for an acceptance: looks whether it started, and follows no foreign address`, async () => {
      const { engine, arm, clock, follower } = house(folder);
      arm.sendReplies = [answer(status, undefined, { location: 'https://portal.evil.example/x' })];
      const { id } = await engine.start(plan);
      await clock.advance(10 * minute);
      assert.equal(statusOf(engine, id), 'failed');
      assert.equal(engine.get(id)?.error?.code, 'NotStarted');
      assert.equal(follower.looks, 3);
      assert.deepEqual(arm.polled, []);
    });
  }

  it('settles a request that never gets an answer instead of waiting for ever', async () => {
    const { engine, arm, clock, follower } = house(folder);
    arm.send = (request) => {
      arm.sent.push(request);
      return never();
    };
    const { id } = await engine.start(plan);
    await clock.advance(10 * minute);
    assert.equal(statusOf(engine, id), 'failed');
    assert.equal(engine.get(id)?.error?.code, 'NotStarted');
    assert.equal(follower.looks, 3);
    assert.equal(arm.sent.length, 1);
  });

  it('fails on 429 at sending: the service did not take it', async () => {
    const { engine, arm, clock, follower } = house(folder);
    arm.sendReplies = [answer(429, { code: 'ResourceRequestsThrottled', message: 'Too many.' })];
    const { id } = await engine.start(plan);
    await clock.advance(minute);
    assert.equal(engine.get(id)?.error?.code, 'ResourceRequestsThrottled');
    assert.equal(follower.looks, 0);
  });

  it('never journals or shows the signature of an operation URL, while polling uses it', async () => {
    const { engine, arm, clock } = house(folder);
    arm.pollReplies = [answer(200, { step: 'failed' })];
    const { id } = await engine.start({
      ...plan,
      request: { ...plan.request, headers: { ...plan.request.headers, authorization: 'Bearer TOKEN' } },
    });
    await idle();
    assert.equal(engine.get(id)?.tracking?.['url'], `${origin}${itemId}/operationsStatus/1?api-version=2025-02-01`);
    await clock.advance(minute);
    assert.deepEqual(arm.polled, [signedUrl]);
    const text = await readFile(path.join(folder, `${id}.jsonl`), 'utf8');
    assert.match(text, /operationsStatus\/1/);
    assert.match(text, /"status":"failed"/);
    for (const secret of ['SIGNATURE', 'CERT', 'HASH', 'TOKEN']) {
      assert.ok(!text.includes(secret), `${secret} is on disk`);
      assert.ok(!JSON.stringify(engine.list()).includes(secret), `${secret} is shown`);
    }
  });

  it('sends a secret of the body and neither journals nor shows it, also where the service says it back', async () => {
    const key = 'a+secret/key==';
    const body = JSON.stringify({ accessKey: key });
    for (const [sent, polled] of [
      [answer(400, { code: 'BadKey', message: `The key ${key} does not open it.` }), answer(200, { step: 'running' })],
      [answer(202, undefined, { location: signedUrl }), answer(403, { code: 'BadKey', message: `The key ${key} does not open it.` })],
    ] as const) {
      const { engine, arm, clock } = house(folder);
      arm.sendReplies = [sent];
      arm.pollReplies = [polled];
      const { id } = await engine.start({ ...plan, request: { ...plan.request, body } });
      await clock.advance(minute);
      assert.equal(arm.sent[0]?.body, body);
      const text = await readFile(path.join(folder, `${id}.jsonl`), 'utf8');
      assert.match(text, /The key \(not stored\) does not open it/);
      assert.ok(!text.includes(key) && !JSON.stringify(engine.list()).includes(key));
      await engine.dispose();
    }
  });

  it('keeps the newest 50 requests, without their queries', async () => {
    const { engine, arm, clock } = house(folder);
    arm.pollReplies = [answer(200, { step: 'running', waitMs: 1_000 })];
    const { id } = await engine.start(plan);
    engine.watch();
    await clock.advance(80_000);
    const trace = engine.get(id)?.trace ?? [];
    assert.equal(trace.length, 50);
    assert.ok(arm.polled.length > 50);
    assert.deepEqual(trace.at(-1), {
      at: trace.at(-1)?.at,
      method: 'GET',
      path: `${itemId}/operationsStatus/1`,
      ms: 0,
      status: 200,
      requestId: 'req-1',
    });
  });

  it('refuses to start where nothing is connected, and leaves no trace of it', async () => {
    const disconnected = house(folder);
    const engine = new (disconnected.engine.constructor as new (options: object) => typeof disconnected.engine)({
      folder,
      arm: () => undefined,
      trackers: new Map([['fake', {}]]),
      followers: new Map(),
      canceller: never,
      explain: never,
    });
    await assert.rejects(engine.start(plan), (error: BackupError) => error.facts.code === 'NotConnected');
    assert.deepEqual(await readdir(folder), []);
    await engine.dispose();
  });

  it('refuses an action without a tracker before anything is sent', async () => {
    const { engine, arm } = house(folder);
    await assert.rejects(engine.start({ ...plan, tracker: 'nobody' }), (error: BackupError) => error.facts.code === 'NoTracker');
    assert.equal(arm.sent.length, 0);
  });

  it('follows a job of somebody else, once, and reads nothing back', async () => {
    const { engine, arm, clock, follower } = house(folder);
    const job = { id: `${itemId}/backupJobs/J9`, name: 'J9' };
    const follow = { title: 'Backup', target: plan.target, job, tracker: 'fake', tracking: { url: signedUrl } };
    const [first, second] = await Promise.all([
      engine.follow(follow),
      engine.follow({ ...follow, job: { ...job, id: job.id.toUpperCase() } }),
    ]);
    assert.equal(first.id, second.id);
    arm.pollReplies = [answer(200, { step: 'succeeded' })];
    await clock.advance(minute);
    assert.deepEqual(arm.polled, [signedUrl]);
    assert.equal(statusOf(engine, first.id), 'succeeded');
    assert.equal((await engine.follow(follow)).id, first.id);
    assert.equal(follower.reads, 0);
    assert.equal(arm.sent.length, 0);
  });

  it('removes a running one from list and disk without telling the service', async () => {
    const { engine, arm, clock } = house(folder);
    const { id } = await engine.start(plan);
    await clock.advance(minute);
    const removed: string[] = [];
    engine.onDidRemove((each) => removed.push(each));
    const before = arm.polled.length;
    await engine.remove(id);
    await clock.advance(10 * minute);
    assert.deepEqual(removed, [id]);
    assert.equal(engine.get(id), undefined);
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.startsWith(id)),
      [],
    );
    assert.equal(arm.polled.length, before);
    assert.equal(arm.sent.length, 1);
  });

  it('refuses to remove what is just being sent', async () => {
    const { engine, arm } = house(folder);
    arm.send = () => never();
    const { id } = await engine.start(plan);
    await idle();
    await assert.rejects(engine.remove(id), (error: BackupError) => error.facts.code === 'BeingSent');
    assert.equal(statusOf(engine, id), 'sending');
  });

  it('polls a client only for records of its own cloud', async () => {
    const first = house(folder);
    const { id } = await first.engine.start(plan);
    await first.clock.advance(1_000);
    await first.engine.dispose();
    const other = house(folder, { client: new FakeArm('https://other.example'), clock: first.clock });
    await other.engine.resume();
    await other.clock.advance(10 * minute);
    assert.equal(other.arm.polled.length, 0);
    assert.deepEqual(other.engine.standing(id), { followedBy: 'nobody', notConnected: true });
    await assert.rejects(other.engine.retry(id), (error: BackupError) => error.facts.code === 'NotConnected');
  });
});
