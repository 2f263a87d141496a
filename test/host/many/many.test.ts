import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { delay } from '../../../src/core/cancellation.ts';
import { openFleet, type Fleet } from './fleet.ts';
import { openWindow, type Window } from './window.ts';
import { collector } from '../../bench/heap.ts';

/**
 * A job takes five to ten minutes of the sandbox. So slow that nearly all of them run at the same time, which `mostRunning`
 * says; a faster sandbox would end the first ones before the last ones are sent.
 */
const size = { vaults: 10, items: 100, speed: 30 };
/** Of the sandbox: so long is looked at least, also where all have ended before. */
const lookedAtMs = 10 * 60_000;
const operations = size.vaults * size.items;
/** So that a busy machine decides nothing: what is measured is printed. */
const allowed = {
  /** More requests than the least that could do. */
  requests: 1.25,
  bytesEach: 40_000,
  /** The event loop’s delay (p99) as a multiple of that of the idle host in the same run, which is taken for at least `leastIdleMs`. */
  delay: 10,
  leastIdleMs: 50,
};

// The frames of the panel with as many operations are counted in a page of its own: test/ui/panel/frames.test.ts.
// What is measured here depends on the machine and on us, and little on the version of VS Code.
if (process.env['EXPECTED_VSCODE'] !== '1.105.') {
  describe(`host: ${operations} operations at once`, () => {
    let folder: string;
    let fleet: Fleet;
    let window: Window;

    before(async function () {
      this.timeout(60_000);
      folder = mkdtempSync(join(tmpdir(), 'backup-explorer-many-'));
      fleet = await openFleet(folder, size);
      window = openWindow(fleet.connection, join(folder, 'operations'));
    });
    after(async () => {
      await window?.close();
      fleet?.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    });

    it('end as they should with hardly more requests than needed, while the host answers and the Jobs panel is seen', async function () {
      this.timeout(280_000);
      assert.equal(fleet.items.length, operations);
      const collect = collector();
      const built = await window.built(fleet.items);
      const idle = await delayDuring(() => delay(1_500));
      await fleet.requests();
      const heapBefore = collect();
      const cpuBefore = process.cpuUsage();
      const begun = Date.now();
      const busy = await delayDuring(async () => {
        await window.start(built);
        await window.ended(operations);
        // Nothing runs any more: what were asked now would be counted, and is not needed.
        await delay(Math.max(0, lookedAtMs / size.speed - (Date.now() - begun)));
      });
      const seconds = (Date.now() - begun) / 1_000;
      const cpu = process.cpuUsage(cpuBefore);
      const { total, entries } = await fleet.requests();
      const bytes = (collect() - heapBefore) / operations;

      const of = (method: string, path: RegExp): number => entries.filter((one) => one.method === method && path.test(one.path)).length;
      const counts = {
        sent: of('POST', /\/backup$/),
        addresses: of('GET', /\/operationsStatus\/[^/]+$/),
        readBack: of('GET', /\/recoveryPoints$/),
        lists: of('GET', /\/backupJobs$/),
        total,
      };
      // Each is sent, its own address alone names its job, and its recovery point says how it went; of the jobs of a vault one list tells.
      const least = 3 * operations + size.vaults;
      const ratio = total / least;
      const cpuSeconds = (cpu.user + cpu.system) / 1_000_000;
      const sandboxMinutes = (seconds * size.speed) / 60;
      const work = { operations, seconds, sandboxMinutes, mostRunning: window.mostRunning(), ...counts, least, ratio };
      console.log(JSON.stringify({ ...work, bytesEach: bytes, cpuSeconds, idle, busy }));

      assert.deepEqual(window.problems, []);
      assert.equal(counts.sent, operations, 'not each was sent once');
      assert.equal(entries.length, total, 'the ledger has forgotten some');
      assert.deepEqual(window.statuses(), new Map([['succeeded', operations]]));
      assert.equal(new Set(window.ends).size, operations, 'the end of one was told twice, or not at all');
      assert.ok(ratio <= allowed.requests, `${total} requests, ${ratio.toFixed(2)} of the least`);
      assert.ok(bytes <= allowed.bytesEach, `${Math.round(bytes)} bytes an operation`);
      const most = allowed.delay * Math.max(allowed.leastIdleMs, idle.p99Ms);
      assert.ok(busy.p99Ms <= most, `the event loop was late by ${busy.p99Ms} ms (p99); idle by ${idle.p99Ms} ms`);
    });
  });
}

/** How late the event loop was while the work was done, in milliseconds; it is looked at every 10. */
async function delayDuring(work: () => Promise<void>): Promise<{ p50Ms: number; p99Ms: number; mostMs: number }> {
  const monitor = monitorEventLoopDelay({ resolution: 10 });
  monitor.enable();
  try {
    await work();
  } finally {
    monitor.disable();
  }
  const ms = (nanoseconds: number): number => Math.round(nanoseconds / 100_000) / 10;
  return { p50Ms: ms(monitor.percentile(50)), p99Ms: ms(monitor.percentile(99)), mostMs: ms(monitor.max) };
}
