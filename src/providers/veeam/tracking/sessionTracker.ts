/**
 * A session until its end, with its log: the session says how it is, its log what it does, asked in turn. The last log is
 * read after the end, so that it is whole.
 */
import { serviceErrorOf } from '../../../cloud/serviceError.ts';
import { isLasting, missedAgain, type Absence } from '../../../core/absence.ts';
import type { ErrorRecord } from '../../../core/errors.ts';
import { arrayAt, isObject, stringAt, type Json, type JsonObject } from '../../../core/json.ts';
import type { OperationRecord, OperationStatus, Tracker, TrackedResponse, TrackStep } from '../../../core/operation.ts';
import { BackupError } from '../../../core/errors.ts';
import { sessionAddresses, versionOfUrl, type SessionAddresses } from '../addresses.ts';
import { veeamRemediesFor } from '../errorKnowledge.ts';
import { isStoppable, readLog, readSession, sessionState, type SessionState, type VeeamSession } from '../model.ts';
import { failureIn, progressOf, warningsIn } from './logProgress.ts';

interface State extends SessionAddresses {
  /** What is asked next. */
  readonly ask: 'session' | 'log';
  /** The session as it was read last; its log is asked for then. */
  readonly session?: JsonObject;
  /** How often the session was read. */
  readonly reads: number;
  /** While the appliance does not know the session. */
  readonly absence?: Absence;
}

/** Milliseconds for which one that is not known is asked for again: it was made a moment ago, or the appliance is just starting. */
const missingGraceMs = 60_000;

/** Milliseconds between two looks at a session, up to so many looks: most take a minute, some take hours. */
const paces = [
  { reads: 4, ms: 1_000 },
  { reads: 20, ms: 3_000 },
  { reads: 80, ms: 10_000 },
  { reads: Infinity, ms: 20_000 },
] as const;

const statuses: Readonly<Record<SessionState, OperationStatus>> = {
  pending: 'running',
  running: 'running',
  cancelling: 'running',
  unknown: 'running',
  succeeded: 'succeeded',
  succeededWithWarnings: 'succeededWithWarnings',
  failed: 'failed',
  cancelled: 'cancelled',
};

export const sessionTracker: Tracker = {
  name: 'veeam.session',
  begin: (record, response) => {
    const session = sessionIn(response.body, record.cloud);
    return stepSession({ ...addressesOf(record, session), ask: 'session', reads: 0 }, session);
  },
  poll: (json) => {
    const state = readState(json);
    return state.ask === 'log' ? { url: state.log, isBeside: true } : { url: state.self };
  },
  step: (json, response, nowMs) => {
    const state = readState(json);
    return state.ask === 'log' ? stepLog(state, response) : stepAnswer(state, response, nowMs);
  },
};

/** State to follow a session that is known: one that somebody else started, or that was found by looking. */
export function sessionTracking(session: VeeamSession, apiVersion: string): JsonObject {
  return stateJson({ ...sessionAddresses(session, apiVersion), ask: 'session', reads: 0 });
}

/** Where the session of an operation is stopped; undefined where none is known. */
export function stopUrlOf(tracking: JsonObject | undefined): string | undefined {
  return stringAt(tracking, 'stop');
}

function addressesOf({ request }: OperationRecord, session: VeeamSession): SessionAddresses {
  return sessionAddresses(session, versionOfUrl(request?.url ?? session.origin));
}

/** The one session of the answer: bare, or as a page of them. @throws BackupError where there is none */
function sessionIn(body: Json | undefined, origin: string): VeeamSession {
  const [first] = arrayAt(body, 'results');
  const raw = first ?? body;
  if (raw === undefined) {
    throw new BackupError('the appliance named no session.', { code: 'UnusableAnswer' });
  }
  return readSession(raw, origin);
}

function stepAnswer(state: State, response: TrackedResponse, nowMs: number): TrackStep {
  const { absence: before, ...found } = state;
  const absence = missedAgain(before, nowMs);
  if (response.status === 404 && !isLasting(absence, nowMs, missingGraceMs)) {
    const delayMs = Math.min(Math.max(2_000, (nowMs - absence.sinceMs) / 2), missingGraceMs);
    return { state: stateJson({ ...state, absence }), status: 'running', next: { url: state.self }, delayMs };
  }
  if (response.status >= 400) {
    const { code, message } = serviceErrorOf(response.status, JSON.stringify(response.body ?? ''));
    const remedies = ['Look at the sessions of the appliance on its own web page.', ...veeamRemediesFor(code, message)];
    const error: ErrorRecord = {
      code: 'SessionGone',
      message: `The appliance does not tell of the session any more: ${message}`,
      status: response.status,
      remedies,
    };
    return { state: stateJson(state), status: 'unknown', error };
  }
  return stepSession(found, readSession(response.body, new URL(state.self).origin));
}

function stepSession(state: State, session: VeeamSession): TrackStep {
  return {
    state: stateJson({ ...state, ask: 'log', session: session.raw, reads: state.reads + 1 }),
    status: 'running',
    job: { id: session.id, name: session.sessionId, operation: session.title, cancellable: isStoppable(session) },
    next: { url: state.log },
    delayMs: 0,
  };
}

function stepLog(state: State, response: TrackedResponse): TrackStep {
  const session = readSession(state.session, new URL(state.self).origin);
  // A log that cannot be had keeps nobody from knowing how the session is.
  const log = response.status < 400 ? readLog(response.body) : [];
  const status = statuses[sessionState(session)];
  const said = { state: stateJson({ ...state, ask: 'session' }), status, progress: progressOf(session, log) };
  if (status === 'running') {
    const pace = paces.find(({ reads }) => state.reads <= reads);
    return { ...said, next: { url: state.self }, ...(pace ? { delayMs: pace.ms } : {}) };
  }
  const warnings = warningsIn(log);
  return {
    ...said,
    ...(status === 'failed' ? { error: failureIn(session, log) } : {}),
    ...(status !== 'failed' && warnings.length > 0 ? { warnings } : {}),
  };
}

function readState(json: JsonObject): State {
  // Written by this tracker's own steps, and by nothing else.
  return json as unknown as State;
}

function stateJson(state: State): JsonObject {
  return isObject(state) ? state : {};
}
