import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { trackers } from '../../../src/providers/trackers.ts';
import { answer, eachInItsFolder, FakeClock, house, idle, noAnswer, type House } from './fakes.ts';
import { FakeVaults, followPlan, startPlan } from './fakeVaults.ts';

const second = 1_000;
const minute = 60 * second;

describe('operations that are followed together', () => {
  let folder: string;
  eachInItsFolder((made) => (folder = made));

  /** A window with `watch()`, so that nothing is stretched. */
  function window(parts: Parameters<typeof house>[1] = {}): House & { vaults: FakeVaults } {
    const clock = parts.clock ?? new FakeClock();
    const vaults = (parts.client as FakeVaults | undefined) ?? new FakeVaults(clock);
    const all = { ...house(folder, { trackers, ...parts, clock, client: vaults }), vaults };
    all.engine.watch();
    return all;
  }

  async function following(count: number, vault = 'v1', all = window()): Promise<{ ids: string[] } & ReturnType<typeof window>> {
    const ids: string[] = [];
    for (let at = 0; at < count; at++) {
      ids.push((await all.engine.follow(followPlan(all.vaults.add(vault, `vm-${at}`)))).id);
    }
    return { ...all, ids };
  }

  it('asks one list for all jobs of a vault, and writes nothing down that is not new', async () => {
    const { clock, vaults, engine, ids } = await following(20);
    await clock.advance(10 * minute);
    vaults.taken();
    const file = path.join(folder, `${ids[0]}.jsonl`);
    const before = await readFile(file, 'utf8');
    await clock.advance(10 * minute);
    const { list, detail } = vaults.taken();
    assert.ok(list >= 9 && list <= 11, `${list} lists in ten minutes`);
    assert.equal(detail, 0);
    assert.equal(await readFile(file, 'utf8'), before);
    assert.ok(ids.every((id) => engine.get(id)?.status === 'running'));
    assert.equal(engine.get(ids[0] ?? '')?.progress.message, 'Backup is running');
  });

  it('reads tasks and percentage of one that is alone in its vault', async () => {
    const { clock, vaults, engine, ids } = await following(1);
    await clock.advance(30 * minute);
    assert.equal(vaults.taken().list, 0);
    assert.ok((engine.get(ids[0] ?? '')?.progress.percent ?? 0) >= 48);
    const other = await engine.follow(followPlan(vaults.add('v1', 'other', { endMs: clock.now() + 2 * minute })));
    await clock.advance(1.5 * minute);
    assert.ok(vaults.taken().list > 0);
    const progress = engine.get(ids[0] ?? '')?.progress;
    assert.equal(progress?.percent, undefined, 'a percentage that is not read any more is not shown');
    assert.deepEqual(progress?.tasks, [
      { name: 'Take Snapshot', status: 'succeeded' },
      { name: 'Transfer data to vault', status: 'running' },
    ]);
    await clock.advance(3 * minute);
    assert.equal(engine.get(other.id)?.status, 'succeeded');
    vaults.taken();
    await clock.advance(5 * minute);
    assert.deepEqual(vaults.taken(), { list: 0, detail: 5, operation: 0, send: 0 });
    assert.ok((engine.get(ids[0] ?? '')?.progress.percent ?? 0) > 50);
  });

  it('reads the details of the one that somebody looks at, and of no other', async () => {
    const { clock, vaults, engine, ids } = await following(10);
    await clock.advance(10 * minute);
    vaults.taken();
    const look = engine.watch(ids[3]);
    await clock.advance(second);
    assert.equal(vaults.taken().detail, 1);
    assert.equal(typeof engine.get(ids[3] ?? '')?.progress.percent, 'number');
    await clock.advance(5 * minute);
    const { list, detail } = vaults.taken();
    assert.ok(list >= 4 && list <= 6 && detail >= 4 && detail <= 6, `${list} lists, ${detail} details`);
    look.dispose();
    await clock.advance(2 * minute);
    assert.equal(engine.get(ids[3] ?? '')?.progress.percent, undefined);
    vaults.taken();
    for (const id of ids) {
      const passing = engine.watch(id);
      await clock.advance(100);
      passing.dispose();
    }
    assert.deepEqual(vaults.taken(), { list: 0, detail: 0, operation: 0, send: 0 }, 'going through the rows asks nothing');
  });

  it('takes a success from the list and reads why another failed, each once', async () => {
    const { clock, vaults, engine, ids, ends } = await following(10);
    await clock.advance(10 * minute);
    vaults.taken();
    const jobs = [...vaults.jobs.values()];
    jobs.slice(0, 4).forEach((job) => (job.endMs = clock.now()));
    Object.assign(jobs[4] ?? {}, { endMs: clock.now(), outcome: 'Failed' });
    await clock.advance(2 * minute);
    assert.deepEqual(
      ids.map((id) => engine.get(id)?.status),
      [...Array.from({ length: 4 }, () => 'succeeded'), 'failed', ...Array.from({ length: 5 }, () => 'running')],
    );
    assert.match(engine.get(ids[4] ?? '')?.error?.message ?? '', /The VM is gone/);
    assert.equal(vaults.taken().detail, 1);
    assert.equal(ends.length, 5);
    const changes: string[] = [];
    engine.onDidChange(({ id, status, progress }) => changes.push(`${id === ids[0]} ${status} ${progress.tasks?.length}`));
    engine.watch(ids[0]).dispose();
    const look = engine.watch(ids[0]);
    await clock.advance(second);
    look.dispose();
    engine.watch(ids[0]);
    await clock.advance(second);
    assert.equal(vaults.taken().detail, 1, 'what a list left out of an end is read when somebody looks at it, once');
    assert.deepEqual(changes, ['true succeeded 2']);
  });

  it('says nothing of one that is missing in the list before it has looked at it', async () => {
    const { clock, vaults, engine, ids } = await following(5);
    await clock.advance(10 * minute);
    const [hidden] = vaults.jobs.values();
    assert.ok(hidden);
    hidden.isHidden = true;
    vaults.taken();
    await clock.advance(3 * minute);
    const { list, detail } = vaults.taken();
    assert.ok(detail >= 1 && detail <= list + 1, `${detail} details beside ${list} lists`);
    assert.equal(engine.get(ids[0] ?? '')?.status, 'running');
    hidden.endMs = clock.now();
    await clock.advance(2 * minute);
    assert.equal(engine.get(ids[0] ?? '')?.status, 'succeeded');
  });

  it('tells all when no answer comes, writes that down once, and goes on together', async () => {
    const { clock, vaults, engine, ids } = await following(10);
    await clock.advance(10 * minute);
    vaults.taken();
    vaults.spoil = () => noAnswer();
    await clock.advance(2 * minute);
    const sizes = await Promise.all(ids.map(async (id) => (await readFile(path.join(folder, `${id}.jsonl`))).length));
    await clock.advance(20 * minute);
    assert.ok(ids.every((id) => engine.get(id)?.trouble?.kind === 'noAnswer'));
    assert.deepEqual(await Promise.all(ids.map(async (id) => (await readFile(path.join(folder, `${id}.jsonl`))).length)), sizes);
    assert.ok(vaults.taken().list < 15);
    vaults.spoil = () => undefined;
    await clock.advance(6 * minute);
    assert.ok(ids.every((id) => engine.get(id)?.trouble === undefined));
    assert.equal(vaults.taken().detail, 0);
  });

  it('goes on with all of them when a person who lacked a role asks again for one', async () => {
    const { clock, vaults, engine, ids } = await following(6);
    await clock.advance(10 * minute);
    vaults.spoil = () => answer(403, { code: 'AuthorizationFailed', message: 'No role.' });
    await clock.advance(2 * minute);
    assert.ok(ids.every((id) => engine.get(id)?.trouble?.kind === 'paused'));
    vaults.taken();
    await clock.advance(20 * minute);
    assert.equal(vaults.taken().list, 0);
    vaults.spoil = () => undefined;
    await engine.retry(ids[2] ?? '');
    await clock.advance(2 * minute);
    assert.ok(ids.every((id) => engine.get(id)?.trouble === undefined));
  });

  it('asks for each by itself where the list is refused', async () => {
    const { clock, vaults, engine, ids } = await following(4);
    await clock.advance(10 * minute);
    vaults.taken();
    vaults.spoil = (kind) => (kind === 'list' ? answer(400, { code: 'BadRequest', message: 'The filter is wrong.' }) : undefined);
    await clock.advance(5 * minute);
    const { list, detail } = vaults.taken();
    assert.equal(list, 1);
    assert.ok(detail >= 16 && detail <= 24, `${detail} details`);
    assert.ok(ids.every((id) => engine.get(id)?.trouble === undefined && engine.get(id)?.progress.percent !== undefined));
    vaults.spoil = () => undefined;
    await clock.advance(15 * minute);
    vaults.taken();
    await clock.advance(5 * minute);
    assert.equal(vaults.taken().detail, 0);
  });

  it('reads page after page where a vault is busy, and then the list of what runs', async () => {
    const { clock, vaults, engine, ids } = await following(5);
    const own = [...vaults.jobs.values()];
    for (let at = 0; at < 500; at++) {
      vaults.add('v1', `of-others-${at}`, { startMs: clock.now() + second, endMs: clock.now() + minute });
    }
    await clock.advance(10 * minute);
    vaults.taken();
    await clock.advance(10 * minute);
    const { list, detail } = vaults.taken();
    assert.ok(list <= 11, `${list} lists`);
    assert.equal(detail, 0);
    assert.match(decodeURIComponent(vaults.polled.at(-1) ?? ''), /status eq 'InProgress'/);
    own.slice(-2).forEach((job) => (job.endMs = clock.now()));
    await clock.advance(2 * minute);
    assert.equal(vaults.taken().detail, 2, 'what ended is in the list of running ones no more');
    assert.equal(ids.filter((id) => engine.get(id)?.status === 'succeeded').length, 2);
  });

  it('goes on with a hundred of them after a reload by a list for each vault', async () => {
    const all = window();
    await Promise.all(Array.from({ length: 100 }, (_none, at) => all.engine.follow(followPlan(all.vaults.add(`v${at % 10}`, `vm-${at}`)))));
    await all.clock.advance(minute);
    await all.engine.dispose();
    const { clock, vaults } = all;
    vaults.taken();
    const next = window({ clock, client: vaults });
    await next.engine.resume();
    await clock.advance(5 * second);
    const { list, detail } = vaults.taken();
    assert.ok(list >= 10 && list <= 30, `${list} lists`);
    assert.equal(detail, 0);
    assert.equal(next.engine.list().filter(({ status }) => status === 'running').length, 100);
  });

  it('stretches its ticks to what the cloud allows, counted for all vaults of a subscription', async () => {
    const all = window();
    Object.assign(all.vaults, { pace: () => 24 * second });
    for (const vault of ['v1', 'v2', 'v3', 'v4', 'v5']) {
      await following(3, vault, all);
    }
    await all.clock.advance(10 * minute);
    all.vaults.taken();
    await all.clock.advance(20 * minute);
    const { list, detail } = all.vaults.taken();
    assert.equal(detail, 0);
    assert.ok(list >= 45 && list <= 51, `${list} lists in 20 minutes, where one in 24 s is allowed`);
  });

  it('starts many, and each is told apart from the others of its vault', async () => {
    const all = window();
    const { engine, clock, vaults, ends } = all;
    const started = await Promise.all(Array.from({ length: 30 }, (_none, at) => engine.start(startPlan('v1', `vm-${at}`))));
    await idle();
    [...vaults.jobs.values()].filter((_job, at) => at % 3 === 0).forEach((job) => (job.outcome = 'CompletedWithWarnings'));
    await clock.advance(15 * minute);
    const outcomes = started.map(({ id, target }) => {
      const record = engine.get(id);
      assert.match(record?.job?.name ?? '', new RegExp(`-${target.name}$`));
      return record?.status;
    });
    assert.equal(outcomes.filter((status) => status === 'succeededWithWarnings').length, 10);
    assert.equal(outcomes.filter((status) => status === 'succeeded').length, 20);
    assert.equal(new Set(ends.map(({ id }) => id)).size, 30);
    assert.equal(ends.length, 30);
    assert.equal(vaults.counts.send, 30);
    assert.equal(vaults.counts.detail, 10);
  });
});
