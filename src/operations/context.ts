import type { ArmClient, ArmResponse, ServiceClient } from '../cloud/types.ts';
import type { BackupError } from '../core/errors.ts';
import type { OperationRecord, PreparedRequest, Tracker, TrackStep } from '../core/operation.ts';
import type { Clock } from './clock.ts';
import type { Lanes } from './lanes.ts';
import type { Entry, OperationStore } from './store.ts';
import type { Follower } from './types.ts';

/** What the engine is given. */
export interface EngineOptions {
  /** Folder of the journal; shared by all windows of this machine. Made when first needed. */
  readonly folder: string;
  /** The connected cloud's client, or undefined where nothing is connected. */
  readonly arm: () => ArmClient | undefined;
  /** The client of another service (an appliance) by its origin; undefined where it is not known here, or no longer. */
  readonly clientOf?: (origin: string) => ServiceClient | undefined;
  /** By `OperationRecord.tracker`. */
  readonly trackers: ReadonlyMap<string, Tracker>;
  /** By `OperationRecord.actionId`. */
  readonly followers: ReadonlyMap<string, Follower>;
  /** Builds the request that asks the service to cancel a record's job. @throws BackupError where it cannot. */
  readonly canceller: (record: OperationRecord) => Promise<PreparedRequest>;
  /** What a refusal (400 and above) says, for a person; without `attempted` only the service's reason. */
  readonly explain: (response: ArmResponse, attempted: string | undefined, resource: string) => Promise<BackupError>;
  /** True where a cloud (an origin) has ended for good with all it held, as a sandbox does; none ever has where it is left out. */
  readonly isGone?: (cloud: string) => Promise<boolean>;
  readonly clock?: Clock;
  /** Replaced in tests; else whether a process of this machine runs. */
  readonly isAlive?: (pid: number) => boolean;
  /** Replaced in tests. Calls back when anything in the folder may have changed. */
  readonly watchFolder?: (folder: string, onChange: () => void) => { dispose(): void };
  /** A GUID; replaced in tests. */
  readonly newId?: () => string;
}

/** What the engine's parts share. */
export interface EngineContext {
  readonly options: EngineOptions;
  readonly clock: Clock;
  readonly store: OperationStore;
  readonly lanes: Lanes;
  /** The client for a record's own cloud, requests noted in its timeline; undefined where that is not connected. */
  client(entry: Entry): ServiceClient | undefined;
  /** As `client`, and what is asked is noted nowhere. */
  untraced(entry: Entry): ServiceClient | undefined;
  /** Milliseconds between two requests of one operation to the URL, or of all that one list tells of, so that what the cloud allows is enough for all. */
  paceMs(entry: Entry, url: string): number;
  /** A step that another operation's answer told: it is taken in a turn of its own. */
  takeLater(entry: Entry, step: TrackStep): void;
  /** Aborted when this window stops following. */
  readonly stopping: AbortSignal;
  /** The next round of an operation, in milliseconds from now. */
  schedule(entry: Entry, waitMs: number): void;
  /** Now, and by itself where a list would have told of it with others. */
  askItself(entry: Entry): void;
  /** Called once when it has ended here. */
  ended(entry: Entry): void;
}

export const timing = {
  /** One poll, with the pipeline's own retries in it. */
  pollMs: 200_000,
  /** A send that answers later than this is settled by looking. */
  sendMs: 180_000,
  readBackMs: 100_000,
  /** Who goes through a list with the arrow keys looks at none of those in between. */
  lookMs: 700,
  /** Where a tracker names no time. */
  defaultWaitMs: 10_000,
  /** Whatever a tracker or a service says: no faster than this. */
  shortestWaitMs: 250,
  /** And no later: what was asked to wait for years would stand as running for ever, and nobody would ask. */
  longestWaitMs: 24 * 3_600_000,
  backoffFirstMs: 5_000,
  backoffLongestMs: 300_000,
  /**
   * When to look for a request that got no answer, in milliseconds after the look before. A request may still be on
   * its way when the connection breaks, so only the last look may say that it did not start.
   */
  settleLooksMs: [0, 5_000, 15_000],
} as const;
