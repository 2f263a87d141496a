import { planBackup } from '../recoveryServices/backupPlan.ts';
import { pointName, pointType } from '../recoveryServices/backup.ts';
import { itemKey, type Job, type Policy, type ProtectedItem, type RecoveryPoint } from '../recoveryServices/model.ts';
import { retentionOf, scheduleOf, snapshotRetentionOf } from '../recoveryServices/retention.ts';
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
}

/** One scheduled backup of the past. */
interface Run {
  readonly at: number;
  readonly trouble: BackupTrouble | undefined;
}

/** How many days of jobs a vault still lists. */
const jobDays = 30;

function runsOf(startedAt: number, policy: Policy, past: Past, seed: string): Run[] {
  const { times, weekdays } = scheduleOf(policy);
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
        moments.push({ at, trouble: troubled ? past.trouble : undefined });
      }
    }
  }
  return moments;
}

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
  const run = runsOf(startedAt, policy, past, seed).at(-1);
  return run === undefined ? undefined : { ...run, failed: !succeeded(run) };
}

/** Points that the policy still keeps, newest first. */
export function pastPoints(startedAt: number, policy: Policy, past: Past, item: ProtectedItem, isLinux: boolean): RecoveryPoint[] {
  const random = ownRandom(`points ${item.dataId}`);
  const isMachine = item.workload === 'VM';
  const kept = runsOf(startedAt, policy, past, item.dataId).filter(succeeded);
  return kept
    .map((run): RecoveryPoint => {
      const retention = retentionOf(policy, run.at);
      const outcome = run.trouble === undefined ? 'Completed' : 'CompletedWithWarnings';
      return {
        name: pointName(random.next()),
        at: run.at + 4000,
        type: pointType(item, { outcome }, isLinux),
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
  const recent = runsOf(startedAt, policy, past, item.dataId).filter((run) => run.at >= startedAt - jobDays * day);
  const jobs = recent.map((run, at) =>
    planBackup(random, item, {
      startAt: run.at,
      expiresAt: run.at + retentionOf(policy, run.at).keepMs,
      userTriggered: false,
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
