import type { BackupContext, WorldContext } from './context.ts';
import { hostOf } from './backupPlan.ts';
import { isDatabase } from './databases.ts';
import { jobErrorOf } from './databaseTroubles.ts';
import { isRunning, reaches } from './jobs.ts';
import { advanceLogs } from './logs.ts';
import { itemKey, type BackupError, type Job, type Operation, type OperationError, type ProtectedItem } from './model.ts';
import type { Vault } from './vault.ts';
import { startOperation, type NewOperation } from './operations.ts';

export interface ItemChange {
  /** As the job names it. */
  readonly operation: 'ConfigureBackup' | 'DisableBackup' | 'DeleteBackupData' | 'Undelete';
  /** Azure milliseconds of operation and job. */
  readonly takes: number;
  readonly properties: Readonly<Record<string, string>>;
  /** The change fails with this. */
  readonly error?: OperationError;
  /** What has changed once it is done; `at` is the moment of the end. */
  readonly apply: (at: number) => void;
}

/** True while a configuration of the item is under way; Azure makes one at a time. */
export function isChanging({ world }: BackupContext, vault: Vault, item: ProtectedItem): boolean {
  const now = world.now();
  return vault.liveJobs(itemKey(item.containerName, item.name)).some((job) => job.operation !== 'Backup' && isRunning(job, now));
}

/** Starts a change of an item: one operation and one job, which end together. */
export function changeItem(
  context: BackupContext,
  vault: Vault,
  item: ProtectedItem,
  change: ItemChange & Pick<NewOperation, 'family' | 'result'>,
): Operation {
  const job = startChange(context, vault, item, change, context.world.now());
  const { family, result, takes, error } = change;
  return startOperation(context, vault, { family, takes, jobId: job.id, ...(result ? { result } : {}), ...(error ? { error } : {}) });
}

/** The job of a change alone, which nobody has asked for by a request of its own; what it does, it does at its end. */
export function startChange({ world }: WorldContext, vault: Vault, item: ProtectedItem, change: ItemChange, now: number): Job {
  const endAt = now + world.clock.scaled(change.takes);
  const error = change.error;
  const job: Job = {
    id: world.random.guid(),
    activityId: world.random.guid(),
    workload: item.workload,
    operation: change.operation,
    friendlyName: item.friendlyName,
    ...hostOf(item),
    containerName: item.containerName.replace(/^IaasVMContainer;/i, ''),
    itemKey: itemKey(item.containerName, item.name),
    startAt: now,
    endAt,
    // The id is known to the operation only when it ends; before, the job service does not show the job.
    visibleAt: now + world.clock.scaled(1500),
    tasks: [],
    outcome: error === undefined ? 'Completed' : 'Failed',
    ...(error === undefined ? {} : { error: isDatabase(item) ? jobErrorOf(error) : machineError(error) }),
    cancellable: false,
    userTriggered: item.workload !== 'AzureFileShare',
    properties: change.properties,
  };
  vault.addJob(job);
  if (error === undefined) {
    world.agenda.plan(endAt, (at) => {
      if (reaches(job, at)) {
        // What the logs reached under the old configuration stays reached.
        advanceLogs({ world }, vault, item, at);
        change.apply(at);
      }
    });
  }
  return job;
}

function machineError(error: OperationError): BackupError {
  return {
    code: 400031,
    title: error.code,
    message: error.message,
    recommendations: ['Please select a different virtual machine for registration.'],
  };
}
