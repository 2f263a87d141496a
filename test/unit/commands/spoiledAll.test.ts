/** That no action and no kind of fault is left out of the suites in which answers are spoiled. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { actionById, actionTable } from '../../../src/providers/actionTable.ts';
import type { FaultInput } from '../../../src/sandbox/faults/schema.ts';
import { ofFollowing, ofSending } from './spoilings.ts';

/** Where each kind is tried; a kind that is missing here does not compile. */
const triedAt: Readonly<Record<FaultInput['kind'], 'both' | 'sending' | 'itsOwnTest'>> = {
  error: 'both',
  expireToken: 'both',
  htmlError: 'both',
  resetAfter: 'sending',
  resetBefore: 'both',
  severalJobs: 'itsOwnTest',
  slow: 'both',
  throttle: 'both',
  truncate: 'both',
};

/** Of these only the questions differ: what is sent, followed, settled and read back is the other one's, and that is tried. */
const alike: Readonly<Record<string, string>> = { restoreService: 'restoreBackup' };

const suites = readdirSync(import.meta.dirname).filter((name) => /^spoiled[A-Z]\w*\.test\.ts$/.test(name) && name !== 'spoiledAll.test.ts');
const texts = suites.map((name) => readFileSync(join(import.meta.dirname, name), 'utf8')).join('\n');

describe('spoiled answers', () => {
  it('are tried with each action that sends something', () => {
    const sending = actionTable.filter((action) => 'build' in action).map(({ id }) => id);
    assert.ok(sending.length > 20, `${sending.length} actions`);
    const isTried = (id: string): boolean => new RegExp(`['\`]${id}['\`]`).test(texts);
    assert.deepEqual(
      sending.filter((id) => !isTried(alike[id] ?? id)),
      [],
      `no suite of ${suites.join(', ')} names these`,
    );
  });

  for (const [id, other] of Object.entries(alike)) {
    it(`of ${id} are those of ${other}`, () => {
      const [one, like] = [id, other].map((each) => {
        const action = actionById(each);
        return Object.entries(action ?? {}).filter(([name]) => ['tracker', 'readBack', 'settle'].includes(name));
      });
      assert.equal(one?.length, 3);
      assert.deepEqual(one, like);
    });
  }

  for (const [kind, where] of Object.entries(triedAt)) {
    it(`are tried with ${kind}`, () => {
      const inSending = ofSending.some(({ fault }) => fault.kind === kind);
      const inFollowing = ofFollowing.some(({ fault }) => fault.kind === kind);
      if (where === 'itsOwnTest') {
        const all = readdirSync(join(import.meta.dirname, '..'), { recursive: true, encoding: 'utf8' }).filter((name) =>
          name.endsWith('.test.ts'),
        );
        const own = all.filter((name) => readFileSync(join(import.meta.dirname, '..', name), 'utf8').includes(`kind: '${kind}'`));
        assert.notDeepEqual(own, []);
      } else {
        assert.deepEqual([inSending, inFollowing], [true, where === 'both']);
      }
    });
  }
});
