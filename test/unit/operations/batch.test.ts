import assert from 'node:assert/strict';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createHash } from 'node:crypto';
import { BackupError, codeOf } from '../../../src/core/errors.ts';
import { Journal } from '../../../src/operations/journal.ts';
import { Once } from '../../../src/operations/once.ts';
import { answer, breakFolder, eachInItsFolder, house, never, noAnswer, origin, plan, signedUrl, statusOf, type House } from './fakes.ts';
import type { OperationPlan } from '../../../src/operations/types.ts';
import { fateOf, mayBeRetried } from '../../../src/operations/fates.ts';
import { isUnsent } from '../../../src/operations/phase.ts';
import { newRecord } from '../../../src/operations/newRecord.ts';

const batch = { id: 'b1', size: 3 };
const unstarted = {
  actionId: 'backupNow',
  title: 'Back Up Now',
  target: { ...plan.target, where: 'MSSQLSERVER on erp-db-01' },
  tracker: 'fake',
  cloud: origin,
  batch,
};
const statement = { title: 'T-SQL', text: 'GO' };

describe('operations that were started together', () => {
  let folder: string;
  eachInItsFolder((made) => (folder = made));

  it('keep their batch and where they are, on disk too', async () => {
    const first = house(folder);
    const { id } = await first.engine.start({ ...plan, target: unstarted.target, batch });
    await first.clock.advance(1_000);
    await first.engine.dispose();
    const second = house(folder, { clock: first.clock });
    await second.engine.resume();
    assert.deepEqual(second.engine.get(id)?.batch, { ...batch, isQueued: true });
    assert.equal(second.engine.get(id)?.target.where, 'MSSQLSERVER on erp-db-01');
  });

  it('are sent four at a time; those whose turn has not come are taken back, or sent once by the window that comes', async () => {
    const first = house(folder);
    first.arm.sendReplies = [never()];
    const of = { id: 'b7', size: 7 };
    const started = [];
    for (let at = 0; at < of.size; at++) {
      started.push(await first.engine.start({ ...plan, target: { ...plan.target, name: `vm-${at}` }, batch: of }));
    }
    await first.clock.advance(1_000);
    assert.equal(first.arm.sent.length, 4);
    const waiting = started.filter(({ id }) => statusOf(first.engine, id) === 'planned').map(({ id }) => id);
    assert.equal(waiting.length, 3);
    const [back = '', ...left] = waiting;
    await first.engine.cancel(back);
    assert.equal(fateOf(first.engine.get(back) ?? assert.fail()), 'notStarted');
    const stopped = first.engine.dispose();
    await first.clock.advance(5_000);
    await stopped;

    const second = house(folder, { clock: first.clock });
    await second.engine.resume();
    await second.clock.advance(5_000);
    assert.deepEqual(
      left.map((id) => statusOf(second.engine, id)),
      ['accepted', 'accepted'],
    );
    assert.equal(second.arm.sent.length, 2, 'the others may have left: they are looked for');
    assert.equal(statusOf(second.engine, back), 'cancelled');
  });

  it('wait unsent where a limit refuses them, until when is known, over a reload too, and are sent once when it allows it', async () => {
    const refusal = answer(429, { code: 'ResourceRequestsThrottled', message: 'No more for now.' }, { 'retry-after': '1800' });
    const first = house(folder);
    first.arm.sendReplies = [refusal];
    const [one, other] = [await first.engine.start({ ...plan, batch }), await first.engine.start({ ...plan, batch })];
    await first.clock.advance(60_000);
    assert.equal(first.arm.sent.length, 2);
    for (const { id } of [one, other]) {
      const record = first.engine.get(id);
      assert.ok(record && isUnsent(record));
      assert.match(record.progress.message ?? '', /^Queued/);
      assert.ok(record.trouble?.kind === 'noAnswer' && record.trouble.error.status === 429);
      assert.equal(Date.parse(record.trouble.nextAt), first.clock.now() - 60_000 + 1_800_000);
    }
    await first.engine.cancel(other.id);
    await first.engine.dispose();

    const second = house(folder, { clock: first.clock });
    await second.engine.resume();
    await second.clock.advance(25 * 60_000);
    assert.deepEqual([second.arm.sent.length, statusOf(second.engine, one.id)], [0, 'planned']);
    await second.clock.advance(10 * 60_000);
    assert.equal(second.follower.looks, 1, 'it waited for long: whether somebody has done it meanwhile is looked at before');
    assert.equal(second.arm.sent.length, 1);
    assert.equal(second.engine.get(one.id)?.trouble, undefined);
    assert.deepEqual([statusOf(second.engine, one.id), statusOf(second.engine, other.id)], ['running', 'cancelled']);
  });

  it('wait unsent and unasked for while it is known that the service takes no more', async () => {
    const { engine, arm, clock } = house(folder);
    const openAt = clock.now() + 600_000;
    arm.heldBack = ({ method }) => {
      const retryAfterMs = openAt - clock.now();
      return method === 'POST' && retryAfterMs > 0
        ? new BackupError('No more backups for now.', { code: 'Throttled', status: 429, retryAfterMs })
        : undefined;
    };
    const [one, other] = [await engine.start({ ...plan, batch }), await engine.start({ ...plan, batch })];
    await clock.advance(60_000);
    const { trouble, steps } = engine.get(one.id) ?? assert.fail();
    assert.deepEqual([trouble?.error.message, steps], ['No more backups for now.', undefined]);
    assert.equal(trouble?.kind === 'noAnswer' && Date.parse(trouble.nextAt), openAt);
    await engine.cancel(other.id);
    assert.equal(arm.sent.length, 0);
    const alone = await engine.start(plan);
    await clock.advance(15 * 60_000);
    assert.deepEqual([statusOf(engine, one.id), statusOf(engine, other.id)], ['running', 'cancelled']);
    assert.equal(arm.sent.length, 2, 'one by itself is sent at once: a person waits for its answer');
    assert.equal(engine.get(alone.id)?.trace[0]?.at, engine.get(alone.id)?.createdAt);
  });

  it('are asked for at their own pace where the limit names no time', async () => {
    const { engine, arm, clock } = house(folder);
    arm.sendReplies = [...Array.from({ length: 3 }, () => answer(429)), answer(202)];
    const { id } = await engine.start({ ...plan, batch });
    await clock.advance(30_000);
    assert.deepEqual([arm.sent.length, statusOf(engine, id)], [3, 'planned'], 'after 0, 5 and 15 s, a little more while nobody looks');
    await clock.advance(60_000);
    assert.deepEqual([arm.sent.length, statusOf(engine, id)], [4, 'running']);
  });

  it('are sent at once where they hold a secret, which is not kept for later', async () => {
    const { engine } = house(folder);
    const request = { ...plan.request, body: JSON.stringify({ accessKey: 'hunter2hunter2' }) };
    const { id } = await engine.start({ ...plan, request, batch });
    assert.deepEqual(engine.get(id)?.batch, batch);
  });

  it('stand beside those that could not be started, which have ended and send nothing', async () => {
    const { engine, arm, clock, ends } = house(folder);
    const error = { code: 'ItemGone', message: 'The database was dropped.', remedies: ['Rediscover.'], statement };
    const refused = await engine.noteUnstarted({ ...unstarted, error });
    const cancelled = await engine.noteUnstarted(unstarted);
    await clock.advance(60_000);
    assert.equal(arm.sent.length + arm.polled.length, 0);
    assert.deepEqual(
      ends.map(({ id }) => id),
      [refused.id, cancelled.id],
    );
    assert.equal(engine.get(refused.id)?.error?.message, 'Nothing was started: The database was dropped.');
    assert.equal(statusOf(engine, cancelled.id), 'cancelled');
    assert.match(engine.get(cancelled.id)?.outcome ?? '', /cancelled before its turn/);
    await engine.dispose();
    const after = house(folder, { clock });
    await after.engine.resume();
    assert.deepEqual(after.engine.get(refused.id)?.error?.statement, statement);
    assert.equal(after.engine.get(refused.id)?.request, undefined);
    assert.deepEqual(after.engine.get(cancelled.id)?.batch, batch);
  });

  it('keep in memory what cannot be journaled, and say so', async () => {
    const { engine } = house(folder);
    await engine.resume();
    breakFolder(folder);
    const { id } = await engine.noteUnstarted({ ...unstarted, error: { code: 'JournalUnwritable', message: 'Disk full.' } });
    assert.equal(statusOf(engine, id), 'failed');
    assert.equal(engine.standing(id).unsaved?.code, 'JournalUnwritable');
  });

  it('are not pruned one by one while one of them runs', async () => {
    const journal = new Journal(folder, { endedCount: 1, endedBytes: 1e9, endedAgeMs: 1e12 });
    const record = (id: string, parts: object): ReturnType<typeof newRecord> =>
      newRecord(id, origin, 0, { ...plan, status: 'succeeded', ...parts });
    const ended = [1, 2, 3].map((n) => record(`e${n}`, { endedAt: `2026-01-0${n}T00:00:00Z`, batch }));
    const alone = [4, 5].map((n) => record(`a${n}`, { endedAt: `2026-01-0${n}T00:00:00Z` }));
    const running = record('r', { status: 'running', batch });
    for (const each of [...ended, ...alone, running]) {
      await journal.append(each);
    }
    assert.deepEqual(await journal.prune([...ended, ...alone, running], 0), ['a4']);
  });
});

describe('the failed of a batch, tried again by two windows', () => {
  let folder: string;
  eachInItsFolder((made) => (folder = made));

  const again = (id: string, size: number): OperationPlan => ({ ...plan, batch: { id, size, retryOf: 'b1' } });

  it('are started by one of them, though neither has heard of the other', async () => {
    const [one, other] = [house(folder), house(folder)];
    await Promise.all([one.engine.resume(), other.engine.resume()]);
    await one.engine.start(again('b2', 1));
    assert.deepEqual(other.engine.list(), [], 'it has not heard of it');
    await assert.rejects(other.engine.start(again('b3', 1)), (error) => codeOf(error) === 'TriedElsewhere');
    await one.clock.advance(1_000);
    assert.deepEqual([one.arm.sent.length, other.arm.sent.length], [1, 0]);
    await other.engine.start({ ...again('b3', 2), target: { ...plan.target, name: 'disk-2' } });
    const noted = await other.engine.noteUnstarted({ ...unstarted, batch, error: { code: 'TriedElsewhere', message: 'Another window.' } });
    assert.equal(mayBeRetried(noted), false, 'or it would be started there after all');
  });

  it('one that was started alone is tried again, but not where the other window has started the very same anew since', async () => {
    const asking = (expiry: string): OperationPlan => ({ ...plan, asked: { targetId: plan.target.id, answers: { expiry } } });
    const tryOf = (id: string, of: OperationPlan): OperationPlan => ({ ...of, batch: { id: `try of ${id}`, size: 1, retryOf: id } });
    const [one, other] = [house(folder), house(folder)];
    await one.engine.resume();
    const refused = answer(400, { code: 'Refused', message: 'No.' });
    one.arm.sendReplies = [refused, refused];
    const [first, second] = [await one.engine.start(asking('monday')), await one.engine.start(asking('friday'))];
    await one.clock.advance(1_000);
    assert.deepEqual([statusOf(one.engine, first.id), statusOf(one.engine, second.id)], ['failed', 'failed']);
    await other.engine.resume();
    await other.clock.advance(2_000);
    await other.engine.start(asking('friday'));
    await assert.rejects(one.engine.start(tryOf(second.id, asking('friday'))), (error) => codeOf(error) === 'TriedElsewhere');
    await one.engine.start(tryOf(first.id, asking('monday')));
    await one.clock.advance(1_000);
    assert.equal(one.arm.sent.length, 3);
  });

  describe('where no answer had come and looking had found nothing', () => {
    const tryOf = (id: string): OperationPlan => ({ ...plan, batch: { id: `try of ${id}`, size: 1, retryOf: id } });
    const lost = async (): Promise<House & { readonly id: string }> => {
      const one = house(folder);
      one.arm.sendReplies = [noAnswer(), answer(202, undefined, { location: signedUrl })];
      const { id } = await one.engine.start(plan);
      await one.clock.advance(60_000);
      assert.equal(one.engine.get(id)?.error?.code, 'NotStarted');
      return { ...one, id };
    };

    it('it is looked for once more, and sent where it is still absent', async () => {
      const { engine, arm, clock, follower, id } = await lost();
      const looks = follower.looks;
      await engine.start(tryOf(id));
      await clock.advance(1_000);
      assert.deepEqual([follower.looks - looks, arm.sent.length, statusOf(engine, id)], [1, 2, 'failed']);
    });

    it('what has begun late is followed to its end, and nothing is sent', async () => {
      const { engine, arm, clock, follower, ends, id } = await lost();
      follower.settlement = { found: 'started', tracking: { url: signedUrl }, because: 'the job J1 is of this moment' };
      arm.pollReplies = [answer(200, { step: 'succeeded' })];
      await assert.rejects(engine.start(tryOf(id)), (error) => codeOf(error) === 'StartedAfterAll');
      assert.equal(engine.get(id)?.endedAt, undefined);
      await clock.advance(60_000);
      assert.deepEqual([arm.sent.length, statusOf(engine, id)], [1, 'succeeded']);
      assert.deepEqual(
        ends.map(({ status }) => status),
        ['failed', 'succeeded'],
      );
      const noted = await engine.noteUnstarted({ ...unstarted, batch, error: { code: 'StartedAfterAll', message: 'It has begun.' } });
      assert.equal(mayBeRetried(noted), false);
    });

    it('where it cannot be told any more it is of unknown outcome, and nothing is sent; nor where nobody answers', async () => {
      const { engine, arm, follower, id } = await lost();
      follower.settlement = noAnswer();
      await assert.rejects(engine.start(tryOf(id)), (error) => codeOf(error) === 'NoAnswer');
      assert.equal(statusOf(engine, id), 'failed');
      follower.settlement = { found: 'unclear', because: 'two jobs could be it' };
      await assert.rejects(engine.start(tryOf(id)), (error) => codeOf(error) === 'StartedAfterAll');
      assert.deepEqual([arm.sent.length, statusOf(engine, id)], [1, 'unknown']);
    });

    it('what began long after is somebody else’s: it is not looked for', async () => {
      const { engine, arm, clock, follower, id } = await lost();
      await clock.advance(16 * 60_000);
      follower.settlement = { found: 'started', tracking: { url: signedUrl }, because: 'the job J1 is of this moment' };
      await engine.start(tryOf(id));
      await clock.advance(1_000);
      assert.deepEqual([arm.sent.length, statusOf(engine, id)], [2, 'failed']);
    });
  });

  it('are never started twice when both do it in the same moment', async () => {
    const [one, other] = [house(folder), house(folder)];
    const names = Array.from({ length: 6 }, (_, at) => `vm-${at}`);
    const startedBy = ({ engine }: House, batchId: string): Promise<string[]> =>
      Promise.all(
        names.map(async (name) => {
          const started = engine.start({ ...again(batchId, names.length), target: { ...plan.target, name } });
          return started.then(
            () => [name],
            (error: unknown) => (assert.equal(codeOf(error), 'TriedElsewhere'), []),
          );
        }),
      ).then((found) => found.flat());
    const both = Promise.all([startedBy(one, 'b2'), startedBy(other, 'b3')]);
    let isDone = false;
    void both.finally(() => (isDone = true));
    while (!isDone) {
      await Promise.all([one.clock.advance(100), other.clock.advance(70)]);
    }
    const started = (await both).flat().sort();
    assert.deepEqual(started, names.toSorted(), 'each by one of them, and by no other');
    await Promise.all([one.clock.advance(60_000), other.clock.advance(60_000)]);
    assert.equal(one.arm.sent.length + other.arm.sent.length, started.length);
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.startsWith('again-')),
      [],
    );
  });
});

describe('telling once', () => {
  let folder: string;
  eachInItsFolder((made) => (folder = made));

  it('is for one window of many, now and later, whatever the key', async () => {
    const key = '../../evil\u0000';
    const windows = Array.from({ length: 8 }, () => new Once(folder));
    const answers = await Promise.all(windows.map((one) => one.claim(key)));
    assert.equal(answers.filter(Boolean).length, 1);
    assert.equal(await new Once(folder).claim(key), false);
    assert.equal(await new Once(folder).claim('another'), true);
    assert.ok((await readdir(folder)).every((name) => /^[0-9a-f]{32}\.told$/.test(name)));
  });

  it('goes on where the folder cannot be written, once a window', async () => {
    breakFolder(folder);
    const one = new Once(folder);
    assert.deepEqual([await one.claim('k'), await one.claim('k')], [true, false]);
  });

  it('forgets what is older than the journal', async () => {
    const once = new Once(folder);
    await once.claim('old');
    const [name = ''] = await readdir(folder);
    await utimes(path.join(folder, name), 1, 1);
    await once.claim('new');
    await once.sweep(Date.now());
    assert.equal((await readdir(folder)).length, 1);
    assert.equal(await once.claim('new'), false);
  });
});

describe('a journal of the version before', () => {
  let folder: string;
  eachInItsFolder((made) => (folder = made));

  /** Byte for byte as 0.1.0 wrote it: without batch, where, statement or what the service insists on. */
  const line = (record: object): string => {
    const json = JSON.stringify(record);
    return `${createHash('sha256').update(json).digest('hex').slice(0, 16)} ${json}\n`;
  };
  const before = {
    version: 1,
    id: '11111111-2222-4333-8444-555555555555',
    cloud: origin,
    createdAt: '2026-03-01T11:00:00.000Z',
    updatedAt: '2026-03-01T11:05:00.000Z',
    progress: { message: 'Transfer data to vault', percent: 40 },
    trace: [],
    actionId: 'backupNow',
    title: 'Back Up Now',
    target: { id: plan.target.id, name: 'vm-1', kind: 'protected item', containerName: 'v1' },
    tracker: 'fake',
    intent: { expiry: '2026-04-01T00:00:00Z' },
    status: 'running',
    request: plan.request,
    tracking: { url: `${origin}/operation` },
    job: { id: '/jobs/J1', name: 'J1', cancellable: true },
    trouble: {
      kind: 'noAnswer',
      since: '2026-03-01T11:04:00.000Z',
      nextAt: '2026-03-01T11:06:00.000Z',
      error: { message: 'The connection broke.', code: 'NoAnswer' },
    },
  };

  it('is read as it was, and followed to its end', async () => {
    await writeFile(path.join(folder, `${before.id}.jsonl`), line(before));
    const { engine, arm, clock, problems } = house(folder);
    arm.pollReplies = [answer(200, { step: 'succeeded' })];
    await engine.resume();
    assert.deepEqual(engine.get(before.id), before);
    await clock.advance(5 * 60_000);
    assert.equal(statusOf(engine, before.id), 'succeeded');
    assert.deepEqual(problems, []);
    assert.match(await readFile(path.join(folder, `${before.id}.jsonl`), 'utf8'), /"status":"succeeded"/);
  });
});
