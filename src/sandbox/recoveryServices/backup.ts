import type { ArmReply, ArmRequest, ArmRouter, Json } from '../arm/types.ts';
import { day } from '../world/wireFormat.ts';
import { planBackup, type BackupOrder } from './backupPlan.ts';
import { itemOf, itemTemplate, propertiesOf, vaultOf, type BackupContext, type WorldContext } from './context.ts';
import { isChanging } from './itemChanges.ts';
import { textOf } from '../world/scope.ts';
import { reaches, isRunning } from './jobs.ts';
import { itemKey, type Job, type ProtectedItem, type Workload } from './model.ts';
import type { Vault } from './vault.ts';
import { accepted, startOperation } from './operations.ts';
import { retentionOf, snapshotRetentionOf } from './retention.ts';
import { refusals } from './rules.ts';

/** What Azure keeps an on-demand backup for where the request does not say. */
const defaultRetention = 30 * day;
/** Azure milliseconds until the operation names its job. */
const acceptTakes = 2500;

const requestTypes: Readonly<Record<Workload, readonly string[]>> = {
  VM: ['IaasVMBackupRequest'],
  SQLDataBase: ['AzureWorkloadBackupRequest'],
  SAPHanaDatabase: ['AzureWorkloadBackupRequest'],
  AzureFileShare: ['AzureFileShareBackupRequest'],
};

export function registerBackup(context: BackupContext, router: ArmRouter): void {
  router.on('POST', `${itemTemplate}/backup`, (request) => triggerBackup(context, request));
}

function triggerBackup(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const item = itemOf(vault, request);
  const properties = propertiesOf(request);
  const type = textOf(properties.objectType) ?? '';
  if (!requestTypes[item.workload].includes(type)) {
    throw refusals.invalidInput(
      `A backup of workload '${item.workload}' takes the objectType '${requestTypes[item.workload].join(', ')}', not '${type}'.`,
    );
  }
  const now = context.world.now();
  const expiresAt = expiryOf(properties.recoveryPointExpiryTimeInUTC, now);
  refuseWhereNotPossible(context, vault, item);
  const backupType = textOf(properties.backupType);
  const trouble = context.world.machine(item.sourceResourceId)?.trouble;
  const job = startBackup(context, vault, item, {
    startAt: now,
    expiresAt,
    userTriggered: true,
    isFirst: item.points.all.length === 0,
    scaled: (azureMs) => context.world.clock.scaled(azureMs),
    ...(backupType === undefined ? {} : { backupType }),
    ...(trouble === undefined ? {} : { trouble }),
  });
  const operation = startOperation(context, vault, { family: 'item', takes: acceptTakes, jobId: job.id });
  return accepted(context, request, vault, operation);
}

function expiryOf(value: Json | undefined, now: number): number {
  if (value === undefined || value === null) {
    return now + defaultRetention;
  }
  const expiry = typeof value === 'string' ? Date.parse(value) : NaN;
  if (Number.isNaN(expiry)) {
    throw refusals.invalidInput(
      `'recoveryPointExpiryTimeInUTC' must be a time such as 2030-01-31T00:00:00Z, not ${JSON.stringify(value)}.`,
    );
  }
  if (expiry <= now) {
    throw refusals.invalidInput(`'recoveryPointExpiryTimeInUTC' must be in the future; ${JSON.stringify(value)} has passed.`);
  }
  return expiry;
}

function refuseWhereNotPossible(context: BackupContext, vault: Vault, item: ProtectedItem): void {
  if (item.deletedAt !== undefined) {
    throw refusals.softDeleted();
  }
  if (item.policyName === undefined) {
    throw refusals.protectionStopped();
  }
  // A delete or a stop that is under way would else leave a backup of what is not protected any more.
  if (isChanging(context, vault, item)) {
    throw refusals.objectLocked();
  }
  if (runningBackup(vault, item, context.world.now()) !== undefined) {
    throw refusals.backupInProgress();
  }
}

export function runningBackup(vault: Vault, item: ProtectedItem, now: number): Job | undefined {
  return vault.liveJobs(itemKey(item.containerName, item.name)).find((job) => job.operation === 'Backup' && isRunning(job, now));
}

/** Starts a job and plans what it will do to the item. */
export function startBackup(context: WorldContext, vault: Vault, item: ProtectedItem, order: BackupOrder): Job {
  const { world } = context;
  const planned = planBackup(world.random, item, order);
  const job: Job = order.userTriggered ? { ...planned, visibleAt: order.startAt + order.scaled(acceptTakes) } : planned;
  vault.addJob(job);
  followBackup(context, vault, item, job, order.expiresAt);
  return job;
}

/** Plans the traces of a running job: a snapshot's point, the vault's copy of it, and the item's state at the end. */
function followBackup({ world }: WorldContext, vault: Vault, item: ProtectedItem, job: Job, expiresAt: number): void {
  const policy = item.policyName === undefined ? undefined : vault.policy(item.policyName);
  const isMachine = item.workload === 'VM';
  const [first, last] = [job.tasks[0], job.tasks.at(-1)];
  if (first === undefined || last === undefined) {
    return;
  }
  const point = {
    name: pointName(world.random.next()),
    at: first.startAt,
    type: pointType(item, job, world.machine(item.sourceResourceId)?.osType === 'Linux'),
    ...(isMachine || item.workload === 'AzureFileShare' ? { snapshotUntil: first.endAt + snapshotRetentionOf(policy) } : {}),
    vaultedAt: item.workload === 'AzureFileShare' ? Infinity : last.endAt,
    expiresAt,
    rule: job.userTriggered ? 'On-Demand' : retentionOf(policy, job.startAt).rule,
  };
  if (job.outcome !== 'Failed') {
    world.agenda.plan(first.endAt, (at) => {
      if (reaches(job, at)) {
        item.points.add(point);
      }
    });
    world.agenda.plan(last.endAt, (at) => {
      if (!reaches(job, at)) {
        point.vaultedAt = Infinity;
      }
    });
  }
  world.agenda.plan(job.endAt, (at) => {
    if (reaches(job, at)) {
      finish(item, job);
    }
  });
}

function finish(item: ProtectedItem, job: Job): void {
  const failed = job.outcome === 'Failed';
  item.lastBackupAt = job.startAt;
  item.lastBackupStatus =
    item.workload === 'SQLDataBase' || item.workload === 'SAPHanaDatabase' ? (failed ? 'Unhealthy' : 'Healthy') : job.outcome;
  item.lastError = failed ? job.error : undefined;
  if (!failed && item.protectionState === 'IRPending') {
    item.protectionState = 'Protected';
  }
}

export function pointName(random: number): string {
  return String(100_000_000_000_000 + Math.floor(random * 799_999_999_999_999));
}

export function pointType(
  item: ProtectedItem,
  job: { outcome: string },
  isLinux: boolean,
): 'Full' | 'FileSystemConsistent' | 'CrashConsistent' | 'AppConsistent' {
  if (item.workload === 'SQLDataBase' || item.workload === 'SAPHanaDatabase') {
    return 'Full';
  }
  if (job.outcome === 'CompletedWithWarnings') {
    return 'CrashConsistent';
  }
  return isLinux || item.workload === 'AzureFileShare' ? 'FileSystemConsistent' : 'AppConsistent';
}
