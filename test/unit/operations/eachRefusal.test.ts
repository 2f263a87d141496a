/** A disk that refuses at each of the calls of an operation: nothing is sent that is not written down, and all is written down in the end. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { BackupError, messageOf } from '../../../src/core/errors.ts';
import { disposeAll, newFolder } from './fakes.ts';
import { OneService, plans, toTheEnd } from './oneService.ts';
import { isChange, refusal, WatchedDisk, type DiskCall } from './watchedDisk.ts';

const writes = ({ name }: DiskCall): boolean => ['writeFile', 'datasync', 'sync', 'mkdir'].includes(name);

interface Trouble {
  readonly name: string;
  readonly code: Parameters<typeof refusal>[0];
  /** Which calls it may hit. */
  readonly hits: (call: DiskCall) => boolean;
  /** True: all that follow are refused too, until a person has helped. */
  readonly lasts: boolean;
}

const troubles: readonly Trouble[] = [
  { name: 'full', code: 'ENOSPC', hits: writes, lasts: true },
  { name: 'that can be read and not written', code: 'EROFS', hits: isChange, lasts: true },
  { name: 'that fails once', code: 'EIO', hits: isChange, lasts: false },
];

async function run(kind: keyof typeof plans, trouble: Trouble, at: number): Promise<{ hit: boolean; problems: string[] }> {
  const folder = await newFolder();
  const service = new OneService();
  let count = 0;
  let isBroken = false;
  let isHealed = false;
  let hitRecord = false;
  let hit = '';
  const disk = new WatchedDisk(folder, (call) => {
    if (!isHealed && trouble.hits(call) && (isBroken || count++ === at)) {
      isBroken = trouble.lasts;
      hit ||= call.name;
      hitRecord ||= call.file.endsWith('.jsonl');
      throw refusal(trouble.code);
    }
  });
  const problems: string[] = [];
  try {
    const window = service.window(folder);
    const expect = (is: boolean, what: string): void =>
      void (is || problems.push(`refused at ${at} (${hit}): ${what}: ${JSON.stringify([service.begun, window.engine.list()[0]])}`));
    const refused = await window.engine.start(plans[kind]).then(
      () => undefined,
      (error: unknown) => error,
    );
    await toTheEnd(window, () => hit !== '' || refused !== undefined);
    // Long enough for its next steps.
    await window.clock.advance(isBroken ? 30_000 : 0);
    const begunMeanwhile = { ...service.begun };
    const before = window.engine.list()[0];
    if (refused !== undefined) {
      expect(refused instanceof BackupError && refused.facts.code === 'JournalUnwritable', `refused with ${messageOf(refused)}`);
      expect((refused as BackupError).facts.remedies?.length !== 0, 'no remedy');
      expect(before === undefined, 'it stands in the list');
    } else if (isBroken && before && hitRecord) {
      expect(window.engine.standing(before.id).unsaved !== undefined, 'the trouble is not shown');
    }
    isBroken = false;
    isHealed = true;
    const isSaved = (): boolean => window.engine.list().every(({ id }) => window.engine.standing(id).unsaved === undefined);
    await toTheEnd(window, () => refused !== undefined);
    for (let tries = 0; tries < 3 && !isSaved(); tries++) {
      await window.clock.advance(10_000);
    }
    const record = window.engine.list()[0];
    expect(service.begun.own <= 1 && service.begun.place <= 1, 'begun twice');
    if (refused === undefined) {
      expect(record !== undefined && (record.status === 'succeeded') === (service.begun.own === 1), 'not told as it is');
      expect(record?.status === 'succeeded' || record?.status === 'failed', 'not ended');
      expect(record?.status !== 'failed' || /^Nothing was started/.test(record.error?.message ?? ''), 'failed for no reason');
      expect(isSaved(), 'never saved');
    } else {
      expect(service.begun.own + service.begun.place + begunMeanwhile.own === 0, 'refused and yet begun');
    }
    await window.engine.dispose();
    disk[Symbol.dispose]();
    const asked = { ...service.begun };
    const heir = service.window(folder);
    await heir.engine.resume();
    await heir.clock.advance(1_000);
    assert.deepEqual(service.begun, asked, `refused at ${at} (${hit}): the next window has sent it`);
    expect(heir.engine.list()[0]?.status === record?.status, `the next window says ${heir.engine.list()[0]?.status}`);
    return { hit: hit !== '', problems };
  } finally {
    disk[Symbol.dispose]();
    await disposeAll();
    await rm(folder, { recursive: true, force: true });
  }
}

describe('a disk', function () {
  this.timeout(120_000);
  for (const trouble of troubles) {
    for (const kind of Object.keys(plans) as (keyof typeof plans)[]) {
      it(`${trouble.name}, whichever step of a ${kind} operation meets it first, loses nothing and repeats nothing`, async () => {
        const problems: string[] = [];
        let at = 0;
        // Not each, for the sake of time: neighbours are of one step, and a waiting one has many.
        for (; ; at += kind === 'plain' ? 2 : 5) {
          const outcome = await run(kind, trouble, at);
          problems.push(...outcome.problems);
          if (!outcome.hit) {
            break;
          }
        }
        assert.deepEqual(problems, []);
        assert.ok(at > 10, `it was refused at ${at} places only`);
      });
    }
  }
});
