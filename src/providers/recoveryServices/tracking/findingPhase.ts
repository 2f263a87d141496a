/** The phase of looking for a job that Azure did not name. Of a VM it is the first that fits; a database's has to be told from its namesakes'. */
import type { ErrorRecord } from '../../../core/errors.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { TrackedResponse, TrackStep } from '../../../core/operation.ts';
import { errorOf } from '../../arm/asyncOperation.ts';
import { candidatesIn, findJobUrl, type Wanted } from './findJob.ts';
import { beginJobs } from './jobPhases.ts';
import { pacing, retryAfterMs, waitMs } from '../../arm/pacing.ts';
import { beginTelling, stepTelling, type Telling, type Told } from './telling.ts';

/** Plain JSON. Moments are milliseconds since the epoch. */
export interface FindingState {
  readonly phase: 'finding';
  readonly cloud: string;
  readonly wanted: Wanted;
  readonly asked: number;
  readonly sinceMs: number;
  readonly paceMs?: number;
  /** While jobs that fit are looked into. */
  readonly telling?: Telling;
  /** Why the operation's own address does not name the job, where it answers only that it failed. */
  readonly because?: ErrorRecord;
}

export function findingUrl(state: FindingState): string {
  return state.telling?.urls[0] ?? findJobUrl(state.cloud, state.wanted);
}

/** @param because an error that the operation's address insists on: where no job turns up, it decides */
export function beginFinding(cloud: string, wanted: Wanted, paceMs: number | undefined, nowMs: number, because?: ErrorRecord): TrackStep {
  const state: FindingState = {
    phase: 'finding',
    cloud,
    wanted,
    asked: 0,
    sinceMs: nowMs,
    ...(paceMs === undefined ? {} : { paceMs }),
    ...(because === undefined ? {} : { because }),
  };
  return asking(state, waitMs(0, undefined, paceMs));
}

export function stepFinding(state: FindingState, response: TrackedResponse, nowMs: number): TrackStep {
  const { telling, ...rest } = state;
  if (telling) {
    return told(rest, stepTelling(state.cloud, state.wanted, telling, response), response, nowMs);
  }
  const candidates = response.status === 200 ? candidatesIn(response.body, state.wanted) : [];
  const [first] = candidates;
  if (!first) {
    return again(state, response, nowMs, 0);
  }
  return state.wanted.database
    ? told(state, beginTelling(state.cloud, state.wanted, candidates), response, nowMs)
    : found(state, first.job.id);
}

function told(state: FindingState, answer: Told, response: TrackedResponse, nowMs: number): TrackStep {
  switch (answer.is) {
    case 'job':
      return found(state, answer.id);
    case 'asking':
      return isPatient(state, nowMs) ? asking({ ...state, telling: answer.telling }, 0) : again(state, response, nowMs, 1);
    case 'untold':
      return again(state, response, nowMs, answer.count);
  }
}

/** A job may not be listed yet, and a backup's tells its host only some seconds after it began. */
function again(state: FindingState, response: TrackedResponse, nowMs: number, fitting: number): TrackStep {
  if (!isPatient(state, nowMs) && state.because !== undefined && fitting === 0) {
    return { state: { ...state } as unknown as JsonObject, status: 'failed', error: state.because, readBackDecides: true };
  }
  if (!isPatient(state, nowMs)) {
    const error = response.status >= 400 ? errorOf(response) : notFound(state.wanted, fitting);
    return { state: { ...state } as unknown as JsonObject, status: 'unknown', error };
  }
  const next: FindingState = { ...state, asked: state.asked + 1 };
  return asking(next, waitMs(next.asked, retryAfterMs(response.headers, nowMs), state.paceMs));
}

function isPatient(state: FindingState, nowMs: number): boolean {
  return nowMs - state.sinceMs <= pacing.graceMs;
}

function notFound({ entity }: Wanted, fitting: number): ErrorRecord {
  const remedies = ['Look at the jobs of the vault, and refresh the item to see what came of it.'];
  return fitting === 0
    ? { code: 'JobNotFound', message: `Azure accepted it and named no job, and none of ${entity} began since.`, remedies }
    : {
        code: 'JobNotTold',
        message: `Azure accepted it and named no job. Which of the jobs of databases called ${entity} is its own cannot be told.`,
        remedies,
      };
}

function asking(state: FindingState, delayMs: number): TrackStep {
  return {
    state: { ...state } as unknown as JsonObject,
    status: 'accepted',
    next: { url: findingUrl(state) },
    delayMs,
    progress: { message: 'Accepted; looking for its job' },
  };
}

function found(state: FindingState, jobId: string): TrackStep {
  return beginJobs({
    cloud: state.cloud,
    jobIds: [jobId],
    inferred: true,
    ...(state.paceMs === undefined ? {} : { paceMs: state.paceMs }),
  });
}
