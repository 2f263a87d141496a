/** What our models hold, under the names of `expected.ts`. */
import {
  isCancellable,
  jobState,
  protectedItemState,
  type AzureRecord,
  type Container,
  type Job,
  type Policy,
  type ProtectableItem,
  type ProtectedItem,
  type ProtectionIntent,
  type RecoveryPoint,
  type Vault,
} from '../../src/providers/recoveryServices/model.ts';
import type { Shown } from './expected.ts';
import type { Kind } from './readers.ts';
import { ms } from './raw.ts';
import { armViews } from './shownArm.ts';

const views: Readonly<Record<Kind, (model: never, expected: Shown) => Shown>> = {
  vault: (vault: Vault) => ({
    state: vault.provisioningState,
    location: vault.location,
    sku: vault.sku,
    softDelete: vault.softDelete.state,
    softDeleteDays: vault.softDelete.retentionDays,
    redundancy: vault.storageRedundancy,
  }),
  container: (container: Container) => ({
    state: container.registrationStatus,
    health: container.healthStatus,
    friendlyName: container.friendlyName,
    containerType: container.containerType,
    management: container.backupManagementType,
    source: container.sourceResourceId,
    deleted: container.isScheduledForDeferredDelete,
    count: container.protectedItemCount,
  }),
  'protectable item': (item: ProtectableItem) => ({
    state: item.protectionState,
    friendlyName: item.friendlyName,
    itemType: item.itemType,
    management: item.backupManagementType,
    workload: item.workloadType,
    machine: item.isVirtualMachine ? item.sourceResourceId : undefined,
    server: item.serverName,
    protectable: item.isProtectable,
  }),
  'protected item': (item: ProtectedItem) => ({
    state: item.protectionState,
    protectionStatus: item.protectionStatus,
    health: item.healthStatus,
    friendlyName: item.friendlyName,
    itemType: item.itemType,
    management: item.backupManagementType,
    workload: item.workloadType,
    container: item.containerName,
    source: item.sourceResourceId,
    lastBackup: item.lastBackupStatus,
    lastBackupAt: ms(item.lastBackupTime),
    lastPointAt: ms(item.lastRecoveryPointTime),
    policy: item.policyId,
    policyName: item.policyName,
    deleted: item.isScheduledForDeferredDelete,
    deletedAt: ms(item.deletedAt),
    remaining: item.deferredDeleteTimeRemaining,
    softDeleteDays: item.softDeleteRetentionDays,
    points: item.recoveryPointCount,
    error: item.lastBackupError?.code,
    word: itemWord(item),
  }),
  policy: (policy: Policy, expected) => ({
    state: policy.protectedItemsCount,
    management: policy.backupManagementType,
    workload: policy.workloadType,
    policyType: policy.policyType,
    scheduled: policy.schedule !== '',
    // A sentence: each recorded count must stand in it.
    counts: (expected['counts'] as string[]).filter((count) => policy.retention.includes(count)),
  }),
  job: (job: Job) => ({
    state: job.status,
    operation: job.operation,
    entity: job.entityFriendlyName,
    startedAt: ms(job.startTime),
    endedAt: ms(job.endTime),
    duration: job.duration,
    percent: job.percent,
    remaining: job.remaining,
    tasks: job.tasks.map(({ name, status }) => `${name} ${status}`),
    errors: job.errors.map(({ code }) => code),
    bag: Object.entries(job.properties).map(([key, value]) => `${key}: ${value}`),
    cancellable: isCancellable(job),
    word: jobState(job),
  }),
  'recovery point': (point: RecoveryPoint) => ({
    state: point.recoveryPointType,
    objectType: point.objectType,
    at: ms(point.time),
    tiers: point.tiers.map(({ type, status }) => `${type} ${status}`),
    expiresAt: ms(point.expiryTime),
    rule: point.ruleName,
    ranges: point.timeRanges.length,
  }),
  'protection intent': (intent: ProtectionIntent) => ({
    state: intent.protectionState,
    intentType: intent.intentType,
    management: intent.backupManagementType,
    item: intent.itemId,
    policy: intent.policyId,
  }),
  'vault configuration': () => ({}),
  ...armViews,
};

/** The days are counted at the moment of the answer, which the recording tells by what was left then; else at the delete. */
function itemWord(item: ProtectedItem): string {
  const left = /^(?:(\d+)\.)?(\d+):(\d+):(\d+(?:\.\d+)?)/.exec(item.deferredDeleteTimeRemaining ?? '');
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = left ?? [];
  const wholeMs = (item.softDeleteRetentionDays ?? 0) * 86_400_000;
  const leftMs = left ? (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 : wholeMs;
  const state = protectedItemState(item, (ms(item.deletedAt) ?? 0) + wholeMs - leftMs);
  return state.kind === 'softDeleted' && state.daysLeft !== undefined ? `softDeleted ${state.daysLeft}` : state.kind;
}

export function shownOf(model: AzureRecord, kind: Kind, expected: Shown): Shown {
  return { id: model.id, name: model.name, ...views[kind](model as never, expected) };
}
