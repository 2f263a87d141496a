/** What is to be hit and what was: which action, at which of its steps, by which row; noted while the suites run. */
import assert from 'node:assert/strict';
import type { ActionId } from '../../../src/providers/actionIds.ts';
import { ofFollowing, ofSending, type Placed, type Spoiling } from './spoilings.ts';

export type Step = Placed['step'];

const all = ['sending', 'following', 'reading back'] as const;
/** Done with the answer. */
const atOnce = ['sending', 'reading back'] as const;

/** By suite: the steps that each of its actions has. */
export const proven = {
  machines: {
    discoverVms: all,
    protectVm: all,
    backUpNow: all,
    changePolicy: all,
    stopKeepData: all,
    resumeProtection: all,
    stopDeleteData: all,
    undelete: all,
    cancelJob: all,
  },
  containers: {
    discoverSql: all,
    registerContainer: all,
    reregisterContainer: all,
    inquireContainer: all,
    unregisterContainer: all,
    autoProtect: atOnce,
    stopAutoProtect: atOnce,
  },
  databases: {
    protectDatabase: all,
    backUpDatabase: all,
    changePolicy: all,
    stopKeepData: all,
    resumeProtection: all,
    stopDeleteData: all,
    undelete: all,
  },
  restorePoints: {
    createCollection: atOnce,
    createRestorePoint: all,
    addRestorePoint: all,
    editCollectionTags: atOnce,
    copyRestorePoint: all,
    copyCollection: all,
    restoreDisks: all,
    // Azure tells nothing of links that could be read back.
    getDiskLink: ['sending', 'following'],
    revokeDiskLink: ['sending', 'following'],
    deleteRestorePoint: all,
    deleteCollection: all,
  },
  apiManagement: { backUpService: all, restoreBackup: all },
  veeam: { takeVeeamSnapshot: [...all, 'stopping'] },
} as const satisfies Readonly<Record<string, Readonly<Partial<Record<ActionId, readonly Step[]>>>>>;

/** Rows are known by their very faults. */
const hit = new Map<string, Set<Spoiling>>();

export function noteHit(actionId: string, { step, spoiling }: Placed): void {
  const key = `${actionId}, ${step}`;
  hit.set(key, (hit.get(key) ?? new Set()).add(spoiling));
}

/** Declares a test, as a suite’s last one: each of its actions was hit at each of its steps by each row that is tried there. */
export function provesAll(suite: keyof typeof proven): void {
  const steps: Readonly<Record<string, readonly Step[]>> = proven[suite];
  const due = Object.entries(steps).flatMap(([actionId, at]) =>
    at.flatMap((step) =>
      (step === 'sending' || step === 'stopping' ? ofSending : ofFollowing).map(({ name, fault }) => ({
        key: `${actionId}, ${step}`,
        name,
        fault,
      })),
    ),
  );
  it(`hits all of ${due.length}: each action at each step in each way`, () => {
    assert.deepEqual(
      due.filter(({ key, fault }) => !hit.get(key)?.has(fault)).map(({ key, name }) => `${key}: ${name}`),
      [],
    );
  });
}
