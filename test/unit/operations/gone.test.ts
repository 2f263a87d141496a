import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { answer, disposeAll, house, idle, newFolder, never, origin, plan, statusOf, type House } from './fakes.ts';

const minute = 60_000;
const code = (window: House, id: string): string | undefined => window.engine.get(id)?.error?.code;

describe('operations of a cloud that is gone', () => {
  let folder: string;
  let gone: boolean | Error;
  let connected: boolean;
  let asked: string[];
  beforeEach(async () => {
    folder = await newFolder();
    gone = false;
    connected = true;
    asked = [];
  });
  afterEach(async () => {
    await disposeAll();
    await rm(folder, { recursive: true, force: true });
  });

  const isGone = (cloud: string): Promise<boolean> => {
    asked.push(cloud);
    return gone instanceof Error ? Promise.reject(gone) : Promise.resolve(gone);
  };
  const open = (parts: Parameters<typeof house>[1] = {}): House => house(folder, { isGone, connected: () => connected, ...parts });

  async function running(window: House): Promise<string> {
    window.arm.pollReplies = [answer(200, { step: 'running', percent: 40 })];
    const { id } = await window.engine.start(plan);
    await window.clock.advance(minute);
    assert.equal(statusOf(window.engine, id), 'running');
    return id;
  }

  it('end as unknown, once, with the reason, and are asked about no more', async () => {
    const window = open();
    const id = await running(window);
    assert.deepEqual(asked, [], 'nobody wonders about a cloud that answers');
    connected = false;
    gone = true;
    await window.engine.resume();
    await window.engine.resume();
    const record = window.engine.get(id);
    assert.equal(record?.status, 'unknown');
    assert.deepEqual(record?.error, { code: 'SandboxGone', message: 'The sandbox that it ran in has ended; its world is gone.' });
    assert.ok(record?.endedAt);
    assert.deepEqual(asked, [origin]);
    assert.equal(window.ends.length, 1);
    const polls = window.arm.polled.length;
    await window.clock.advance(10 * minute);
    assert.equal(window.arm.polled.length, polls);
  });

  it('end in the window that comes after the one that followed them', async () => {
    const first = open();
    const id = await running(first);
    await first.engine.dispose();
    connected = false;
    gone = true;
    const second = open({ clock: first.clock });
    await second.engine.resume();
    assert.deepEqual([statusOf(second.engine, id), code(second, id)], ['unknown', 'SandboxGone']);
    assert.equal(second.ends.length, 1);
    const third = open({ clock: first.clock });
    await third.engine.resume();
    assert.equal(statusOf(third.engine, id), 'unknown', 'it is in the journal');
  });

  it('wait where their cloud is only not connected', async () => {
    const window = open();
    const id = await running(window);
    connected = false;
    await window.engine.resume();
    assert.deepEqual(asked, [origin]);
    assert.equal(statusOf(window.engine, id), 'running');
    assert.equal(window.engine.standing(id).notConnected, true);
  });

  it('go on where their cloud has come while it was asked about', async () => {
    const window = open({
      isGone: () => {
        connected = true;
        return Promise.resolve(true);
      },
    });
    const id = await running(window);
    connected = false;
    await window.engine.resume();
    assert.equal(statusOf(window.engine, id), 'running');
  });

  it('wait, and say so, where it cannot be found out', async () => {
    const window = open();
    const id = await running(window);
    connected = false;
    gone = new Error('no such folder');
    await window.engine.resume();
    assert.equal(statusOf(window.engine, id), 'running');
    assert.match(window.problems[0]?.message ?? '', /management\.example is gone could not be found out: no such folder/);
  });

  it('are not ended while their request is on its way: its answer says more', async () => {
    const window = open();
    window.arm.send = () => never();
    const { id } = await window.engine.start(plan);
    await idle();
    connected = false;
    gone = true;
    await window.engine.resume();
    assert.equal(statusOf(window.engine, id), 'sending');
  });

  it('of another window are left to it', async () => {
    const one = open();
    const id = await running(one);
    connected = false;
    gone = true;
    const other = open({ clock: one.clock, isAlive: () => true });
    await other.engine.resume();
    await other.engine.resume();
    assert.equal(statusOf(other.engine, id), 'running');
    assert.deepEqual(other.engine.standing(id).followedBy, 'otherWindow');
  });
});
