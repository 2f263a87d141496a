import assert from 'node:assert/strict';
import { BackupError } from '../../../src/core/errors.ts';
import { backUpNow, refuseExpiry } from '../../../src/providers/recoveryServices/actions/backUpNow.ts';
import { discoverVms } from '../../../src/providers/recoveryServices/actions/discover.ts';
import { cancelJob, followJob } from '../../../src/providers/recoveryServices/actions/jobActions.ts';
import { changePolicy, resumeProtection } from '../../../src/providers/recoveryServices/actions/policyActions.ts';
import { protectVm } from '../../../src/providers/recoveryServices/actions/protectVm.ts';
import { stopDeleteData, stopKeepData, undelete } from '../../../src/providers/recoveryServices/actions/stopActions.ts';
import type { Vault } from '../../../src/providers/recoveryServices/model.ts';
import { bodyOf, contextOf, itemTarget, jobTarget, lineOf, nowMs, protectableTarget } from './actionsSupport.ts';
import {
  itemId,
  itemJson,
  jobJson,
  policyId,
  policyJson,
  serverTime,
  softDeletedProperties,
  stoppedProperties,
  vaultId,
  vmId,
} from './fakeArm.ts';

const code = (expected: string) => (error: unknown) => {
  assert.ok(error instanceof BackupError, String(error));
  assert.equal(error.facts.code, expected, error.message);
  return true;
};
const source = { protectedItemType: 'Microsoft.Compute/virtualMachines', sourceResourceId: vmId };

describe('requests of actions', () => {
  it('discover: POST refreshContainers of the vault as Azure’s tools do for VMs, no filter and no body', async () => {
    const { context, arm } = contextOf({});
    const target = { kind: 'vault', id: vaultId, name: 'vault-a', model: {} as Vault };
    const { request } = await discoverVms.build(context, target, {});
    assert.equal(lineOf(request), `POST ${vaultId}/backupFabrics/Azure/refreshContainers`);
    assert.equal(new URL(request.url).searchParams.get('$filter'), null);
    assert.equal(request.body, undefined);
    assert.deepEqual(arm.asked, [], 'nothing needs to be looked at');
  });

  it('protect: PUT of the item that the VM becomes, with its id and the policy', async () => {
    const { context } = contextOf({ [policyId('DailyPolicy')]: policyJson('DailyPolicy') }, nowMs + 3_600_000);
    const { request, intent } = await protectVm.build(context, protectableTarget(), { policy: policyId('DailyPolicy') });
    assert.equal(lineOf(request).toLowerCase(), `put ${itemId}`.toLowerCase());
    assert.deepEqual(bodyOf(request), { properties: { ...source, policyId: policyId('DailyPolicy') } });
    assert.equal(intent['jobOperation'], 'ConfigureBackup');
    assert.equal(intent['seenAt'], serverTime, "the service's clock, not ours");
  });

  it('back up now: POST backup with the expiry in UTC', async () => {
    const { context } = contextOf({ [itemId]: itemJson() }, nowMs + 3_600_000);
    const { request, intent } = await backUpNow.build(context, itemTarget(), { expiry: '2026-03-31T21:59:59.000Z' });
    assert.equal(lineOf(request), `POST ${itemId}/backup`);
    assert.deepEqual(bodyOf(request), {
      properties: { objectType: 'IaasVMBackupRequest', recoveryPointExpiryTimeInUTC: '2026-03-31T21:59:59.000Z' },
    });
    assert.equal(intent['seenAt'], serverTime, "the service's clock, not ours");
  });

  it('change policy and resume: PUT with the policy', async () => {
    for (const [action, state] of [
      [changePolicy, {}],
      [resumeProtection, stoppedProperties],
    ] as const) {
      const { context } = contextOf({ [itemId]: itemJson(state), [policyId('WeeklyPolicy')]: policyJson('WeeklyPolicy') });
      const { request } = await action.build(context, itemTarget(), { policy: policyId('WeeklyPolicy') });
      assert.equal(lineOf(request), `PUT ${itemId}`, action.id);
      assert.deepEqual(bodyOf(request), { properties: { ...source, policyId: policyId('WeeklyPolicy') } }, action.id);
    }
  });

  it('stop and keep data: PUT with an empty policy and ProtectionStopped', async () => {
    const { context } = contextOf({ [itemId]: itemJson() });
    const { request } = await stopKeepData.build(context, itemTarget(), {});
    assert.equal(lineOf(request), `PUT ${itemId}`);
    assert.deepEqual(bodyOf(request), { properties: { ...source, policyId: '', protectionState: 'ProtectionStopped' } });
  });

  it('stop and delete data: DELETE without a body', async () => {
    const { context } = contextOf({ [itemId]: itemJson() });
    const { request } = await stopDeleteData.build(context, itemTarget(), {});
    assert.equal(lineOf(request), `DELETE ${itemId}`);
    assert.equal(request.body, undefined);
  });

  it('undelete: PUT with isRehydrate, protection stays stopped', async () => {
    const { context } = contextOf({ [itemId]: itemJson(softDeletedProperties) });
    const { request } = await undelete.build(context, itemTarget(softDeletedProperties), {});
    assert.equal(lineOf(request), `PUT ${itemId}`);
    assert.deepEqual(bodyOf(request), { properties: { ...source, policyId: '', isRehydrate: true, protectionState: 'ProtectionStopped' } });
  });

  it('cancel: POST cancel of the job, no body', async () => {
    const { context } = contextOf({ [`${vaultId}/backupJobs/job-1`]: jobJson('job-1') });
    const { request } = await cancelJob.build(context, jobTarget('job-1'), {});
    assert.equal(lineOf(request), `POST ${vaultId}/backupJobs/job-1/cancel`);
    assert.equal(request.body, undefined);
  });

  it('follow: the job itself, nothing is sent', () => {
    const followed = followJob.follow(jobTarget('job-1'), 'https://arm.test');
    assert.equal(followed.job.id, `${vaultId}/backupJobs/job-1`);
    assert.equal(followed.job.cancellable, true);
    assert.equal(followed.target.name, 'web-01');
  });
});

describe('what is refused before anything is sent', () => {
  it('an item that has gone', async () => {
    for (const action of [backUpNow, stopKeepData, stopDeleteData, undelete, changePolicy, resumeProtection]) {
      const { context } = contextOf({});
      const answers = { expiry: '2026-03-31T00:00:00Z', policy: policyId('WeeklyPolicy') };
      await assert.rejects(
        Promise.resolve().then(() => action.build(context, itemTarget(), answers)),
        code('ItemGone'),
        action.id,
      );
    }
  });

  it('a policy that was deleted after it was listed', async () => {
    const { context } = contextOf({ [itemId]: itemJson() });
    const policy = policyId('Gone');
    await assert.rejects(protectVm.build(context, protectableTarget(), { policy }), code('PolicyGone'));
    await assert.rejects(changePolicy.build(context, itemTarget(), { policy }), code('PolicyGone'));
  });

  it('a policy of another vault', async () => {
    const { context } = contextOf({ [itemId]: itemJson() });
    const policy = policyId('DailyPolicy').replace('vault-a', 'vault-a-b');
    await assert.rejects(protectVm.build(context, protectableTarget(), { policy }), code('PolicyOfAnotherVault'));
  });

  it('states that changed since the tree showed them', async () => {
    const answers = { expiry: '2026-03-31T00:00:00Z', policy: policyId('DailyPolicy') };
    const wrong = [
      [backUpNow, stoppedProperties],
      [backUpNow, softDeletedProperties],
      [changePolicy, stoppedProperties],
      [changePolicy, {}], // the policy that it has already
      [resumeProtection, {}],
      [resumeProtection, softDeletedProperties],
      [stopKeepData, stoppedProperties],
      [stopDeleteData, softDeletedProperties],
      [undelete, stoppedProperties],
    ] as const;
    for (const [action, state] of wrong) {
      const { context } = contextOf({ [itemId]: itemJson(state), [policyId('DailyPolicy')]: policyJson('DailyPolicy') });
      await assert.rejects(action.build(context, itemTarget(), answers), code('StateChanged'), `${action.id} in ${JSON.stringify(state)}`);
    }
  });

  it('a job that has ended, although Azure leaves Cancellable on it; a running one without it', async () => {
    for (const properties of [{ status: 'Completed' }, { actionsInfo: [] }, { status: 'Cancelling' }]) {
      const { context } = contextOf({ [`${vaultId}/backupJobs/job-1`]: jobJson('job-1', properties) });
      await assert.rejects(cancelJob.build(context, jobTarget('job-1'), {}), code('NotCancellable'), JSON.stringify(properties));
    }
  });

  it('an expiry in the past, past 99 years, unparsable or missing', async () => {
    const { context, arm } = contextOf({ [itemId]: itemJson() });
    for (const expiry of ['2026-03-01T09:59:59Z', '2125-03-02T10:00:00Z', 'soon', '']) {
      await assert.rejects(backUpNow.build(context, itemTarget(), { expiry }), code('ExpiryRefused'), expiry);
    }
    assert.deepEqual(arm.asked, [], 'refused before a request is made');
    assert.equal(refuseExpiry(nowMs + 1, nowMs), undefined);
    assert.equal(refuseExpiry(Date.parse('2125-03-01T10:00:00Z'), nowMs), undefined, '99 years to the millisecond');
    assert.match(refuseExpiry(nowMs, nowMs) ?? '', /passed/);
  });

  it('proposes 30 days', () => {
    const [question] = backUpNow.questions;
    assert.equal(question?.type, 'date');
    assert.equal(question.propose(nowMs, [], {}), nowMs + 30 * 86_400_000);
  });
});
