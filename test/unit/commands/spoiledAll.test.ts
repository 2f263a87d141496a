/** That no action and no kind of fault is left out of the suites in which answers are spoiled. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ActionId } from '../../../src/providers/actionIds.ts';
import { actionById, actionTable } from '../../../src/providers/actionTable.ts';
import type { FaultInput } from '../../../src/sandbox/faults/schema.ts';
import { proven, type Step } from './spoiledTable.ts';
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
const alike: Readonly<Partial<Record<ActionId, ActionId>>> = { restoreService: 'restoreBackup' };

const tables: readonly Readonly<Record<string, readonly Step[]>>[] = Object.values(proven);
const stepsOf = (id: string): readonly Step[] => tables.flatMap((table) => table[id] ?? []);

const suites = readdirSync(import.meta.dirname).filter((name) => /^spoiled[A-Z]\w*\.test\.ts$/.test(name) && name !== 'spoiledAll.test.ts');
const texts = suites.map((name) => readFileSync(join(import.meta.dirname, name), 'utf8')).join('\n');

describe('spoiled answers', () => {
  it('are tried with each action that sends something, at its sending and at what comes after it', () => {
    const sending = actionTable.filter(({ does }) => does === 'send' || does === 'handOut').map(({ id }) => id);
    assert.ok(sending.length > 20, `${sending.length} actions`);
    const isTried = (id: ActionId): boolean => {
      const steps = stepsOf(alike[id] ?? id);
      return steps.includes('sending') && steps.length > 1;
    };
    assert.deepEqual(
      sending.filter((id) => !isTried(id)),
      [],
    );
  });

  it('are held against each of the tables by one suite', () => {
    const held = [...texts.matchAll(/provesAll\('(\w+)'\)/g)].map(([, name]) => name);
    assert.deepEqual(held.sort(), Object.keys(proven).sort());
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
