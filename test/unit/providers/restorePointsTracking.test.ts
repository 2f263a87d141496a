import assert from 'node:assert/strict';
import { leastMissed } from '../../../src/core/absence.ts';
import type { Json, JsonObject } from '../../../src/core/json.ts';
import type { OperationRecord, TrackStep } from '../../../src/core/operation.ts';
import { computeRemediesFor, withComputeRemedies } from '../../../src/providers/restorePoints/errorKnowledge.ts';
import { pointTracking, trackerNames } from '../../../src/providers/restorePoints/tracking.ts';
import { nextWaitMs, pointPacing } from '../../../src/providers/restorePoints/tracking/pointPacing.ts';
import { trackers } from '../../../src/providers/trackers.ts';

const cloud = 'https://arm.test';
const collection = '/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Compute/restorePointCollections/copies';
const pointId = `${collection}/restorePoints/p1`;
const tracker = trackers.get(trackerNames.point);
assert.ok(tracker);
const pointTracker = tracker;

interface DiskView {
  readonly name: string;
  readonly size?: number;
  /** The word of Azure's code. */
  readonly state?: string;
  readonly percent?: number;
  readonly message?: string;
  readonly level?: string;
}

/** A copy as Azure answers it with its instance view. */
function copyJson(disks: readonly DiskView[], properties: JsonObject = {}): JsonObject {
  const diskPoint = (name: string): string => `${pointId}/diskRestorePoints/${name}_1`;
  const profile = disks.map(({ name, size }) => ({
    name,
    ...(size === undefined ? {} : { diskSizeGB: size }),
    managedDisk: { id: `/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Compute/disks/${name}` },
    diskRestorePoint: { id: diskPoint(name) },
  }));
  const views = disks.flatMap(({ name, state, percent, message, level }) =>
    state === undefined && percent === undefined
      ? []
      : [
          {
            id: diskPoint(name).toUpperCase(),
            replicationStatus: {
              status: {
                code: `ReplicationState/${state ?? ''}`,
                level: level ?? 'Info',
                displayStatus: state ?? '',
                ...(message ? { message } : {}),
              },
              ...(percent === undefined ? {} : { completionPercent: percent }),
            },
          },
        ],
  );
  const [os, ...data] = profile;
  return {
    name: 'p1',
    id: pointId,
    properties: {
      sourceRestorePoint: { id: '/subscriptions/s1/rp' },
      sourceMetadata: { storageProfile: { ...(os ? { osDisk: os } : {}), dataDisks: data } },
      provisioningState: 'Succeeded',
      instanceView: { diskRestorePoints: views },
      ...properties,
    },
  };
}

const answer = (status: number, body?: Json, headers: Record<string, string> = {}): Parameters<NonNullable<typeof tracker>['step']>[1] => ({
  status,
  headers,
  ...(body === undefined ? {} : { body }),
});

const ask = (state: JsonObject, body: JsonObject, nowMs = 0): TrackStep => tracker.step(state, answer(200, body), nowMs);
const begun = pointTracking(cloud, pointId);

/** Such an answer again, up to the moment, as often as it takes or as said; the one before, which is in the state, counts. */
function missedUntil(state: JsonObject, nowMs: number, response = answer(404), times = leastMissed - 1): TrackStep {
  const [last, ...before] = Array.from({ length: times }, () => response);
  const reached = before.reduce((at, each) => {
    const step = pointTracker.step(at, each, nowMs);
    assert.equal(step.status, 'running');
    return step.state;
  }, state);
  return pointTracker.step(reached, last ?? response, nowMs);
}

describe('Following a restore point', () => {
  const operation = `${cloud}/subscriptions/s1/providers/Microsoft.Compute/locations/westus/operations/o1`;
  const record = {
    cloud,
    intent: { diskSizes: { OS: 30, Data: 1000 } },
    request: { method: 'PUT', url: `${cloud}${pointId.replace('copies', 'copies%28x%29')}?api-version=1`, headers: {} },
  } as unknown as OperationRecord;
  const created = answer(
    201,
    { id: pointId, properties: { provisioningState: 'Creating' } },
    { 'azure-asyncoperation': `${operation}?p=1&t=2&s=3` },
  );

  it('follows the operation, then asks the point with its instance view, one request a step', () => {
    const first = tracker.begin(record, created, 0);
    assert.deepEqual([first.status, first.next?.url], ['accepted', `${operation}?p=1&t=2&s=3`]);
    const running = tracker.step(first.state, answer(200, { status: 'InProgress', name: 'o1' }), 0);
    assert.deepEqual([running.status, running.next?.url], ['running', `${operation}?p=1&t=2&s=3`]);
    const done = tracker.step(running.state, answer(200, { status: 'Succeeded', name: 'o1' }), 0);
    assert.deepEqual([done.status, done.delayMs], ['running', 0]);
    assert.equal(done.next?.url, `${cloud}${pointId}?api-version=2026-03-01&$expand=instanceView`);
    assert.equal(tracker.poll(done.state).url, done.next?.url);
  });

  it('goes by the request where the answer names no id, and by the point where no address came', () => {
    const first = tracker.begin(record, answer(201), 0);
    assert.match(first.next?.url ?? '', /restorePointCollections\/copies\(x\)\/restorePoints\/p1\?|copies%28x%29\/restorePoints\/p1\?/);
    assert.equal(first.status, 'accepted');
  });

  it('fails with the operation, with what can be done about it', () => {
    const first = tracker.begin(record, created, 0);
    const error = { code: 'VMAgentStatusCommunicationError', message: 'VM has not reported status for VM agent or extensions.' };
    const failed = tracker.step(first.state, answer(200, { status: 'Failed', error }), 0);
    assert.deepEqual([failed.status, failed.error?.code], ['failed', error.code]);
    assert.match(failed.error?.remedies?.join(' ') ?? '', /agent.*crash consistent/i);
    assert.equal(tracker.begin(record, answer(409, { error }), 0).status, 'failed');
  });

  it('looks at the point where the operation’s address is unknown or refused', () => {
    const first = tracker.begin(record, created, 0);
    assert.match(
      tracker.step(first.state, answer(400, { error: { code: 'BadSignature', message: 'x' } }), 0).next?.url ?? '',
      /instanceView/,
    );
    let lost = tracker.step(first.state, answer(404), 0);
    for (let at = 1; lost.next?.url.includes('/operations/') && at < 50; at++) {
      lost = tracker.step(lost.state, answer(404), at * 30_000);
    }
    assert.match(lost.next?.url ?? '', /restorePoints\/p1.*instanceView/);
  });

  const rows: readonly (readonly [string, readonly DiskView[], string, number | undefined])[] = [
    [
      'weighs by size',
      [
        { name: 'os', size: 30, state: 'succeeded', percent: 100 },
        { name: 'd', size: 90, state: 'inprogress', percent: 20 },
      ],
      'running',
      40,
    ],
    [
      'counts a finished disk without a figure as whole',
      [
        { name: 'os', size: 50, state: 'succeeded' },
        { name: 'd', size: 50, state: 'inprogress', percent: 0 },
      ],
      'running',
      50,
    ],
    [
      'takes disks with a figure only',
      [
        { name: 'os', size: 50, state: 'inprogress', percent: 40 },
        { name: 'd', size: 50, state: 'pending' },
      ],
      'running',
      40,
    ],
    [
      'is not whole while a disk has none',
      [
        { name: 'os', size: 50, state: 'succeeded', percent: 100 },
        { name: 'd', size: 50 },
      ],
      'running',
      99,
    ],
    [
      'weighs alike where a size is not known',
      [
        { name: 'os', size: 1000, state: 'inprogress', percent: 0 },
        { name: 'd', state: 'inprogress', percent: 50 },
      ],
      'running',
      25,
    ],
    ['does not take 100 percent for an end', [{ name: 'os', size: 50, state: 'inprogress', percent: 100 }], 'running', 99],
    ['has no figure where Azure gives none', [{ name: 'os', size: 50, state: 'pending' }], 'running', undefined],
    ['does not take an unknown word for an end', [{ name: 'os', size: 50, state: 'quiescing', percent: 10 }], 'running', 10],
    [
      'ends when every disk is there',
      [
        { name: 'os', size: 50, state: 'Succeeded', percent: 100 },
        { name: 'd', size: 1, state: 'succeeded', percent: 100 },
      ],
      'succeeded',
      100,
    ],
  ];
  for (const [name, disks, status, percent] of rows) {
    it(name, () => {
      const step = ask(begun, copyJson(disks));
      assert.deepEqual([step.status, step.progress?.percent], [status, percent]);
    });
  }

  it('takes sizes from the journal where the point has none', () => {
    const state = tracker.begin(record, answer(201, { id: pointId }), 0).state;
    const step = ask(
      state,
      copyJson([
        { name: 'os', state: 'succeeded', percent: 100 },
        { name: 'data', state: 'inprogress', percent: 10 },
      ]),
    );
    assert.equal(step.progress?.percent, 12);
    assert.deepEqual(step.progress?.tasks, [
      { name: 'os', status: 'succeeded', percent: 100, detail: '30 GB' },
      { name: 'data', status: 'running', percent: 10, detail: '1000 GB' },
    ]);
  });

  it('ends with the disk that failed, by its own message where Azure gave one', () => {
    const silent = ask(
      begun,
      copyJson([
        { name: 'os', state: 'inprogress', percent: 10 },
        { name: 'd2', state: 'failed', level: 'Error' },
      ]),
    );
    assert.equal(silent.status, 'failed');
    assert.match(silent.error?.message ?? '', /disk d2 failed and gives no reason/);
    assert.match(silent.error?.remedies?.at(-1) ?? '', /Delete the restore point p1/);
    assert.equal(silent.progress?.tasks?.[1]?.status, 'failed');
    const told = ask(
      begun,
      copyJson([
        { name: 'd1', state: 'failed', message: 'The snapshot is gone.' },
        { name: 'd2', state: 'failed' },
      ]),
    );
    assert.match(told.error?.message ?? '', /The disk d1 was not copied: The snapshot is gone\./);
    assert.equal(told.warnings?.length, 1);
  });

  it('ends a local restore point with its provisioning state', () => {
    const local = {
      ...copyJson([{ name: 'os', size: 30 }]),
      properties: { provisioningState: 'Succeeded', instanceView: { diskRestorePoints: [] } },
    };
    assert.equal(ask(begun, local).status, 'succeeded');
    const failed = ask(begun, {
      ...local,
      properties: { provisioningState: 'Failed', instanceView: { statuses: [{ message: 'VSS writers in bad state' }] } },
    });
    assert.deepEqual([failed.status, failed.error?.message], ['failed', 'VSS writers in bad state']);
    assert.match(failed.error?.remedies?.join() ?? '', /Restart the services/);
    const odd = ask(begun, { ...local, properties: { provisioningState: 'Hibernating' } });
    assert.deepEqual([odd.status, odd.progress?.message], ['running', 'Azure says "Hibernating", which this version does not know']);
    assert.equal(ask(begun, { ...local, properties: { provisioningState: 'Deleting' } }).error?.code, 'RestorePointGone');
  });

  it('leaves excluded disks out, and waits for one that only the instance view knows', () => {
    const excluded = copyJson([{ name: 'os', state: 'succeeded', percent: 100 }, { name: 'd' }], {
      excludeDisks: [{ id: '/subscriptions/s1/resourceGroups/RG/providers/Microsoft.Compute/disks/D' }],
    });
    assert.equal(ask(begun, excluded).status, 'succeeded');
    const body = copyJson([{ name: 'os', state: 'succeeded', percent: 100 }]);
    const view = (body['properties'] as { instanceView: { diskRestorePoints: JsonObject[] } }).instanceView;
    view.diskRestorePoints.push({
      id: `${pointId}/diskRestorePoints/other`,
      replicationStatus: { status: { code: 'ReplicationState/inprogress' } },
    });
    assert.deepEqual(
      ask(begun, body).progress?.tasks?.map(({ name, status }) => [name, status]),
      [
        ['os', 'succeeded'],
        ['other', 'running'],
      ],
    );
  });

  it('looks at a copy whose operation goes on for long, and asks the operation why it failed', () => {
    const copying = { ...record, intent: { ...record.intent, sourcePointId: '/subscriptions/s1/rp' } };
    const ongoing = answer(200, { status: 'InProgress', name: 'o1' });
    let step = tracker.begin(copying, created, 0);
    for (let at = 0; step.next?.url.includes('/operations/') && at < 10; at++) {
      step = tracker.step(step.state, ongoing, at * 10_000);
    }
    assert.match(step.next?.url ?? '', /restorePoints\/p1\?.*instanceView/);
    const half = ask(step.state, copyJson([{ name: 'os', size: 30, state: 'inprogress', percent: 40 }], { provisioningState: 'Creating' }));
    assert.deepEqual([half.status, half.progress?.percent, half.progress?.tasks?.[0]?.percent], ['running', 40, 40]);
    // Arrived, and Azure says that it is still being made: not to be used yet.
    const whole = ask(
      half.state,
      copyJson([{ name: 'os', size: 30, state: 'succeeded', percent: 100 }], { provisioningState: 'Creating' }),
    );
    assert.equal(whole.status, 'running');
    assert.equal(ask(whole.state, copyJson([{ name: 'os', size: 30, state: 'succeeded', percent: 100 }])).status, 'succeeded');
    const asking = ask(half.state, {
      name: 'p1',
      id: pointId,
      properties: { provisioningState: 'Failed', sourceRestorePoint: { id: '/x' } },
    });
    assert.deepEqual([asking.status, asking.next?.url], ['running', `${operation}?p=1&t=2&s=3`]);
    const error = { code: 'SourceGone', message: 'The source is gone.' };
    const told = tracker.step(asking.state, answer(200, { status: 'Failed', error }), 0);
    assert.deepEqual([told.status, told.error?.message], ['failed', 'The source is gone.']);
    // Where the operation does not know either, the point's own word counts.
    const silent = tracker.step(asking.state, answer(400), 0);
    const end = ask(silent.state, { name: 'p1', id: pointId, properties: { provisioningState: 'Failed' } });
    assert.deepEqual([end.status, end.error?.code], ['failed', 'RestorePointFailed']);
  });

  it('follows the operation of a local restore point to its end, however often it is asked', () => {
    let step = tracker.begin(record, created, 0);
    for (let at = 0; at < 20; at++) {
      step = tracker.step(step.state, answer(200, { status: 'InProgress', name: 'o1' }), at * 10_000);
    }
    assert.match(step.next?.url ?? '', /\/operations\//);
    assert.ok((tracker.poll(step.state).insistMs ?? 0) > 0, 'a failure of its address alone would be asked for ever');
    assert.match(tracker.step(step.state, answer(500), 0).next?.url ?? '', /instanceView/);
  });

  it('begins a copy of which nothing is known yet', () => {
    const step = ask(begun, { name: 'p1', id: pointId, properties: { provisioningState: 'Creating', sourceRestorePoint: { id: '/x' } } });
    assert.deepEqual([step.status, step.progress?.message], ['running', 'Azure is beginning the copy']);
  });

  it('waits for a point that is not there yet, and ends where one that was seen is gone', () => {
    const early = tracker.step(begun, answer(404), 0);
    assert.equal(early.status, 'running');
    const never = missedUntil(early.state, pointPacing.notThereYetMs);
    assert.deepEqual([never.status, never.error?.code], ['unknown', 'RestorePointGone']);
    const seen = ask(begun, copyJson([{ name: 'os', state: 'inprogress', percent: 1 }]));
    const gone = tracker.step(seen.state, answer(404), 1_000);
    assert.equal(gone.status, 'running');
    const absent = missedUntil(gone.state, 1_000 + pointPacing.goneAfterMs);
    // Who has nothing but an absence does not say that it was deleted.
    assert.deepEqual([absent.status, absent.error?.code], ['unknown', 'RestorePointGone']);
    assert.equal(ask(gone.state, copyJson([{ name: 'os', state: 'succeeded', percent: 100 }])).status, 'succeeded');
    const odd = tracker.step(begun, answer(200, 'no object'), 0);
    assert.equal(odd.status, 'running');
    assert.equal(missedUntil(odd.state, pointPacing.notThereYetMs, answer(200, {})).status, 'unknown');
  });

  it('takes nothing for gone that was hardly looked for, however much time has passed, nor what was looked for in an instant', () => {
    const seen = ask(begun, copyJson([{ name: 'os', state: 'inprogress', percent: 1 }]));
    let step = tracker.step(seen.state, answer(404), 0);
    for (let at = 2; at < leastMissed; at++) {
      step = tracker.step(step.state, answer(404), at * 8 * 3_600_000);
      assert.equal(step.status, 'running', `after ${at} answers, with a night between two of them`);
    }
    const found = ask(step.state, copyJson([{ name: 'os', state: 'inprogress', percent: 2 }]));
    assert.equal(missedUntil(found.state, 9e12, answer(404), leastMissed - 1).status, 'running', 'it is counted anew');
    assert.equal(missedUntil(seen.state, 1_000, answer(404), 20).status, 'running');
  });

  it('goes on from a state that another process wrote', () => {
    const step = ask(begun, copyJson([{ name: 'os', state: 'inprogress', percent: 5 }]));
    const again = JSON.parse(JSON.stringify(step.state)) as JsonObject;
    assert.equal(tracker.poll(again).url, step.next?.url);
    assert.equal(ask(again, copyJson([{ name: 'os', state: 'succeeded', percent: 100 }])).status, 'succeeded');
  });

  it('asks seldom while nothing changes, often while much does, and never sooner than asked to', () => {
    let state: { waitMs?: number; percent?: number } = {};
    for (let at = 0; at < 30; at++) {
      state = { waitMs: nextWaitMs(state, { percent: 0 }, true, undefined), percent: 0 };
    }
    assert.equal(state.waitMs, pointPacing.copyMostMs);
    assert.ok(nextWaitMs(state, { percent: 20 }, true, undefined) < pointPacing.copyMostMs);
    assert.equal(nextWaitMs(state, { percent: 1 }, true, undefined), pointPacing.copyMostMs);
    assert.equal(nextWaitMs({}, {}, false, undefined), pointPacing.leastMs);
    assert.equal(nextWaitMs({ waitMs: 1_000_000 }, {}, false, undefined), pointPacing.localMostMs);
    assert.equal(nextWaitMs({}, {}, false, 90_000), 90_000);
    const step = tracker.step(begun, answer(200, copyJson([{ name: 'os', state: 'inprogress' }]), { 'retry-after': '70' }), 0);
    assert.equal(step.delayMs, 70_000);
  });
});

describe('Error knowledge of restore points', () => {
  it('tells apart what one code means by its message', () => {
    assert.match(
      computeRemediesFor('VMRestorePointClientError', 'Restore Point creation failed due to VSS Writers in bad state.')[0] ?? '',
      /services/,
    );
    assert.match(
      computeRemediesFor(
        'VMRestorePointClientError',
        "RestorePoint creation failed since a concurrent 'Create RestorePoint' operation was triggered on the VM.",
      )[0] ?? '',
      /wait until that has ended/,
    );
    assert.match(
      computeRemediesFor(
        'OperationNotAllowed',
        'The number of restore points across restore point collections and resource groups for a VM cannot exceed 500.',
      )[0] ?? '',
      /Delete restore points/,
    );
    assert.match(computeRemediesFor('diskrestorepointusedbycustomer')[0] ?? '', /Revoke/);
    assert.deepEqual(computeRemediesFor('NobodyKnows', 'nothing'), []);
    const known = { code: 'X', message: 'm', remedies: ['as the service says'] };
    assert.equal(withComputeRemedies(known), known);
  });
});
