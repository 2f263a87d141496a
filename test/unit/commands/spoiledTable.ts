/** What was really hit: which action, at which of its steps, by which kind of fault; noted while the suites run. */
import assert from 'node:assert/strict';
import type { PlannedFault } from '../../../src/sandbox/faults/plan.ts';
import { isOfReading, ofFollowing, ofSending, type FollowingRow, type SendingRow } from './spoilings.ts';

export type Step = 'sending' | 'following' | 'reading back';

const hit = new Set<string>();

/** @param planned of a run that has ended: those that hit nothing prove nothing */
export function noteHits(actionId: string, planned: readonly PlannedFault[]): void {
  for (const { fault, hits } of planned) {
    const step: Step = fault.method !== 'GET' ? 'sending' : isOfReading(fault) ? 'reading back' : 'following';
    if (hits > 0) {
      hit.add(`${actionId}, ${step}: ${fault.kind}`);
    }
  }
}

/** Asked for when they are needed: the rows’ file loads this one, by way of the cloud that notes what was hit. */
const rowsAt: Readonly<Record<Step, () => readonly (SendingRow | FollowingRow)[]>> = {
  sending: () => ofSending,
  following: () => ofFollowing,
  'reading back': () => ofFollowing,
};

/**
 * Declares a test, as a suite's last one: each of its actions was hit at each of the steps by every kind of fault that is tried there.
 * @param steps by action
 */
export function provesAll(steps: Readonly<Record<string, readonly Step[]>>): void {
  const due = Object.entries(steps).flatMap(([actionId, at]) =>
    at.flatMap((step) => [...new Set(rowsAt[step]().map(({ fault }) => fault.kind))].map((kind) => `${actionId}, ${step}: ${kind}`)),
  );
  it(`hits all of ${due.length}: each action at each step with each kind of fault`, () => {
    assert.deepEqual(
      due.filter((one) => !hit.has(one)),
      [],
    );
  });
}
