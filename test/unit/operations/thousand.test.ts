import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { trackers } from '../../../src/providers/trackers.ts';
import { disposeAll, FakeClock, house } from './fakes.ts';
import { FakeVaults, startPlan } from './fakeVaults.ts';
import { collector } from '../../bench/heap.ts';

const minute = 60_000;
const operations = 1_000;
const vaultCount = 10;
/** More than the least that could do. */
const allowed = 1.15;

describe('a thousand operations at once', () => {
  let folder: string;
  before(async () => {
    // In memory where there is such a folder: a thousand journals on a disk are another test's subject.
    folder = await mkdtemp(path.join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'operations-'));
  });
  after(async () => {
    await disposeAll();
    await rm(folder, { recursive: true, force: true });
  });

  it('take few more requests than they must for ten minutes, little memory, and never the event loop for long', async () => {
    const clock = new FakeClock();
    const vaults = new FakeVaults(clock);
    const { engine, ends } = house(folder, { trackers, clock, client: vaults });
    let told = 0;
    engine.onDidChange(() => (told += 1));
    engine.watch();
    const collect = collector();
    const heapBefore = collect();
    const turns = turnCosts();
    // Jobs of two to nine minutes, so that there are ends in every tick.
    const started = await Promise.all(
      Array.from({ length: operations }, (_none, at) => {
        vaults.takesMs = (2 + (at % 8)) * minute;
        return engine.start(startPlan(`v${at % vaultCount}`, `vm-${at}`));
      }),
    );
    await clock.advance(11.5 * minute);
    const costs = turns.stop();

    assert.equal(ends.length, operations);
    assert.equal(new Set(ends.map(({ id }) => id)).size, operations);
    assert.ok(started.every(({ id }) => ends.some((end) => end.id === id && end.status === 'succeeded')));
    const { send, operation, list, detail } = vaults.counts;
    assert.equal(send, operations);
    assert.equal(detail, 0);
    // Each is sent, and its own address is the only one that names its job; then a list for each vault and minute tells all.
    const least = 2 * operations + vaultCount * 10;
    const ratio = (send + operation + list + detail) / least;
    assert.ok(ratio <= allowed, `${send} + ${operation} + ${list} requests, ${ratio.toFixed(2)} of the least`);
    assert.ok(told <= 8 * operations, `${told} changes told`);
    const bytes = (collect() - heapBefore) / operations;
    assert.ok(bytes < 12_000, `${Math.round(bytes)} bytes an operation`);
    // Shares of all that was done: how fast the machine is, and what else it does, makes them neither more nor less.
    const all = costs.reduce((sum, cost) => sum + cost, 0);
    const p99 = (costs[Math.floor(costs.length * 0.99)] ?? Infinity) / all;
    assert.ok(p99 < 0.01, `${p99} of all CPU in one turn of the event loop (p99)`);
    const longest = (costs.at(-1) ?? Infinity) / all;
    assert.ok(longest < 0.25, `${longest} of all CPU in the longest turn`);
  }).timeout(60_000);
});

/** CPU in milliseconds of each turn of the event loop, ascending: unlike its delay it does not count what else the machine does. */
function turnCosts(): { stop(): number[] } {
  const costs: number[] = [];
  let isOver = false;
  let before = process.cpuUsage();
  const turn = (): void => {
    const { user } = process.cpuUsage(before);
    before = process.cpuUsage();
    costs.push(user / 1_000);
    if (!isOver) {
      setImmediate(turn);
    }
  };
  setImmediate(turn);
  return {
    stop: () => {
      isOver = true;
      return costs.sort((a, b) => a - b);
    },
  };
}
