/** What a failure on which Azure insists means to the trackers; the engine lets no other 5xx through to them. */
import assert from 'node:assert/strict';
import type { OperationRecord, TrackedResponse, Tracker, TrackStep } from '../../../src/core/operation.ts';
import { newRecord } from '../../../src/operations/newRecord.ts';
import { insistMs } from '../../../src/providers/arm/pacing.ts';
import { trackers } from '../../../src/providers/trackers.ts';

const cloud = 'https://management.example';
const vault = '/subscriptions/s1/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/v1';
const start = Date.parse('2026-03-01T12:00:00Z');
const minute = 60_000;

const trackerOf = (name: string): Tracker => trackers.get(name) ?? assert.fail(name);
const record = (): OperationRecord =>
  newRecord('op', cloud, start, {
    actionId: 'x',
    title: 'X',
    target: { id: `${vault}/backupFabrics/Azure/protectionContainers/c/protectedItems/i`, name: 'msdb', kind: 'SQL database' },
    tracker: 't',
    intent: { itemId: `${vault}/backupFabrics/Azure/protectionContainers/c/protectedItems/i` },
    status: 'sending',
  });
const accepted = (retryAfter: string): TrackedResponse => ({
  status: 202,
  headers: {
    'retry-after': retryAfter,
    location: `${cloud}${vault}/backupOperationResults/g?api-version=2025-02-01`,
    'azure-asyncoperation': `${cloud}${vault}/backupOperations/g?api-version=2025-02-01`,
  },
});
const insisting: TrackedResponse = {
  status: 500,
  headers: { 'x-ms-failure-cause': 'service', 'x-ms-request-id': 'r-1' },
  body: { error: { code: 'CloudInternalError', message: 'Microsoft Azure Backup encountered an internal error.' } },
};
const step = (tracker: Tracker, before: TrackStep, response: TrackedResponse, atMs: number): TrackStep =>
  tracker.step(before.state, response, atMs);

describe('a failure on which Azure insists', () => {
  for (const name of ['arm.operation', 'arm.result']) {
    it(`is left to reading back by ${name}, with code, status and request id`, () => {
      const tracker = trackerOf(name);
      const begun = tracker.begin(record(), accepted('60'), start);
      assert.equal(tracker.poll(begun.state).insistMs, 5 * minute);
      const ended = step(tracker, begun, insisting, start + 6 * minute);
      assert.deepEqual(
        [ended.status, ended.readBackDecides, ended.error?.code, ended.error?.status, ended.error?.requestId],
        ['failed', true, 'CloudInternalError', 500, 'r-1'],
      );
    });
  }

  it('is not left to reading back where Azure says itself that it failed', () => {
    const tracker = trackerOf('arm.result');
    const begun = tracker.begin(record(), accepted('60'), start);
    const refused = step(tracker, begun, { ...insisting, status: 400 }, start);
    assert.deepEqual([refused.status, refused.readBackDecides], ['failed', undefined]);
  });

  it('lets the job be looked for, and only where there is none reading back decides', () => {
    const tracker = trackerOf('recoveryServices.job');
    const begun = tracker.begin(record(), accepted('60'), start);
    assert.equal(tracker.poll(begun.state).insistMs, 5 * minute);
    const looking = step(tracker, begun, insisting, start + 6 * minute);
    assert.equal(looking.status, 'accepted');
    const question = tracker.poll(looking.state);
    assert.match(question.url, /\/backupJobs\?/);
    assert.equal(question.insistMs, undefined, 'a list that cannot be read says nothing of the operation');
    const none: TrackedResponse = { status: 200, headers: {}, body: { value: [] } };
    const still = step(tracker, looking, none, start + 7 * minute);
    assert.equal(still.status, 'accepted');
    const ended = step(tracker, still, none, start + 12 * minute);
    assert.deepEqual([ended.status, ended.readBackDecides, ended.error?.code], ['failed', true, 'CloudInternalError']);
  });

  it('says nothing once a job is followed, which may be read wrongly now and then', () => {
    const tracker = trackerOf('recoveryServices.job');
    const begun = tracker.begin(record(), accepted('60'), start);
    const done: TrackedResponse = { status: 200, headers: {}, body: { status: 'Succeeded', properties: { jobId: 'j' } } };
    assert.equal(tracker.poll(step(tracker, begun, done, start).state).insistMs, undefined);
  });

  it('takes five minutes at Azure’s pace, and five answers of a service whose time runs faster', () => {
    assert.deepEqual([undefined, 60_000, 30_000, 4_000, 1_000, 0].map(insistMs), [300_000, 300_000, 300_000, 20_000, 5_000, 1_250]);
  });
});
