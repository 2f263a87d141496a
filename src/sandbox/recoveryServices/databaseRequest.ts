import type { Json, JsonObject } from '../arm/types.ts';
import { textOf } from '../world/scope.ts';
import { day } from '../world/wireFormat.ts';
import type { BackupType, Policy } from './model.ts';
import { retentionOf } from './retention.ts';
import { refusals } from './rules.ts';

/** What `AzureWorkloadBackupRequest` asks for. */
export interface DatabaseRequest {
  readonly backupType: BackupType;
  readonly compressed: boolean;
  /** Moment until which the point is kept. */
  readonly expiresAt: number;
}

/**
 * Types of the published contract that a workload knows: Azure CLI sends no others. Of SAP HANA, logs are backed up by
 * schedule only.
 */
const typesOf = {
  SQLDataBase: ['Full', 'CopyOnlyFull', 'Differential', 'Log'],
  SAPHanaDatabase: ['Full', 'Differential', 'Incremental'],
} as const satisfies Record<string, readonly BackupType[]>;

/** @throws ArmFailure 400 for a type that the workload does not know, and for values that make no sense. */
export function readDatabaseRequest(
  properties: JsonObject,
  workload: keyof typeof typesOf,
  policy: Policy | undefined,
  now: number,
): DatabaseRequest {
  const types: readonly BackupType[] = typesOf[workload];
  const said = textOf(properties.backupType) ?? '';
  const backupType = types.find((type) => type.toLowerCase() === said.toLowerCase());
  if (backupType === undefined) {
    throw refusals.invalidInput(`'backupType' of workload '${workload}' is one of ${types.join(', ')}, not '${said}'.`);
  }
  const { enableCompression } = properties;
  if (enableCompression !== undefined && enableCompression !== null && typeof enableCompression !== 'boolean') {
    throw refusals.invalidInput(`'enableCompression' must be true or false, not ${JSON.stringify(enableCompression)}.`);
  }
  const given = expiryOf(properties.recoveryPointExpiryTimeInUTC);
  return { backupType, compressed: enableCompression === true, expiresAt: keptUntil(backupType, given, policy, now) };
}

/** Moment of `recoveryPointExpiryTimeInUTC`; undefined where it is absent. @throws ArmFailure 400 for what is no time. */
export function expiryOf(value: Json | undefined): number | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  const expiry = typeof value === 'string' ? Date.parse(value) : NaN;
  if (Number.isNaN(expiry)) {
    throw refusals.invalidInput(
      `'recoveryPointExpiryTimeInUTC' must be a time such as 2030-01-31T00:00:00Z, not ${JSON.stringify(value)}.`,
    );
  }
  return expiry;
}

const leastFullDays = 45;
const mostFullYears = 99;

/**
 * Documented: a full backup on demand is kept 45 days at least and 99 years at most, a copy-only one for any time, the
 * others for as long as the policy keeps theirs. An earlier end of a full one is lifted to the 45 days: Azure CLI sent 30
 * days for years and was not refused, with the remark that the service decides. No record of more than 99 years.
 */
function keptUntil(type: BackupType, given: number | undefined, policy: Policy | undefined, now: number): number {
  if (type !== 'Full' && type !== 'CopyOnlyFull') {
    return now + retentionOf(policy, now, type).keepMs;
  }
  refusePassed(given, now);
  if (type === 'CopyOnlyFull') {
    return given ?? now + 30 * day;
  }
  const latest = new Date(now);
  latest.setUTCFullYear(latest.getUTCFullYear() + mostFullYears);
  // A day more, as clients count years in their own time zones.
  if (given !== undefined && given > latest.getTime() + day) {
    throw refusals.invalidInput(`A full backup is kept for ${mostFullYears} years at most, until ${latest.toISOString()}.`);
  }
  return Math.max(given ?? 0, now + leastFullDays * day);
}

/** @throws ArmFailure 400 for a moment that has passed. */
export function refusePassed(expiry: number | undefined, now: number): void {
  if (expiry !== undefined && expiry <= now) {
    throw refusals.invalidInput(`'recoveryPointExpiryTimeInUTC' must be in the future; '${new Date(expiry).toISOString()}' has passed.`);
  }
}
