/** The later phases of following a job: looking for it, and asking it until it has ended. */
import type { ErrorRecord } from '../../../core/errors.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { TrackedResponse, TrackStep } from '../../../core/operation.ts';
import { armPath } from '../armUrl.ts';
import { readJob, type Job } from '../model/job.ts';
import { errorOf } from './asyncOperation.ts';
import { findJobUrl, jobIn, type Wanted } from './findJob.ts';
import { endOf, progressOf, referenceOf, type JobEnd } from './jobProgress.ts';
import { pacing, retryAfterMs, waitMs } from './pacing.ts';

/** Plain JSON. Moments are milliseconds since the epoch. */
export interface FindingState {
  readonly phase: 'finding';
  readonly cloud: string;
  readonly wanted: Wanted;
  readonly asked: number;
  readonly sinceMs: number;
  readonly paceMs?: number;
}

/** Plain JSON. Jobs are asked one after another; together they have ended when the last one has. */
export interface JobsState {
  readonly phase: 'job';
  readonly cloud: string;
  readonly jobIds: readonly string[];
  /** Index of the one asked now. */
  readonly at: number;
  readonly ends: readonly JobEnd[];
  /** Jobs that Azure says did not start. */
  readonly failedJobs: readonly ErrorRecord[];
  /** True where Azure named no job and this one was found by looking. */
  readonly inferred: boolean;
  readonly asked: number;
  /** Since when the job asked now has given no usable answer; absent while it does. */
  readonly missingSinceMs?: number;
  readonly paceMs?: number;
}

export function stepFinding(state: FindingState, response: TrackedResponse, nowMs: number): TrackStep {
  const job = response.status === 200 ? jobIn(response.body, state.wanted) : undefined;
  if (job) {
    const { cloud, paceMs } = state;
    const found: JobsState = {
      phase: 'job',
      cloud,
      jobIds: [job.id],
      at: 0,
      ends: [],
      failedJobs: [],
      inferred: true,
      asked: 0,
    };
    return nextJob(paceMs === undefined ? found : { ...found, paceMs });
  }
  if (nowMs - state.sinceMs > pacing.graceMs) {
    return {
      state: { ...state } as unknown as JsonObject,
      status: 'unknown',
      error:
        response.status >= 400
          ? errorOf(response)
          : {
              code: 'JobNotFound',
              message: `Azure accepted it and named no job, and none of ${state.wanted.entity} began since.`,
              remedies: ['Look at the jobs of the vault, and refresh the item to see what came of it.'],
            },
    };
  }
  const next: FindingState = { ...state, asked: state.asked + 1 };
  return {
    state: { ...next } as unknown as JsonObject,
    status: 'accepted',
    next: { url: findJobUrl(state.cloud, state.wanted) },
    delayMs: waitMs(next.asked, retryAfterMs(response.headers, nowMs), state.paceMs),
    progress: { message: 'Accepted; looking for its job' },
  };
}

/** Asks the job whose turn it is, at once. */
export function nextJob(state: JobsState): TrackStep {
  const id = state.jobIds[state.at] ?? '';
  return {
    state: { ...state } as unknown as JsonObject,
    status: 'running',
    next: { url: state.cloud + armPath(id) },
    delayMs: 0,
    progress: { message: state.inferred ? 'Azure named no job; following the one that fits' : 'Its job has started' },
    job: { id, name: id.slice(id.lastIndexOf('/') + 1) },
  };
}

export function stepJob(state: JobsState, response: TrackedResponse, nowMs: number): TrackStep {
  const job = response.status === 200 ? readable(response) : undefined;
  if (!job) {
    return unanswered(state, response, nowMs);
  }
  const end = endOf(job);
  if (!end) {
    return goOn(state, job, response, nowMs);
  }
  const { missingSinceMs: _answered, ...rest } = state;
  const ended: JobsState = { ...rest, at: state.at + 1, ends: [...state.ends, end], asked: 0 };
  return ended.at < ended.jobIds.length ? nextJob(ended) : allEnded(ended, job);
}

function readable(response: TrackedResponse): Job | undefined {
  try {
    return readJob(response.body);
  } catch {
    // No job in the answer: `unanswered` waits for a better one and says so in the end.
    return undefined;
  }
}

function goOn(state: JobsState, job: Job, response: TrackedResponse, nowMs: number): TrackStep {
  const { missingSinceMs: _answered, ...rest } = state;
  const next: JobsState = { ...rest, asked: state.asked + 1 };
  const progress = progressOf(job);
  const count = state.jobIds.length > 1 ? `Job ${state.at + 1} of ${state.jobIds.length}. ` : '';
  return {
    state: { ...next } as unknown as JsonObject,
    status: 'running',
    next: { url: state.cloud + armPath(state.jobIds[state.at] ?? '') },
    delayMs: waitMs(next.asked, retryAfterMs(response.headers, nowMs), state.paceMs),
    progress: count && progress.message !== undefined ? { ...progress, message: count + progress.message } : progress,
    job: referenceOf(job),
  };
}

function allEnded(state: JobsState, last: Job): TrackStep {
  const worst = (['failed', 'cancelled', 'succeededWithWarnings'] as const).find((one) => state.ends.some(({ status }) => status === one));
  const [error, ...others] = state.ends.flatMap((end) => end.error ?? []);
  const warnings = [...others, ...state.ends.flatMap((end) => end.warnings ?? []), ...state.failedJobs];
  return {
    state: { ...state } as unknown as JsonObject,
    status: worst ?? (state.failedJobs.length > 0 ? 'succeededWithWarnings' : 'succeeded'),
    progress: progressOf(last),
    job: referenceOf(last),
    ...(error ? { error } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

/** A job that was just created may not be there yet; one that was there may be hidden by a hiccup. Neither for long. */
function unanswered(state: JobsState, response: TrackedResponse, nowMs: number): TrackStep {
  const id = state.jobIds[state.at] ?? '';
  const missingSinceMs = state.missingSinceMs ?? nowMs;
  if (nowMs - missingSinceMs > pacing.graceMs) {
    return {
      state: { ...state } as unknown as JsonObject,
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
  const next: JobsState = { ...state, asked: state.asked + 1, missingSinceMs };
  return {
    state: { ...next } as unknown as JsonObject,
    status: 'running',
    next: { url: state.cloud + armPath(id) },
    delayMs: waitMs(next.asked, retryAfterMs(response.headers, nowMs), state.paceMs),
    progress: {
      message: response.status === 404 ? 'Waiting for the job to appear' : `Azure answered ${response.status} for the job; asking again`,
    },
  };
}
