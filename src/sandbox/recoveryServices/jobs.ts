import type { Json, JsonObject } from '../arm/types.ts';
import { azureDuration, azureTime, notYet } from '../world/wireFormat.ts';
import { managementOf, type BackupError, type Job, type JobStatus, type PlannedTask } from './model.ts';
import type { Vault } from './vault.ts';

/** Azure milliseconds after which a workload's job knows its workload, its host and its backup type. */
export const workloadSettles = 3000;

export function statusOf(job: Job, now: number): JobStatus {
  if (job.cancel !== undefined && now >= job.cancel.requestedAt) {
    return now >= job.cancel.doneAt ? 'Cancelled' : 'Cancelling';
  }
  return now >= job.endAt ? job.outcome : 'InProgress';
}

export function isRunning(job: Job, now: number): boolean {
  return now >= job.startAt && ['InProgress', 'Cancelling'].includes(statusOf(job, now));
}

/** False where the job was cancelled before the moment: what it had planned for then does not happen. */
export function reaches(job: Job, at: number): boolean {
  return job.cancel === undefined || job.cancel.requestedAt > at;
}

/** The operation as the job calls it at this moment: `Backup`, then `Backup (Full)`. */
function operationOf(job: Job, now: number, settled: number): string {
  return job.backupType !== undefined && now >= job.startAt + settled ? `${job.operation} (${job.backupType})` : job.operation;
}

export interface JobView {
  readonly now: number;
  /** `workloadSettles`, shortened by the sandbox's speed. */
  readonly settled: number;
}

/** The resource of a list (`detailed` false: no extendedInfo) or of a GET. */
export function jobResource(vault: Vault, job: Job, view: JobView, detailed: boolean): JsonObject {
  return {
    id: `${vault.id}/backupJobs/${job.id}`,
    name: job.id,
    type: 'Microsoft.RecoveryServices/vaults/backupJobs',
    properties: job.workload === 'VM' ? machineJob(job, view, detailed) : workloadJob(job, view, detailed),
  };
}

function machineJob(job: Job, view: JobView, detailed: boolean): JsonObject {
  return {
    jobType: 'AzureIaaSVMJob',
    ...actions(job),
    containerName: job.containerName,
    ...timing(job, view.now),
    virtualMachineVersion: 'Compute',
    ...(detailed ? { extendedInfo: machineDetails(job, view.now) } : {}),
    ...common(job, view),
  };
}

function workloadJob(job: Job, view: JobView, detailed: boolean): JsonObject {
  const young = view.now < job.startAt + view.settled;
  const isShare = job.workload === 'AzureFileShare';
  const kind: JsonObject = isShare
    ? { jobType: 'AzureStorageJob', ...actions(job) }
    : { jobType: 'AzureWorkloadJob', ...actions(job), ...(young ? {} : { workloadType: job.workload }) };
  const account = isShare ? { storageAccountName: job.hostName ?? '', storageAccountVersion: 'MicrosoftStorage' } : {};
  const tasks =
    young && !isShare
      ? []
      : job.tasks.map((task) => ({ taskId: task.taskId, taskType: 'Normal', status: taskStatus(job, task, view.now) }));
  const details = detailed ? { extendedInfo: { tasksList: tasks, propertyBag: bag(job, view.now) } } : {};
  const name =
    job.backupType === undefined || young || job.hostName === undefined ? job.friendlyName : `${job.friendlyName} [${job.hostName}]`;
  return {
    ...kind,
    ...timing(job, view.now),
    ...account,
    ...details,
    isUserTriggered: job.userTriggered,
    ...common(job, view),
    entityFriendlyName: name,
  };
}

function actions(job: Job): JsonObject {
  return job.cancellable ? { actionsInfo: ['Cancellable'] } : {};
}

function endOf(job: Job): number {
  return job.cancel?.doneAt ?? job.endAt;
}

function timing(job: Job, now: number): JsonObject {
  const status = statusOf(job, now);
  const error =
    job.error !== undefined && ['Failed', 'CompletedWithWarnings'].includes(status) ? { errorDetails: [errorDetail(job.error)] } : {};
  return { duration: azureDuration(Math.min(now, endOf(job)) - job.startAt), ...error };
}

function errorDetail(error: BackupError): JsonObject {
  return {
    errorCode: error.code,
    errorTitle: error.title,
    errorString: error.message,
    recommendations: [...error.recommendations],
    ...(error.additionalDetails === undefined ? {} : { additionalDetails: error.additionalDetails }),
  };
}

function common(job: Job, view: JobView): JsonObject {
  const ended = view.now >= endOf(job);
  return {
    entityFriendlyName: job.friendlyName,
    backupManagementType: managementOf[job.workload],
    operation: operationOf(job, view.now, view.settled),
    status: statusOf(job, view.now),
    startTime: azureTime(job.startAt),
    ...(ended ? { endTime: azureTime(endOf(job)) } : {}),
    activityId: job.activityId,
  };
}

function bag(job: Job, now: number): JsonObject {
  const done = now >= endOf(job) && job.cancel === undefined;
  return { ...job.properties, ...(done ? job.resultProperties : {}) };
}

function taskStatus(job: Job, task: PlannedTask, now: number): string {
  const stopped = Math.min(job.cancel?.requestedAt ?? job.endAt, job.endAt);
  const failsAtItsEnd = job.outcome === 'Failed' && task.endAt >= job.endAt;
  if (!failsAtItsEnd && Math.min(now, stopped) >= task.endAt) {
    return 'Completed';
  }
  if (Math.min(now, stopped) < task.startAt) {
    return 'NotStarted';
  }
  const status = statusOf(job, now);
  return status === 'Failed' || status === 'Cancelled' ? status : 'InProgress';
}

function machineDetails(job: Job, now: number): JsonObject {
  const isBackup = job.operation === 'Backup';
  return {
    tasksList: job.tasks.map((task): Json => machineTask(job, task, now)),
    propertyBag: bag(job, now),
    ...(isBackup ? { internalPropertyBag: { IsInstantRpJob: 'True' } } : {}),
    ...progress(job, now),
  };
}

function machineTask(job: Job, task: PlannedTask, now: number): JsonObject {
  const status = taskStatus(job, task, now);
  if (status === 'NotStarted') {
    return { taskId: task.taskId, startTime: notYet, endTime: notYet, duration: 'PT0S', status, taskType: 'Normal' };
  }
  const over = status !== 'InProgress';
  const end = status === 'Completed' ? task.endAt : endOf(job);
  return {
    taskId: task.taskId,
    startTime: azureTime(task.startAt),
    endTime: over ? azureTime(end) : notYet,
    duration: azureDuration((over ? end : now) - task.startAt),
    status,
    ...transferred(job, task, now),
    taskType: 'Normal',
  };
}

const transferTask = 'Transfer data to vault';

/** Share of the transfer that is done, 0 to 1; undefined before it starts. */
function transferShare(job: Job, now: number): number | undefined {
  const task = job.tasks.find((candidate) => candidate.taskId === transferTask);
  const moment = Math.min(now, job.cancel?.requestedAt ?? now, job.endAt);
  if (task === undefined || moment < task.startAt) {
    return undefined;
  }
  return Math.min(1, (moment - task.startAt) / Math.max(1, task.endAt - task.startAt));
}

function transferred(job: Job, task: PlannedTask, now: number): JsonObject {
  const share = task.taskId === transferTask ? transferShare(job, now) : undefined;
  if (share === undefined || job.transferGb === undefined) {
    return {};
  }
  const total = Math.round(job.transferGb * 10) / 10;
  const done = Math.round(total * share * 10) / 10;
  return { taskExecutionDetails: `${done} GBs / ${total} GBs Transferred` };
}

/** Stands from the start of the transfer; it is 100 some time before the job has ended, as in Azure. */
function progress(job: Job, now: number): JsonObject {
  const share = transferShare(job, now);
  return share === undefined ? {} : { progressPercentage: Math.max(1, Math.floor(share * 100)) };
}
