import { isLasting, missedAgain, type Absence } from '../../../core/absence.ts';
import type { ErrorRecord } from '../../../core/errors.ts';
import { BackupError } from '../../../core/errors.ts';
import { isObject, objectAt, type JsonObject } from '../../../core/json.ts';
import type { OperationRecord, Tracker, TrackedResponse, TrackStep } from '../../../core/operation.ts';
import { fieldsOf } from '../../arm/fields.ts';
import { beginOperation, errorOf, stepOperation, type OperationState } from '../../arm/asyncOperation.ts';
import { insistMs, retryAfterMs } from '../../arm/pacing.ts';
import { pointPath } from '../api.ts';
import { withComputeRemedies } from '../errorKnowledge.ts';
import { pointState, type KnownSizes, type PointState } from '../model/pointState.ts';
import { readRestorePoint, type RestorePoint } from '../model/restorePoint.ts';
import { idOfRequest } from '../requests.ts';
import { nextWaitMs, pointPacing } from './pointPacing.ts';
import { failureOf, progressOf } from './pointProgress.ts';

/** Plain JSON. Moments are milliseconds since the epoch. */
interface State {
  readonly cloud: string;
  readonly pointId: string;
  /** By disk name in lower case, in GB: for points that do not tell sizes themselves. */
  readonly sizes: KnownSizes;
  /** While the operation that makes the point is followed; afterwards the point itself is asked. */
  readonly operation?: OperationState;
  /** True of a copy. */
  readonly copied?: boolean;
  /** The operation of a copy that goes on for long, while the copy itself is asked: it knows best why it failed. */
  readonly aside?: OperationState;
  /** True once Azure has answered the point itself. */
  readonly seen?: boolean;
  readonly absence?: Absence;
  readonly waitMs?: number;
  readonly percent?: number;
  readonly done?: number;
}

/** So often the operation of a copy is asked: by then what is refused has been. Then the copy tells how far it is, which the operation does not. */
const questionsOfCopy = 4;

/**
 * A restore point that is made, or copied from another region: its operation until that has ended, then the point with its
 * instance view until it can be used or has failed. For a copy the operation only says that copying has begun; the disks
 * decide, and where the operation goes on for long, they are looked at meanwhile. One request a step, whatever the number of disks.
 */
export const pointTracker: Tracker = {
  name: 'restorePoints.point',
  begin: (record, response, nowMs) => {
    if (response.status >= 400) {
      return { state: {}, status: 'failed', error: withComputeRemedies(errorOf(response)) };
    }
    const state = stateOf(record, response);
    const begun = beginOperation(record.cloud, response, nowMs);
    return begun === undefined
      ? askPoint(state, 'accepted')
      : operating({ ...state, operation: begun.state }, begun.delayMs, 'accepted', 'Azure is making the restore point');
  },
  poll: (json) => {
    const state = readState(json);
    // Where only asking for the operation fails, again and again, the point itself is asked. Beside that there is nothing to ask.
    return { url: urlOf(state), ...(state.operation ? { insistMs: insistMs(state.operation.paceMs) } : {}) };
  },
  step: (json, response, nowMs) => {
    const state = readState(json);
    return state.operation === undefined ? stepPoint(state, response, nowMs) : stepFirst(state, state.operation, response, nowMs);
  },
};

/** State that asks the restore point itself, where the operation's address never reached us. @param sizes in GB, by disk name */
export function pointTracking(cloud: string, pointId: string, sizes: KnownSizes = {}): JsonObject {
  return toJson({ cloud, pointId, sizes });
}

function stateOf(record: OperationRecord, response: TrackedResponse): State {
  const pointId = fieldsOf(response.body).text('id') ?? (record.request && idOfRequest(record.request));
  if (pointId === undefined) {
    throw new BackupError('The restore point to follow is not named by its request nor by the answer.', { code: 'UnexpectedId' });
  }
  const sizes = objectAt(record.intent, 'diskSizes');
  return {
    cloud: record.cloud,
    pointId,
    ...(typeof record.intent['sourcePointId'] === 'string' ? { copied: true } : {}),
    sizes: Object.fromEntries(
      Object.entries(sizes).flatMap(([name, size]) => (typeof size === 'number' ? [[name.toLowerCase(), size]] : [])),
    ),
  };
}

function readState(json: JsonObject): State {
  // Written by this tracker's own steps and by `pointTracking`, and by nothing else.
  return json as unknown as State;
}

function toJson(state: State): JsonObject {
  return { ...state } as unknown as JsonObject;
}

function urlOf(state: State): string {
  return state.operation?.url ?? state.cloud + pointPath(state.pointId);
}

function stepFirst(state: State, operation: OperationState, response: TrackedResponse, nowMs: number): TrackStep {
  if (response.status >= 400 && response.status !== 404) {
    // The address of the operation has no answer (any more); what it made has.
    return askPoint(state, 'running');
  }
  const answer = stepOperation(operation, response, nowMs);
  switch (answer.is) {
    case 'running':
      if (state.copied && answer.state.asked >= questionsOfCopy) {
        return askPoint({ ...state, aside: answer.state }, 'running');
      }
      return operating(
        { ...state, operation: answer.state },
        answer.delayMs,
        'running',
        answer.message ?? 'Azure is making the restore point',
      );
    case 'succeeded':
    case 'lost':
      return askPoint(state, 'running');
    case 'cancelled':
      return { state: toJson(state), status: 'cancelled' };
    case 'failed':
      return { state: toJson(state), status: 'failed', error: withComputeRemedies(answer.error) };
  }
}

function operating(state: State, delayMs: number, status: 'accepted' | 'running', message: string): TrackStep {
  return { state: toJson(state), status, next: { url: urlOf(state) }, delayMs, progress: { message } };
}

/** From the operation on to what it made, at once. */
function askPoint({ operation: _ended, ...state }: State, status: 'accepted' | 'running'): TrackStep {
  return operating(state, 0, status, 'Looking at the restore point');
}

function stepPoint(state: State, response: TrackedResponse, nowMs: number): TrackStep {
  if (response.status !== 200) {
    return missing(state, response, nowMs);
  }
  const point = readable(response);
  if (point === undefined) {
    return missing(state, response, nowMs);
  }
  const now = pointState(point);
  const progress = progressOf(point, now, state.sizes);
  if (now.kind === 'failed') {
    const { aside, ...rest } = state;
    if (aside && now.disks.length === 0 && point.statusMessages.length === 0) {
      return operating({ ...rest, operation: aside, copied: false }, 0, 'running', 'Azure says that it failed; asking why');
    }
    return { state: toJson(state), status: 'failed', progress, ...failureOf(point, now) };
  }
  if (now.kind === 'usable') {
    return { state: toJson(state), status: 'succeeded', progress };
  }
  if (now.kind === 'deleting') {
    return { state: toJson(state), status: 'failed', progress, error: deleted(point.name) };
  }
  return goOn(state, point, now, progress, response, nowMs);
}

function goOn(
  state: State,
  point: RestorePoint,
  now: PointState,
  progress: ReturnType<typeof progressOf>,
  response: TrackedResponse,
  nowMs: number,
): TrackStep {
  const copied = point.sourcePointId !== undefined;
  const done = now.kind === 'copying' ? now.done : 0;
  const percent = progress.percent;
  const waitMs = nextWaitMs(state, { done, ...(percent === undefined ? {} : { percent }) }, copied, retryAfterMs(response.headers, nowMs));
  const { absence: _found, percent: _before, ...rest } = state;
  const next: State = { ...rest, seen: true, waitMs, done, ...(percent === undefined ? {} : { percent }) };
  return { state: toJson(next), status: 'running', next: { url: urlOf(next) }, delayMs: waitMs, progress };
}

/** An answer that says nothing of the point: not there yet, a hiccup, or gone. Asked again for a while. */
function missing(state: State, response: TrackedResponse, nowMs: number): TrackStep {
  const absence = missedAgain(state.absence, nowMs);
  const patienceMs = state.seen && response.status === 404 ? pointPacing.goneAfterMs : pointPacing.notThereYetMs;
  if (isLasting(absence, nowMs, patienceMs)) {
    const name = state.pointId.slice(state.pointId.lastIndexOf('/') + 1);
    // Whether it was deleted, with its collection or alone, or came to its end before: an absence does not tell.
    const absent = state.seen ? notThereAnyMore(name) : neverThere(name);
    const unusable = response.status >= 400 ? withComputeRemedies(errorOf(response)) : unreadable(name);
    return { state: toJson(state), status: 'unknown', error: response.status === 404 ? absent : unusable };
  }
  const waitMs = nextWaitMs(state, {}, false, retryAfterMs(response.headers, nowMs));
  const next: State = { ...state, absence, waitMs };
  const message = response.status === 404 ? 'Waiting for the restore point to appear' : `Azure answered ${response.status}; asking again`;
  return { state: toJson(next), status: 'running', next: { url: urlOf(next) }, delayMs: waitMs, progress: { message } };
}

function readable(response: TrackedResponse): RestorePoint | undefined {
  try {
    return isObject(response.body) ? readRestorePoint(response.body) : undefined;
  } catch (error) {
    if (error instanceof BackupError) {
      return undefined;
    }
    throw error;
  }
}

function deleted(name: string): ErrorRecord {
  return { code: 'RestorePointGone', message: `The restore point ${name} was deleted before it was ready.`, remedies: ['Start it again.'] };
}

function notThereAnyMore(name: string): ErrorRecord {
  const message = `The restore point ${name} was being made, and is not in its collection any more.`;
  return { code: 'RestorePointGone', message, remedies: ['Refresh; if it is not there, start it again.'] };
}

function neverThere(name: string): ErrorRecord {
  const message = `Azure accepted the restore point ${name}, but it is not in its collection.`;
  return { code: 'RestorePointGone', message, remedies: ['Refresh; if it is not there, start it again.'] };
}

function unreadable(name: string): ErrorRecord {
  const message = `Azure's answers about the restore point ${name} cannot be read.`;
  return { code: 'MalformedRecord', message, remedies: ['Refresh to see what came of it.'] };
}
