import assert from 'node:assert/strict';
import { BackupError } from '../../../src/core/errors.ts';
import {
  isCancellable,
  jobState,
  protectedItemState,
  readContainer,
  readJob,
  readPolicy,
  readProtectableItem,
  readProtectedItem,
  readRecoveryPoint,
  readVault,
  softDeleteKeeps,
  type ProtectedItemState,
} from '../../../src/providers/recoveryServices/model.ts';
import { workloadOf } from '../../../src/providers/recoveryServices/workload.ts';
import { readRecords } from '../../../src/providers/arm/record.ts';

const vault = '/subscriptions/s1/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/v1';
const containerId = `${vault}/backupFabrics/Azure/protectionContainers/IaasVMContainer;iaasvmcontainerv2;rg;web`;
const itemId = `${containerId}/protectedItems/VM;iaasvmcontainerv2;rg;web`;
const item = (properties: object): unknown => ({ id: itemId, name: 'VM;iaasvmcontainerv2;rg;web', properties });
const job = (properties: object): unknown => ({ id: `${vault}/backupJobs/j1`, name: 'j1', properties });

describe('Reading Azure records', () => {
  it('reads a protected VM and keeps Azure’s spelling and JSON', () => {
    const raw = item({
      friendlyName: 'web',
      protectedItemType: 'Microsoft.Compute/virtualMachines',
      protectionState: 'IRPending',
      protectionStatus: 'Healthy',
      lastBackupStatus: '',
      lastBackupTime: '2001-01-01T00:00:00Z',
      policyId: `${vault}/backupPolicies/P`,
      policyName: 'P',
      tomorrow: { unknown: true },
    });
    const read = readProtectedItem(raw);
    assert.equal(read.id, itemId);
    assert.equal(read.vaultId, vault);
    assert.equal(read.containerId, containerId);
    assert.equal(read.isVirtualMachine, true);
    assert.equal(read.lastBackupStatus, undefined, 'an empty status is none');
    assert.equal(read.lastBackupTime, undefined, '2001-01-01 means never');
    assert.equal(read.raw, raw);
  });

  it('reads members in whatever casing they come', () => {
    const read = readProtectableItem({
      id: `${containerId}/protectableItems/x`,
      properties: { IsProtectable: false, WorkLoadType: 'SQL', ISAUTOPROTECTABLE: 'True' },
    });
    assert.equal(read.isProtectable, false);
    assert.equal(read.workloadType, 'SQL');
    assert.equal(read.isAutoProtectable, true);
    assert.equal(readPolicy({ id: 'p', properties: { workLoadType: 'SQLDataBase' } }).workloadType, 'SQLDataBase');
  });

  it('never takes what only holds databases for something that can be protected itself', () => {
    const protectable = (properties: object): boolean =>
      readProtectableItem({ id: `${containerId}/protectableItems/x`, properties }).isProtectable;
    for (const properties of [
      { workloadItemType: 'SQLInstance' },
      { protectableItemType: 'SQLInstance', isProtectable: true },
      { protectableItemType: 'SQLAvailabilityGroupContainer' },
    ]) {
      assert.equal(protectable(properties), false, JSON.stringify(properties));
    }
    assert.equal(protectable({ protectableItemType: 'SAPHanaDBInstance', IsProtectable: true }), true, 'which is backed up by snapshots');
    assert.equal(protectable({ protectableItemType: 'SQLDataBase' }), true);
  });

  it('knows a VM under every name that Azure has for one', () => {
    for (const type of ['Microsoft.Compute/virtualMachines', 'AzureIaaSVMProtectedItem', 'Microsoft.ClassicCompute/virtualMachines']) {
      assert.equal(readProtectedItem(item({ protectedItemType: type })).isVirtualMachine, true, type);
    }
    assert.equal(readProtectedItem(item({ protectedItemType: 'AzureVmWorkloadSQLDatabase' })).isVirtualMachine, false);
  });

  it('reads kinds it has never heard of', () => {
    const read = readProtectedItem({ id: '/x/y', properties: { protectedItemType: 'Quantum', protectionState: 'Entangled' } });
    assert.deepEqual([read.id, read.name, read.friendlyName, read.protectionState], ['/x/y', 'y', 'y', 'Entangled']);
  });

  it('takes members of unexpected types as absent', () => {
    const read = readProtectedItem(
      item({ friendlyName: { a: 1 }, healthDetails: 'none', extendedInfo: [], policyId: 7, lastBackupTime: 12 }),
    );
    assert.equal(read.friendlyName, 'VM;iaasvmcontainerv2;rg;web');
    assert.deepEqual(read.healthDetails, []);
    assert.equal(read.lastBackupTime, undefined);
  });

  it('tells what is wrong with a record that cannot be read, and reads the others', () => {
    const { items, problems } = readRecords([item({}), null, 'text', { name: 'lost' }, { id: 7 }, [], item({})], readProtectedItem);
    assert.equal(items.length, 2);
    assert.deepEqual(
      problems.map(({ index }) => index),
      [1, 2, 3, 4, 5],
    );
    assert.match(problems[0]?.error.message ?? '', /protected item.*expected an object, got null/);
    assert.match(problems[2]?.error.message ?? '', /expected an id, got nothing \(its name is lost\)/);
    assert.ok(problems.every(({ error }) => error instanceof BackupError && error.facts.code === 'MalformedRecord'));
  });

  it('reads a vault’s soft delete settings, and none where securitySettings has null members', () => {
    const full = readVault({
      id: vault,
      location: 'westeurope',
      sku: { name: 'RS0' },
      properties: {
        provisioningState: 'Succeeded',
        securitySettings: { softDeleteSettings: { softDeleteState: 'AlwaysON', softDeleteRetentionPeriodInDays: 14 } },
      },
    });
    assert.deepEqual(full.softDelete, { state: 'AlwaysON', retentionDays: 14 });
    assert.deepEqual([full.name, full.resourceGroup, full.subscriptionId, full.sku], ['v1', 'rg', 's1', 'RS0']);
    assert.deepEqual(readVault({ id: vault, properties: { securitySettings: { softDeleteSettings: null } } }).softDelete, {});
  });

  it('reads a container by its kind’s own names', () => {
    const read = readContainer({
      id: containerId,
      properties: {
        friendlyName: '',
        containerType: 'AzureSqlContainer',
        registrationStatus: 'SoftDeleted',
        healthStatus: 'Deleted',
        isScheduledForDeferredDelete: true,
      },
    });
    assert.equal(read.friendlyName, 'IaasVMContainer;iaasvmcontainerv2;rg;web', 'an empty friendly name is none');
    assert.equal(read.isScheduledForDeferredDelete, true);
    assert.equal(read.healthStatus, 'Deleted');
  });

  it('reads recovery points whose tiers are words or numbers, and expiries without a zone as UTC', () => {
    const read = readRecoveryPoint({
      id: `${itemId}/recoveryPoints/1`,
      properties: {
        objectType: 'IaasVMRecoveryPoint',
        recoveryPointTime: '2025-05-28T10:50:47Z',
        recoveryPointTierDetails: [{ type: 'InstantRP', status: 'Deleted' }, { type: 2, status: 1 }, { type: 9 }],
        recoveryPointProperties: { expiryTime: '2024-01-20T00:00:00.0000000', isSoftDeleted: true },
      },
    });
    assert.deepEqual(read.tiers, [{ type: 'InstantRP', status: 'Deleted' }, { type: 'HardenedRP', status: 'Valid' }, { type: '9' }]);
    assert.equal(Date.parse(read.expiryTime ?? ''), Date.UTC(2024, 0, 20));
    assert.equal(read.isSoftDeleted, true);
    assert.equal(read.protectedItemId, itemId);
  });

  it('reads log ranges of databases', () => {
    const range = { startTime: '2025-01-01T00:00:00Z', endTime: '2025-01-02T00:00:00Z' };
    const read = readRecoveryPoint({ id: 'x', properties: { type: 'Log', timeRanges: [range, { startTime: 'never' }] } });
    assert.equal(read.recoveryPointType, 'Log');
    assert.deepEqual(read.timeRanges, [{ start: range.startTime, end: range.endTime }]);
  });

  it('reads a job with tasks, percentage, property bag and errors', () => {
    const read = readJob(
      job({
        entityFriendlyName: 'web',
        operation: 'Backup',
        status: 'InProgress',
        startTime: '2023-12-21T04:57:32.8024048Z',
        duration: 'PT30.6870948S',
        actionsInfo: [1, 'Retriable', 5],
        errorDetails: [
          {
            errorCode: 400446,
            errorTitle: 'UserErrorX',
            errorString: 'It was so: https://b.example/f?sv=1&sig=SIGNED',
            recommendations: ['Do that.'],
          },
        ],
        extendedInfo: {
          tasksList: [
            { taskId: 'Take Snapshot', status: 'Completed', duration: 'PT1S' },
            { taskId: 'Transfer data to vault', status: 'NotStarted', taskExecutionDetails: '1 GB / 2 GBs' },
            { taskId: 'Dance', status: 'Whirling' },
            null,
          ],
          propertyBag: { 'Recovery point time ': '1/1/2025', 'Backup Size': '13610 MB', Empty: '' },
          progressPercentage: 120,
          estimatedRemainingDuration: 'PT2M',
        },
      }),
    );
    assert.deepEqual(read.actions, ['Cancellable', 'Retriable', '5']);
    assert.deepEqual(
      read.tasks.map(({ name, status }) => [name, status]),
      [
        ['Take Snapshot', 'succeeded'],
        ['Transfer data to vault', 'notStarted'],
        ['Dance', 'unknown'],
      ],
    );
    assert.equal(read.percent, 100);
    assert.deepEqual(read.properties, { 'Recovery point time': '1/1/2025', 'Backup Size': '13610 MB' });
    assert.deepEqual(read.errors, [
      { code: 'UserErrorX', message: 'It was so: https://b.example/f?sv=1', remedies: ['Do that.'], detail: { errorCode: '400446' } },
    ]);
    assert.equal(isCancellable(read), true);
  });

  it('offers no cancelling of an ended job, though Azure leaves it marked', () => {
    assert.equal(isCancellable(readJob(job({ status: 'Completed', actionsInfo: ['Cancellable'] }))), false);
    assert.equal(isCancellable(readJob(job({ status: 'Cancelling', actionsInfo: ['Cancellable'] }))), false);
  });

  it('does not take an unknown job status for an end', () => {
    assert.equal(jobState(readJob(job({ status: 'Hibernating' }))), 'unknown');
    assert.equal(jobState(readJob(job({}))), 'unknown');
    assert.equal(jobState(readJob(job({ status: 'completedwithwarnings' }))), 'succeededWithWarnings');
  });
});

describe('State of a protected item', () => {
  const now = Date.UTC(2025, 4, 20, 12);
  const deleted = { isScheduledForDeferredDelete: true, protectionState: 'ProtectionStopped' };
  const cases: [string, object, ProtectedItemState][] = [
    ['protected', { protectionState: 'Protected', healthStatus: 'Passed', lastBackupStatus: 'Completed' }, { kind: 'healthy' }],
    ['protected workload', { protectionState: 'Protected', lastBackupStatus: 'Healthy', protectionStatus: 'Healthy' }, { kind: 'healthy' }],
    ['no backup yet', { protectionState: 'IRPending', lastBackupStatus: 'IRPending' }, { kind: 'firstBackupPending' }],
    [
      'pending, with the error of no error',
      { protectionState: 'IRPending', lastBackupErrorDetail: { code: 'Success', message: '' } },
      { kind: 'firstBackupPending' },
    ],
    [
      'first backup failed',
      { protectionState: 'IRPending', lastBackupStatus: 'Failed' },
      { kind: 'failed', reason: 'The last backup failed' },
    ],
    ['stopped', { protectionState: 'ProtectionStopped', policyId: '' }, { kind: 'stopped' }],
    ['suspended', { protectionState: 'BackupsSuspended' }, { kind: 'suspended' }],
    [
      'last backup failed',
      { protectionState: 'Protected', lastBackupStatus: 'Unhealthy', lastBackupErrorDetail: { code: 'X', message: 'The VM is off.' } },
      { kind: 'failed', reason: 'The VM is off.' },
    ],
    [
      'not reachable',
      { protectionState: 'Protected', protectedItemHealthStatus: 'NotReachable' },
      { kind: 'unhealthy', reason: 'NotReachable' },
    ],
    ['a state of tomorrow', { protectionState: 'Levitating' }, { kind: 'unknown', said: 'Levitating' }],
    [
      // The moment is that of the delete, not of the purge.
      'soft-deleted two and a half days ago',
      {
        ...deleted,
        deferredDeleteTimeInUTC: '2025-05-18T00:00:00Z',
        softDeleteRetentionPeriod: 14,
        deferredDeleteTimeRemaining: '13.23:59:44.0256366',
      },
      { kind: 'softDeleted', daysLeft: 12 },
    ],
    [
      'soft-deleted, with only the rest given',
      { ...deleted, deferredDeleteTimeRemaining: '13.23:59:44.0256366' },
      { kind: 'softDeleted', daysLeft: 14 },
    ],
    ['soft-deleted, hours left', { ...deleted, deferredDeleteTimeRemaining: '05:00:00' }, { kind: 'softDeleted', daysLeft: 1 }],
    [
      'soft-deleted, purge overdue',
      { ...deleted, deferredDeleteTimeInUTC: '2025-05-01T00:00:00Z', softDeleteRetentionPeriod: 14 },
      { kind: 'softDeleted', daysLeft: 0 },
    ],
    ['soft-deleted, nothing else said', deleted, { kind: 'softDeleted' }],
  ];
  for (const [title, properties, expected] of cases) {
    it(title, () => assert.deepEqual(protectedItemState(readProtectedItem(item(properties)), now), expected));
  }

  it('knows whether a vault keeps what is deleted', () => {
    const config = (softDeleteFeatureState?: string): unknown => ({ properties: { softDeleteFeatureState } });
    assert.equal(softDeleteKeeps(config('Enabled')), true);
    assert.equal(softDeleteKeeps(config('AlwaysON')), true);
    assert.equal(softDeleteKeeps(config('Disabled')), false);
    assert.equal(softDeleteKeeps(config()), undefined);
  });
});

describe('Policies in a line', () => {
  const summaries: [string, object, string, string][] = [
    [
      'daily VM policy',
      {
        timeZone: 'UTC',
        schedulePolicy: { scheduleRunFrequency: 'Daily', scheduleRunTimes: ['2023-12-21T14:30:00Z'] },
        retentionPolicy: { dailySchedule: { retentionDuration: { count: 30, durationType: 'Days' } } },
        instantRpRetentionRangeInDays: 2,
      },
      'Daily at 14:30 UTC',
      '30 days; snapshots 2 days',
    ],
    [
      'hourly VM policy',
      {
        schedulePolicy: {
          scheduleRunFrequency: 'Hourly',
          hourlySchedule: { interval: 4, scheduleWindowStartTime: '2023-12-21T08:00:00Z', scheduleWindowDuration: 12 },
        },
      },
      'Every 4 hours from 08:00 UTC for 12 hours',
      '',
    ],
    [
      'weekly and yearly',
      {
        timeZone: 'W. Europe Standard Time',
        schedulePolicy: {
          scheduleRunFrequency: 'Weekly',
          scheduleRunDays: ['Sunday', 'Tuesday'],
          scheduleRunTimes: ['2017-10-20T09:30:00Z'],
        },
        retentionPolicy: {
          weeklySchedule: { retentionDuration: { count: 1, durationType: 'Weeks' } },
          yearlySchedule: { retentionDuration: { count: 10, durationType: 'Years' } },
        },
      },
      'Weekly on Sunday, Tuesday at 09:30 W. Europe Standard Time',
      'weekly 1 week; yearly 10 years',
    ],
    [
      'many days of a week',
      {
        schedulePolicy: {
          scheduleRunFrequency: 'Weekly',
          scheduleRunDays: ['Monday', 'Tuesday', 'Friday'],
          scheduleRunTimes: ['2017-10-20T09:30:00Z'],
        },
      },
      'Weekly on Mon, Tue, Fri at 09:30 UTC',
      '',
    ],
    [
      'database policy with parts',
      {
        settings: { timeZone: 'UTC' },
        subProtectionPolicy: [
          {
            policyType: 'Full',
            schedulePolicy: { scheduleRunFrequency: 'Daily', scheduleRunTimes: ['2020-01-01T22:00:00Z'] },
            retentionPolicy: { retentionDuration: { count: 30, durationType: 'Days' } },
          },
          {
            policyType: 'Log',
            schedulePolicy: { scheduleFrequencyInMins: 60 },
            retentionPolicy: { retentionDuration: { count: 15, durationType: 'Days' } },
          },
        ],
      },
      'Full: daily at 22:00 UTC; Log: every hour',
      'Full: 30 days; Log: 15 days',
    ],
    ['a form of tomorrow', { schedulePolicy: { moonPhase: 'full' }, retentionPolicy: 7 }, '', ''],
  ];
  for (const [title, properties, schedule, retention] of summaries) {
    it(title, () => {
      const policy = readPolicy({ id: 'p', properties });
      assert.equal(policy.schedule, schedule);
      assert.equal(policy.retention, retention);
    });
  }

  it('are told type by type for databases, and whether they compress', () => {
    const part = (policyType: string): object => ({
      policyType,
      schedulePolicy: { scheduleFrequencyInMins: 15 },
      retentionPolicy: { retentionDuration: { count: 15, durationType: 'Days' } },
    });
    const read = (settings: object): ReturnType<typeof readPolicy> =>
      readPolicy({ id: 'p', properties: { settings, subProtectionPolicy: [part('Log')] } });
    assert.deepEqual(read({}).parts, [{ type: 'Log', schedule: 'Every 15 minutes', retention: '15 days' }]);
    assert.equal(read({ isCompression: true, issqlcompression: false }).compresses, true, 'the older name is not asked');
    assert.equal(read({ issqlcompression: true }).compresses, true);
    assert.equal(read({}).compresses, undefined);
    assert.deepEqual(readPolicy({ id: 'p', properties: { schedulePolicy: {} } }).parts, []);
  });
});

describe('Workloads that can be changed', () => {
  const keyOf = (clues: object): string | undefined => workloadOf({ isVirtualMachine: false, ...clues })?.key;

  it('are VMs and SQL Server in VMs, in each word that Azure has for them', () => {
    assert.equal(keyOf({ isVirtualMachine: true, backupManagementType: 'AzureIaasVM' }), 'vm');
    for (const clues of [
      { itemType: 'AzureVmWorkloadSQLDatabase', workloadType: 'SQLDataBase' },
      { itemType: 'SQLDataBase', workloadType: 'SQL' },
      { itemType: 'SQLInstance', workloadType: 'SQL' },
      { itemType: 'SQLAvailabilityGroupContainer', workloadType: 'SQL' },
    ]) {
      assert.equal(keyOf({ ...clues, backupManagementType: 'AzureWorkload' }), 'sql', clues.itemType);
    }
  });

  it('are not those of other services and systems', () => {
    assert.equal(
      keyOf({ itemType: 'Microsoft.Sql/servers/databases', workloadType: 'SQLDataBase', backupManagementType: 'AzureSql' }),
      undefined,
    );
    assert.equal(keyOf({ itemType: 'AzureVmWorkloadSAPHanaDatabase', backupManagementType: 'AzureWorkload' }), undefined);
    assert.equal(keyOf({ itemType: 'AzureFileShareProtectedItem', backupManagementType: 'AzureStorage' }), undefined);
  });
});
