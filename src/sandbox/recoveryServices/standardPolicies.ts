import type { JsonObject } from '../arm/types.ts';
import { hour, minute, wholeSeconds } from '../world/wireFormat.ts';
import type { Policy, Workload } from './model.ts';
import type { Vault } from './vault.ts';

function days(count: number): JsonObject {
  return { count, durationType: 'Days' };
}

export function dailyRetention(at: string, keepDays: number): JsonObject {
  return { retentionPolicyType: 'LongTermRetentionPolicy', dailySchedule: { retentionTimes: [at], retentionDuration: days(keepDays) } };
}

export function dailySchedule(at: string): JsonObject {
  return { schedulePolicyType: 'SimpleSchedulePolicy', scheduleRunFrequency: 'Daily', scheduleRunTimes: [at], scheduleWeeklyFrequency: 0 };
}

export function machinePolicy(name: string, schedule: JsonObject, retention: JsonObject, snapshotDays = 2, timeZone = 'UTC'): Policy {
  return {
    name,
    properties: {
      backupManagementType: 'AzureIaasVM',
      policyType: schedule.schedulePolicyType === 'SimpleSchedulePolicyV2' ? 'V2' : 'V1',
      instantRPDetails: {},
      schedulePolicy: schedule,
      retentionPolicy: retention,
      instantRpRetentionRangeInDays: snapshotDays,
      timeZone,
    },
  };
}

/** A full backup on Sundays, differentials on the other days, a log backup every half hour. */
export function chainedDatabasePolicy(name: string, at: string): Policy {
  const weekly = (scheduleRunDays: string[]): JsonObject => ({ ...dailySchedule(at), scheduleRunFrequency: 'Weekly', scheduleRunDays });
  const simple = (keepDays: number): JsonObject => ({ retentionPolicyType: 'SimpleRetentionPolicy', retentionDuration: days(keepDays) });
  const weeks = { count: 12, durationType: 'Weeks' };
  return {
    name,
    properties: {
      backupManagementType: 'AzureWorkload',
      workLoadType: 'SQLDataBase',
      settings: { timeZone: 'UTC', issqlcompression: true, isCompression: true },
      subProtectionPolicy: [
        {
          policyType: 'Full',
          schedulePolicy: weekly(['Sunday']),
          retentionPolicy: {
            retentionPolicyType: 'LongTermRetentionPolicy',
            weeklySchedule: { daysOfTheWeek: ['Sunday'], retentionTimes: [at], retentionDuration: weeks },
          },
        },
        {
          policyType: 'Differential',
          schedulePolicy: weekly(['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']),
          retentionPolicy: simple(30),
        },
        {
          policyType: 'Log',
          schedulePolicy: { schedulePolicyType: 'LogSchedulePolicy', scheduleFrequencyInMins: 30 },
          retentionPolicy: simple(15),
        },
      ],
    },
  };
}

/** A full backup a day and a log backup every some minutes. */
export function databasePolicy(name: string, workload: Workload, at: string, keepDays: number, logMinutes: number): Policy {
  return {
    name,
    properties: {
      backupManagementType: 'AzureWorkload',
      workLoadType: workload,
      settings: { timeZone: 'UTC', issqlcompression: false, isCompression: false },
      subProtectionPolicy: [
        { policyType: 'Full', schedulePolicy: dailySchedule(at), retentionPolicy: dailyRetention(at, keepDays) },
        {
          policyType: 'Log',
          schedulePolicy: { schedulePolicyType: 'LogSchedulePolicy', scheduleFrequencyInMins: logMinutes },
          retentionPolicy: { retentionPolicyType: 'SimpleRetentionPolicy', retentionDuration: days(Math.min(keepDays, 30)) },
        },
      ],
    },
  };
}

export function sharePolicy(name: string, at: string, keepDays: number): Policy {
  return {
    name,
    properties: {
      backupManagementType: 'AzureStorage',
      workLoadType: 'AzureFileShare',
      schedulePolicy: dailySchedule(at),
      retentionPolicy: dailyRetention(at, keepDays),
      timeZone: 'UTC',
    },
  };
}

/**
 * The time of day at which a vault's own policies back up: Azure picks one, here it is some hours before the present, so
 * that no scheduled backup gets in the way of somebody who tries things out.
 */
export function quietTime(now: number): string {
  const halfHour = 30 * minute;
  return wholeSeconds(Math.floor((now - 4 * hour) / halfHour) * halfHour);
}

/** The three policies that every new vault has. */
export function addStandardPolicies(vault: Vault, now: number): void {
  const evening = quietTime(now);
  const morning = `${wholeSeconds(vault.createdAt).slice(0, 10)}T08:00:00Z`;
  const enhanced: JsonObject = {
    schedulePolicyType: 'SimpleSchedulePolicyV2',
    scheduleRunFrequency: 'Hourly',
    hourlySchedule: { interval: 4, scheduleWindowStartTime: morning, scheduleWindowDuration: 12 },
  };
  for (const policy of [
    databasePolicy('HourlyLogBackup', 'SQLDataBase', evening, 30, 60),
    machinePolicy('DefaultPolicy', dailySchedule(evening), dailyRetention(evening, 30)),
    machinePolicy('EnhancedPolicy', enhanced, dailyRetention(morning, 30)),
  ]) {
    vault.policies.set(policy.name.toLowerCase(), policy);
  }
}
