import type { JsonObject } from '../arm/types.ts';
import { day, minute } from '../world/wireFormat.ts';
import { isObject, textOf } from '../world/scope.ts';
import type { BackupType, Policy } from './model.ts';

const unitMs: Readonly<Record<string, number>> = { Days: day, Weeks: 7 * day, Months: 30 * day, Years: 365 * day };

export interface Retention {
  /** Milliseconds that a point is kept. */
  readonly keepMs: number;
  readonly rule: 'Daily' | 'Weekly' | 'Monthly';
}

/**
 * How long a scheduled backup of this moment is kept: the longest of the policy's schedules that count it. A type that the
 * policy does not schedule is kept for 30 days (no record of what Azure does then).
 */
export function retentionOf(policy: Policy | undefined, at: number, type: BackupType = 'Full'): Retention {
  const retention = partOf(policy, type)?.retentionPolicy;
  if (isObject(retention) && retention.retentionPolicyType === 'SimpleRetentionPolicy') {
    return { keepMs: msOf(retention.retentionDuration) ?? usual.keepMs, rule: usual.rule };
  }
  const moment = new Date(at);
  const weekly = isObject(retention) ? retention.weeklySchedule : undefined;
  const monthly = isObject(retention) ? retention.monthlySchedule : undefined;
  const found: (Retention | undefined)[] = [
    ruleOf(retention, 'dailySchedule', 'Daily', true),
    ruleOf(retention, 'weeklySchedule', 'Weekly', hasWeekday(weekly, moment)),
    ruleOf(
      retention,
      'monthlySchedule',
      'Monthly',
      isObject(monthly) && hasWeekday(monthly.retentionScheduleWeekly, moment) && moment.getUTCDate() <= 7,
    ),
  ];
  return (
    found.reduce<Retention | undefined>(
      (best, next) => (next !== undefined && next.keepMs > (best?.keepMs ?? 0) ? next : best),
      undefined,
    ) ?? usual
  );
}

const usual: Retention = { keepMs: 30 * day, rule: 'Daily' };

function ruleOf(retention: unknown, schedule: string, rule: Retention['rule'], counts: boolean): Retention | undefined {
  const keepMs = counts ? durationOf(retention, schedule) : undefined;
  return keepMs === undefined ? undefined : { keepMs, rule };
}

function hasWeekday(schedule: unknown, moment: Date): boolean {
  const names = isObject(schedule) && Array.isArray(schedule.daysOfTheWeek) ? schedule.daysOfTheWeek : [];
  return names.includes(weekdayNames[moment.getUTCDay()] ?? '');
}

/** Milliseconds that a snapshot is kept beside the vault's copy. */
export function snapshotRetentionOf(policy: Policy | undefined): number {
  const days = policy?.properties.instantRpRetentionRangeInDays;
  return (typeof days === 'number' ? days : 2) * day;
}

/** Times of day, in ms since midnight UTC, at which the policy backs up; and the weekdays (0 Sunday), all where absent. */
export function scheduleOf(policy: Policy, type: BackupType = 'Full'): { times: number[]; weekdays?: number[] } {
  const schedule = partOf(policy, type)?.schedulePolicy;
  if (!isObject(schedule)) {
    return { times: [] };
  }
  const hourly = schedule.hourlySchedule;
  if (isObject(hourly)) {
    return { times: hourlyTimes(hourly) };
  }
  const nested = [schedule.dailySchedule, schedule.weeklySchedule].find(isObject) ?? schedule;
  const texts = Array.isArray(nested.scheduleRunTimes) ? nested.scheduleRunTimes : [];
  const times = texts.map((text) => Date.parse(textOf(text) ?? '') % day).filter((time) => !Number.isNaN(time));
  const names = Array.isArray(nested.scheduleRunDays) ? nested.scheduleRunDays : [];
  const weekdays = names.map((name) => weekdayNames.indexOf(textOf(name) ?? '')).filter((at) => at >= 0);
  return weekdays.length > 0 ? { times, weekdays } : { times };
}

const weekdayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

function hourlyTimes(hourly: JsonObject): number[] {
  const start = Date.parse(textOf(hourly.scheduleWindowStartTime) ?? '') % day;
  const interval = Number(hourly.interval) || 4;
  const window = Number(hourly.scheduleWindowDuration) || 12;
  const count = Math.floor(window / interval) + 1;
  return Number.isNaN(start) ? [] : Array.from({ length: count }, (_, at) => (start + at * interval * 3_600_000) % day);
}

/** Milliseconds between two log backups; undefined where the policy schedules none. */
export function logIntervalOf(policy: Policy | undefined): number | undefined {
  const schedule = partOf(policy, 'Log')?.schedulePolicy;
  const minutes = isObject(schedule) ? Number(schedule.scheduleFrequencyInMins) : NaN;
  return minutes > 0 ? minutes * minute : undefined;
}

/** Milliseconds that logs are kept; 0 where the policy schedules none. */
export function keepsLogsFor(policy: Policy | undefined): number {
  return logIntervalOf(policy) === undefined ? 0 : retentionOf(policy, 0, 'Log').keepMs;
}

/** A workload's policy keeps schedule and retention of each type of backup in a part of its own. */
function partOf(policy: Policy | undefined, type: BackupType): JsonObject | undefined {
  const parts = policy?.properties.subProtectionPolicy;
  if (!Array.isArray(parts)) {
    return type === 'Full' ? policy?.properties : undefined;
  }
  return parts.filter(isObject).find((part) => part.policyType === type);
}

function durationOf(retention: unknown, schedule: string): number | undefined {
  const part = isObject(retention) ? retention[schedule] : undefined;
  return msOf(isObject(part) ? part.retentionDuration : undefined);
}

/** Milliseconds of `{count, durationType}`. */
export function msOf(duration: unknown): number | undefined {
  if (!isObject(duration)) {
    return undefined;
  }
  const unit = unitMs[textOf(duration.durationType) ?? ''];
  return unit === undefined ? undefined : Number(duration.count) * unit;
}
