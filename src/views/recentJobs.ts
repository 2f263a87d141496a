import type { ErrorRecord } from '../core/errors.ts';
import type { Event } from '../core/events.ts';
import type { JsonObject } from '../core/json.ts';
import type { OperationProgress, OperationStatus, OperationTarget } from '../core/operation.ts';
import type { FollowPlan } from '../operations/types.ts';

/** A job of a vault, whoever started it. */
export interface RecentJob {
  /** ARM id of the job. */
  readonly id: string;
  readonly name: string;
  /** The service's word for what it does: `Backup`, `ConfigureBackup`. */
  readonly title: string;
  readonly target: OperationTarget;
  readonly status: OperationStatus;
  /** ISO 8601, UTC. */
  readonly startedAt?: string;
  /** ISO 8601, UTC. */
  readonly endedAt?: string;
  readonly progress: OperationProgress;
  readonly error?: ErrorRecord;
  readonly warnings?: readonly ErrorRecord[];
  /** Where it runs and can be followed. */
  readonly follow?: FollowPlan;
  /** As the service gave it. */
  readonly raw?: JsonObject;
}

/** The jobs of the vaults that are known, for the panel. */
export interface RecentJobs {
  /** One list request a vault. What could not be read is named in `problems` (one each), the rest is given. */
  list(signal: AbortSignal): Promise<{ readonly jobs: readonly RecentJob[]; readonly problems: readonly ErrorRecord[] }>;
  /** One job with what lists leave out: tasks, errors, properties. @throws BackupError. */
  detail(id: string, signal: AbortSignal): Promise<RecentJob>;
  /** Fired when it is worth listing again: other vaults, another cloud. */
  readonly onDidChange: Event<void>;
}
