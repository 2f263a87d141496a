import assert from 'node:assert/strict';
import { CancelledError } from '../../../src/core/cancellation.ts';
import { BackupError, type ErrorRecord } from '../../../src/core/errors.ts';
import { Emitter } from '../../../src/core/events.ts';
import { JobsModel } from '../../../src/views/jobsModel.ts';
import { isToHost, type ToBrowser } from '../../../src/views/protocol.ts';
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
} {
  const engine = new FakeEngine();
  const jobs = new FakeJobs();
  const sent: ToBrowser[] = [];
  const model = new JobsModel({ engine, recentJobs: jobs, post: (message) => sent.push(message), act });
  return { engine, jobs, model, sent, take: () => sent.splice(0) };
}
const types = (messages: ToBrowser[]): string[] => messages.map((message) => message.type);
/** Lets what was begun without being awaited run to its end. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('host side of the Jobs panel', () => {
  it('says nothing before the browser side is ready, then all, then one small message a change', async () => {
    const { engine, model, take } = made();
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
    assert.deepEqual(
      take().map((message) => (message.type === 'upsert' ? message.row.id : message.type)),
      ['b', 'a'],
    );
    await engine.remove('b');
    assert.deepEqual(take(), [{ type: 'remove', id: 'b' }]);
  });

  it('tells also what changed in its standing alone', async () => {
    const { engine, model, take } = made();
    engine.put(aRecord('a'));
    await model.take({ type: 'ready' });
    await settled();
    take();
    engine.standings.set('a', { followedBy: 'otherWindow', notConnected: false });
    engine.changed.fire(aRecord('a'));
    const [message] = take();
    assert.ok(message?.type === 'upsert');
    assert.match(message.row.notes[0]?.text ?? '', /Another window/);
  });

  it('lists jobs of others beside, and one that an operation follows only once', async () => {
    const { engine, jobs, model, take } = made();
    jobs.jobs = [aJob(), aJob(`${targetId}/backupJobs/J2`)];
    await model.take({ type: 'ready' });
    await settled();
    assert.equal(take().filter((message) => message.type === 'upsert').length, 2);
    assert.equal(model.hasRunningJobs(), true);
    engine.put(aRecord('a', { job: { id: jobId.toUpperCase(), name: 'J1' } }));
    const messages = take();
    assert.deepEqual(types(messages).sort(), ['remove', 'upsert']);
    assert.deepEqual(
      messages.find((message) => message.type === 'remove'),
      { type: 'remove', id: jobId },
    );
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
    assert.ok(!messages.some((message) => message.type === 'remove'), 'a failed reading took rows away');
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
    take();
    await model.take({ type: 'ask', number: 1, ask: { kind: 'detail', id: jobId } });
    const messages = take();
    const upsert = messages.find((message) => message.type === 'upsert');
    assert.ok(upsert?.type === 'upsert');
    assert.equal(upsert.row.tasks[0]?.name, 'Take Snapshot');
    await model.refresh();
    assert.ok(!take().some((message) => message.type === 'upsert'), 'the list took the details away again');
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
    await model.take({ type: 'ask', number: 1, ask: { kind: 'format', id: 'a' } });
    await model.take({ type: 'ask', number: 1, ask: { kind: 'cancel', id: 5 } });
    assert.deepEqual(acted, []);
    assert.deepEqual(take(), []);
    assert.equal(isToHost({ type: 'ask', number: 1, ask: { kind: 'constructor', id: 'a' } }), false);
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
