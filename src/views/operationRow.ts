/** What the list of the panel shows of an operation or a job: pure functions. Nothing is computed that the service did not say. */
import { armIdKey } from '../core/armId.ts';
import { hasEnded, type OperationBatch, type OperationProgress, type OperationRecord, type OperationTarget } from '../core/operation.ts';
import { backupBlobOf, madePointOf } from '../inventory/running.ts';
import { isUnsent, isWaiting } from '../operations/phase.ts';
import { canBeRetried, type Retries } from '../operations/retries.ts';
import type { Standing } from '../operations/types.ts';
import { systemOfAction } from '../providers/actionIds.ts';
import { originOfId } from '../providers/veeam/ids.ts';
import type { RowView, SystemView } from './protocol.ts';
import type { RecentJob } from './recentJobs.ts';
import { statusLooks } from './stateWords.ts';

/** What `Retries` tells of an operation. */
export type Retried = Pick<RowView, 'retry' | 'triedBy'>;

export function retriedOf(retries: Retries, record: OperationRecord): Retried {
  if (!canBeRetried(record)) {
    return {};
  }
  const triedBy = retries.triedBy(record);
  return triedBy === undefined ? { retry: 'open' } : { retry: 'made', triedBy };
}

export function operationRow(record: OperationRecord, standing: Standing, retried: Retried = {}): RowView {
  const active = !hasEnded(record.status);
  const queued = isWaiting(record);
  const stuck = standing.notConnected || record.trouble?.kind === 'paused' || record.unwatchedAt !== undefined || queued;
  return {
    id: record.id,
    source: 'operation',
    system: systemOf(record),
    title: record.title,
    ...placeOf(record.target),
    ...(record.batch === undefined ? {} : { batch: batchOf(record.batch) }),
    ...retried,
    ...(isUnsent(record) ? { unsent: true as const } : {}),
    ...looksOf(record, standing),
    active,
    moving: active && !stuck,
    ...(queued ? { queued } : {}),
    startedAt: Date.parse(record.startedAt ?? record.lane?.turnAt ?? record.createdAt),
    ...(record.endedAt === undefined ? {} : { endedAt: Date.parse(record.endedAt) }),
    ...percentOf(record.progress, active),
    search: searchOf(record.target.kind, factsOf(record)),
  };
}

export function jobRow(job: RecentJob): RowView {
  const active = !hasEnded(job.status);
  const { state, word, icon } = statusLooks[job.status];
  return {
    id: job.id,
    source: 'job',
    system: { key: 'recoveryServices', label: systemLabels.recoveryServices },
    title: job.title,
    ...placeOf(job.target),
    state,
    stateWord: word,
    icon,
    active,
    moving: active,
    startedAt: Date.parse(job.startedAt ?? job.endedAt ?? '') || 0,
    ...(job.endedAt === undefined ? {} : { endedAt: Date.parse(job.endedAt) }),
    ...percentOf(job.progress, active),
    search: searchOf(job.target.kind, [
      ['', job.name],
      ['', job.target.id],
    ]),
  };
}

/** What a person may look for it by: its job, what the service says of it, ids. Name and value. */
export function factsOf(record: OperationRecord): readonly (readonly [string, string])[] {
  const { job, target, progress } = record;
  const made = madePointOf(record);
  const blob = backupBlobOf(record);
  return [
    ...(job === undefined ? [] : [['Job', job.name] as const]),
    ...Object.entries(progress.properties ?? {}),
    ['Resource', target.id],
    ...(blob === undefined ? [] : [['Backup', blob] as const]),
    ...(made === undefined ? [] : [['New restore point', made] as const]),
  ];
}

const systemLabels: Readonly<Record<NonNullable<ReturnType<typeof systemOfAction>>, string>> = {
  recoveryServices: 'Azure Backup',
  restorePoints: 'Restore points',
  apiManagement: 'API Management',
  veeam: 'Veeam',
};

function batchOf({ id, size, retryOf }: OperationBatch): NonNullable<RowView['batch']> {
  return { id, size, ...(retryOf === undefined ? {} : { retryOf }) };
}

/** A job that is only followed belongs to no action: where it runs tells. */
function systemOf({ actionId, target }: OperationRecord): SystemView {
  const isVeeam = originOfId(target.containerId ?? target.id) !== undefined;
  const key = systemOfAction(actionId) ?? (isVeeam ? 'veeam' : 'recoveryServices');
  return { key, label: systemLabels[key] };
}

function placeOf({ name, where, containerName, containerId }: OperationTarget): Pick<RowView, 'target' | 'where' | 'vault' | 'vaultKey'> {
  return {
    target: name,
    ...(where === undefined ? {} : { where }),
    ...(containerName === undefined ? {} : { vault: containerName, vaultKey: armIdKey(containerId ?? containerName) }),
  };
}

function searchOf(kind: string, facts: readonly (readonly [string, string])[]): string {
  return [kind, ...facts.map(([, value]) => value)].join('\n');
}

function percentOf({ percent }: OperationProgress, active: boolean): Pick<RowView, 'percent'> {
  return active && percent !== undefined ? { percent } : {};
}

function looksOf(record: OperationRecord, standing: Standing): Pick<RowView, 'state' | 'stateWord' | 'icon'> {
  const { state, word, icon } = statusLooks[record.status];
  if (hasEnded(record.status)) {
    return { state, stateWord: word, icon };
  }
  if (record.unwatchedAt !== undefined) {
    return { state: 'waiting', stateWord: 'Not watched', icon: 'eye-closed' };
  }
  if (standing.notConnected) {
    return { state: 'waiting', stateWord: 'Not connected', icon: 'debug-disconnect' };
  }
  if (isWaiting(record) || (record.status === 'planned' && record.batch?.isQueued)) {
    return { state: 'waiting', stateWord: 'Queued', icon: 'history' };
  }
  if (record.trouble?.kind === 'noAnswer' && record.trouble.insists) {
    return { state: 'waiting', stateWord: 'Service fails', icon: 'loading' };
  }
  if (record.trouble) {
    return record.trouble.kind === 'paused'
      ? { state: 'waiting', stateWord: 'Paused', icon: 'debug-pause' }
      : { state: 'waiting', stateWord: 'No answer', icon: 'loading' };
  }
  return { state, stateWord: record.cancelRequestedAt === undefined ? word : 'Cancelling', icon };
}
