/** The last phase: asking the jobs of an operation until each of them has ended. Most operations have one. */
import { isLasting, missedAgain, type Absence } from '../../../core/absence.ts';
import type { ErrorRecord } from '../../../core/errors.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { JobReference, OperationProgress, OperationTask, TrackedResponse, TrackStep } from '../../../core/operation.ts';
import { armPath } from '../../arm/armUrl.ts';
import { readJob, type Job } from '../model/job.ts';
import { errorOf } from '../../arm/asyncOperation.ts';
import { endOf, progressOf, referenceOf, taskOf, type JobEnd } from './jobProgress.ts';
import { pacing, retryAfterMs, waitMs } from '../../arm/pacing.ts';

/**
 * Plain JSON. Several jobs are asked in turn, one a time: as often as one job alone would be. Together they have ended
 * when the last one has. Lists are by the index of `jobIds`; what is not known yet is null or lies beyond their end.
 */
export interface JobsState {
  readonly phase: 'job';
  readonly cloud: string;
  readonly jobIds: readonly string[];
  /** Index of the one asked now. */
  readonly at: number;
  readonly ends: readonly (JobEnd | null)[];
  /** What each said last, where there are several. */
  readonly told?: readonly (JobTold | null)[];
  /** Jobs that Azure says did not start. */
  readonly failedJobs: readonly ErrorRecord[];
  /** True where Azure named no job and this one was found by looking. */
  readonly inferred: boolean;
  readonly asked: number;
  /** The job began at this moment, or not before it. Milliseconds since the epoch; absent where nobody said so yet. */
  readonly sinceMs?: number;
  /** True where a list told the end: its tasks were not read. */
  readonly isOutlined?: boolean;
  /** While the job asked now gives no usable answer. */
  readonly absence?: Absence;
  readonly paceMs?: number;
}

interface JobTold {
  readonly task: OperationTask;
  readonly reference: JobReference;
}

export function beginJobs(known: {
  readonly cloud: string;
  readonly jobIds: readonly string[];
  readonly failedJobs?: readonly ErrorRecord[];
  readonly inferred?: boolean;
  readonly paceMs?: number;
  readonly sinceMs?: number;
}): TrackStep {
  const state = jobsState(known);
  const id = state.jobIds[0] ?? '';
  return {
    state: asJson(state),
    status: 'running',
    next: { url: jobUrl(state) },
    delayMs: 0,
    progress: progressOfAll(state, { message: state.inferred ? 'Azure named no job; following the one that fits' : 'Its job has started' }),
    job: { id, name: id.slice(id.lastIndexOf('/') + 1) },
  };
}

export function jobsState(known: Parameters<typeof beginJobs>[0]): JobsState {
  const { cloud, jobIds, failedJobs = [], inferred = false, paceMs, sinceMs } = known;
  const state: JobsState = { phase: 'job', cloud, jobIds, at: 0, ends: [], failedJobs, inferred, asked: 0 };
  return { ...state, ...(paceMs === undefined ? {} : { paceMs }), ...(sinceMs === undefined ? {} : { sinceMs }) };
}

export function jobUrl(state: JobsState): string {
  return state.cloud + armPath(state.jobIds[state.at] ?? '');
}

export function stepJob(before: JobsState, response: TrackedResponse, nowMs: number): TrackStep {
  const job = response.status === 200 ? readable(response) : undefined;
  if (!job) {
    return unanswered(before, response, nowMs);
  }
  const { absence: _answered, isOutlined: _read, ...rest } = before;
  const startedMs = Date.parse(job.startTime ?? '');
  const ends = placed(before.ends, before.at, endOf(job) ?? null);
  const several = before.jobIds.length > 1;
  const told = several ? { told: placed(before.told ?? [], before.at, { task: taskOf(job), reference: referenceOf(job) }) } : {};
  const since = several || Number.isNaN(startedMs) ? {} : { sinceMs: startedMs };
  const state: JobsState = { ...rest, ends, ...told, ...since, asked: before.asked + 1 };
  if (state.jobIds.every((_id, index) => ends[index])) {
    return allEnded(state, job);
  }
  const next: JobsState = { ...state, at: nextRunning(state) };
  // Each is asked once at the beginning, and at once where another has just ended: then in turn, at the pace of one.
  const unheard = several && next.told?.[next.at] === undefined;
  return {
    state: asJson(next),
    status: 'running',
    next: { url: jobUrl(next) },
    delayMs: unheard ? 0 : waitMs(next.asked, retryAfterMs(response.headers, nowMs), state.paceMs),
    progress: progressOfAll(next, progressOf(job)),
    job: several ? firstRunning(next, referenceOf(job)) : referenceOf(job),
  };
}

function placed<T>(list: readonly (T | null)[], at: number, value: T | null): (T | null)[] {
  return Array.from({ length: Math.max(list.length, at + 1) }, (_none, index) => (index === at ? value : (list[index] ?? null)));
}

/** The next index after the one asked now whose job has not ended. */
function nextRunning({ at, jobIds, ends }: JobsState): number {
  const turn = jobIds.map((_id, index) => (at + 1 + index) % jobIds.length);
  return turn.find((index) => !ends[index]) ?? at;
}

/** One of several jobs is shown as the operation's: always the same one until it has ended, so that it can be cancelled. */
function firstRunning(state: JobsState, asked: JobReference): JobReference {
  const index = state.jobIds.findIndex((_id, at) => !state.ends[at] && state.told?.[at]);
  return state.told?.[index]?.reference ?? asked;
}

/** Of one job as it says it; of several each is a task, and what only one of them says is left to its task. */
function progressOfAll(state: JobsState, one: OperationProgress): OperationProgress {
  const { jobIds, ends, told = [], failedJobs } = state;
  if (jobIds.length + failedJobs.length < 2) {
    return one;
  }
  const jobs = jobIds.map(
    (id, index): OperationTask => told[index]?.task ?? { name: `Job ${id.slice(id.lastIndexOf('/') + 1)}`, status: 'unknown' },
  );
  const notStarted = failedJobs.map((error): OperationTask => ({
    name: 'A job that did not start',
    status: 'failed',
    detail: error.message,
  }));
  const ended = ends.filter(Boolean).length;
  const missing = notStarted.length > 0 ? `; ${notStarted.length} did not start` : '';
  return {
    message: `${ended} of ${jobIds.length} ${jobIds.length === 1 ? 'job has' : 'jobs have'} ended${missing}`,
    tasks: [...jobs, ...notStarted],
  };
}

function allEnded(state: JobsState, last: Job): TrackStep {
  const ends = state.ends.flatMap((end) => end ?? []);
  const worst = (['failed', 'cancelled', 'succeededWithWarnings'] as const).find((one) => ends.some(({ status }) => status === one));
  const [error, ...others] = ends.flatMap((end) => end.error ?? []);
  const warnings = [...others, ...ends.flatMap((end) => end.warnings ?? []), ...state.failedJobs];
  return {
    state: asJson(state),
    status: worst ?? (state.failedJobs.length > 0 ? 'succeededWithWarnings' : 'succeeded'),
    progress: progressOfAll(state, progressOf(last)),
    job: referenceOf(last),
    ...(error ? { error } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

function readable(response: TrackedResponse): Job | undefined {
  try {
    return readJob(response.body);
  } catch {
    // No job in the answer: `unanswered` waits for a better one and says so in the end.
    return undefined;
  }
}

/** A job that was just created may not be there yet; one that was there may be hidden by a hiccup. Neither for long. */
function unanswered(state: JobsState, response: TrackedResponse, nowMs: number): TrackStep {
  const absence = missedAgain(state.absence, nowMs);
  if (isLasting(absence, nowMs, pacing.graceMs)) {
    return {
      state: asJson(state),
      status: 'unknown',
      error:
        response.status >= 400
          ? errorOf(response)
          : {
              code: 'UnreadableJob',
              message: 'Azure answered with something that is no job.',
              status: response.status,
              remedies: ['Look at the job in the vault.'],
            },
    };
  }
  const next: JobsState = { ...state, asked: state.asked + 1, absence };
  const message = response.status === 404 ? 'Waiting for the job to appear' : `Azure answered ${response.status} for the job; asking again`;
  return {
    state: asJson(next),
    status: 'running',
    next: { url: jobUrl(next) },
    delayMs: waitMs(next.asked, retryAfterMs(response.headers, nowMs), state.paceMs),
    progress: state.jobIds.length > 1 ? { ...progressOfAll(state, {}), message } : { message },
  };
}

function asJson(state: JobsState): JsonObject {
  return { ...state } as unknown as JsonObject;
}
