/**
 * What an operation is, as plain JSON: the engine journals it, trackers step it, the panel shows it.
 * Nothing here sends or waits.
 */
import type { ErrorRecord } from './errors.ts';
import type { Json, JsonObject } from './json.ts';
import type { SharedList } from './sharedList.ts';

/**
 * `planned`: on disk, not sent, perhaps waiting in its lane. `sending`: on disk as about to leave; after a crash its fate must be looked up.
 * `accepted`: the service answered that it took it. `running`: a job, copy or session exists. The rest are ends,
 * `unknown` being the honest one: it may have started, and nobody could find out.
 */
export type OperationStatus =
  'planned' | 'sending' | 'accepted' | 'running' | 'succeeded' | 'succeededWithWarnings' | 'failed' | 'cancelled' | 'unknown';

const endedStatuses: ReadonlySet<OperationStatus> = new Set(['succeeded', 'succeededWithWarnings', 'failed', 'cancelled', 'unknown']);

/** True where nothing is left to follow. */
export function hasEnded(status: OperationStatus): boolean {
  return endedStatuses.has(status);
}

/** True while somebody is to find out how it goes on: it has not ended, and no person has said to stop watching it. */
export function isFollowed({ status, unwatchedAt }: Pick<OperationRecord, 'status' | 'unwatchedAt'>): boolean {
  return !hasEnded(status) && unwatchedAt === undefined;
}

/** A request as it will leave, byte for byte; without credentials, which the pipeline adds last. */
export interface PreparedRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** Absolute URL with its query. */
  readonly url: string;
  /** Lower-case names; never `authorization`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body's text, exactly as sent. */
  readonly body?: string;
}

/** What a tracker reads of an answer. */
export interface TrackedResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON, or undefined where the body was empty. */
  readonly body?: Json;
}

export type TaskStatus = 'notStarted' | 'running' | 'succeeded' | 'failed' | 'skipped' | 'cancelled' | 'unknown';

/** One task of a job, or one disk of a copy. */
export interface OperationTask {
  readonly name: string;
  readonly status: TaskStatus;
  /** 0 to 100, only where the service gave it. */
  readonly percent?: number;
  /** The service's own words (`137 GBs / 137 GBs Transferred`). */
  readonly detail?: string;
  /** ISO 8601 duration or `hh:mm:ss`, opaque, as the service gave it. */
  readonly duration?: string;
}

export interface OperationProgress {
  /** 0 to 100, only where the service gave it; absent means indeterminate. Never computed from time. */
  readonly percent?: number;
  /** One line for a person: `Transfer data to vault`, `Waiting for the job to appear`. */
  readonly message?: string;
  readonly tasks?: readonly OperationTask[];
  /** ISO 8601 duration as the service estimated it. */
  readonly remaining?: string;
  /** What the service says of the work itself (`Backup Size: 13610 MB`), name to value. */
  readonly properties?: Readonly<Record<string, string>>;
}

/** The service's job behind an operation. */
export interface JobReference {
  readonly id: string;
  readonly name: string;
  /** The service's word for what it does; it may change while it runs (`Backup` to `Backup (Full)`). */
  readonly operation?: string;
  /** True while the service says that it can be cancelled and it still runs. */
  readonly cancellable?: boolean;
}

/** A request that was made for an operation, for its timeline. Never a body, never a query (operation URLs are signed). */
export interface RequestTrace {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly method: string;
  readonly path: string;
  /** Absent where no answer came. */
  readonly status?: number;
  readonly ms: number;
  readonly requestId?: string;
}

/** A moment at which an operation got on: to another status, or to the service's job. */
export interface OperationStep {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly status: OperationStatus;
  /** True where it was about the request that comes first (`OperationRecord.first`). */
  readonly isFirst?: true;
  /** Name of the job, where that became known now. */
  readonly job?: string;
}

export interface OperationTarget {
  /** ARM id (or a system's own id) of the resource acted on, in the spelling that the service gave. */
  readonly id: string;
  /** As shown to a person. */
  readonly name: string;
  /** What kind of resource, in words: `VM`, `SQL database`, `vault`. */
  readonly kind: string;
  /** Where among its namesakes it is, for a person: `MSSQLSERVER on erp-db-01`. */
  readonly where?: string;
  /** The vault, service or appliance that it stands in. */
  readonly containerId?: string;
  readonly containerName?: string;
  readonly subscriptionId?: string;
}

/**
 * A failure that the service itself, not the network or a gateway, gives each time it is asked how an operation goes: it
 * may be the operation's end. Moments are ISO 8601, UTC.
 */
export interface Insistence {
  readonly status: number;
  readonly code: string;
  /** How often it was given, with nothing usable in between. */
  readonly count: number;
  readonly since: string;
  /** Not before this it is taken for the end, and only where what was acted on bears that out. */
  readonly decidesAt: string;
}

/** Why an operation that has not ended is not getting on. Never an end: the work itself may be doing well. */
type FollowTrouble =
  /** No usable answer (network, 429, 5xx) since then; asked again by itself. Moments are ISO 8601, UTC. */
  | {
      readonly kind: 'noAnswer';
      readonly since: string;
      readonly nextAt: string;
      readonly error: ErrorRecord;
      readonly insists?: Insistence;
    }
  /** Asking on is pointless until a person has done something (sign in, get a role): asked again on request. */
  | { readonly kind: 'paused'; readonly since: string; readonly error: ErrorRecord; readonly insists?: Insistence };

/** What was started together with others, by one choice of a person: their ends are told as one. */
export interface OperationBatch {
  readonly id: string;
  /** How many operations were to be started. */
  readonly size: number;
  /** Id of the batch whose failed ones are tried again by this one, or of the operation, started alone, that is. */
  readonly retryOf?: string;
  /** This one waits on disk for its turn to be sent: so few are sent at a time, and until then it can be taken back. */
  readonly isQueued?: true;
}

/** What a person chose: enough to start the operation again. */
export interface OperationAsked {
  /** Id of the resource that the action was done to; several operations may come of one. */
  readonly targetId: string;
  /** By id of the question. Secrets are left out: they are asked anew. */
  readonly answers: Readonly<Record<string, string>>;
}

/**
 * A request that makes the place for the operation's own: the collection that a restore point is put into. Until it is
 * `done`, status and tracking of the record are about it.
 */
export interface FirstStep {
  readonly request: PreparedRequest;
  /** Name of the tracker that follows it. */
  readonly tracker: string;
  /** For a person: `Creating the restore point collection vm-01-restore-points`. */
  readonly title: string;
  /** What it makes was there already when its turn came: nothing was sent for it. */
  readonly there?: true;
  readonly done?: true;
}

/** Operations of one lane of a cloud run one after another, in the order in which they were made. */
export interface LanePlace {
  readonly key: string;
  /** For a person: `Waiting for another restore point of vm-01`. */
  readonly waiting: string;
  /** ISO 8601, UTC: since when it is known to wait for others. Absent of one whose turn comes at once. */
  readonly waitsSince?: string;
  /** ISO 8601, UTC: when its turn came. From then until its end it keeps the others of its lane waiting. */
  readonly turnAt?: string;
}

/** One thing that a person started, or a job that somebody else started and a person follows. */
export interface OperationRecord {
  readonly version: 1;
  readonly id: string;
  readonly actionId: string;
  /** `Back Up Now`. */
  readonly title: string;
  readonly target: OperationTarget;
  /** Origin of the service it was sent to, a cloud's resource manager or an appliance: it is never polled with another one's token. */
  readonly cloud: string;
  readonly tenantId?: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** ISO 8601, UTC: when the service began it, where that was before this record was made. */
  readonly startedAt?: string;
  readonly updatedAt: string;
  readonly endedAt?: string;
  readonly status: OperationStatus;
  /** Absent where it was started alone. */
  readonly batch?: OperationBatch;
  /** Absent where it cannot be started again from here. */
  readonly asked?: OperationAsked;
  /** Absent for a followed job, which sent nothing. */
  readonly request?: PreparedRequest;
  /** Absent where nothing has to be there before `request`. */
  readonly first?: FirstStep;
  /** Absent where it runs beside anything. */
  readonly lane?: LanePlace;
  /** Name of the tracker that steps `tracking`. */
  readonly tracker: string;
  /** The tracker's own state; undefined until the service has accepted. */
  readonly tracking?: JsonObject;
  /** True where the service has named nothing to follow: what is followed was found by looking, and may be of somebody else. */
  readonly isInferred?: boolean;
  /** ISO 8601, UTC: not before this. */
  readonly nextPollAt?: string;
  readonly progress: OperationProgress;
  readonly job?: JobReference;
  /** Only while it has not ended. */
  readonly trouble?: FollowTrouble;
  /** ISO 8601, UTC: when the person asked to cancel it. The job still decides how it ends. */
  readonly cancelRequestedAt?: string;
  /** ISO 8601, UTC: since when a person wants nobody to follow it. It goes on at the service, and `status` is what was last known. */
  readonly unwatchedAt?: string;
  readonly error?: ErrorRecord;
  /** Warnings of an end that is not a failure. */
  readonly warnings?: readonly ErrorRecord[];
  /** What the person asked for, for reading back and for settling an unclear outcome: plain facts, no secrets. */
  readonly intent: JsonObject;
  /** Sentence about the state that was read back at the end. */
  readonly outcome?: string;
  /** The newest ones, bounded; absent where it has not got on since it was made. Making it (`createdAt`) is none of them. */
  readonly steps?: readonly OperationStep[];
  /** The newest ones, bounded. */
  readonly trace: readonly RequestTrace[];
}

/** The next request of a tracker. Always a GET: following changes nothing. */
interface PollRequest {
  /** Absolute URL, verbatim where it came from a header. */
  readonly url: string;
  /**
   * Given where the address is the operation's own (its state or its result), in milliseconds: a failure of the service
   * itself that stays the same there for so long is how the operation ended. Absent where a resource is read that the
   * operation works on or made (a job, a list): that it cannot be read now and then says nothing.
   */
  readonly insistMs?: number;
  /**
   * True for what is asked beside the question how it goes (a log). A refusal (403) of it reaches the tracker, and so does a
   * failure of the service, or an answer that is no JSON (as 502), once asking again has not helped.
   */
  readonly isBeside?: boolean;
}

/** What a tracker made of an answer. */
export interface TrackStep {
  readonly state: JsonObject;
  readonly status: OperationStatus;
  /** What to ask next; absent where `status` is an end. */
  readonly next?: PollRequest;
  /** Milliseconds until then. */
  readonly delayMs?: number;
  readonly progress?: OperationProgress;
  readonly job?: JobReference;
  readonly error?: ErrorRecord;
  readonly warnings?: readonly ErrorRecord[];
  /** For `failed`: nobody said that it did, only asking fails. What was acted on is read back, and that decides. */
  readonly readBackDecides?: boolean;
}

/**
 * Follows one kind of long-running work: a pure function over JSON, so that another process can go on with it.
 * An answer of 429 or 5xx, and no answer at all, never reach a tracker: the engine waits and asks again;
 * all others do, 404 included. The one exception is a failure on which the service has insisted (`PollRequest.insistMs`).
 */
export interface Tracker {
  readonly name: string;
  /** First step, from the answer that accepted the request (200, 201, 202 or 204). */
  begin(record: OperationRecord, response: TrackedResponse, nowMs: number): TrackStep;
  /** What to ask now, of a resumed operation too. */
  poll(state: JsonObject): PollRequest;
  step(state: JsonObject, response: TrackedResponse, nowMs: number): TrackStep;
  /** Absent where each operation has to be asked for by itself. */
  readonly list?: SharedList;
}
