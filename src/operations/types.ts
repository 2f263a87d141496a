import type { ServiceClient } from '../cloud/types.ts';
import type { BackupError, ErrorRecord } from '../core/errors.ts';
import type { Disposable, Event } from '../core/events.ts';
import type { JsonObject } from '../core/json.ts';
import type {
  FirstStep,
  JobReference,
  LanePlace,
  OperationAsked,
  OperationBatch,
  OperationRecord,
  OperationTarget,
  PreparedRequest,
} from '../core/operation.ts';

export type Found = { found: 'started'; tracking: JsonObject; because: string } | { found: 'absent' | 'unclear'; because: string };

/**
 * What the engine needs to know of an action; the action table gives it, so that the engine knows no provider. Each is
 * given the client of the record's own cloud.
 */
export interface Follower {
  readBack(
    client: ServiceClient,
    record: OperationRecord,
    signal: AbortSignal,
  ): Promise<{ reading: 'asAsked' | 'different' | 'unclear'; sentence: string; warnings?: readonly ErrorRecord[] }>;
  settle(client: ServiceClient, record: OperationRecord, signal: AbortSignal): Promise<Found>;
  /** `settle` for the request that comes first. @throws where the action has none: a mistake of ours */
  settleFirst(client: ServiceClient, record: OperationRecord, signal: AbortSignal): Promise<Found>;
}

export interface OperationPlan {
  readonly actionId: string;
  readonly title: string;
  readonly target: OperationTarget;
  /** Origin of the service that it is sent to; the connected cloud where absent. */
  readonly cloud?: string;
  readonly tenantId?: string;
  readonly request: PreparedRequest;
  readonly tracker: string;
  readonly intent: JsonObject;
  readonly batch?: OperationBatch;
  readonly asked?: OperationAsked;
  /** Sent and followed to its end before `request`; left out where what it makes is there by then. */
  readonly first?: Pick<FirstStep, 'request' | 'tracker' | 'title'>;
  /** It waits, as `planned`, until all that were started before it in this lane have ended. */
  readonly lane?: Pick<LanePlace, 'key' | 'waiting'>;
}

/** One of several that were to be started together, and was not. */
export interface UnstartedPlan extends Pick<OperationPlan, 'actionId' | 'title' | 'target' | 'tenantId' | 'tracker'> {
  /** Origin of the service that it would have been sent to. */
  readonly cloud: string;
  readonly batch: OperationBatch;
  readonly asked?: OperationAsked;
  /** Why not; absent where the person cancelled before its turn. */
  readonly error?: ErrorRecord;
}

/** A job that this window did not start and that a person wants to follow. */
export interface FollowPlan {
  readonly title: string;
  readonly target: OperationTarget;
  /** Origin of the service whose job it is; the connected cloud where absent. */
  readonly cloud?: string;
  readonly tenantId?: string;
  readonly job: JobReference;
  /** ISO 8601, UTC: when the service began it. */
  readonly startedAt?: string;
  readonly tracker: string;
  readonly tracking: JsonObject;
}

/** Who follows an operation, and what keeps it from being safe. In memory only: it differs from window to window. */
export interface Standing {
  /** `nobody`: it has ended, or it waits for its cloud (`notConnected`). */
  readonly followedBy: 'here' | 'otherWindow' | 'nobody';
  /** True where it belongs to another cloud than the connected one, or nothing is connected. */
  readonly notConnected: boolean;
  /** Its newest step could not be written to disk: followed in memory, lost if the window closes now. */
  readonly unsaved?: ErrorRecord;
}

/** The operations, running and recent. Starts, follows, resumes, cancels, reports. */
export interface OperationEngine {
  /** Newest first. Records are as journaled: operation URLs without their signatures. */
  list(): readonly OperationRecord[];
  get(id: string): OperationRecord | undefined;
  standing(id: string): Standing;
  /** Fired after the journal has it (or has refused it: see `Standing.unsaved`), and when its standing changes. */
  readonly onDidChange: Event<OperationRecord>;
  /** Fired once, in the window that followed it to its end. */
  readonly onDidEnd: Event<OperationRecord>;
  readonly onDidRemove: Event<string>;
  /** A damaged or unwritable journal: what was lost and what to do. */
  readonly onProblem: Event<BackupError>;
  /**
   * Reads the journal (first call) and follows what is not ended and belongs to the connected cloud.
   * Call it again whenever the connection has changed. Never rejects: what goes wrong is told by `onProblem`.
   */
  resume(): Promise<void>;
  /**
   * Journals, sends once, follows. Resolves as soon as it is on disk; how it goes is told by `onDidChange`.
   * @throws BackupError `NotConnected`, `AlreadyQueued` where its lane holds the same request, `TriedElsewhere` where what it tries again was started since, `StartedAfterAll` where that has begun late, `RetryUnderWay` where another window does not come to an end with that, or `JournalUnwritable`, with nothing sent.
   */
  start(plan: OperationPlan): Promise<OperationRecord>;
  /**
   * Takes note of one of a batch that was not started, as ended: it stands in the list and is told with the others.
   * Never rejects: where it cannot be journaled, it is kept in memory (`Standing.unsaved`).
   */
  noteUnstarted(plan: UnstartedPlan): Promise<OperationRecord>;
  /** True for the one window of this machine that is to tell a person about `key`; false for all others, now and later. Never rejects. */
  tellOnce(key: string): Promise<boolean>;
  /** Follows a job that somebody else started; the operation that follows it already, where there is one. */
  follow(plan: FollowPlan): Promise<OperationRecord>;
  /** Asks the service to cancel the job; one that waits and was not sent is taken back. @throws BackupError where it has none or it cannot be cancelled. */
  cancel(id: string): Promise<void>;
  /** Nobody asks any more how it goes, here or in windows to come; it goes on at the service. @throws BackupError where it is still needed */
  stopWatching(id: string): Promise<void>;
  /** Takes `stopWatching` back. @throws BackupError where it has ended or its cloud is not connected */
  followAgain(id: string): Promise<void>;
  /** For `unknown`: looks again whether it started. @throws BackupError where it is not unknown or its cloud is not connected. */
  lookAgain(id: string): Promise<void>;
  /** For one with `trouble`: asks now. */
  retry(id: string): Promise<void>;
  /**
   * Takes it off the list and the journal. One that runs goes on at the service, unwatched: this cancels nothing.
   * @throws BackupError where it is just being sent, or another window follows it.
   */
  remove(id: string): Promise<void>;
  /**
   * Somebody looks at the operations until it is disposed: polling slows down while nobody does.
   * @param id of the one whose details are looked at: what lists leave out (tasks, a percentage) is read for it
   */
  watch(id?: string): Disposable;
  /** Stops all polling; the journal keeps what is running. */
  dispose(): Promise<void>;
}
