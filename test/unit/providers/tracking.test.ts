import assert from 'node:assert/strict';
import { leastMissed } from '../../../src/core/absence.ts';
import type { Json, JsonObject } from '../../../src/core/json.ts';
import type { OperationRecord, TrackedResponse, Tracker, TrackStep } from '../../../src/core/operation.ts';
import { jobTracking, trackerNames } from '../../../src/providers/recoveryServices/tracking.ts';
import { pacing, retryAfterMs, waitMs } from '../../../src/providers/arm/pacing.ts';
import { trackers } from '../../../src/providers/trackers.ts';

const cloud = 'https://management.example';
const vault = '/subscriptions/s1/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/v1';
const itemId = `${vault}/backupFabrics/Azure/protectionContainers/IaasVMContainer;iaasvmcontainerv2;rg;web/protectedItems/VM;iaasvmcontainerv2;rg;web`;
const operationUrl = `${cloud}${itemId}/operationsStatus/g1?api-version=2025-02-01&t=1&c=C&s=S&h=H`;
const locationUrl = `${cloud}${itemId}/operationResults/g1?api-version=2025-02-01&t=1&c=C&s=S&h=H`;
const start = Date.UTC(2025, 4, 28, 12);
const iso = (ms: number): string => new Date(ms).toISOString();

const tracker = (name: string): Tracker => {
  const found = trackers.get(name);
  assert.ok(found, name);
  return found;
};
const jobs = tracker(trackerNames.job);
const operations = tracker(trackerNames.armOperation);

function record(intent: JsonObject = {}): OperationRecord {
  return {
    version: 1,
    id: 'o1',
    actionId: 'backUpNow',
    title: 'Back Up Now',
    target: { id: itemId, name: 'web', kind: 'VM', containerId: vault },
    cloud,
    createdAt: iso(start),
    updatedAt: iso(start),
    status: 'sending',
    tracker: jobs.name,
    progress: {},
    intent,
    trace: [],
  };
}

const answer = (status: number, body?: Json, headers: Record<string, string> = {}): TrackedResponse => ({
  status,
  headers,
  ...(body === undefined ? {} : { body }),
});
const accepted = (headers: Record<string, string> = {}): TrackedResponse =>
  answer(202, undefined, { 'azure-asyncoperation': operationUrl, location: locationUrl, 'retry-after': '60', ...headers });
const inProgress = (headers: Record<string, string> = {}): TrackedResponse =>
  answer(200, { id: 'g1', name: 'g1', status: 'InProgress', startTime: iso(start), endTime: '0001-01-01T00:00:00' }, headers);
const succeeded = (properties?: JsonObject): TrackedResponse =>
  answer(200, { id: 'g1', name: 'g1', status: 'Succeeded', ...(properties ? { properties } : {}) });
const withJob = succeeded({ objectType: 'OperationStatusJobExtendedInfo', jobId: 'j1' });
const job = (status: string, more: JsonObject = {}, extendedInfo: JsonObject = {}, name = 'j1'): TrackedResponse =>
  answer(200, {
    id: `${vault}/backupJobs/${name}`,
    name,
    type: 'Microsoft.RecoveryServices/vaults/backupJobs',
    properties: { jobType: 'AzureIaaSVMJob', operation: 'Backup', status, entityFriendlyName: 'web', extendedInfo, ...more },
  });

/** Steps a tracker through answers, each through JSON as the journal would have it, a minute apart unless told. */
function run(
  one: Tracker,
  first: TrackedResponse,
  answers: readonly TrackedResponse[],
  options: { intent?: JsonObject; everyMs?: number } = {},
): TrackStep[] {
  const steps = [one.begin(record(options.intent), first, start)];
  answers.forEach((each, index) => {
    const state = JSON.parse(JSON.stringify(steps.at(-1)?.state)) as JsonObject;
    const step = one.step(state, each, start + (index + 1) * (options.everyMs ?? 60_000));
    if (step.next) {
      const resumed = one.poll(JSON.parse(JSON.stringify(step.state)) as JsonObject);
      assert.equal(resumed.url, step.next.url, 'another process asks the same');
    }
    steps.push(step);
  });
  return steps;
}

const last = (steps: readonly TrackStep[]): TrackStep => {
  const step = steps.at(-1);
  assert.ok(step);
  return step;
};

describe('Tracker recoveryServices.job', () => {
  it('follows headers to the operation, to the job, to its end', () => {
    const steps = run(jobs, accepted(), [
      inProgress(),
      withJob,
      job(
        'InProgress',
        { actionsInfo: ['Cancellable'] },
        { tasksList: [{ taskId: 'Take Snapshot', status: 'InProgress' }], progressPercentage: 1 },
      ),
      job('Completed', { actionsInfo: ['Cancellable'] }, { tasksList: [], propertyBag: { 'Backup Size': '13610 MB' } }),
    ]);
    assert.deepEqual(
      steps.map(({ status }) => status),
      ['accepted', 'accepted', 'running', 'running', 'succeeded'],
    );
    assert.equal(steps[0]?.next?.url, operationUrl, 'verbatim, Azure-AsyncOperation before Location');
    assert.match(steps[2]?.next?.url ?? '', /^https:\/\/management\.example\/subscriptions\/s1\/.*\/backupJobs\/j1\?api-version=/);
    assert.equal(steps[3]?.job?.cancellable, true);
    assert.equal(steps[3]?.progress?.percent, 1);
    assert.equal(steps[4]?.job?.cancellable, false, 'Azure leaves its mark on ended jobs');
    assert.deepEqual(steps[4]?.progress?.properties, { 'Backup Size': '13610 MB' });
  });

  it('does not take 100 percent for the end', () => {
    const steps = run(jobs, accepted(), [withJob, job('InProgress', {}, { progressPercentage: 100 })]);
    assert.equal(last(steps).status, 'running');
    assert.equal(last(steps).progress?.percent, 100);
  });

  it('invents no percentage', () => {
    assert.equal('percent' in (last(run(jobs, accepted(), [withJob, job('InProgress')])).progress ?? {}), false);
  });

  it('tells that a taken snapshot can be used already', () => {
    const tasksList = [
      { taskId: 'Take Snapshot', status: 'Completed' },
      { taskId: 'Transfer data to vault', status: 'InProgress', taskExecutionDetails: '1 GBs / 137 GBs Transferred' },
    ];
    const step = last(run(jobs, accepted(), [withJob, job('InProgress', {}, { tasksList })]));
    assert.match(step.progress?.message ?? '', /recovery point can be used already.*Transfer data to vault/);
    assert.equal(step.progress?.tasks?.[1]?.detail, '1 GBs / 137 GBs Transferred');
    const restore = last(run(jobs, accepted(), [withJob, job('InProgress', { operation: 'Restore' }, { tasksList })]));
    assert.doesNotMatch(restore.progress?.message ?? '', /already/);
  });

  it('takes the job’s number of an action for its word', () => {
    assert.equal(last(run(jobs, accepted(), [withJob, job('InProgress', { actionsInfo: [1] })])).job?.cancellable, true);
    assert.equal(last(run(jobs, accepted(), [withJob, job('Cancelling', { actionsInfo: [1] })])).job?.cancellable, false);
  });

  it('shows the name that an operation takes on while it runs', () => {
    const steps = run(jobs, accepted(), [withJob, job('InProgress'), job('InProgress', { operation: 'Backup (Full)' })]);
    assert.deepEqual(
      steps.map((step) => step.job?.operation),
      [undefined, undefined, 'Backup', 'Backup (Full)'],
    );
  });

  it('ends with the warnings of a job', () => {
    const errorDetails = [
      {
        errorCode: 400446,
        errorTitle: 'UserErrorBackupTookCrashConsistentSnapshot',
        errorString: 'No VSS.',
        recommendations: ['Install the agent.'],
      },
    ];
    const step = last(run(jobs, accepted(), [withJob, job('CompletedWithWarnings', { errorDetails })]));
    assert.equal(step.status, 'succeededWithWarnings');
    assert.deepEqual(step.warnings?.[0], {
      code: 'UserErrorBackupTookCrashConsistentSnapshot',
      message: 'No VSS.',
      remedies: ['Install the agent.'],
      detail: { errorCode: '400446' },
    });
  });

  it('ends with the error of a job, and with its other words', () => {
    const errorDetails = [
      { errorCode: 520512, errorString: 'The servers do not fit.' },
      { errorTitle: 'Second', errorString: 'Neither does this.' },
    ];
    const step = last(run(jobs, accepted(), [withJob, job('Failed', { errorDetails }, { dynamicErrorMessage: 'Target is older.' })]));
    assert.equal(step.status, 'failed');
    assert.equal(step.error?.code, '520512');
    assert.equal(step.error?.message, 'The servers do not fit. Target is older.');
    assert.equal(step.warnings?.[0]?.code, 'Second');
    const silent = last(run(jobs, accepted(), [withJob, job('Failed')]));
    assert.equal(silent.error?.code, 'JobFailed');
  });

  it('adds what is known to help where Azure recommends nothing', () => {
    const failed = (error: JsonObject): TrackStep => last(run(jobs, accepted(), [withJob, job('Failed', { errorDetails: [error] })]));
    assert.match(failed({ errorTitle: 'SomethingNew', errorCode: 380008, errorString: 'Off.' }).error?.remedies?.[0] ?? '', /Start the VM/);
    assert.deepEqual(failed({ errorTitle: 'AzureVmOffline', errorString: 'Off.', recommendations: ['Ours is better.'] }).error?.remedies, [
      'Ours is better.',
    ]);
    assert.equal(failed({ errorTitle: 'NobodyKnows', errorString: 'x' }).error?.remedies, undefined);
  });

  it('follows a cancelled job to its end', () => {
    const steps = run(jobs, accepted(), [withJob, job('Cancelling'), job('Cancelled')]);
    assert.equal(steps[2]?.status, 'running');
    assert.equal(steps[2]?.progress?.message, 'Cancelling');
    assert.equal(last(steps).status, 'cancelled');
  });

  it('goes on with a job whose status it does not know, and says so', () => {
    const step = last(run(jobs, accepted(), [withJob, job('Hibernating')]));
    assert.equal(step.status, 'running');
    assert.match(step.progress?.message ?? '', /"Hibernating"/);
  });

  it('waits for a job that is not there yet', () => {
    const notFound = answer(404, { error: { code: 'ResourceNotFound', message: 'No.' } });
    const steps = run(jobs, accepted(), [withJob, notFound, notFound, job('Completed')]);
    assert.deepEqual(
      steps.slice(2).map(({ status }) => status),
      ['running', 'running', 'succeeded'],
    );
  });

  it('gives up on a job that stays away, and does not say that it failed', () => {
    const notFound = answer(404, { error: { code: 'ResourceNotFound', message: 'No.' } });
    const step = last(run(jobs, accepted(), [withJob, ...Array.from({ length: 7 }, () => notFound)]));
    assert.equal(step.status, 'unknown');
    assert.equal(step.error?.code, 'ResourceNotFound');
    assert.equal(step.next, undefined);
  });

  it('forgets an odd answer once the job answers again', () => {
    const odd = answer(200, 'what?');
    const steps = run(jobs, accepted(), [withJob, odd, odd, odd, odd, job('InProgress'), odd, odd, odd, odd]);
    assert.equal(last(steps).status, 'running', 'the patience begins anew');
  });

  it('fails with the operation’s own error', () => {
    const failed = answer(200, { id: 'g1', status: 'Failed', error: { code: 'UserErrorX', message: 'Because.' } });
    const step = last(run(jobs, accepted(), [failed]));
    assert.equal(step.status, 'failed');
    assert.deepEqual(step.error, { code: 'UserErrorX', message: 'Because.' });
  });

  it('fails where the poll itself is refused, as Azure tells some failures', () => {
    const step = last(
      run(jobs, accepted(), [answer(400, { error: { code: 'UserErrorOperationFailed', message: 'No.' } }, { 'x-ms-request-id': 'r1' })]),
    );
    assert.equal(step.status, 'failed');
    assert.deepEqual(step.error, { code: 'UserErrorOperationFailed', message: 'No.', status: 400, requestId: 'r1' });
  });

  it('reads the older envelope of errors', () => {
    const step = last(run(jobs, accepted(), [answer(409, { ErrorCode: 'Old', Message: { Language: 'en', Value: 'As of old.' } })]));
    assert.deepEqual([step.error?.code, step.error?.message], ['Old', 'As of old.']);
  });

  it('goes by the newest signatures', () => {
    const fresh = operationUrl.replace('t=1', 't=2');
    const steps = run(jobs, accepted(), [inProgress({ 'azure-asyncoperation': fresh })]);
    assert.equal(last(steps).next?.url, fresh);
  });

  it('goes on by Location where the operation’s address is gone', () => {
    const gone = answer(404, { error: { code: 'NotFound', message: 'Expired.' } });
    const found = answer(200, { id: 'g1', status: 'Succeeded', properties: { jobId: 'j1' } });
    const steps = run(jobs, accepted(), [...Array.from({ length: leastMissed }, () => gone), found]);
    assert.equal(steps[leastMissed]?.next?.url, locationUrl);
    assert.match(last(steps).next?.url ?? '', /backupJobs\/j1/);
  });

  it('takes doubled slashes of an address as one once they are not found', () => {
    const doubled = operationUrl.replace('/subscriptions/', '/subscriptions//');
    const steps = run(jobs, answer(202, undefined, { 'azure-asyncoperation': doubled }), [answer(404)]);
    assert.equal(steps[0]?.next?.url, doubled);
    assert.equal(last(steps).next?.url, operationUrl);
  });

  const listed = (...entries: [string, JsonObject][]): TrackedResponse =>
    answer(200, { value: entries.map(([name, properties]) => ({ id: `${vault}/backupJobs/${name}`, name, properties })) });
  const began = (seconds: number): string => iso(start + seconds * 1000);

  it('looks for the job where Azure names none, and says that it was found', () => {
    const steps = run(
      jobs,
      accepted({ date: new Date(start).toUTCString() }),
      [
        succeeded({ objectType: 'OperationStatusJobExtendedInfo' }),
        listed(
          ['old', { entityFriendlyName: 'web', operation: 'Backup', startTime: began(-3600) }],
          ['ended', { entityFriendlyName: 'web', operation: 'Backup', startTime: began(-60), endTime: began(-10), status: 'Completed' }],
          ['other', { entityFriendlyName: 'web-2', operation: 'Backup', startTime: began(5) }],
          ['namesake', { entityFriendlyName: 'web', operation: 'Backup', startTime: began(5), containerName: 'iaasvmcontainerv2;rg2;web' }],
          ['wrong', { entityFriendlyName: 'web', operation: 'Restore', startTime: began(5) }],
          [
            'right',
            { entityFriendlyName: 'WEB', operation: 'Backup (Full)', startTime: began(6), containerName: 'iaasvmcontainerv2;rg;web' },
          ],
        ),
      ],
      { intent: { jobOperation: 'Backup' } },
    );
    assert.match(
      decodeURIComponent(steps[1]?.next?.url ?? ''),
      /backupJobs\?api-version=[\d-]+&\$filter=startTime eq '2025-05-28 11:58:00 AM' and endTime eq '2025-05-29 12:00:00 PM'/,
    );
    assert.equal(last(steps).job?.name, 'right');
    assert.equal(last(steps).state['inferred'], true);
  });

  it('keeps looking for a while, then says that it cannot know', () => {
    const none = listed();
    const steps = run(jobs, accepted(), [succeeded(), none, none, none, none, none, none, none]);
    assert.equal(steps[4]?.status, 'accepted');
    assert.equal(last(steps).status, 'unknown');
    assert.equal(last(steps).error?.code, 'JobNotFound');
  });

  it('looks for the job of a 202 without any address', () => {
    const steps = run(jobs, answer(202), [listed(['j9', { entityFriendlyName: 'web', startTime: began(1) }])]);
    assert.equal(steps[0]?.status, 'accepted');
    assert.equal(last(steps).job?.name, 'j9');
  });

  it('is done where Azure did it at once', () => {
    for (const status of [200, 204]) {
      assert.equal(jobs.begin(record(), answer(status), start).status, 'succeeded');
    }
  });

  it('follows several jobs and fails if one of them does', () => {
    const several = succeeded({ objectType: 'OperationStatusJobsExtendedInfo', jobIds: ['a', 'b'], failedJobsError: { c: 'No room.' } });
    const failed = { errorDetails: [{ errorTitle: 'Broke', errorString: 'It broke.' }] };
    const steps = run(jobs, accepted(), [
      several,
      job('Failed', failed, {}, 'a'),
      job('InProgress', {}, {}, 'b'),
      job('Completed', {}, {}, 'b'),
    ]);
    assert.match(steps[1]?.next?.url ?? '', /backupJobs\/a\?/);
    assert.match(steps[2]?.next?.url ?? '', /backupJobs\/b\?/);
    assert.equal(steps[3]?.progress?.message, '1 of 2 jobs have ended; 1 did not start');
    assert.equal(last(steps).status, 'failed');
    assert.equal(last(steps).error?.code, 'Broke');
    assert.deepEqual(
      last(steps).warnings?.map(({ message }) => message),
      ['No room.'],
    );
  });

  it('tells of each of several jobs while it asks them in turn, once all at the beginning, then at the pace of one', () => {
    const several = succeeded({ objectType: 'OperationStatusJobsExtendedInfo', jobIds: ['a', 'b', 'c'] });
    const bag = (mb: string): JsonObject => ({ propertyBag: { 'Data Transferred (in MB)': mb } });
    const of = (name: string, status: string, mb = '0'): TrackedResponse =>
      job(status, { operation: 'Backup (Full)', entityFriendlyName: `db-${name}`, actionsInfo: ['Cancellable'] }, bag(mb), name);
    const steps = run(jobs, accepted({ 'retry-after': '30' }), [
      several,
      of('a', 'InProgress'),
      of('b', 'Completed', '20.1'),
      of('c', 'InProgress'),
      of('a', 'InProgress', '7.5'),
      of('c', 'CompletedWithWarnings'),
      of('a', 'Completed', '9'),
    ]);
    const asked = steps.map((step) => /backupJobs\/(\w+)\?/.exec(step.next?.url ?? '')?.[1]);
    assert.deepEqual(asked, [undefined, 'a', 'b', 'c', 'a', 'c', 'a', undefined]);
    assert.deepEqual(
      steps.slice(1, 4).map(({ delayMs }) => delayMs),
      [0, 0, 0],
      'each is heard once',
    );
    assert.ok((steps[4]?.delayMs ?? 0) >= 5_000, 'then one question a turn');
    assert.deepEqual(
      steps[5]?.progress?.tasks?.map(({ name, status, detail }) => [name, status, detail]),
      [
        ['Backup (Full) of db-a', 'running', 'Backup (Full) is running · Data Transferred (in MB): 7.5'],
        ['Backup (Full) of db-b', 'succeeded', 'Data Transferred (in MB): 20.1'],
        ['Backup (Full) of db-c', 'running', 'Backup (Full) is running · Data Transferred (in MB): 0'],
      ],
    );
    assert.equal(steps[5]?.progress?.percent, undefined);
    assert.deepEqual(
      steps.slice(2, 7).map((step) => [step.job?.name, step.job?.cancellable]),
      [
        ['a', true],
        ['a', true],
        ['a', true],
        ['a', true],
        ['a', true],
      ],
    );
    assert.equal(last(steps).status, 'succeededWithWarnings');
    assert.deepEqual(
      last(steps).progress?.tasks?.map(({ status }) => status),
      ['succeeded', 'succeeded', 'succeeded'],
    );
  });

  it('fails where none of several jobs started, with the reason of each', () => {
    const step = last(run(jobs, accepted(), [succeeded({ jobIds: [], failedJobsError: { a: 'No room.', b: 'No right.' } })]));
    assert.equal(step.status, 'failed');
    assert.deepEqual([step.error?.message, step.warnings?.map(({ message }) => message)], ['No room.', ['No right.']]);
  });

  it('shows the one task of a database’s job without a percentage, and what Azure says of the data', () => {
    const running = job(
      'InProgress',
      { jobType: 'AzureWorkloadJob', workloadType: 'SQLDataBase', operation: 'Backup (Full)', entityFriendlyName: 'msdb [sql-01]' },
      {
        tasksList: [{ taskId: 'Transfer data to vault', taskType: 'Normal', status: 'InProgress' }],
        propertyBag: { 'Data Transferred (in MB)': '3' },
      },
    );
    const { progress } = last(run(jobs, accepted(), [withJob, running]));
    assert.deepEqual(progress, {
      message: 'Transfer data to vault',
      tasks: [{ name: 'Transfer data to vault', status: 'running' }],
      properties: { 'Data Transferred (in MB)': '3' },
    });
  });

  it('reads what SQL Server answered beside Azure’s sentence', () => {
    const errorDetails = [
      {
        errorCode: 540,
        errorString: 'The backup failed.',
        additionalDetails: 'Msg 3013: BACKUP LOG is terminating.',
        recommendations: ['See.'],
      },
    ];
    const step = last(run(jobs, accepted(), [withJob, job('Failed', { errorDetails })]));
    assert.equal(step.error?.message, 'The backup failed. Msg 3013: BACKUP LOG is terminating.');
    assert.deepEqual(step.error?.remedies, ['See.']);
  });

  it('tells of jobs that did not start beside one that ended well', () => {
    const several = succeeded({ jobIds: ['a'], failedJobsError: { c: 'No room.' } });
    assert.equal(last(run(jobs, accepted(), [several, job('Completed', {}, {}, 'a')])).status, 'succeededWithWarnings');
  });

  it('follows a job that is known by its id', () => {
    const state = jobTracking(cloud, `${vault}/backupJobs/j7`);
    assert.match(jobs.poll(state).url, /\/backupJobs\/j7\?api-version=/);
    assert.equal(jobs.step(state, job('Completed'), start).status, 'succeeded');
  });

  it('takes the end of a delete, whose addresses are the vault’s, like any other', () => {
    const headers = {
      'azure-asyncoperation': `${cloud}${vault}/backupOperations/g2?api-version=2025-02-01`,
      location: `${cloud}${vault}/backupOperationResults/g2?api-version=2025-02-01`,
    };
    const steps = run(jobs, answer(202, undefined, headers), [
      withJob,
      job('Completed', { operation: 'DeleteBackupData' }, { tasksList: [] }),
    ]);
    assert.equal(steps[0]?.next?.url, headers['azure-asyncoperation']);
    assert.equal(last(steps).status, 'succeeded');
  });
});

describe('Tracker arm.operation', () => {
  it('follows Location through 202 to 204', () => {
    const location = `${cloud}${vault}/backupFabrics/Azure/operationResults/g3?api-version=2025-02-01`;
    const steps = run(operations, answer(202, undefined, { location, 'retry-after': '60' }), [
      answer(202, undefined, { location }),
      answer(204),
    ]);
    assert.deepEqual(
      steps.map(({ status }) => status),
      ['accepted', 'running', 'succeeded'],
    );
    assert.equal(steps[0]?.next?.url, location);
  });

  it('ends with the resource that a registration answers', () => {
    const steps = run(operations, answer(202, {}, { location: locationUrl }), [
      answer(202, {}),
      answer(200, { id: vault, name: 'c', type: 'x', properties: {} }),
    ]);
    assert.equal(last(steps).status, 'succeeded');
  });

  it('mends the address that Azure answers to an unregistration', () => {
    // Recorded: plain in 2023, escaped in 2024, and escaped in capitals since 2025.
    for (const written of ['?api-version=2025-02-01', '%3fapi-version%3d2025-02-01', '%3Fapi-version%3D2025-02-01']) {
      const location = `${cloud}${vault}/backupOperationResults/g4?fabricName=Azure${written}&t=1&c=a%3Fb%3D`;
      const step = operations.begin(record(), answer(202, undefined, { location }), start);
      assert.deepEqual(
        [...new URL(step.next?.url ?? '').searchParams],
        [
          ['fabricName', 'Azure'],
          ['api-version', '2025-02-01'],
          ['t', '1'],
          ['c', 'a?b='],
        ],
        written,
      );
    }
  });

  it('makes a relative address one of its own cloud', () => {
    const step = operations.begin(record(), answer(202, undefined, { location: `${vault}/operationResults/g5` }), start);
    assert.equal(step.next?.url, `${cloud}${vault}/operationResults/g5`);
  });

  it('goes on while a status is unknown, and says so', () => {
    const step = last(run(operations, accepted(), [answer(200, { status: 'Pondering' })]));
    assert.equal(step.status, 'running');
    assert.match(step.progress?.message ?? '', /"Pondering"/);
  });

  it('says that it cannot know where there is nothing to follow', () => {
    assert.equal(operations.begin(record(), answer(202), start).status, 'unknown');
    assert.equal(operations.begin(record(), answer(200), start).status, 'succeeded');
  });

  it('knows cancelled and failed operations', () => {
    assert.equal(last(run(operations, accepted(), [answer(200, { status: 'Canceled' })])).status, 'cancelled');
    assert.equal(last(run(operations, accepted(), [answer(200, { status: 'Failed' })])).error?.code, 'OperationFailed');
  });

  it('bears an operation that is not found yet, for a while', () => {
    const gone = answer(404);
    const only = answer(202, undefined, { location: locationUrl });
    assert.equal(last(run(operations, only, [gone])).status, 'running');
    const often = Array.from({ length: leastMissed }, () => gone);
    assert.equal(last(run(operations, only, often)).status, 'unknown');
    assert.equal(last(run(operations, only, often.slice(1))).status, 'running', 'a computer may have slept between two questions');
  });
});

describe('Pacing', () => {
  it('honours Retry-After, and grows by itself where there is none', () => {
    assert.equal(waitMs(0, 60_000, 60_000), 60_000);
    assert.deepEqual(
      [0, 1, 2, 8, 50].map((asked) => waitMs(asked, undefined, undefined)),
      [2_000, 3_000, 5_000, 60_000, 60_000],
    );
    assert.equal(waitMs(8, undefined, 60_000), 60_000);
    assert.equal(waitMs(8, undefined, 5_000), pacing.slowestCapMs, 'jobs may be read 150 times an hour only');
  });

  it('keeps up with a sandbox whose time runs faster', () => {
    assert.equal(waitMs(8, undefined, 1_000), 1_000);
    assert.equal(waitMs(8, undefined, 3_000), 3_000, 'a minute of Azure in three seconds, as the extension starts it');
    assert.equal(waitMs(8, 0, 0), pacing.leastMs, 'but never hammers');
  });

  it('reads Retry-After as seconds or as a date', () => {
    assert.equal(retryAfterMs({ 'retry-after': '30' }, start), 30_000);
    assert.equal(retryAfterMs({ 'retry-after': new Date(start + 5_000).toUTCString() }, start), 5_000);
    assert.equal(retryAfterMs({ 'retry-after': new Date(start - 5_000).toUTCString() }, start), 0);
    assert.equal(retryAfterMs({ 'retry-after': 'soon' }, start), undefined);
    assert.equal(retryAfterMs({}, start), undefined);
  });

  it('polls a job of an operation whose sandbox said 1 second every second', () => {
    const steps = run(jobs, accepted({ 'retry-after': '1' }), [withJob, ...Array.from({ length: 9 }, () => job('InProgress'))]);
    assert.equal(last(steps).delayMs, 1_000);
    const slow = run(jobs, accepted(), [withJob, ...Array.from({ length: 9 }, () => job('InProgress'))]);
    assert.equal(last(slow).delayMs, 60_000);
  });
});
