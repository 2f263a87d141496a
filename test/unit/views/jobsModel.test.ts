import assert from 'node:assert/strict';
import { CancelledError } from '../../../src/core/cancellation.ts';
import { BackupError, type ErrorRecord } from '../../../src/core/errors.ts';
import { Emitter } from '../../../src/core/events.ts';
import { JobsModel } from '../../../src/views/jobsModel.ts';
import { isToHost, type RowView, type ToBrowser } from '../../../src/views/protocol.ts';
import type { RecentJob, RecentJobs } from '../../../src/views/recentJobs.ts';
import { aRecord, FakeEngine, targetId } from './fakeEngine.ts';

const jobId = `${targetId}/backupJobs/J1`;
function aJob(id = jobId, parts: Partial<RecentJob> = {}): RecentJob {
  return {
    id,
    name: 'J1',
    title: 'Backup',
    target: aRecord('x').target,
    status: 'running',
    startedAt: '2026-03-01T11:00:00Z',
    progress: {},
    ...parts,
  };
}

class FakeJobs implements RecentJobs {
  jobs: RecentJob[] = [];
  problems: ErrorRecord[] = [];
  lists = 0;
  gate: Promise<void> = Promise.resolve();
  failure: Error | undefined;
  readonly changed = new Emitter<void>();
  readonly onDidChange = this.changed.event;

  async list(): Promise<{ jobs: RecentJob[]; problems: ErrorRecord[] }> {
    this.lists += 1;
    await this.gate;
    if (this.failure) {
      throw this.failure;
    }
    return { jobs: this.jobs, problems: this.problems };
  }
  detail(id: string): Promise<RecentJob> {
    const job = this.jobs.find((each) => each.id === id);
    return job
      ? Promise.resolve({ ...job, progress: { tasks: [{ name: 'Take Snapshot', status: 'running' }] }, raw: { id } })
      : Promise.reject(new BackupError('No such job.', { code: 'ResourceNotFound' }));
  }
}

function made(act: (ask: { kind: string; id: string }, job: RecentJob | undefined) => Promise<void> = () => Promise.resolve()): {
  engine: FakeEngine;
  jobs: FakeJobs;
  model: JobsModel;
  sent: ToBrowser[];
  take: () => ToBrowser[];
  /** What was sent, once the message about rows that is due has been. */
  rows: () => Promise<ToBrowser[]>;
} {
  const engine = new FakeEngine();
  const jobs = new FakeJobs();
  const sent: ToBrowser[] = [];
  const model = new JobsModel({ engine, recentJobs: jobs, post: (message) => sent.push(message), act });
  const take = (): ToBrowser[] => sent.splice(0);
  const rows = async (): Promise<ToBrowser[]> => {
    const end = Date.now() + 5_000;
    while (!sent.some(({ type }) => type === 'rows') && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return take();
  };
  return { engine, jobs, model, sent, take, rows };
}
const types = (messages: ToBrowser[]): string[] => messages.map((message) => message.type);
/** Lets what was begun without being awaited run to its end. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const upserts = (messages: ToBrowser[]): RowView[] => messages.flatMap((message) => (message.type === 'rows' ? message.upserts : []));
const removes = (messages: ToBrowser[]): string[] => messages.flatMap((message) => (message.type === 'rows' ? message.removes : []));

describe('host side of the Jobs panel', () => {
  it('says nothing before the browser side is ready, then all, then what changed, at once or with what changed soon after', async () => {
    const { engine, model, take, rows } = made();
    engine.put(aRecord('a'));
    assert.deepEqual(take(), []);
    await model.take({ type: 'ready' }, 'a');
    await settled();
    const [all, ...rest] = take();
    assert.ok(all?.type === 'all');
    assert.deepEqual(
      all.rows.map((row) => row.id),
      ['a'],
    );
    assert.equal(all.select, 'a');
    assert.deepEqual(types(rest), ['feed', 'feed']);
    engine.put(aRecord('b'));
    engine.put(aRecord('a', { progress: { percent: 5 } }));
    engine.put(aRecord('a', { progress: { percent: 5 } }));
    const changes = await rows();
    assert.deepEqual(types(changes), ['rows']);
    assert.deepEqual(
      upserts(changes).map(({ id, percent }) => [id, percent]),
      [
        ['b', undefined],
        ['a', 5],
      ],
    );
    await engine.remove('b');
    assert.deepEqual(await rows(), [{ type: 'rows', upserts: [], removes: ['b'] }]);
  });

  it('puts a thousand changes of a thousand operations into a few messages, and looks at no row that did not change', async () => {
    const { engine, model, take, rows } = made();
    for (let at = 0; at < 1_000; at++) {
      engine.put(aRecord(`o${at}`));
    }
    await model.take({ type: 'ready' });
    await settled();
    take();
    engine.put(aRecord('o7', { progress: { percent: 1 } }));
    await rows();
    let asked = 0;
    const standing = engine.standing.bind(engine);
    engine.standing = (id) => {
      asked += 1;
      return standing(id);
    };
    for (let percent = 2; percent < 12; percent++) {
      for (let at = 0; at < 100; at++) {
        engine.put(aRecord(`o${at}`, { progress: { percent } }));
      }
    }
    const sent = await rows();
    assert.deepEqual(types(sent), ['rows']);
    assert.deepEqual(new Set(upserts(sent).map(({ percent }) => percent)), new Set([11]));
    assert.equal(upserts(sent).length, 100);
    assert.equal(asked, 100, 'rows were made that nobody needed');
  });

  it('sends details of the one row that is shown, and has that alone watched', async () => {
    const { engine, model, take, rows } = made();
    engine.put(aRecord('a'));
    engine.put(aRecord('b'));
    await model.take({ type: 'ready' });
    await settled();
    take();
    await model.take({ type: 'show', id: 'a' });
    assert.deepEqual(
      take().map((message) => message.type === 'details' && message.details.id),
      ['a'],
    );
    await model.take({ type: 'ask', number: 1, ask: { kind: 'detail', id: 'a' } });
    await model.take({ type: 'ask', number: 2, ask: { kind: 'detail', id: 'b' } });
    assert.deepEqual(engine.watched, ['a']);
    take();
    for (const id of ['a', 'b']) {
      engine.put(aRecord(id, { progress: { percent: 5, message: 'Take Snapshot' } }));
    }
    const sent = await rows();
    assert.deepEqual(types(sent), ['rows', 'details']);
    assert.deepEqual(
      sent.map((message) => message.type === 'details' && [message.details.id, message.details.message]),
      [false, ['a', 'Take Snapshot']],
    );
    await model.take({ type: 'show', id: 'b' });
    assert.deepEqual(engine.watched, []);
    await model.take({ type: 'ask', number: 3, ask: { kind: 'detail', id: 'b' } });
    assert.deepEqual(engine.watched, ['b']);
    model.dispose();
    assert.deepEqual(engine.watched, []);
  });

  it('is silent while nobody sees the panel, and says all anew when somebody does', async () => {
    const { engine, model, take } = made();
    engine.put(aRecord('a'));
    await model.take({ type: 'ready' });
    await settled();
    await model.take({ type: 'show', id: 'a' });
    await model.take({ type: 'ask', number: 1, ask: { kind: 'detail', id: 'a' } });
    take();
    model.setVisible(false);
    assert.deepEqual(engine.watched, []);
    engine.put(aRecord('b'));
    await model.take({ type: 'ask', number: 2, ask: { kind: 'refresh' } });
    assert.deepEqual(types(take()), ['done']);
    model.setVisible(true);
    const [all, ...rest] = take();
    assert.ok(all?.type === 'all' && all.rows.length === 2);
    assert.deepEqual(rest, []);
    await model.take({ type: 'show', id: 'a' });
    assert.deepEqual(types(take()), ['details'], 'a page that lost its details does not get them again');
  });

  it('tells also what changed in its standing alone', async () => {
    const { engine, model, take, rows } = made();
    engine.put(aRecord('a'));
    await model.take({ type: 'ready' });
    await settled();
    await model.take({ type: 'show', id: 'a' });
    take();
    engine.standings.set('a', { followedBy: 'nobody', notConnected: true });
    engine.changed.fire(aRecord('a'));
    const sent = await rows();
    assert.equal(upserts(sent)[0]?.stateWord, 'Not connected');
    const details = sent.find((message) => message.type === 'details');
    assert.match((details?.type === 'details' && details.details.notes[0]?.text) || '', /Connect to that cloud/);
  });

  it('lists jobs of others beside, and one that an operation follows only once', async () => {
    const { engine, jobs, model, take, rows } = made();
    jobs.jobs = [aJob(), aJob(`${targetId}/backupJobs/J2`)];
    await model.take({ type: 'ready' });
    await settled();
    assert.equal(upserts(take()).length, 2);
    assert.equal(model.hasRunningJobs(), true);
    engine.put(aRecord('a', { job: { id: jobId.toUpperCase(), name: 'J1' } }));
    const messages = await rows();
    assert.deepEqual([upserts(messages).map(({ id }) => id), removes(messages)], [['a'], [jobId]]);
    await engine.remove('a');
    const after = await rows();
    assert.deepEqual([upserts(after).map(({ id }) => id), removes(after)], [[jobId], ['a']], 'its job is not listed again');
  });

  it('keeps what it has and names what could not be read', async () => {
    const { jobs, model, take } = made();
    jobs.jobs = [aJob()];
    await model.take({ type: 'ready' });
    await settled();
    take();
    jobs.failure = new BackupError('Could not list the jobs: no network.', { code: 'EndpointUnreachable' });
    await model.take({ type: 'ask', number: 7, ask: { kind: 'refresh' } });
    const messages = take();
    assert.deepEqual(messages.at(-1), { type: 'done', number: 7 });
    assert.deepEqual(
      messages.find((message) => message.type === 'feed' && !message.feed.loading),
      {
        type: 'feed',
        feed: { loading: false, problems: ['Could not list the jobs: no network.'] },
      },
    );
    assert.ok(!messages.some((message) => message.type === 'rows'), 'a failed reading took rows away');
  });

  it('reads once more where it was asked to while it read, and not once for each', async () => {
    const { jobs, model } = made();
    let open = (): void => undefined;
    jobs.gate = new Promise((resolve) => (open = resolve));
    const first = model.refresh();
    jobs.changed.fire();
    jobs.changed.fire();
    void model.refresh();
    assert.equal(jobs.lists, 1);
    open();
    await first;
    await settled();
    assert.equal(jobs.lists, 2);
  });

  it('reads a job in full when it is selected, and keeps that over the next list of an ended job', async () => {
    const { jobs, model, take } = made();
    jobs.jobs = [aJob(jobId, { status: 'failed', endedAt: '2026-03-01T11:30:00Z' })];
    await model.take({ type: 'ready' });
    await settled();
    await model.take({ type: 'show', id: jobId });
    take();
    await model.take({ type: 'ask', number: 1, ask: { kind: 'detail', id: jobId } });
    const messages = take();
    assert.deepEqual(types(messages), ['details', 'done']);
    const details = messages.find((message) => message.type === 'details');
    assert.ok(details?.type === 'details');
    assert.equal(details.details.tasks[0]?.name, 'Take Snapshot');
    await model.refresh();
    assert.ok(!take().some((message) => message.type === 'details'), 'the list took the details away again');
  });

  it('answers each ask once: done, or why not; a person who says no is no error', async () => {
    let outcome: Error | undefined;
    const { engine, model, take } = made(() => (outcome ? Promise.reject(outcome) : Promise.resolve()));
    engine.put(aRecord('a'));
    const ask = (number: number): Promise<void> => model.take({ type: 'ask', number, ask: { kind: 'cancel', id: 'a' } });
    await ask(1);
    outcome = new CancelledError();
    await ask(2);
    outcome = new BackupError('Not now.', { code: 'NotCancellable', remedies: ['Wait.'] });
    await ask(3);
    assert.deepEqual(take(), [
      { type: 'done', number: 1 },
      { type: 'done', number: 2 },
      { type: 'refused', number: 3, error: { message: 'Not now.', code: 'NotCancellable', remedies: ['Wait.'] } },
    ]);
  });

  it('leaves foreign messages alone', async () => {
    const acted: string[] = [];
    const { model, take } = made((ask) => Promise.resolve(void acted.push(ask.kind)));
    for (const message of [
      undefined,
      null,
      'ready',
      1,
      [],
      {},
      { type: 'ask' },
      { type: 'ask', number: '1', ask: { kind: 'cancel', id: 'a' } },
    ]) {
      await model.take(message);
    }
    await model.take({ type: 'show', id: 5 });
    await model.take({ type: 'ask', number: 1, ask: { kind: 'format', id: 'a' } });
    await model.take({ type: 'ask', number: 1, ask: { kind: 'cancel', id: 5 } });
    assert.deepEqual(acted, []);
    assert.deepEqual(take(), []);
    assert.equal(isToHost({ type: 'ask', number: 1, ask: { kind: 'constructor', id: 'a' } }), false);
  });

  it('offers to try again what failed of a batch, and no more once that was done; again where that was taken off the list', async () => {
    const { engine, model, take, rows } = made();
    const target = (name: string) => ({ target: { id: `${targetId}/disks`, name, kind: 'disk' } });
    const batch = { id: 'b1', size: 3 };
    engine.put(aRecord('well', { ...target('w'), status: 'succeeded', batch }));
    engine.put(aRecord('failed', { ...target('f'), status: 'failed', batch }));
    engine.put(aRecord('other', { ...target('o'), status: 'failed', batch }));
    engine.put(aRecord('alone', { ...target('f'), status: 'failed' }));
    await model.take({ type: 'ready' });
    await settled();
    const [all] = take();
    assert.ok(all?.type === 'all');
    const retries = (of: readonly RowView[]): unknown[] => of.map(({ id, retry }) => [id, retry]).sort();
    assert.deepEqual(retries(all.rows), [
      ['alone', undefined],
      ['failed', 'open'],
      ['other', 'open'],
      ['well', undefined],
    ]);
    const again = { id: 'b2', size: 1, retryOf: 'b1' };
    engine.put(aRecord('second', { ...target('f'), batch: again }));
    assert.deepEqual(retries(upserts(await rows())), [
      ['failed', 'made'],
      ['second', undefined],
    ]);
    engine.put(aRecord('second', { ...target('f'), status: 'failed', batch: again }));
    assert.deepEqual(retries(upserts(await rows())), [['second', 'open']]);
    await engine.remove('second');
    assert.deepEqual(retries(upserts(await rows())), [['failed', 'open']]);
  });

  it('offers to try again one that was started alone, until another stands for it, and leads there', async () => {
    const { engine, model, take, rows } = made();
    const asked = { targetId, answers: { expiry: '2026-04-01' } };
    engine.put(aRecord('a', { status: 'failed', asked }));
    engine.put(aRecord('unknown', { status: 'unknown', asked: { ...asked, answers: {} } }));
    await model.take({ type: 'ready' });
    await model.take({ type: 'show', id: 'a' });
    await settled();
    const offered = (messages: readonly ToBrowser[]): boolean[] =>
      messages.flatMap((message) => (message.type === 'details' ? [message.details.actions.includes('tryAgain')] : []));
    assert.deepEqual(offered(take()), [true]);
    const byHand = aRecord('by hand', { asked, createdAt: '2026-03-01T13:00:00Z' });
    engine.put(byHand);
    const after = await rows();
    assert.deepEqual([upserts(after).find(({ id }) => id === 'a')?.triedBy, offered(after)], ['by hand', [false]]);
    engine.put(aRecord('try', { asked, batch: { id: 'b', size: 1, retryOf: 'a' }, createdAt: '2026-03-01T14:00:00Z' }));
    assert.equal(upserts(await rows()).find(({ id }) => id === 'a')?.triedBy, 'try', 'the newest is where it leads');
    await engine.remove('try');
    await engine.remove('by hand');
    assert.deepEqual(offered(await rows()), [true]);
    await model.take({ type: 'show', id: 'unknown' });
    assert.deepEqual(offered(take()), [false]);
  });

  it('is silent after it was disposed', async () => {
    const { engine, jobs, model, take } = made();
    await model.take({ type: 'ready' });
    await settled();
    take();
    model.dispose();
    engine.put(aRecord('a'));
    jobs.changed.fire();
    await settled();
    assert.deepEqual(take(), []);
  });
});
