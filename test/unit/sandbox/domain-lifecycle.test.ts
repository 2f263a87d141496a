import assert from 'node:assert/strict';
import { backupRequest, day, Domain, itemPath, minute, protection, second } from './domainSupport.ts';

const vault = 'rsv-stores-gwc';
const machine = 'pos-gw-berlin';

describe('sandbox domain: the life of a protected machine', () => {
  let domain: Domain;
  let vaultId: string;
  let item: string;
  beforeEach(() => {
    domain = new Domain();
    vaultId = domain.vaultId(vault);
    item = itemPath(vaultId, domain.machineId(machine));
  });

  const protect = async (policy = 'DefaultPolicy'): Promise<void> => {
    const accepted = await domain.call('PUT', item, protection(domain.machineId(machine), `${vaultId}/backupPolicies/${policy}`));
    assert.equal(accepted.status, 202);
    domain.pass(41 * second);
  };
  const backUp = async (): Promise<void> => {
    assert.equal((await domain.call('POST', `${item}/backup`, backupRequest)).status, 202);
    domain.pass(20 * minute);
  };

  it('protect: 202 with both URLs of the item, InProgress, then Succeeded with a ConfigureBackup job and an IRPending item', async () => {
    const accepted = await domain.call('PUT', item, protection(domain.machineId(machine), `${vaultId}/backupPolicies/DefaultPolicy`));
    assert.deepEqual([accepted.status, accepted.body, accepted.headers['Retry-After']], [202, undefined, '60']);
    const [status, result] = [accepted.headers['Azure-AsyncOperation'] ?? '', accepted.headers.Location ?? ''];
    assert.match(
      status,
      /protectedItems\/vm;iaasvmcontainerv2;rg-stores-de;pos-gw-berlin\/operationsStatus\/[0-9a-f-]{36}\?api-version=2025-02-01&t=/,
    );
    assert.match(result, /protectedItems\/vm;.*\/operationResults\//);
    assert.ok(status.length > 2500, 'signed URLs are some 3 kB');
    const early = await domain.get(status);
    const guid = /operationsStatus\/([^?]+)/.exec(status)?.[1];
    assert.deepEqual(early.body, {
      id: guid,
      name: guid,
      status: 'InProgress',
      startTime: early.at('startTime'),
      endTime: '0001-01-01T00:00:00',
    });
    assert.equal((await domain.all(`${vaultId}/backupProtectedItems`)).length, 0);
    domain.pass(41 * second);
    const late = await domain.get(status);
    assert.deepEqual([late.at('status'), late.at('endTime')], ['Succeeded', late.at('startTime')]);
    assert.equal(late.at('properties.objectType'), 'OperationStatusJobExtendedInfo');
    const job = await domain.get(`${vaultId}/backupJobs/${String(late.at('properties.jobId'))}`);
    assert.deepEqual(
      [job.at('properties.operation'), job.at('properties.status'), job.at('properties.extendedInfo.propertyBag')],
      ['ConfigureBackup', 'Completed', { 'VM Name': machine, 'Policy Name': 'DefaultPolicy' }],
    );
    assert.equal(job.at('properties.actionsInfo'), undefined);
    const read = (await domain.get(result)).body;
    assert.deepEqual(read, (await domain.get(item)).body);
    const { properties } = await domain.item(vault, machine);
    assert.deepEqual(
      [
        properties.protectionState,
        properties.protectionStatus,
        properties.healthStatus,
        properties.lastBackupStatus,
        properties.lastBackupTime,
      ],
      ['IRPending', 'Healthy', 'Passed', '', '2001-01-01T00:00:00Z'],
    );
    assert.equal(properties.vaultId, `https://127.0.0.1:8443${vaultId}`);
  });

  it('the same guid answers at backupOperations, unsigned and in other casing', async () => {
    const accepted = await domain.call('PUT', item, protection(domain.machineId(machine), `${vaultId}/backupPolicies/DefaultPolicy`));
    const guid = /operationsStatus\/([^?]+)/.exec(accepted.headers['Azure-AsyncOperation'] ?? '')?.[1] ?? '';
    assert.equal((await domain.get(`${vaultId.toUpperCase()}/BACKUPOPERATIONS/${guid.toUpperCase()}`)).at('id'), guid);
  });

  it('operation results are 202 twice at least and then stay at their end', async () => {
    const accepted = await domain.call('PUT', item, protection(domain.machineId(machine), `${vaultId}/backupPolicies/DefaultPolicy`));
    domain.pass(5 * minute);
    const codes: number[] = [];
    for (let poll = 0; poll < 4; poll++) {
      codes.push((await domain.get(accepted.headers.Location ?? '')).status);
    }
    assert.deepEqual(codes, [202, 202, 200, 200]);
  });

  it('backup: tasks move from NotStarted to Completed, the percentage is 100 before the end, the point gains its tiers', async () => {
    await protect();
    const accepted = await domain.call('POST', `${item}/backup`, {
      properties: { objectType: 'IaasVMBackupRequest', recoveryPointExpiryTimeInUTC: '2026-06-29T00:00:00.000Z' },
    });
    domain.pass(4 * second);
    const seen: unknown[][] = [];
    const tiers: unknown[] = [];
    for (let step = 0; step < 80; step++) {
      const job = await domain.jobOf(vault, accepted);
      const tasks = job.at('properties.extendedInfo.tasksList') as { taskId: string; status: string }[];
      seen.push([...tasks.map((task) => task.status), job.at('properties.extendedInfo.progressPercentage'), job.at('properties.status')]);
      const points = await domain.all(`${item}/recoveryPoints`);
      tiers.push(
        points.map((point) => (point.properties.recoveryPointTierDetails as { type: string }[]).map((tier) => tier.type).join()).join(),
      );
      domain.pass(10 * second);
    }
    assert.deepEqual(seen[0], ['InProgress', 'NotStarted', undefined, 'InProgress']);
    const percentages = seen.map((row) => row[2]).filter((value) => value !== undefined) as number[];
    assert.ok(
      percentages.length > 10 && percentages.every((value, at) => at === 0 || value >= (percentages[at - 1] ?? 0)),
      String(percentages),
    );
    assert.ok(
      seen.some((row) => row[2] === 100 && row[3] === 'InProgress'),
      '100 while still in progress',
    );
    assert.deepEqual(seen.at(-1), ['Completed', 'Completed', 100, 'Completed']);
    assert.deepEqual([...new Set(tiers)], ['', 'InstantRP', 'InstantRP,HardenedRP']);
    const job = await domain.jobOf(vault, accepted);
    assert.deepEqual(job.at('properties.actionsInfo'), ['Cancellable'], 'stays on a completed job');
    const bag = job.at('properties.extendedInfo.propertyBag') as Record<string, string>;
    assert.equal(bag['Recovery Point Expiry Time in UTC'], '6/29/2026 12:00:00 AM');
    assert.match(bag['Backup Size'] ?? '', /^\d+ MB$/);
    assert.match(String(job.at('properties.extendedInfo.tasksList.1.taskExecutionDetails')), /^([\d.]+) GBs \/ \1 GBs Transferred$/);
    const { properties } = await domain.item(vault, machine);
    assert.deepEqual([properties.protectionState, properties.lastBackupStatus], ['Protected', 'Completed']);
    assert.equal(properties.lastBackupTime, job.at('properties.startTime'));
  });

  it('a job gives 404 for a moment after its creation', async () => {
    await protect();
    const accepted = await domain.call('POST', `${item}/backup`, backupRequest);
    const live = domain.world.vault(vaultId)?.jobs()[0];
    assert.equal((await domain.get(`${vaultId}/backupJobs/${live?.id ?? ''}`)).status, 404);
    domain.pass(3 * second);
    assert.equal((await domain.jobOf(vault, accepted)).status, 200);
  });

  it('cancel: Cancelling, then Cancelled, 202 and 204, and no point', async () => {
    await protect();
    const accepted = await domain.call('POST', `${item}/backup`, backupRequest);
    domain.pass(30 * second);
    const job = await domain.jobOf(vault, accepted);
    const cancel = await domain.call('POST', `${vaultId}/backupJobs/${String(job.at('name'))}/cancel`);
    assert.deepEqual([cancel.status, cancel.body, Object.keys(cancel.headers).sort()], [202, undefined, ['Location', 'Retry-After']]);
    assert.match(cancel.headers.Location ?? '', /backupJobs\/[0-9a-f-]+\/operationResults\//);
    assert.equal((await domain.jobOf(vault, accepted)).at('properties.status'), 'Cancelling');
    domain.pass(15 * second);
    const codes = [];
    for (let poll = 0; poll < 3; poll++) {
      codes.push((await domain.get(cancel.headers.Location ?? '')).status);
    }
    assert.deepEqual(codes, [202, 202, 204]);
    assert.equal((await domain.jobOf(vault, accepted)).at('properties.status'), 'Cancelling', 'the operation ends before the job');
    domain.pass(20 * minute);
    const end = await domain.jobOf(vault, accepted);
    assert.equal(end.at('properties.status'), 'Cancelled');
    assert.equal(end.at('properties.extendedInfo.tasksList.0.status'), 'Cancelled');
    assert.deepEqual(await domain.all(`${item}/recoveryPoints`), []);
    assert.equal((await domain.item(vault, machine)).properties.protectionState, 'IRPending');
    assert.equal((await domain.call('POST', `${vaultId}/backupJobs/${String(job.at('name'))}/cancel`)).status, 400);
  });

  it('stop, resume and change of policy', async () => {
    await protect();
    await backUp();
    const stopped = await domain.call('PUT', item, {
      properties: {
        protectedItemType: 'Microsoft.Compute/virtualMachines',
        sourceResourceId: domain.machineId(machine),
        policyId: '',
        protectionState: 'ProtectionStopped',
      },
    });
    domain.pass(3 * second);
    assert.equal((await domain.jobOf(vault, stopped)).at('properties.operation'), 'DisableBackup');
    const after = (await domain.item(vault, machine)).properties;
    assert.deepEqual([after.protectionState, after.policyId, after.policyName], ['ProtectionStopped', '', '']);
    assert.equal((await domain.all(`${item}/recoveryPoints`)).length, 1);
    const resumed = await domain.call('PUT', item, protection(domain.machineId(machine), `${vaultId}/backupPolicies/DefaultPolicy`));
    domain.pass(3 * second);
    assert.equal((await domain.jobOf(vault, resumed)).at('properties.operation'), 'ConfigureBackup');
    assert.equal((await domain.item(vault, machine)).properties.protectionState, 'Protected');
    await domain.call('PUT', item, protection(domain.machineId(machine), `${vaultId.toLowerCase()}/BACKUPPOLICIES/enhancedpolicy`));
    domain.pass(40 * second);
    const changed = (await domain.item(vault, machine)).properties;
    assert.deepEqual([changed.policyName, changed.policyType], ['EnhancedPolicy', 'V2']);
  });

  it('delete soft-deletes: vault URLs, deferred fields, SoftDeleted container; undelete leaves protection stopped', async () => {
    await protect();
    await backUp();
    const before = domain.now;
    const deleted = await domain.call('DELETE', item);
    assert.equal(deleted.status, 202);
    assert.match(deleted.headers['Azure-AsyncOperation'] ?? '', /vaults\/rsv-stores-gwc\/backupOperations\/[0-9a-f-]{36}\?/);
    assert.match(deleted.headers.Location ?? '', /vaults\/rsv-stores-gwc\/backupOperationResults\/[0-9a-f-]{36}\?/);
    domain.pass(61 * second);
    const job = await domain.jobOf(vault, deleted);
    assert.deepEqual(
      [job.at('properties.operation'), job.at('properties.extendedInfo.propertyBag')],
      ['DeleteBackupData', { 'VM Name': machine, 'Number of Recovery Points': '1' }],
    );
    assert.equal((await domain.get(deleted.headers.Location ?? '')).status, 204);
    const { properties } = await domain.item(vault, machine);
    assert.deepEqual(
      [
        properties.protectionState,
        properties.isScheduledForDeferredDelete,
        properties.softDeleteRetentionPeriod,
        properties.policyId,
        properties.policyName,
      ],
      ['ProtectionStopped', true, 14, '', ''],
    );
    assert.equal(Date.parse(String(properties.deferredDeleteTimeInUTC)), before, 'the time of the delete, not of the purge');
    assert.match(String(properties.deferredDeleteTimeRemaining), /^13\.23:58:59(\.\d+)?$/);
    const containers = await domain.all(
      `${vaultId}/backupProtectionContainers?$filter=backupManagementType eq 'AzureIaasVM' and status eq 'Registered'`,
    );
    assert.deepEqual(
      containers.map((container) => container.properties.registrationStatus),
      ['SoftDeleted'],
    );
    assert.equal((await domain.all(`${vaultId}/backupDeletedProtectionContainers`)).length, 1);
    const undeleted = await domain.call('PUT', item, {
      properties: {
        protectedItemType: 'Microsoft.Compute/virtualMachines',
        policyId: '',
        isRehydrate: true,
        protectionState: 'ProtectionStopped',
      },
    });
    domain.pass(31 * second);
    assert.equal((await domain.jobOf(vault, undeleted)).at('properties.operation'), 'Undelete');
    const again = (await domain.item(vault, machine)).properties;
    assert.equal(again.protectionState, 'ProtectionStopped');
    assert.deepEqual(
      Object.keys(again).filter((key) => /deferred/i.test(key)),
      [],
    );
    assert.equal(again.softDeleteRetentionPeriod, 0);
    domain.pass(15 * day);
    assert.equal((await domain.item(vault, machine)).properties.protectionState, 'ProtectionStopped', 'no purge after an undelete');
  });

  it('soft-deleted data is purged after 14 days and the machine can be protected again', async () => {
    await protect();
    await domain.call('DELETE', item);
    domain.pass(13 * day);
    assert.equal((await domain.all(`${vaultId}/backupProtectedItems`)).length, 1);
    domain.pass(2 * day);
    assert.equal((await domain.all(`${vaultId}/backupProtectedItems`)).length, 0);
    const free = await domain.all(`${vaultId}/backupProtectableItems?$filter=backupManagementType eq 'AzureIaasVM'`);
    assert.ok(free.some((entry) => entry.properties.friendlyName === machine));
  });

  it('policies back up on their schedule, and expired points go except the last', async () => {
    await protect();
    domain.pass(3 * day);
    const points = await domain.all(`${item}/recoveryPoints`);
    assert.equal(points.length, 3);
    assert.deepEqual(
      [...new Set((await domain.all(`${vaultId}/backupJobs?$filter=operation eq 'Backup'`)).map((job) => job.properties.status))],
      ['Completed'],
    );
    domain.pass(40 * day);
    assert.equal((await domain.all(`${item}/recoveryPoints`)).length, 30);
  });

  it('a jump over many events ends where step by step ends', async () => {
    await protect();
    const accepted = await domain.call('POST', `${item}/backup`, backupRequest);
    domain.pass(9 * day);
    assert.equal((await domain.jobOf(vault, accepted)).at('properties.status'), 'Completed');
    assert.equal((await domain.item(vault, machine)).properties.protectionState, 'Protected');
  });
});
