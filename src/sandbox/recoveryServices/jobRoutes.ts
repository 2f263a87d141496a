import type { ArmReply, ArmRequest, ArmRouter } from '../arm/types.ts';
import { filterOf, vaultOf, vaultTemplate, type BackupContext } from './context.ts';
import { matches, param } from '../world/scope.ts';
import { parseFilterTime } from '../world/wireFormat.ts';
import { isRunning, jobResource, statusOf, workloadSettles, type JobView } from './jobs.ts';
import { managementOf, type Job } from './model.ts';
import type { Vault } from './vault.ts';
import { accepted, startOperation } from './operations.ts';
import { refusals } from './rules.ts';

/** Azure milliseconds from the request to the end of the operation, and of the job. */
const cancelTakes = { operation: 12_000, job: 45_000 };

export function registerJobs(context: BackupContext, router: ArmRouter): void {
  router.on('GET', `${vaultTemplate}/backupJobs`, (request) => listJobs(context, request));
  router.on('GET', `${vaultTemplate}/backupJobs/{job}`, (request) => getJob(context, request));
  router.on('POST', `${vaultTemplate}/backupJobs/{job}/cancel`, (request) => cancelJob(context, request));
}

function viewOf({ world }: BackupContext): JobView {
  return { now: world.now(), settled: world.clock.scaled(workloadSettles) };
}

function listJobs(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const view = viewOf(context);
  const filter = filterOf(context, request, ['status', 'operation', 'backupManagementType', 'jobId', 'startTime', 'endTime']);
  const [from, until] = [timeOf(filter, 'starttime'), timeOf(filter, 'endtime')];
  const wanted = vault.jobs().filter(
    (job) =>
      view.now >= job.visibleAt &&
      matches(filter, 'status', statusOf(job, view.now)) &&
      // `Backup` finds `Backup (Full)` too: the filter's words are fewer than the job's.
      matches(filter, 'operation', job.operation) &&
      matches(filter, 'backupmanagementtype', managementOf[job.workload]) &&
      matches(filter, 'jobid', job.id) &&
      job.startAt >= (from ?? 0) &&
      job.startAt <= (until ?? Infinity),
  );
  return context.tools.paged(
    request,
    wanted.map((job) => jobResource(vault, job, view, false)),
  );
}

function timeOf(filter: ReadonlyMap<string, string>, name: string): number | undefined {
  const text = filter.get(name);
  const time = text === undefined ? undefined : parseFilterTime(text);
  if (text !== undefined && time === undefined) {
    throw refusals.invalidInput(`'${text}' is not a time of the form 'yyyy-MM-dd hh:mm:ss tt'.`);
  }
  return time;
}

function getJob(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  return { status: 200, body: jobResource(vault, find(context, vault, request), viewOf(context), true) };
}

function find({ world }: BackupContext, vault: Vault, request: ArmRequest): Job {
  const id = param(request, 'job');
  const job = vault.job(id);
  if (job === undefined || world.now() < job.visibleAt) {
    throw refusals.jobNotFound(id);
  }
  return job;
}

function cancelJob(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const job = find(context, vault, request);
  const { world } = context;
  const now = world.now();
  if (!isRunning(job, now)) {
    throw refusals.jobNotCancellable('Azure Backup cannot cancel the job because it is not in progress.');
  }
  if (!job.cancellable) {
    throw refusals.jobNotCancellable(`Cancellation is not supported for this job type: ${job.operation}.`);
  }
  if (job.cancel === undefined) {
    job.cancel = { requestedAt: now, doneAt: now + world.clock.scaled(cancelTakes.job) };
  }
  return accepted(context, request, vault, startOperation(context, vault, { family: 'job', takes: cancelTakes.operation }));
}
