import type { ArmReply, ArmRequest, ArmRouter, JsonObject } from '../arm/types.ts';
import { day } from '../world/wireFormat.ts';
import { planBackup, type BackupOrder } from './backupPlan.ts';
import { itemOf, itemTemplate, propertiesOf, vaultOf, type BackupContext, type WorldContext } from './context.ts';
import { expiryOf, readDatabaseRequest, refusePassed } from './databaseRequest.ts';
import { isDatabase } from './databases.ts';
import { databaseTrouble } from './databaseTroubles.ts';
import { isChanging } from './itemChanges.ts';
import { textOf } from '../world/scope.ts';
import { reaches, isRunning } from './jobs.ts';
import { advanceLogs, keepsLog } from './logs.ts';
import { itemKey, type BackupType, type Job, type ProtectedItem, type RecoveryPoint, type Workload } from './model.ts';
import type { Vault } from './vault.ts';
import { accepted, startOperation } from './operations.ts';
import { retentionOf, snapshotRetentionOf } from './retention.ts';
import { refusals } from './rules.ts';

/** What Azure keeps an on-demand backup of a machine or share for where the request does not say. */
const defaultRetention = 30 * day;
/** Azure milliseconds until the operation names its job. */
const acceptTakes = 2500;

const requestTypes: Readonly<Record<Workload, string>> = {
  VM: 'IaasVMBackupRequest',
  SQLDataBase: 'AzureWorkloadBackupRequest',
  SAPHanaDatabase: 'AzureWorkloadBackupRequest',
  AzureFileShare: 'AzureFileShareBackupRequest',
};

export function registerBackup(context: BackupContext, router: ArmRouter): void {
  router.on('POST', `${itemTemplate}/backup`, (request) => triggerBackup(context, request));
}

function triggerBackup(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const item = itemOf(vault, request);
  const properties = propertiesOf(request);
  const type = textOf(properties.objectType) ?? '';
  if (requestTypes[item.workload] !== type) {
    throw refusals.invalidInput(
      `A backup of workload '${item.workload}' takes the objectType '${requestTypes[item.workload]}', not '${type}'.`,
    );
  }
  const asked = askedOf(context, vault, item, properties);
  refuseWhereNotPossible(context, vault, item);
  const job = startBackup(context, vault, item, {
    ...asked,
    startAt: context.world.now(),
    userTriggered: true,
    isFirst: item.points.all.length === 0,
    scaled: (azureMs) => context.world.clock.scaled(azureMs),
  });
  const operation = startOperation(context, vault, { family: 'item', takes: acceptTakes, jobId: job.id });
  return accepted(context, request, vault, operation);
}

type Asked = Pick<BackupOrder, 'expiresAt' | 'backupType' | 'compressed' | 'trouble'>;

function askedOf({ world }: BackupContext, vault: Vault, item: ProtectedItem, properties: JsonObject): Asked {
  const now = world.now();
  switch (item.workload) {
    case 'SQLDataBase':
    case 'SAPHanaDatabase':
      return readDatabaseRequest(properties, item.workload, item.policyName === undefined ? undefined : vault.policy(item.policyName), now);
    case 'VM':
    case 'AzureFileShare': {
      const expiry = expiryOf(properties.recoveryPointExpiryTimeInUTC);
      refusePassed(expiry, now);
      const trouble = world.machine(item.sourceResourceId)?.trouble;
      return { expiresAt: expiry ?? now + defaultRetention, ...(trouble === undefined ? {} : { trouble }) };
    }
  }
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
  // Of a database the job fails instead (documented).
  if (!isDatabase(item) && runningBackup(vault, item, context.world.now()) !== undefined) {
    throw refusals.backupInProgress();
  }
}

export function runningBackup(vault: Vault, item: ProtectedItem, now: number): Job | undefined {
  return runningBackups(vault, item, now)[0];
}

function runningBackups(vault: Vault, item: ProtectedItem, now: number): Job[] {
  return vault.liveJobs(itemKey(item.containerName, item.name)).filter((job) => job.operation === 'Backup' && isRunning(job, now));
}

/** Starts a job and plans what it will do to the item. Whether a database can be backed up is found out here. */
export function startBackup(context: WorldContext, vault: Vault, item: ProtectedItem, order: BackupOrder): Job {
  const { world } = context;
  const { startAt } = order;
  advanceLogs(context, vault, item, startAt);
  const running = runningBackups(vault, item, startAt).flatMap((job) => job.backupType ?? []);
  const error = isDatabase(item) ? databaseTrouble(context, vault, item, order.backupType ?? 'Full', running) : undefined;
  const planned = planBackup(world.random, item, error === undefined ? order : { ...order, error });
  const job: Job = order.userTriggered ? { ...planned, visibleAt: startAt + order.scaled(acceptTakes) } : planned;
  vault.addJob(job);
  if (isDatabase(item)) {
    followDatabaseBackup(context, vault, item, job, order);
  } else {
    followBackup(context, vault, item, job, order.expiresAt);
  }
  world.agenda.plan(job.endAt, (at) => {
    if (reaches(job, at)) {
      finish(item, job);
    }
  });
  return job;
}

/** Plans the traces of a running job: a snapshot's point, and the vault's copy of it. */
function followBackup({ world }: WorldContext, vault: Vault, item: ProtectedItem, job: Job, expiresAt: number): void {
  const policy = item.policyName === undefined ? undefined : vault.policy(item.policyName);
  const [first, last] = [job.tasks[0], job.tasks.at(-1)];
  if (first === undefined || last === undefined || job.outcome === 'Failed') {
    return;
  }
  const point: RecoveryPoint = {
    name: pointName(world.random.next()),
    at: first.startAt,
    type: pointType(item, job, world.machine(item.sourceResourceId)?.osType === 'Linux'),
    snapshotUntil: first.endAt + snapshotRetentionOf(policy),
    vaultedAt: item.workload === 'AzureFileShare' ? Infinity : last.endAt,
    expiresAt,
    rule: job.userTriggered ? 'On-Demand' : retentionOf(policy, job.startAt).rule,
  };
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

/** The traces of a database's backup come with its end: a point, or more of the log. */
function followDatabaseBackup(context: WorldContext, vault: Vault, item: ProtectedItem, job: Job, order: BackupOrder): void {
  const { world } = context;
  const { backupType = 'Full' } = job;
  if (job.outcome === 'Failed') {
    return;
  }
  const policy = item.policyName === undefined ? undefined : vault.policy(item.policyName);
  const at = Math.min(job.startAt + order.scaled(25_000), job.endAt);
  const name = pointName(world.random.next());
  const rule = order.userTriggered ? 'On-Demand' : retentionOf(policy, job.startAt, backupType).rule;
  world.agenda.plan(job.endAt, (end) => {
    if (!reaches(job, end)) {
      return;
    }
    if (backupType === 'Log') {
      item.points.logs.extend(at);
      return;
    }
    item.points.add({ name, at, ...databasePointType(backupType), vaultedAt: end, expiresAt: order.expiresAt, rule });
    if (backupType === 'Full' && keepsLog(vault, item)) {
      item.points.logs.begin(at);
    }
  });
}

function finish(item: ProtectedItem, job: Job): void {
  const failed = job.outcome === 'Failed';
  item.lastBackupAt = job.startAt;
  item.lastBackupStatus = isDatabase(item) ? (failed ? 'Unhealthy' : 'Healthy') : job.outcome;
  item.lastError = failed ? job.error : undefined;
  // A database is protected from its first full backup on; the others need one to be restored.
  if (!failed && item.protectionState === 'IRPending' && (job.backupType ?? 'Full') === 'Full') {
    item.protectionState = 'Protected';
  }
}

export function pointName(random: number): string {
  return String(100_000_000_000_000 + Math.floor(random * 799_999_999_999_999));
}

/** The published contract has no type for copy-only backups, and none for single log backups. */
export function databasePointType(type: Exclude<BackupType, 'Log'>): Pick<RecoveryPoint, 'type' | 'copyOnly'> {
  return type === 'CopyOnlyFull' ? { type: 'Full', copyOnly: true } : { type };
}

export function pointType(
  item: ProtectedItem,
  job: { outcome: string },
  isLinux: boolean,
): 'FileSystemConsistent' | 'CrashConsistent' | 'AppConsistent' {
  if (job.outcome === 'CompletedWithWarnings') {
    return 'CrashConsistent';
  }
  return isLinux || item.workload === 'AzureFileShare' ? 'FileSystemConsistent' : 'AppConsistent';
}
