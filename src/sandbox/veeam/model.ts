import type { ApiVersion } from './versions.ts';

/** Moments are milliseconds since the epoch, UTC. */

export const sessionStatuses = [
  'Canceled',
  'Canceling',
  'Error',
  'NeverExecuted',
  'Pending',
  'Running',
  'RunningWithError',
  'RunningWithWarning',
  'Success',
  'Warning',
] as const;
export type SessionStatus = (typeof sessionStatuses)[number];

/** How a session ends for one machine. */
export type Outcome = 'succeeds' | 'warns' | 'fails';

/** A machine as the appliance knows it. */
export interface ProtectedMachine {
  /** The appliance's own id, 52 characters; never the resource id. */
  readonly id: string;
  /** Resource id in Azure, lower case throughout, as Veeam keeps it. */
  readonly azureId: string;
  readonly name: string;
  readonly osType: 'Windows' | 'Linux';
  readonly location: string;
  readonly size: string;
  readonly totalGb: number;
  readonly subscriptionId: string;
  readonly subscriptionName: string;
  readonly resourceGroup: string;
  readonly hasEphemeralOsDisk: boolean;
  readonly zone?: string;
}

export interface LogItem {
  readonly message: string;
  readonly startedAt: number;
  /** Undefined for what is about all machines. */
  readonly machineId?: string;
  status: SessionStatus;
  /** Undefined while it runs. */
  endedAt?: number;
}

type SessionType = 'ManualSnapshot' | 'PolicySnapshot' | 'BackupRetention';

export interface Session {
  /** A GUID; a small number on an appliance of the first releases. */
  readonly id: string;
  readonly type: SessionType;
  readonly startedAt: number;
  readonly machines: readonly ProtectedMachine[];
  /** How it went for the machines that are done, by id. */
  readonly results: Map<string, Outcome | 'canceled'>;
  readonly log: LogItem[];
  readonly policyName?: string;
  status: SessionStatus;
  endedAt?: number;
}

export interface RestorePoint {
  /** A GUID. */
  readonly id: string;
  readonly machine: ProtectedMachine;
  readonly takenAt: number;
  readonly destination: 'ManualSnapshot' | 'Snapshot';
  /** The first of a chain is full. */
  readonly isFull: boolean;
  readonly sessionId: string;
}

/** What an appliance is from the start. */
export interface ApplianceEntry {
  /** How control endpoints, ledger and documentation call it. */
  readonly name: string;
  /** `serverVersion` of `/system/about`. */
  readonly release: string;
  readonly newestVersion: ApiVersion;
  /** False: its certificate names no host at all, as those do that an appliance makes for itself. */
  readonly certificateNamesHost: boolean;
  /** Sessions are numbered instead of having GUIDs. */
  readonly numberedSessions: boolean;
}

export function isOver(session: Session): boolean {
  return session.endedAt !== undefined;
}
