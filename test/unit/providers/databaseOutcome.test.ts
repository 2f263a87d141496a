/** What became of a database's operation: read back, settled and found among the jobs of its namesakes. */
import assert from 'node:assert/strict';
import type { Json, JsonObject } from '../../../src/core/json.ts';
import type { OperationRecord, TrackedResponse, TrackStep } from '../../../src/core/operation.ts';
import type { ReadBack, Settlement } from '../../../src/providers/action.ts';
import { backUpDatabase } from '../../../src/providers/recoveryServices/actions/backUpDatabase.ts';
import { stopDeleteData, stopKeepData } from '../../../src/providers/recoveryServices/actions/stopActions.ts';
import { protectDatabase } from '../../../src/providers/recoveryServices/actions/protectDatabase.ts';
import { contextOf, nowMs, recordOf } from './actionsSupport.ts';
import {
  databaseId,
  databaseJobJson,
  databaseJson,
  databaseTarget,
  msdb,
  otherInstance,
  otherServer,
  protectableDatabaseJson,
  protectableDatabaseTarget,
  sqlPolicyJson,
} from './databaseFakes.ts';
import { itemJson, policyId, serverTime, softDeletedProperties, stoppedProperties, vaultId, type Answer } from './fakeArm.ts';
import { trackerNames } from '../../../src/providers/recoveryServices/tracking.ts';
import { trackers } from '../../../src/providers/trackers.ts';

const id = databaseId(msdb);
const points = `${id}/recoveryPoints`;
const items = `${vaultId}/backupProtectedItems`;
const jobs = `${vaultId}/backupJobs`;
const answers = (backupType: string): Record<string, string> => ({ backupType, expiry: '2026-06-30T12:00:00Z', compression: 'no' });
const backupOf = (backupType: string): Promise<OperationRecord> =>
  recordOf(backUpDatabase, contextOf({ [id]: databaseJson() }).context, databaseTarget(), answers(backupType));
const point = (type: string, at: string, more: JsonObject = {}): JsonObject => ({
  id: `${points}/${at}`,
  properties: { objectType: 'AzureWorkloadSQLRecoveryPoint', type, recoveryPointTimeInUTC: at, ...more },
});
const logs = (...ends: string[]): JsonObject => ({
  id: `${points}/DefaultRangeRecoveryPoint`,
  properties: {
    objectType: 'AzureWorkloadSQLPointInTimeRecoveryPoint',
    type: 'Log',
    timeRanges: ends.map((endTime) => ({ startTime: '2026-02-01T00:00:00Z', endTime })),
  },
});

describe('what is read back of a database’s backup', () => {
  const read = async (type: string, value: readonly JsonObject[] | number): Promise<ReadBack> => {
    const { arm, context } = contextOf({ [points]: typeof value === 'number' ? value : { value: [...value] } });
    const outcome = await backUpDatabase.readBack(context, await backupOf(type));
    assert.deepEqual(
      arm.asked.map((url) => url.includes("$filter=restorepointquerytype eq 'log'")),
      // One answer of "not there" may be a hiccup.
      Array.from({ length: value === 404 ? 4 : 1 }, () => type === 'Log'),
      'the logs are asked for as Azure CLI was recorded to',
    );
    return outcome;
  };
  const before = '2026-03-01T09:59:00Z';
  const after = '2026-03-01T10:01:30Z';

  it('is the newest point of its type from after it was started', async () => {
    const kept = { recoveryPointProperties: { expiryTime: '2026-07-01T00:00:00Z', ruleName: 'On-Demand' } };
    assert.deepEqual(await read('Full', [logs(after), point('Full', after, kept), point('Full', before)]), {
      reading: 'asAsked',
      sentence: 'msdb has a full recovery point of 2026-03-01 10:01 UTC, kept until 2026-07-01.',
    });
    assert.match((await read('CopyOnlyFull', [point('Full', after)])).sentence, /kept until 2026-06-30/);
    assert.match(
      (await read('Differential', [point('Differential', after)])).sentence,
      /a differential .* kept by the policy HourlyLogBackup\.$/,
    );
  });

  it('is not a point of another type, or an older one', async () => {
    for (const value of [[point('Full', before)], [point('Differential', after)], [logs(after)], []]) {
      const { reading, sentence } = await read('Full', value);
      assert.equal(reading, 'different');
      assert.match(sentence, /no full recovery point from after/);
    }
    assert.equal((await read('Differential', [point('Full', after)])).reading, 'different');
  });

  it('of a log is how far the logs reach', async () => {
    const reached = await read('Log', [logs(before, after), point('Full', before)]);
    assert.deepEqual(reached, {
      reading: 'asAsked',
      sentence: 'The logs of msdb reach to 2026-03-01 10:01 UTC; how long they are kept is up to the policy HourlyLogBackup.',
    });
    assert.match((await read('Log', [logs(before), point('Full', after)])).sentence, /logs do not reach beyond/);
    // Without any range nothing is told: neither that they reach so far, nor that they do not.
    for (const value of [[logs()], []]) {
      const { reading, sentence } = await read('Log', value);
      assert.equal(reading, 'unclear');
      assert.match(sentence, /does not say yet/);
    }
  });

  it('is nothing where the database has gone', async () => {
    assert.match((await read('Full', 404)).sentence, /not in the vault any more/);
    await assert.rejects(read('Full', 403));
  });
});

describe('what is read back of a database’s protection', () => {
  it('looks for a deleted one in the list of its own kind', async () => {
    const record = await recordOf(stopDeleteData, contextOf({ [id]: databaseJson() }).context, databaseTarget());
    const { context, arm } = contextOf({ [items]: { value: [databaseJson(msdb, softDeletedProperties)] } });
    const { reading, sentence } = await stopDeleteData.readBack(context, { ...record, target: { ...record.target, containerId: vaultId } });
    assert.equal(reading, 'asAsked');
    assert.match(sentence, /soft delete keeps it/);
    assert.match(arm.asked.at(-1) ?? '', /backupmanagementtype eq 'azureworkload'/);
  });
});

/** `msdb` of another server, and of another instance of the same server. */
const elsewhere = databaseJson(otherServer);
const beside = databaseJson(otherInstance);
const detail = (server: string): JsonObject => ({ extendedInfo: { propertyBag: { ContainerUniqueName: `Compute;sql-rg;${server}` } } });

describe('settling a database’s operation by the jobs of the vault', () => {
  const stopping = (): Promise<OperationRecord> => recordOf(stopKeepData, contextOf({ [id]: databaseJson() }).context, databaseTarget());
  const stop = (name: string, more: JsonObject = {}): JsonObject => databaseJobJson(name, { operation: 'DisableBackup', ...more });

  async function settleStop(
    listed: readonly JsonObject[],
    namesakes: readonly JsonObject[],
    routes: Readonly<Record<string, Answer>> = {},
  ): Promise<Settlement> {
    const { context } = contextOf({
      [jobs]: { value: [...listed] },
      [items]: { value: [databaseJson(), ...namesakes] },
      [id]: databaseJson(),
      ...routes,
    });
    return stopKeepData.settle(context, await stopping());
  }

  it('takes the only job where the vault has no other database of the name', async () => {
    const settled = await settleStop([stop('j1')], [itemJson(), databaseJson({ ...msdb, name: 'Sales' })]);
    assert.equal(settled.found, 'started');
  });

  it('never takes a job that a namesake of another server may have made', async () => {
    const settled = await settleStop([stop('j1')], [elsewhere]);
    assert.equal(settled.found, 'unclear');
    assert.match(settled.because, /more than one of that name/);
  });

  it('asks the job where it ran, which lists leave out', async () => {
    const own = await settleStop([stop('j1')], [elsewhere], { [`${jobs}/j1`]: stop('j1', detail('erp-db-01')) });
    assert.equal(own.found, 'started');
    const others = await settleStop([stop('j1')], [elsewhere], { [`${jobs}/j1`]: stop('j1', detail('erp-db-02')) });
    assert.equal(others.found, 'absent', 'it provably is the other server’s');
    const both = { [`${jobs}/j1`]: stop('j1', detail('erp-db-02')), [`${jobs}/j2`]: stop('j2', detail('erp-db-01')) };
    const second = await settleStop([stop('j1'), stop('j2')], [elsewhere], both);
    assert.equal(second.found === 'started' && JSON.stringify(second.tracking).includes('j2'), true);
  });

  it('cannot tell instances of one server by their jobs, but by what became of the database', async () => {
    const route = { [`${jobs}/j1`]: stop('j1', detail('erp-db-01')) };
    assert.equal((await settleStop([stop('j1')], [beside], route)).found, 'unclear');
    const stopped = await settleStop([stop('j1')], [beside], { ...route, [id]: databaseJson(msdb, stoppedProperties) });
    assert.equal(stopped.found, 'started', 'it is as asked, and no other job could have made it so');
  });

  it('tells backups by their host, their type and the moment at which the database says that its last one began', async () => {
    const settle = async (job: JsonObject, namesakes: readonly JsonObject[], lastBackupTime = '2026-02-28T02:00:00Z'): Promise<string> => {
      const listed = databaseJobJson('j1', job);
      const { context } = contextOf({
        [jobs]: { value: [listed] },
        [`${jobs}/j1`]: listed,
        [items]: { value: [databaseJson(), ...namesakes] },
        [id]: databaseJson(msdb, { lastBackupTime }),
      });
      return (await backUpDatabase.settle(context, await backupOf('Log'))).found;
    };
    const named = (host: string, operation = 'Backup (Log)'): JsonObject => ({ operation, entityFriendlyName: `msdb [${host}]` });
    assert.equal(await settle(named('ERP-DB-01.contoso.com'), [elsewhere]), 'started');
    assert.equal(await settle(named('erp-db-02'), [elsewhere]), 'absent');
    assert.equal(
      await settle(named('erp-db-01', 'Backup (Full)'), []),
      'absent',
      'a scheduled full backup is not the log backup asked for',
    );
    assert.equal(await settle({ ...named('erp-db-01'), isUserTriggered: false }, []), 'absent');
    assert.equal(await settle({ operation: 'Backup' }, [elsewhere]), 'unclear', 'too young to name its host');
    assert.equal(await settle(named('erp-db-01'), [beside]), 'unclear');
    assert.equal(await settle(named('erp-db-01'), [beside], '2026-03-01T10:00:01Z'), 'started');
    assert.equal(
      await settle({ ...named('erp-db-01'), entityFriendlyName: 'MSSQLSERVER/msdb [erp-db-01]' }, [beside]),
      'started',
      'as Azure named it in 2018',
    );
    assert.equal(await settle({ ...named('erp-db-01'), entityFriendlyName: 'REPORTING/msdb [erp-db-01]' }, [beside]), 'absent');
  });

  it('counts what could be protected as namesakes of a new protection', async () => {
    const policy = { [policyId('HourlyLogBackup')]: sqlPolicyJson('HourlyLogBackup') };
    const record = await recordOf(protectDatabase, contextOf(policy).context, protectableDatabaseTarget(), {
      policy: policyId('HourlyLogBackup'),
    });
    const settle = async (protectable: readonly JsonObject[]): Promise<string> => {
      const { context } = contextOf({
        [jobs]: { value: [databaseJobJson('j1', { operation: 'ConfigureBackup' })] },
        [items]: { value: [] },
        [`${vaultId}/backupProtectableItems`]: { value: [...protectable] },
      });
      return (await protectDatabase.settle(context, record)).found;
    };
    assert.equal(await settle([protectableDatabaseJson()]), 'started', 'it stands there itself until the job has ended');
    assert.equal(await settle([protectableDatabaseJson(), protectableDatabaseJson(otherServer)]), 'unclear');
  });
});

describe('finding the job of a database that Azure did not name', () => {
  const tracker = trackers.get(trackerNames.job);
  assert.ok(tracker);
  const date = new Date(serverTime).toUTCString();
  const answer = (body: Json): TrackedResponse => ({ status: 200, headers: {}, body });
  const refused: TrackedResponse = { status: 404, headers: {}, body: { error: { code: 'NotFound', message: 'No.' } } };

  /** Steps through answers by what is asked: each a path's end and what it answers then. */
  async function find(backupType: string, script: readonly (readonly [RegExp, TrackedResponse])[], everyMs = 2_000): Promise<TrackStep[]> {
    const record = { ...(await backupOf(backupType)), cloud: 'https://arm.test' };
    const steps = [tracker!.begin(record, { status: 202, headers: { date } }, nowMs)];
    script.forEach(([asked, response], index) => {
      const state = JSON.parse(JSON.stringify(steps.at(-1)?.state)) as JsonObject;
      assert.match(decodeURIComponent(tracker!.poll(state).url), asked, `question ${index + 1}`);
      assert.equal(tracker!.poll(state).url, steps.at(-1)?.next?.url, 'another process asks the same');
      steps.push(tracker!.step(state, response, nowMs + (index + 1) * everyMs));
    });
    return steps;
  }
  const backup = (name: string, more: JsonObject = {}): JsonObject => databaseJobJson(name, { startTime: '2026-03-01T10:00:01Z', ...more });
  const listed = (...found: JsonObject[]): TrackedResponse => answer({ value: found });
  const [list, one, others] = [/backupJobs\?/, /backupJobs\/j1\?/, /backupProtectedItems\?.*AzureWorkload/];

  it('follows the only one where no other database of the vault has the name', async () => {
    const steps = await find('Full', [
      [list, listed(backup('j1'))],
      [one, answer(backup('j1'))],
      [others, listed(databaseJson())],
    ]);
    assert.deepEqual([steps.at(-1)?.status, steps.at(-1)?.job?.name, steps.at(-1)?.state['inferred']], ['running', 'j1', true]);
  });

  it('waits until the job names its host, and never takes another server’s', async () => {
    const young = backup('j1');
    const named = (host: string): JsonObject => backup('j1', { operation: 'Backup (Full)', entityFriendlyName: `msdb [${host}]` });
    const waiting = [
      [list, listed(young)],
      [one, answer(young)],
      [others, listed(databaseJson(), elsewhere)],
    ] as const;
    const own = await find('Full', [...waiting, [list, listed(named('erp-db-01'))], [others, listed(databaseJson(), elsewhere)]]);
    assert.equal(own[3]?.status, 'accepted');
    assert.ok((own[3]?.delayMs ?? 0) >= 2_000, 'asked again, not at once');
    assert.equal(own.at(-1)?.job?.name, 'j1');
    const theirs = await find('Full', [...waiting, [list, listed(named('erp-db-02'))], [list, listed(named('erp-db-02'))]]);
    assert.equal(theirs.at(-1)?.status, 'accepted');
    assert.equal(theirs.at(-1)?.job, undefined);
  });

  it('reads every page of the items before it takes one', async () => {
    const page = answer({ value: [databaseJson()], nextLink: `https://arm.test${items}?api-version=1&$skipToken=2&AzureWorkload` });
    const steps = await find('Full', [
      [list, listed(backup('j1'))],
      [one, answer(backup('j1'))],
      [others, page],
      [/skipToken=2/, listed(elsewhere)],
    ]);
    assert.equal(steps.at(-1)?.status, 'accepted');
  });

  it('gives up where instances of one server cannot be told apart, and says so', async () => {
    const named = backup('j1', { operation: 'Backup (Full)', entityFriendlyName: 'msdb [erp-db-01]' });
    const round = [
      [list, listed(named)],
      [others, listed(databaseJson(), beside)],
    ] as const;
    const steps = await find('Full', [...round, ...round, ...round], 55_000);
    assert.equal(steps.at(-1)?.status, 'unknown');
    assert.equal(steps.at(-1)?.error?.code, 'JobNotTold');
    assert.match(steps.at(-1)?.error?.message ?? '', /databases called msdb/);
    assert.equal(steps.at(-1)?.next, undefined);
  });

  it('takes none whose surroundings cannot be read', async () => {
    const steps = await find('Full', [
      [list, listed(backup('j1'))],
      [one, refused],
      [others, refused],
    ]);
    assert.equal(steps.at(-1)?.status, 'accepted');
    assert.equal(steps.at(-1)?.job, undefined);
  });
});
