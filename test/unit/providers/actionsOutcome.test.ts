import assert from 'node:assert/strict';
import type { Action } from '../../../src/providers/action.ts';
import { backUpNow } from '../../../src/providers/recoveryServices/actions/backUpNow.ts';
import { discoverVms } from '../../../src/providers/recoveryServices/actions/discover.ts';
import { cancelJob } from '../../../src/providers/recoveryServices/actions/jobActions.ts';
import { changePolicy } from '../../../src/providers/recoveryServices/actions/policyActions.ts';
import { protectVm } from '../../../src/providers/recoveryServices/actions/protectVm.ts';
import { stopDeleteData, stopKeepData, undelete } from '../../../src/providers/recoveryServices/actions/stopActions.ts';
import type { ProtectedItem, Vault } from '../../../src/providers/recoveryServices/model.ts';
import { contextOf, itemTarget, jobTarget, nowMs, protectableTarget, recordOf } from './actionsSupport.ts';
import {
  type Answer,
  itemId,
  itemJson,
  jobJson,
  policyId,
  policyJson,
  protectableJson,
  softDeletedProperties,
  stoppedProperties,
  vaultId,
} from './fakeArm.ts';
import { trackers } from '../../../src/providers/trackers.ts';

const jobsList = `${vaultId}/backupJobs`;
const before = { [itemId]: itemJson(), [policyId('WeeklyPolicy')]: policyJson('WeeklyPolicy') };
const answers = { policy: policyId('WeeklyPolicy'), expiry: '2026-03-31T00:00:00Z' };

/** What the action says of its record once Azure answers as `after`. */
async function after<Of extends 'settle' | 'readBack'>(
  what: Of,
  action: Action<ProtectedItem>,
  routes: Readonly<Record<string, Answer>>,
  start: Readonly<Record<string, Answer>> = before,
): Promise<Awaited<ReturnType<Action<ProtectedItem>[Of]>>> {
  const record = await recordOf(action, contextOf(start).context, itemTarget(), answers);
  return (await action[what](contextOf(routes).context, record)) as Awaited<ReturnType<Action<ProtectedItem>[Of]>>;
}

describe('settling a request that got no answer', () => {
  it('follows the one job of this item and operation that started since the look before it', async () => {
    const settled = await after('settle', backUpNow, {
      [jobsList]: {
        value: [
          jobJson('other-vm', { entityFriendlyName: 'web-02' }),
          jobJson('other-operation', { operation: 'ConfigureBackup' }),
          jobJson('earlier', { startTime: '2026-03-01T09:59:00Z', status: 'Completed' }),
          jobJson('mine', { operation: 'Backup (Full)' }),
        ],
      },
    });
    assert.equal(settled.found, 'started');
    const tracker = trackers.get(backUpNow.tracker);
    assert.match(
      tracker?.poll(settled.tracking).url ?? '',
      /^https:\/\/arm\.test\/.*\/backupJobs\/mine\?/,
      'the tracker can go on from it',
    );
  });

  it('tells namesakes of two resource groups apart where the job names its container', async () => {
    const namesake = jobJson('namesake', { containerName: 'IaasVMContainer;iaasvmcontainerv2;other-rg;web-01' });
    const mine = jobJson('mine', { containerName: 'iaasvmcontainerv2;web-rg;web-01' });
    const settled = await after('settle', backUpNow, { [jobsList]: { value: [namesake, mine] }, [itemId]: itemJson() });
    assert.equal(settled.found, 'started', settled.because);
    assert.match(settled.because, /Backup/);
    const without = await after('settle', backUpNow, { [jobsList]: { value: [namesake] }, [itemId]: itemJson() });
    assert.equal(without.found, 'absent', without.because);
  });

  it('does not guess between two jobs that fit', async () => {
    const settled = await after('settle', backUpNow, { [jobsList]: { value: [jobJson('one'), jobJson('two')] } });
    assert.equal(settled.found, 'unclear');
    assert.match(settled.because, /2 jobs/);
  });

  it('is absent where no such job started and the item is as it was', async () => {
    const settled = await after('settle', stopKeepData, { [jobsList]: { value: [] }, [itemId]: itemJson() });
    assert.equal(settled.found, 'absent', settled.because);
  });

  it('is unclear where the item changed but no job did it', async () => {
    for (const [action, state] of [
      [stopKeepData, itemJson(stoppedProperties)],
      [stopDeleteData, itemJson(softDeletedProperties)],
      [stopDeleteData, 404],
      [changePolicy, itemJson({ policyId: policyId('WeeklyPolicy') })],
    ] as const) {
      const settled = await after('settle', action, { [jobsList]: { value: [] }, [itemId]: state });
      assert.equal(settled.found, 'unclear', `${action.id}: ${settled.because}`);
    }
  });

  it('protect is absent while the vault does not have the item', async () => {
    const { context } = contextOf({ [policyId('WeeklyPolicy')]: policyJson('WeeklyPolicy') });
    const record = await recordOf(protectVm, context, protectableTarget(), answers);
    const settled = await protectVm.settle(contextOf({ [jobsList]: { value: [] } }).context, record);
    assert.equal(settled.found, 'absent', settled.because);
  });

  it('a failure to look is an error, never "absent"', async () => {
    await assert.rejects(after('settle', backUpNow, { [jobsList]: 500 }));
    await assert.rejects(after('settle', stopKeepData, { [jobsList]: { value: [] }, [itemId]: 403 }));
  });

  it('cancel: started where the job is being cancelled, absent where it runs on', async () => {
    const jobId = `${vaultId}/backupJobs/job-1`;
    const record = await recordOf(cancelJob, contextOf({ [jobId]: jobJson('job-1') }).context, jobTarget('job-1'));
    const cancelling = await cancelJob.settle(contextOf({ [jobId]: jobJson('job-1', { status: 'Cancelling' }) }).context, record);
    assert.equal(cancelling.found, 'started');
    const tracker = trackers.get(cancelJob.tracker);
    const answered = tracker?.step(
      cancelling.tracking,
      { status: 200, headers: {}, body: jobJson('job-1', { status: 'Cancelling' }) },
      nowMs,
    );
    assert.equal(answered?.status, 'succeeded', 'the job answers, and the read-back tells');
    const running = await cancelJob.settle(contextOf({ [jobId]: jobJson('job-1') }).context, record);
    assert.equal(running.found, 'absent');
  });

  it('a discovery cannot be looked up', async () => {
    const { context } = contextOf({});
    const target = { kind: 'vault', id: vaultId, name: 'vault-a', model: {} as Vault };
    assert.equal((await discoverVms.settle(context, await recordOf(discoverVms, context, target))).found, 'unclear');
  });
});

describe('reading back', () => {
  it('policy: the asked one is as asked; another, or a stopped item, differs', async () => {
    const weekly = { policyId: policyId('weeklypolicy').toUpperCase(), policyName: 'WeeklyPolicy' };
    const asAsked = await after('readBack', changePolicy, { [itemId]: itemJson(weekly) });
    assert.equal(asAsked.reading, 'asAsked', asAsked.sentence);
    const other = await after('readBack', changePolicy, { [itemId]: itemJson() });
    assert.equal(other.reading, 'different');
    assert.match(other.sentence, /Asked for the policy WeeklyPolicy/);
    const stopped = await after('readBack', changePolicy, { [itemId]: itemJson(stoppedProperties) });
    assert.equal(stopped.reading, 'different');
  });

  it('protect: says that the first backup is pending', async () => {
    const { context } = contextOf({ [policyId('DailyPolicy')]: policyJson('DailyPolicy') });
    const record = await recordOf(protectVm, context, protectableTarget(), { policy: policyId('DailyPolicy') });
    const pending = { protectionState: 'IRPending', lastBackupStatus: '', lastBackupTime: '2001-01-01T00:00:00Z' };
    const read = await protectVm.readBack(contextOf({ [itemId]: itemJson(pending) }).context, record);
    assert.deepEqual(read, { reading: 'asAsked', sentence: 'web-01 is protected by DailyPolicy; its first backup is pending.' });
    const absent = await protectVm.readBack(contextOf({ [`${vaultId}/backupProtectedItems`]: { value: [] } }).context, record);
    assert.equal(absent.reading, 'different');
  });

  it('backup: a recovery point from after the start, and until when it is kept', async () => {
    const point = (time: string): object => ({
      id: `${itemId}/recoveryPoints/${Date.parse(time)}`,
      name: String(Date.parse(time)),
      properties: { objectType: 'IaasVMRecoveryPoint', recoveryPointTime: time },
    });
    const points = `${itemId}/recoveryPoints`;
    const old = point('2026-02-28T02:00:00Z') as never;
    const none = await after('readBack', backUpNow, { [points]: { value: [old] } });
    assert.equal(none.reading, 'different', none.sentence);
    const fresh = await after('readBack', backUpNow, { [points]: { value: [old, point('2026-03-01T10:00:05Z') as never] } });
    assert.deepEqual(fresh, {
      reading: 'asAsked',
      sentence: 'web-01 has a recovery point of 2026-03-01 10:00 UTC, kept until 2026-03-31.',
    });
  });

  it('stop, delete, undelete: the state that each asked for', async () => {
    const list = `${vaultId}/backupProtectedItems`;
    const cases = [
      [stopKeepData, before, itemJson(stoppedProperties), 'asAsked', /recovery points are kept/],
      [stopKeepData, before, itemJson(), 'different', /should have stopped/],
      [stopDeleteData, before, itemJson(softDeletedProperties), 'asAsked', /14 more days/],
      [stopDeleteData, before, 404, 'asAsked', /gone for good/],
      [stopDeleteData, before, itemJson(), 'different', /should be deleted/],
      [undelete, { [itemId]: itemJson(softDeletedProperties) }, itemJson(stoppedProperties), 'asAsked', /back/],
      [undelete, { [itemId]: itemJson(softDeletedProperties) }, itemJson(softDeletedProperties), 'different', /soft-deleted/],
    ] as const;
    for (const [action, start, now, reading, sentence] of cases) {
      const read = await after('readBack', action, { [itemId]: now, [list]: { value: [] } }, start);
      assert.equal(read.reading, reading, `${action.id}: ${read.sentence}`);
      assert.match(read.sentence, sentence, action.id);
    }
  });

  it('delete: an item that only its list still has is soft-deleted, not gone', async () => {
    const list = { value: [itemJson(softDeletedProperties)] };
    const read = await after('readBack', stopDeleteData, { [itemId]: 404, [`${vaultId}/backupProtectedItems`]: list });
    assert.match(read.sentence, /soft delete keeps it/);
  });

  it('cancel: a job that had completed is not called cancelled', async () => {
    const jobId = `${vaultId}/backupJobs/job-1`;
    const record = await recordOf(cancelJob, contextOf({ [jobId]: jobJson('job-1') }).context, jobTarget('job-1'));
    const readings = async (status: string): Promise<string> =>
      (await cancelJob.readBack(contextOf({ [jobId]: jobJson('job-1', { status }) }).context, record)).reading;
    assert.deepEqual(await Promise.all(['Cancelled', 'Cancelling', 'InProgress', 'Completed'].map(readings)), [
      'asAsked',
      'asAsked',
      'different',
      'different',
    ]);
  });

  it('discover: how many VMs can be protected now', async () => {
    const { context } = contextOf({ [`${vaultId}/backupProtectableItems`]: { value: [protectableJson()] } });
    const target = { kind: 'vault', id: vaultId, name: 'vault-a', model: {} as Vault };
    assert.equal(
      (await discoverVms.readBack(context, await recordOf(discoverVms, context, target))).sentence,
      'vault-a can protect 1 VM more.',
    );
  });
});
