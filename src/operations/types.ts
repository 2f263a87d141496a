import type { ArmClient } from '../cloud/types.ts';
import type { Event } from '../core/events.ts';
import type { JsonObject } from '../core/json.ts';
import type { JobReference, OperationRecord, OperationTarget, PreparedRequest } from '../core/operation.ts';

/** What the engine needs to know of an action; the action table gives it, so that the engine knows no provider. */
export interface Follower {
  readBack(
    arm: ArmClient,
    record: OperationRecord,
    signal: AbortSignal,
  ): Promise<{ reading: 'asAsked' | 'different' | 'unclear'; sentence: string }>;
  settle(
    arm: ArmClient,
    record: OperationRecord,
    signal: AbortSignal,
  ): Promise<{ found: 'started'; tracking: JsonObject; because: string } | { found: 'absent' | 'unclear'; because: string }>;
}

export interface OperationPlan {
  readonly actionId: string;
  readonly title: string;
  readonly target: OperationTarget;
  readonly tenantId?: string;
  readonly request: PreparedRequest;
  readonly tracker: string;
  readonly intent: JsonObject;
}

/** A job of a vault that this window did not start and that a person wants to follow. */
export interface FollowPlan {
  readonly title: string;
  readonly target: OperationTarget;
  readonly tenantId?: string;
  readonly job: JobReference;
  readonly tracker: string;
  readonly tracking: JsonObject;
}

/** The operations, running and recent. Starts, follows, resumes, cancels, reports. */
export interface OperationEngine {
  /** Newest first. */
  list(): readonly OperationRecord[];
  get(id: string): OperationRecord | undefined;
  /** Fired after the journal has it. */
  readonly onDidChange: Event<OperationRecord>;
  readonly onDidRemove: Event<string>;
  /** Journals, sends once, follows. Resolves as soon as it is on disk; how it goes is told by `onDidChange`. */
  start(plan: OperationPlan): Promise<OperationRecord>;
  follow(plan: FollowPlan): Promise<OperationRecord>;
  /** Asks the service to cancel the job. @throws BackupError where it has none or it cannot be cancelled. */
  cancel(id: string): Promise<void>;
  /** For `unknown`: looks again whether it started. */
  lookAgain(id: string): Promise<void>;
  /** Takes an ended one off the list and the journal. */
  remove(id: string): Promise<void>;
  /** True while somebody looks at the operations: polling slows down while nobody does. */
  setWatched(watched: boolean): void;
  /** Stops all polling; the journal keeps what is running. */
  dispose(): Promise<void>;
}
