import type { Json, JsonObject } from '../arm/types.ts';
import { isObject, textOf } from '../world/scope.ts';
import { day } from '../world/wireFormat.ts';
import { msOf } from './retention.ts';
import { refusals } from './rules.ts';

/**
 * Checks a policy for databases. The rules of SQL Server's are documented in "Back up multiple SQL Server VMs" unless said
 * otherwise; Azure's refusal is reported and names no rule, so the rule is told after its words.
 * @throws ArmFailure 400 naming the part and what is wrong with it.
 */
export function checkedDatabasePolicy(given: JsonObject): JsonObject {
  const { workloadType, ...rest } = given;
  const workload = textOf(given.workLoadType ?? workloadType);
  const parts = given.subProtectionPolicy;
  if (workload === undefined || !Array.isArray(parts) || parts.length === 0) {
    throw refusals.invalidPolicy("A workload policy needs 'workLoadType' and 'subProtectionPolicy'.");
  }
  if (workload === 'SQLDataBase') {
    checkSqlParts(parts);
  } else if (workload !== 'SAPHanaDatabase') {
    throw refusals.invalidPolicy(`'${workload}' is not a workLoadType of this vault; it is one of SQLDataBase, SAPHanaDatabase.`);
  }
  return { ...rest, workLoadType: workload, settings: settingsOf(given.settings) };
}

/** `isCompression` has taken the place of `issqlcompression`; answers have both (recorded). */
function settingsOf(given: Json | undefined): JsonObject {
  const settings = isObject(given) ? given : {};
  const compression = settings.isCompression ?? settings.issqlcompression ?? false;
  if (typeof compression !== 'boolean') {
    throw refusals.invalidPolicy(`'settings.isCompression' must be true or false, not ${JSON.stringify(compression)}.`);
  }
  return { ...settings, timeZone: textOf(settings.timeZone) ?? 'UTC', issqlcompression: compression, isCompression: compression };
}

/** Copy-only backups are made on demand only; single increments are SAP HANA's. */
const sqlTypes = ['Full', 'Differential', 'Log'];

function checkSqlParts(given: readonly Json[]): void {
  const parts = new Map<string, JsonObject>();
  for (const part of given) {
    const type = isObject(part) ? textOf(part.policyType) : undefined;
    if (!isObject(part) || type === undefined || !sqlTypes.includes(type)) {
      throw refusals.invalidPolicy(`A policy for SQL Server has parts of the policyType ${sqlTypes.join(', ')}, not '${type ?? ''}'.`);
    }
    if (parts.has(type)) {
      throw refusals.invalidPolicy(`There are two parts of the policyType '${type}'.`);
    }
    parts.set(type, part);
  }
  const [full, differential, log] = sqlTypes.map((type) => parts.get(type));
  if (full === undefined) {
    throw refusals.invalidPolicy("The part of the policyType 'Full' is missing; the others are chained to full backups.");
  }
  const fullDays = checkFull(full);
  if (differential !== undefined) {
    checkDifferential(differential, fullDays);
  }
  if (log !== undefined) {
    checkLog(log);
  }
}

/** @returns the weekdays of a weekly schedule; undefined for a daily one. */
function checkFull(part: JsonObject): readonly string[] | undefined {
  const days = checkSchedule('Full', part);
  const retention = isObject(part.retentionPolicy) ? part.retentionPolicy : {};
  const schedule = days === undefined ? 'dailySchedule' : 'weeklySchedule';
  const rules = isObject(retention[schedule]) ? retention[schedule] : undefined;
  if (retention.retentionPolicyType !== 'LongTermRetentionPolicy' || rules === undefined) {
    throw refusals.invalidPolicy(`The retentionPolicy of 'Full' must be a LongTermRetentionPolicy with a '${schedule}'.`);
  }
  checkDuration('Full', rules.retentionDuration, { atLeast: 7 });
  return days;
}

/** One a day at most, and none on a day of a full backup; they are kept for 180 days at most. */
function checkDifferential(part: JsonObject, fullDays: readonly string[] | undefined): void {
  if (fullDays === undefined) {
    throw refusals.invalidPolicy('Differential backups need weekly full backups; with daily ones they are not possible.');
  }
  const days = checkSchedule('Differential', part) ?? weekdays;
  const shared = days.filter((name) => fullDays.includes(name));
  if (shared.length > 0) {
    throw refusals.invalidPolicy(`A differential backup cannot be on the day of a full backup: ${shared.join(', ')}.`);
  }
  checkSimpleRetention('Differential', part, { atLeast: 7, atMost: 180 });
}

/** The steps of the portal and of other clients: a quarter of an hour to a day. */
const logMinutes = [15, 30, 60, 120, 240, 480, 720, 1440];

function checkLog(part: JsonObject): void {
  const schedule = isObject(part.schedulePolicy) ? part.schedulePolicy : {};
  const minutes = schedule.scheduleFrequencyInMins;
  if (schedule.schedulePolicyType !== 'LogSchedulePolicy' || typeof minutes !== 'number' || !logMinutes.includes(minutes)) {
    throw refusals.invalidPolicy(
      `The schedulePolicy of 'Log' must be a LogSchedulePolicy with a 'scheduleFrequencyInMins' of ${logMinutes.join(', ')}.`,
    );
  }
  checkSimpleRetention('Log', part, { atLeast: 7, atMost: 35 });
}

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** @returns the weekdays of a weekly schedule; undefined for a daily one. */
function checkSchedule(type: string, part: JsonObject): readonly string[] | undefined {
  const schedule = isObject(part.schedulePolicy) ? part.schedulePolicy : {};
  const times = Array.isArray(schedule.scheduleRunTimes) ? schedule.scheduleRunTimes : [];
  if (schedule.schedulePolicyType !== 'SimpleSchedulePolicy' || times.length !== 1 || Number.isNaN(Date.parse(textOf(times[0]) ?? ''))) {
    throw refusals.invalidPolicy(`The schedulePolicy of '${type}' must be a SimpleSchedulePolicy with one time in 'scheduleRunTimes'.`);
  }
  if (schedule.scheduleRunFrequency === 'Daily') {
    return undefined;
  }
  const days = (Array.isArray(schedule.scheduleRunDays) ? schedule.scheduleRunDays : []).map((name) => textOf(name) ?? '');
  if (schedule.scheduleRunFrequency !== 'Weekly' || days.length === 0 || days.some((name) => !weekdays.includes(name))) {
    throw refusals.invalidPolicy(
      `The 'scheduleRunFrequency' of '${type}' must be Daily, or Weekly with 'scheduleRunDays' such as ${weekdays[0] ?? ''}.`,
    );
  }
  return days;
}

interface Bounds {
  readonly atLeast: number;
  readonly atMost?: number;
}

function checkSimpleRetention(type: string, part: JsonObject, bounds: Bounds): void {
  const retention = isObject(part.retentionPolicy) ? part.retentionPolicy : {};
  if (retention.retentionPolicyType !== 'SimpleRetentionPolicy') {
    throw refusals.invalidPolicy(`The retentionPolicy of '${type}' must be a SimpleRetentionPolicy.`);
  }
  checkDuration(type, retention.retentionDuration, bounds);
}

function checkDuration(type: string, duration: Json | undefined, { atLeast, atMost }: Bounds): void {
  const days = (msOf(duration) ?? NaN) / day;
  if (!(days >= atLeast && days <= (atMost ?? Infinity))) {
    const range = atMost === undefined ? `at least ${atLeast}` : `${atLeast} to ${atMost}`;
    throw refusals.invalidPolicy(`The 'retentionDuration' of '${type}' must be ${range} days.`);
  }
}
