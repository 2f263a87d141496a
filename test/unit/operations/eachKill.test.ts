/** A window that is killed at each state of the disk, and on both sides of each request: begun once at most, and told as it is. */
import assert from 'node:assert/strict';
import { appendFileSync, cpSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { disposeAll, idle, newFolder } from './fakes.ts';
import { OneService, plans, toTheEnd } from './oneService.ts';
import { WatchedDisk, type DiskCall } from './watchedDisk.ts';

/** A kill before any other call finds the disk as one before this. */
const leavesTraces = new Set(['open', 'writeFile', 'rename', 'unlink', 'truncate', 'mkdir']);

interface Trial {
  /** Which state it dies at, counted from 0; past the last it lives. */
  readonly at: number;
  /** Half of what was being written is on the disk. */
  readonly torn: boolean;
}

/** What the world looks like after the window died and another one has come to the end of it. */
async function run(kind: keyof typeof plans, { at, torn }: Trial): Promise<{ died: boolean; problems: string[] }> {
  const folder = await newFolder();
  const left = `${folder}-left`;
  const service = new OneService();
  let states = 0;
  let death = '';
  let seen = '';
  const state = (what: string, last?: DiskCall): void => {
    // A call that has changed nothing leaves the same disk to the next window.
    const now = last && !torn ? fingerprint(folder) : '';
    if (death === '' && (now === '' || now !== seen) && states++ === at) {
      death = what;
      cpSync(folder, left, { recursive: true });
      if (torn && last?.data) {
        appendFileSync(path.join(left, path.basename(last.file)), last.data.subarray(0, last.data.length / 2));
      }
    }
    seen = now;
  };
  const isDead = (): boolean => death !== '';
  service.onRequest = (when) => (torn ? undefined : state(`${when} a request is taken`));
  const disk = new WatchedDisk(folder, (call) => {
    if (isDead()) {
      throw new Error('The process is dead.');
    }
    if (torn ? call.data : leavesTraces.has(call.name)) {
      state(`${call.name} ${path.basename(call.file)}`, call);
    }
    if (isDead()) {
      throw new Error('The process is dead.');
    }
  });
  try {
    const first = service.window(folder, isDead);
    const started = await first.engine.start(plans[kind]).catch(() => undefined);
    await toTheEnd(first, isDead);
    await idle();
    if (!isDead()) {
      assert.equal(first.engine.list()[0]?.status, 'succeeded');
      return { died: false, problems: [] };
    }
    disk[Symbol.dispose]();
    const before = { ...service.begun };
    const heir = service.window(left);
    await heir.engine.resume();
    await toTheEnd(heir);
    const [record, ...others] = heir.engine.list();
    const problems: string[] = [];
    const expect = (is: boolean, what: string): void =>
      void (
        is || problems.push(`dead at ${at} (${death}): ${what}; ${JSON.stringify([before, service.begun, record?.status, record?.error])}`)
      );
    expect(others.length === 0, 'it is there twice');
    expect(service.begun.own <= 1 && service.begun.place <= 1, 'begun twice');
    expect(record !== undefined || (service.begun.own === 0 && service.begun.place === 0), 'begun and forgotten');
    expect(started === undefined || record !== undefined, 'taken note of and forgotten');
    if (record) {
      expect((record.status === 'succeeded') === (service.begun.own === 1), 'not told as it is');
      expect(record.status === 'succeeded' || record.status === 'failed', 'not ended');
      // What was about to leave and provably did not is offered to be sent again; what waited goes on by itself.
      expect(kind === 'plain' || record.status === 'succeeded' || record.error?.code === 'NotStarted', 'not gone on with');
    }
    await heir.engine.dispose();
    const names = readdirSync(left);
    const texts = names.map((name) => readFileSync(path.join(left, name), 'utf8')).join('\n');
    expect(!texts.includes('SIGNATURE'), 'a signature is on the disk');
    const third = service.window(left);
    const asked = { ...service.begun };
    await third.engine.resume();
    await third.clock.advance(1_000);
    expect(third.engine.list()[0]?.status === record?.status, `then ${third.engine.list()[0]?.status}`);
    assert.deepEqual(service.begun, asked);
    return { died: true, problems };
  } finally {
    disk[Symbol.dispose]();
    await disposeAll();
    await Promise.all([folder, left].map((each) => rm(each, { recursive: true, force: true })));
  }
}

function fingerprint(folder: string): string {
  return readdirSync(folder)
    .map((name) => `${name} ${statSync(path.join(folder, name)).size}`)
    .join('\n');
}

describe('a window that is killed', function () {
  this.timeout(120_000);
  for (const kind of Object.keys(plans) as (keyof typeof plans)[]) {
    for (const torn of [false, true]) {
      it(`at each ${torn ? 'write, half-way,' : 'change of the disk and each request'} of a ${kind} operation, leaves one that is begun once at most and told as it is`, async () => {
        const problems: string[] = [];
        let at = 0;
        for (; ; at++) {
          const outcome = await run(kind, { at, torn });
          problems.push(...outcome.problems);
          if (!outcome.died) {
            break;
          }
        }
        assert.deepEqual(problems, []);
        assert.ok(at > 5, `it died at ${at} places only`);
      });
    }
  }
});
