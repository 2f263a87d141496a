import assert from 'node:assert/strict';
import { leastMissed } from '../../../src/core/absence.ts';
import type { Json, JsonObject } from '../../../src/core/json.ts';
import type { OperationRecord, TrackedResponse, TrackStep } from '../../../src/core/operation.ts';
import { trackerNames } from '../../../src/providers/recoveryServices/tracking.ts';
import { containerJson } from './containerFakes.ts';
import { trackers } from '../../../src/providers/trackers.ts';

const cloud = 'https://management.example';
const container =
  '/subscriptions/s1/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/v1/backupFabrics/Azure/protectionContainers/c';
const state = `${cloud}${container}/operationsStatus/g1?api-version=2019-05-13-preview&t=1`;
const result = `${cloud}${container}/operationResults/g1?api-version=2025-02-01&t=1`;
const tracker = trackers.get(trackerNames.armResult);
const record = { cloud, target: { id: container, name: 'c', kind: 'container' } } as OperationRecord;
const minuteMs = 60_000;

const answer = (status: number, headers: Record<string, string> = {}, body?: Json): TrackedResponse => ({
  status,
  headers,
  ...(body === undefined ? {} : { body }),
});
const both = { 'azure-asyncoperation': state, location: result, 'retry-after': '60' };

/** A minute apart, each through JSON as the journal would have it. */
function run(first: TrackedResponse, ...answers: TrackedResponse[]): TrackStep[] {
  assert.ok(tracker);
  const steps = [tracker.begin(record, first, 0)];
  answers.forEach((each, index) => {
    const before = JSON.parse(JSON.stringify(steps.at(-1)?.state)) as JsonObject;
    steps.push(tracker.step(before, each, (index + 1) * minuteMs));
  });
  return steps;
}
const urls = (steps: readonly TrackStep[]): (string | undefined)[] => steps.map(({ next }) => next?.url);

describe('Tracker arm.result', () => {
  it('asks for the result, by the newest signature, until it is the container', () => {
    const fresh = { ...both, location: result.replace('t=1', 't=2') };
    const steps = run(answer(202, both, {}), answer(202, fresh, {}), answer(200, {}, containerJson()));
    assert.deepEqual(urls(steps), [result, fresh.location, undefined]);
    assert.deepEqual(
      steps.map(({ status }) => status),
      ['accepted', 'running', 'succeeded'],
    );
    assert.equal(steps[1]?.delayMs, minuteMs, 'Retry-After');
  });

  it('ends with 204 for discoveries and inquiries', () => {
    assert.equal(run(answer(202, both), answer(202, both), answer(204)).at(-1)?.status, 'succeeded');
  });

  it('fails with the reason that the result gives', () => {
    const body = { error: { code: 'UserErrorOperationFailedForSAPASEDatabase', message: 'Operation failed.' } };
    const last = run(answer(202, both), answer(202, both, {}), answer(400, { 'x-ms-request-id': 'r1' }, body)).at(-1);
    assert.equal(last?.status, 'failed');
    assert.deepEqual([last.error?.code, last.error?.status, last.error?.requestId], [body.error.code, 400, 'r1']);
  });

  it('asks for the state where there is no result to ask for', () => {
    const steps = run(
      answer(202, { 'azure-asyncoperation': state }),
      answer(200, {}, { status: 'InProgress' }),
      answer(200, {}, { id: container, status: 'Succeeded', endTime: '0001-01-01T00:00:00' }),
    );
    assert.deepEqual(urls(steps), [state, state, undefined]);
    assert.equal(steps.at(-1)?.status, 'succeeded');
  });

  it('goes over to the state once the result stays unknown, and not back again', () => {
    const gone = Array.from({ length: leastMissed }, () => answer(404, both));
    const steps = run(answer(202, both), ...gone, answer(200, both, { status: 'InProgress' }), ...gone);
    assert.deepEqual(urls(steps).slice(leastMissed - 1, leastMissed + 2), [result, state, state]);
    assert.equal(steps.at(-1)?.status, 'unknown', 'led back and forth it would never end');
  });
});
