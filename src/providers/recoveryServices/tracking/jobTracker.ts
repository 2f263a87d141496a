import { idUpTo } from '../../../core/armId.ts';
import type { ErrorRecord } from '../../../core/errors.ts';
import { isObject, type Json, type JsonObject } from '../../../core/json.ts';
import type { OperationRecord, Tracker, TrackedResponse, TrackStep } from '../../../core/operation.ts';
import { errorWithRemedies } from '../errorKnowledge.ts';
import { fieldsOf, toText } from '../../arm/fields.ts';
import { beginOperation, errorOf, stepOperation, type OperationState } from '../../arm/asyncOperation.ts';
import type { Wanted } from './findJob.ts';
import { beginFinding, findingUrl, stepFinding, type FindingState } from './findingPhase.ts';
import { jobList } from './jobList.ts';
import { beginJobs, jobsState, jobUrl, stepJob, type JobsState } from './jobPhases.ts';
import { insistMs, pacing } from '../../arm/pacing.ts';
import { ownerOf } from './whoseJob.ts';

/**
 * Changes of protected items: the request's operation only says that a job exists, and the job decides.
 * Headers -> operation -> job id -> job until its end. Where Azure names no job, it is looked for (`inferred` in the state).
 */
export const jobTracker: Tracker = {
  name: 'recoveryServices.job',
  begin: (record, response, nowMs) => {
    if (response.status >= 400) {
      return { state: {}, status: 'failed', error: errorOf(response) };
    }
    const wanted = wantedOf(record, response, nowMs);
    const begun = beginOperation(record.cloud, response, nowMs);
    if (begun) {
      return operating({ phase: 'operation', cloud: record.cloud, operation: begun.state, ...(wanted ? { wanted } : {}) }, begun.delayMs);
    }
    if (response.status === 202) {
      return find(record.cloud, wanted, undefined, nowMs);
    }
    // Done at once: there is nothing that a job could still decide.
    return { state: {}, status: 'succeeded' };
  },
  poll: (json) => {
    const state = readState(json);
    return { url: urlOf(state), ...(state.phase === 'operation' ? { insistMs: insistMs(state.operation.paceMs) } : {}) };
  },
  step: (json, response, nowMs) => {
    const state = readState(json);
    switch (state.phase) {
      case 'operation':
        return stepFirst(state, response, nowMs);
      case 'finding':
        return stepFinding(state, response, nowMs);
      case 'job':
        return stepJob(state, response, nowMs);
    }
  },
  list: jobList,
};

/** State to follow a job that is known by its id: one that somebody else started, or that was found by looking. */
export function jobTracking(cloud: string, jobId: string, inferred = false): JsonObject {
  return { ...jobsState({ cloud, jobIds: [jobId], inferred }) } as unknown as JsonObject;
}

interface OperatingState {
  readonly phase: 'operation';
  readonly cloud: string;
  readonly operation: OperationState;
  /** Absent where the target is nothing of a vault, so that no job could be looked for. */
  readonly wanted?: Wanted;
}

type State = OperatingState | FindingState | JobsState;

function readState(state: JsonObject): State {
  // Written by this tracker's own steps, and by nothing else.
  return state as unknown as State;
}

function urlOf(state: State): string {
  switch (state.phase) {
    case 'operation':
      return state.operation.url;
    case 'finding':
      return findingUrl(state);
    case 'job':
      return jobUrl(state);
  }
}

function stepFirst(state: OperatingState, response: TrackedResponse, nowMs: number): TrackStep {
  const answer = stepOperation(state.operation, response, nowMs);
  switch (answer.is) {
    case 'running':
      return operating({ ...state, operation: answer.state }, answer.delayMs, answer.message);
    case 'failed':
      // A 5xx comes here only once Azure has insisted on it, and says nothing of the job.
      return response.status >= 500
        ? find(state.cloud, state.wanted, state.operation.paceMs, nowMs, answer.error)
        : { state: { ...state } as unknown as JsonObject, status: 'failed', error: ofDatabase(answer.error, state.wanted) };
    case 'cancelled':
      return { state: { ...state } as unknown as JsonObject, status: 'cancelled' };
    case 'lost':
      return find(state.cloud, state.wanted, state.operation.paceMs, nowMs);
    case 'succeeded':
      return operationSucceeded(state, jobsOf(answer.body, state.wanted?.vaultId), nowMs);
  }
}

/** An operation's answer does not name its database, and a statement that mends it has to. */
function ofDatabase(error: ErrorRecord, wanted: Wanted | undefined): ErrorRecord {
  if (wanted?.database === undefined || error.statement === undefined) {
    return error;
  }
  const { statement: _ofAny, ...rest } = error;
  const { backupType } = wanted.database;
  return errorWithRemedies(rest, { database: wanted.entity, ...(backupType === undefined ? {} : { backupType }) });
}

function operationSucceeded(state: OperatingState, jobs: { ids: string[]; failed: ErrorRecord[] }, nowMs: number): TrackStep {
  const { paceMs } = state.operation;
  const pace = paceMs === undefined ? {} : { paceMs };
  if (jobs.ids.length > 0) {
    const since = state.wanted ? { sinceMs: state.wanted.acceptedAtMs - pacing.skewMs } : {};
    return beginJobs({ cloud: state.cloud, jobIds: jobs.ids, failedJobs: jobs.failed, ...pace, ...since });
  }
  const [error, ...warnings] = jobs.failed;
  if (error) {
    return { state: { ...state } as unknown as JsonObject, status: 'failed', error, ...(warnings.length > 0 ? { warnings } : {}) };
  }
  return find(state.cloud, state.wanted, paceMs, nowMs);
}

function operating(state: OperatingState, delayMs: number, message = 'Accepted; waiting for its job'): TrackStep {
  return {
    state: { ...state } as unknown as JsonObject,
    status: 'accepted',
    next: { url: state.operation.url },
    delayMs,
    progress: { message },
  };
}

/** @returns ids of the jobs that an operation named: `jobId`, or `jobIds` with `failedJobsError` for those that did not start. */
function jobsOf(body: Json | undefined, vaultId: string | undefined): { ids: string[]; failed: ErrorRecord[] } {
  const properties = fieldsOf(body).object('properties');
  const names = [properties.text('jobId') ?? [], ...properties.list('jobIds').map((one) => toText(one) ?? [])].flat();
  const errors = properties.object('failedJobsError').raw;
  const failed = Object.entries(errors).map(([name, error]): ErrorRecord => {
    const said = isObject(error) ? fieldsOf(error).text('message', 'errorString') : toText(error);
    return { code: 'JobNotStarted', message: said ?? `The job ${name} did not start; Azure gave no reason.`, detail: { job: name } };
  });
  return { ids: vaultId === undefined ? [] : [...new Set(names)].map((name) => jobIdOf(vaultId, name)), failed };
}

/** The contract: a job named in an operation's status is `backupJobs/{name}` of the vault that was asked. */
function jobIdOf(vaultId: string, name: string): string {
  return name.startsWith('/') ? name : `${vaultId}/backupJobs/${name}`;
}

/** @param because why the operation's own address does not name the job */
function find(cloud: string, wanted: Wanted | undefined, paceMs: number | undefined, nowMs: number, because?: ErrorRecord): TrackStep {
  if (wanted === undefined && because !== undefined) {
    return { state: {}, status: 'failed', error: because, readBackDecides: true };
  }
  if (wanted === undefined) {
    const message = 'Azure accepted it and named no job, and its target is nothing of a vault whose jobs could be looked through.';
    return { state: {}, status: 'unknown', error: { code: 'JobNotFound', message } };
  }
  return beginFinding(cloud, wanted, paceMs, nowMs, because);
}

function wantedOf(record: OperationRecord, response: TrackedResponse, nowMs: number): Wanted | undefined {
  const vaultId = idUpTo(record.target.id, 'vaults') ?? record.target.containerId;
  if (vaultId === undefined) {
    return undefined;
  }
  const azureMs = Date.parse(response.headers['date'] ?? '');
  return { ...ownerOf(record), vaultId, acceptedAtMs: Number.isNaN(azureMs) ? nowMs : azureMs };
}
