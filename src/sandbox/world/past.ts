import { planBackup } from '../recoveryServices/backupPlan.ts';
import { databasePointType, pointName, pointType } from '../recoveryServices/backup.ts';
import { isDatabase } from '../recoveryServices/databases.ts';
import type { LogRange } from '../recoveryServices/logChain.ts';
import { itemKey, type Job, type Policy, type ProtectedItem, type RecoveryPoint } from '../recoveryServices/model.ts';
import { logIntervalOf, retentionOf, scheduleOf, snapshotRetentionOf } from '../recoveryServices/retention.ts';
import type { BackupTrouble } from './entities.ts';
import { ownRandom } from './ownRandom.ts';
import { day, hour } from './wireFormat.ts';

/** The life of an item before the sandbox started; days count back from its start. */
export interface Past {
  /** Protected since so many days. */
  readonly sinceDays: number;
  /** Not backed up any more since so many days. */
  readonly untilDays?: number;
  readonly trouble?: BackupTrouble;
  /** The trouble began so many days ago; it always was where absent. */
  readonly troubleDays?: number;
  /** So many days ago something else truncated the database's log: until the next full backup it has a gap. */
  readonly chainBrokenDays?: number;
}

/** One scheduled backup of the past. */
interface Run {
  readonly at: number;
  readonly type: TimedType;
  readonly trouble: BackupTrouble | undefined;
}

/** How many days of jobs a vault still lists. */
const jobDays = 30;

const timedTypes = ['Full', 'Differential', 'Incremental'] as const;
type TimedType = (typeof timedTypes)[number];

function runsOf(startedAt: number, policy: Policy, past: Past, seed: string): Run[] {
  return timedTypes.flatMap((type) => runsOfType(startedAt, policy, past, seed, type)).sort((a, b) => a.at - b.at);
}

function runsOfType(startedAt: number, policy: Policy, past: Past, seed: string, type: TimedType): Run[] {
  const { times, weekdays } = scheduleOf(policy, type);
  // Azure starts a backup within some time of its schedule.
  const delay = 40_000 + ownRandom(seed).next() * 600_000;
  const [first, last] = [startedAt - past.sinceDays * day, startedAt - Math.max((past.untilDays ?? 0) * day, 2 * hour)];
  const midnight = Math.floor(first / day) * day;
  const moments: Run[] = [];
  for (let date = midnight; date <= last; date += day) {
    for (const time of times) {
      const at = date + time + delay;
      const fits = weekdays === undefined || weekdays.includes(new Date(at).getUTCDay());
      if (fits && at >= first && at <= last) {
        const troubled = past.trouble !== undefined && (past.troubleDays === undefined || at >= startedAt - past.troubleDays * day);
        moments.push({ at, type, trouble: troubled ? past.trouble : undefined });
      }
    }
  }
  return moments;
}

/** What the schedule has made of a run: nothing before the first full backup is chained to anything. */
function chained(runs: readonly Run[]): Run[] {
  const first = runs[0];
  return first === undefined ? [] : [{ ...first, type: 'Full' }, ...runs.slice(1)];
}

/** The log of the past, oldest first: from the first full backup to the last log backup before the sandbox started. */
export function pastLogs(startedAt: number, policy: Policy, past: Past, item: ProtectedItem): LogRange[] {
  const interval = logIntervalOf(policy);
  const fulls = chained(runsOf(startedAt, policy, past, item.dataId)).filter((run) => run.type === 'Full' && succeeded(run));
  const [first] = fulls;
  if (interval === undefined || first === undefined) {
    return [];
  }
  const last = Math.floor((startedAt - (past.untilDays ?? 0) * day) / interval) * interval;
  const brokenAt = past.chainBrokenDays === undefined ? undefined : startedAt - past.chainBrokenDays * day;
  const next = brokenAt === undefined ? undefined : fulls.find((run) => run.at > brokenAt);
  const ranges =
    brokenAt === undefined || next === undefined
      ? [{ start: first.at + pointDelay, end: last }]
      : [
          { start: first.at + pointDelay, end: Math.floor(brokenAt / interval) * interval },
          { start: next.at + pointDelay, end: last },
        ];
  return ranges.filter(({ start, end }) => end > start);
}

/** Milliseconds from the start of a job to the moment of its point. */
const pointDelay = 4000;

function succeeded(run: Run): boolean {
  return run.trouble === undefined || run.trouble === 'crashConsistent';
}

/** Where the past has left an item. */
export function lastRun(
  startedAt: number,
  policy: Policy,
  past: Past,
  seed: string,
): { at: number; trouble: BackupTrouble | undefined; failed: boolean } | undefined {
  const run = chained(runsOf(startedAt, policy, past, seed)).at(-1);
  return run === undefined ? undefined : { ...run, failed: !succeeded(run) };
}

/** Points that the policy still keeps, newest first. */
export function pastPoints(startedAt: number, policy: Policy, past: Past, item: ProtectedItem, isLinux: boolean): RecoveryPoint[] {
  const random = ownRandom(`points ${item.dataId}`);
  const isMachine = item.workload === 'VM';
  const ofDatabase = isDatabase(item);
  const all = runsOf(startedAt, policy, past, item.dataId);
  const kept = (ofDatabase ? chained(all) : all).filter(succeeded);
  return kept
    .map((run): RecoveryPoint => {
      const retention = retentionOf(policy, run.at, run.type);
      const outcome = run.trouble === undefined ? 'Completed' : 'CompletedWithWarnings';
      return {
        name: pointName(random.next()),
        at: run.at + pointDelay,
        ...(ofDatabase ? databasePointType(run.type) : { type: pointType(item, { outcome }, isLinux) }),
        ...(isMachine ? { snapshotUntil: run.at + snapshotRetentionOf(policy) } : {}),
        ...(item.workload === 'AzureFileShare' ? { snapshotUntil: Infinity } : { vaultedAt: run.at + hour / 2 }),
        expiresAt: run.at + retention.keepMs,
        rule: retention.rule,
      };
    })
    .filter((point) => point.expiresAt > startedAt - (past.untilDays ?? 0) * day)
    .reverse();
}

/** Jobs that the vault still lists. */
export function pastJobs(startedAt: number, policy: Policy, past: Past, item: ProtectedItem): Job[] {
  const random = ownRandom(`jobs ${item.dataId}`);
  const recent = chained(runsOf(startedAt, policy, past, item.dataId)).filter((run) => run.at >= startedAt - jobDays * day);
  const jobs = recent.map((run, at) =>
    planBackup(random, item, {
      startAt: run.at,
      expiresAt: run.at + retentionOf(policy, run.at, run.type).keepMs,
      userTriggered: false,
      ...(isDatabase(item) ? { backupType: run.type } : {}),
      isFirst: at === 0 && past.sinceDays < jobDays,
      scaled: (azureMs) => azureMs,
      ...(run.trouble === undefined ? {} : { trouble: run.trouble }),
    }),
  );
  return [...jobs, ...configured(startedAt, policy, past, item)];
}

/** The job with which protection began, and the one with which it ended. */
function configured(startedAt: number, policy: Policy, past: Past, item: ProtectedItem): Job[] {
  const random = ownRandom(`configured ${item.dataId}`);
  const job = (operation: string, daysAgo: number, policyName: string): Job[] => {
    const startAt = startedAt - daysAgo * day;
    const isMachine = item.workload === 'VM';
    return daysAgo > jobDays
      ? []
      : [
          {
            id: random.guid(),
            activityId: random.guid(),
            workload: item.workload,
            operation,
            friendlyName: item.friendlyName,
            containerName: item.containerName.replace(/^IaasVMContainer;/i, ''),
            itemKey: itemKey(item.containerName, item.name),
            startAt,
            endAt: startAt + 40_000,
            visibleAt: startAt,
            tasks: [],
            outcome: 'Completed',
            cancellable: false,
            userTriggered: true,
            properties: isMachine ? { 'VM Name': item.friendlyName, 'Policy Name': policyName } : { 'Policy Name': policyName },
          },
        ];
  };
  return [
    ...job('ConfigureBackup', past.sinceDays, policy.name),
    ...(past.untilDays === undefined ? [] : job('DisableBackup', past.untilDays, '')),
  ];
}
