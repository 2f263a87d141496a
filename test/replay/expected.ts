/**
 * What must come out for a recorded record, taken from its raw JSON anew: nothing of the provider's own reading is used
 * here, so that a mistake there shows as a difference.
 */
import { armFields } from './expectedArm.ts';
import { at, first, idOf, isRaw, lower, many, moment, textOf, yes, type Raw } from './raw.ts';
import type { Kind } from './readers.ts';

/** Field name to what a person is shown; undefined where there is nothing to show. */
export type Shown = Readonly<Record<string, unknown>>;

function nameOf(raw: unknown): unknown {
  const id = String(idOf(raw));
  return first(at(raw, 'name'), id.slice(id.lastIndexOf('/') + 1));
}

/** @param p follows names from the record's `properties` */
export type Fields = (raw: unknown, p: (...names: string[]) => unknown) => Shown;

const fields: Readonly<Record<Kind, Fields>> = {
  vault: (raw, p) => ({
    state: p('provisioningState'),
    location: at(raw, 'location'),
    sku: at(raw, 'sku', 'name'),
    softDelete: p('securitySettings', 'softDeleteSettings', 'softDeleteState'),
    softDeleteDays: p('securitySettings', 'softDeleteSettings', 'softDeleteRetentionPeriodInDays'),
    redundancy: p('redundancySettings', 'standardTierStorageRedundancy'),
  }),
  container: (raw, p) => ({
    state: p('registrationStatus'),
    health: p('healthStatus'),
    friendlyName: first(p('friendlyName'), nameOf(raw)),
    containerType: first(p('containerType'), p('protectableContainerType')),
    management: p('backupManagementType'),
    source: first(p('sourceResourceId'), p('virtualMachineId'), p('containerId')),
    deleted: yes(p('isScheduledForDeferredDelete')),
    count: p('protectedItemCount'),
  }),
  'protectable item': (raw, p) => ({
    state: p('protectionState'),
    friendlyName: first(p('friendlyName'), nameOf(raw)),
    itemType: first(p('protectableItemType'), p('workloadItemType')),
    management: p('backupManagementType'),
    workload: p('workloadType'),
    machine: p('virtualMachineId'),
    server: first(p('serverName'), p('parentContainerFriendlyName')),
    // A container's own list has SQL Server instances without a word on it: they hold what can be protected.
    protectable:
      !/^sql(instance|availabilitygroup)/i.test(String(first(p('protectableItemType'), p('workloadItemType')))) &&
      (p('isProtectable') === undefined || yes(p('isProtectable'))),
  }),
  'protected item': (raw, p) => ({
    state: p('protectionState'),
    protectionStatus: p('protectionStatus'),
    health: first(p('healthStatus'), p('protectedItemHealthStatus')),
    friendlyName: first(p('friendlyName'), nameOf(raw)),
    itemType: p('protectedItemType'),
    management: p('backupManagementType'),
    workload: p('workloadType'),
    container: p('containerName'),
    source: first(p('sourceResourceId'), p('virtualMachineId')),
    lastBackup: p('lastBackupStatus'),
    lastBackupAt: moment(p('lastBackupTime')),
    lastPointAt: moment(p('lastRecoveryPoint')),
    policy: p('policyId'),
    policyName: p('policyName'),
    deleted: yes(p('isScheduledForDeferredDelete')),
    deletedAt: moment(p('deferredDeleteTimeInUTC')),
    remaining: p('deferredDeleteTimeRemaining'),
    softDeleteDays: first(p('softDeleteRetentionPeriod'), p('softDeleteRetentionPeriodInDays')),
    points: p('extendedInfo', 'recoveryPointCount'),
    error: errorCode(p('lastBackupErrorDetail'))[0],
    word: itemWord(p),
  }),
  policy: (_raw, p) => ({
    state: p('protectedItemsCount'),
    management: p('backupManagementType'),
    workload: p('workloadType'),
    policyType: p('policyType'),
    scheduled: many(p('subProtectionPolicy')).some((one) => hasSchedule(at(one, 'schedulePolicy'))) || hasSchedule(p('schedulePolicy')),
    counts: retentionCounts(p()),
  }),
  job: (raw, p) => ({
    state: p('status'),
    operation: p('operation'),
    entity: first(p('entityFriendlyName'), nameOf(raw)),
    startedAt: moment(p('startTime')),
    endedAt: moment(p('endTime')),
    duration: p('duration'),
    percent: p('extendedInfo', 'progressPercentage'),
    remaining: p('extendedInfo', 'estimatedRemainingDuration'),
    tasks: many(p('extendedInfo', 'tasksList'))
      .filter((task) => at(task, 'taskId') !== undefined)
      .map((task) => `${String(at(task, 'taskId'))} ${taskWord(at(task, 'status'))}`),
    errors: many(p('errorDetails')).flatMap(errorCode),
    bag: Object.entries((p('extendedInfo', 'propertyBag') ?? {}) as Raw)
      .filter(([, value]) => value !== '' && ['string', 'number', 'boolean'].includes(typeof value))
      .map(([key, value]) => `${key.trim()}: ${String(value)}`),
    cancellable: lower(p('status')) === 'inprogress' && many(p('actionsInfo')).some((one) => one === 1 || lower(one) === 'cancellable'),
    word: jobWords[lower(p('status'))] ?? 'unknown',
  }),
  'recovery point': (_raw, p) => ({
    state: first(p('recoveryPointType'), p('type')),
    objectType: p('objectType'),
    at: moment(first(p('recoveryPointTime'), p('recoveryPointTimeInUTC'))),
    tiers: many(p('recoveryPointTierDetails'))
      .filter((tier) => at(tier, 'type') !== undefined)
      .map(tierWord),
    expiresAt: moment(p('recoveryPointProperties', 'expiryTime')),
    rule: p('recoveryPointProperties', 'ruleName'),
    ranges: many(p('timeRanges')).length,
  }),
  'protection intent': (_raw, p) => ({
    state: p('protectionState'),
    intentType: p('protectionIntentItemType'),
    management: p('backupManagementType'),
    item: p('itemId'),
    policy: p('policyId'),
  }),
  // Its settings are read from its JSON.
  'vault configuration': () => ({}),
  ...armFields,
};

const jobWords: Readonly<Record<string, string>> = {
  inprogress: 'running',
  cancelling: 'cancelling',
  completed: 'succeeded',
  completedwithwarnings: 'succeededWithWarnings',
  failed: 'failed',
  cancelled: 'cancelled',
  canceled: 'cancelled',
};

const taskWords: Readonly<Record<string, string>> = {
  ...jobWords,
  notstarted: 'notStarted',
  completedwithwarnings: 'succeeded',
  skipped: 'skipped',
};

const taskWord = (status: unknown): string => taskWords[lower(status)] ?? 'unknown';

/** The code that a person is shown; none for an error that says that there is none. */
function errorCode(error: unknown): string[] {
  const code = first(at(error, 'errorTitle'), at(error, 'title'), at(error, 'errorCode'), at(error, 'code'));
  const said = first(code, at(error, 'errorString'), at(error, 'message'), at(error, 'additionalDetails'));
  return said === undefined || lower(code) === 'success' ? [] : [textOf(code) ?? 'Unknown'];
}

function tierWord(tier: unknown): string {
  const word = (value: unknown, ...names: string[]): string | undefined => (typeof value === 'number' ? names[value - 1] : textOf(value));
  return `${word(at(tier, 'type'), 'InstantRP', 'HardenedRP', 'ArchivedRP')} ${word(at(tier, 'status'), 'Valid', 'Disabled', 'Deleted', 'Rehydrated')}`;
}

/** The state at a glance. Of what is soft-deleted, the days that Azure said were left, rounded up. */
function itemWord(p: (...names: string[]) => unknown): string {
  if (yes(p('isScheduledForDeferredDelete'))) {
    const left = /^(?:(\d+)\.)?(\d.*)$/.exec(textOf(p('deferredDeleteTimeRemaining')) ?? '');
    if (left) {
      return `softDeleted ${Number(left[1] ?? 0) + (/[1-9]/.test(left[2] ?? '') ? 1 : 0)}`;
    }
    const days = Number(first(p('softDeleteRetentionPeriod'), p('softDeleteRetentionPeriodInDays')) ?? 0);
    return moment(p('deferredDeleteTimeInUTC')) !== undefined && days > 0 ? `softDeleted ${days}` : 'softDeleted';
  }
  const state = lower(p('protectionState'));
  const still: Readonly<Record<string, string>> = {
    protectionstopped: 'stopped',
    protectionpaused: 'stopped',
    backupssuspended: 'suspended',
  };
  const word = still[state];
  if (word !== undefined) {
    return word;
  }
  if (state === 'protectionerror' || ['failed', 'unhealthy'].includes(lower(p('lastBackupStatus')))) {
    return 'failed';
  }
  if (state === 'irpending') {
    return 'firstBackupPending';
  }
  const health = [first(p('healthStatus'), p('protectedItemHealthStatus')), p('protectionStatus')].map(lower);
  if (health.some((one) => ['unhealthy', 'notreachable', 'actionrequired', 'actionsuggested'].includes(one))) {
    return 'unhealthy';
  }
  return state === 'protected' ? 'healthy' : 'unknown';
}

const hasSchedule = (schedule: unknown): boolean =>
  at(schedule, 'scheduleRunFrequency') !== undefined || at(schedule, 'scheduleFrequencyInMins') !== undefined;

/** Every retention of a policy, however deep, as `30 days`. */
function retentionCounts(value: unknown): string[] {
  if (!isRaw(value) && !Array.isArray(value)) {
    return [];
  }
  return Object.entries(value).flatMap(([key, inner]) => {
    const count = at(inner, 'count');
    if (key === 'retentionDuration' && typeof count === 'number') {
      const unit = (textOf(at(inner, 'durationType')) ?? 'Days').toLowerCase();
      return [`${count} ${count === 1 ? unit.replace(/s$/, '') : unit}`];
    }
    return key === 'tieringPolicy' ? [] : retentionCounts(inner);
  });
}

/** Undefined for a record that has no id. */
export function expectedOf(raw: unknown, kind: Kind): Shown | undefined {
  const id = idOf(raw);
  if (!isRaw(raw) || typeof id !== 'string') {
    return undefined;
  }
  return { id, name: nameOf(raw), ...fields[kind](raw, (...names) => at(raw, 'properties', ...names)) };
}
