import { startBackup, runningBackup } from '../recoveryServices/backup.ts';
import { isDatabase } from '../recoveryServices/databases.ts';
import { databaseTrouble } from '../recoveryServices/databaseTroubles.ts';
import { advanceLogs, keepsLog, supportsNow } from '../recoveryServices/logs.ts';
import type { BackupType, Policy, ProtectedItem } from '../recoveryServices/model.ts';
import type { Vault } from '../recoveryServices/vault.ts';
import { logIntervalOf, retentionOf, scheduleOf } from '../recoveryServices/retention.ts';
import { day, minute } from './wireFormat.ts';
import type { World } from './world.ts';

/** Azure's schedules start on half hours. */
const beat = 30 * minute;

/** Lets policies back up at their times from now on. */
export function keepSchedule(world: World, vaults: () => readonly Vault[], after = world.startedAt): void {
  const next = (Math.floor(after / beat) + 1) * beat;
  world.agenda.plan(next, (at) => {
    for (const vault of vaults()) {
      runVault(world, vault, at);
    }
    keepSchedule(world, vaults, at);
  });
}

/** Whatever changes in a machine, its databases' logs stand where they stood until then, and see what has changed. */
export function watchDatabases(world: World, vaults: () => readonly Vault[]): void {
  world.onMachineChange(() => {
    const now = world.now();
    for (const vault of vaults()) {
      for (const item of vault.items.values()) {
        advanceLogs({ world }, vault, item, now);
      }
    }
  });
}

function runVault(world: World, vault: Vault, at: number): void {
  const due = new Map<string, DuePolicy>();
  for (const policy of vault.policies.values()) {
    const types = typesDue(policy, at);
    if (types.length > 0) {
      due.set(policy.name, { policy, types });
    }
  }
  // A generated vault that nobody has looked into yet has its past made when somebody does.
  if (due.size === 0 || world.isUntouched(vault.id)) {
    return;
  }
  for (const item of vault.items.values()) {
    const found = item.policyName === undefined ? undefined : due.get(item.policyName);
    if (found === undefined || item.deletedAt !== undefined) {
      continue;
    }
    const type = isDatabase(item) ? typeForDatabase(world, vault, item, found, at) : 'Full';
    if (type === undefined || runningBackup(vault, item, at) !== undefined) {
      continue;
    }
    const trouble = world.machine(item.sourceResourceId)?.trouble;
    startBackup({ world }, vault, item, {
      startAt: at,
      expiresAt: at + retentionOf(found.policy, at, type).keepMs,
      userTriggered: false,
      isFirst: item.points.all.length === 0,
      ...(isDatabase(item) ? { backupType: type, compressed: compresses(found.policy) } : {}),
      scaled: (azureMs) => world.clock.scaled(azureMs),
      ...(trouble === undefined || item.workload !== 'VM' ? {} : { trouble }),
    });
  }
}

interface DuePolicy {
  readonly policy: Policy;
  readonly types: readonly BackupType[];
}

const timedTypes = ['Full', 'Differential', 'Incremental'] as const;

function typesDue(policy: Policy, at: number): BackupType[] {
  const timed = timedTypes.filter((type) => isDue(policy, type, at));
  const interval = logIntervalOf(policy);
  // A log backup that comes more often than the beat is due at each.
  return interval !== undefined && (interval <= beat || at % interval === 0) ? [...timed, 'Log'] : timed;
}

function isDue(policy: Policy, type: BackupType, at: number): boolean {
  const { times, weekdays } = scheduleOf(policy, type);
  return times.includes(at % day) && (weekdays === undefined || weekdays.includes(new Date(at).getUTCDay()));
}

/** A chain that is older than this is begun anew. */
const longestChain = 15 * day;

/**
 * The one backup of a database that gets a job now. What the database does not support is left out. A backup that has no
 * full one to be chained to, or an old one, is made a full one (all documented, as "auto-heal"); else log backups get no
 * job in the list (documented).
 */
function typeForDatabase(
  world: World,
  vault: Vault,
  item: ProtectedItem,
  { policy, types }: DuePolicy,
  at: number,
): BackupType | undefined {
  if (types.includes('Log')) {
    advanceLogs({ world }, vault, item, at);
  }
  if (types.includes('Full')) {
    return 'Full';
  }
  const { lastFull, logs } = item.points;
  const isOld = lastFull === undefined || at - lastFull.at > longestChain;
  const chained = types.find((type) => type !== 'Log' && supportsNow(vault, item, type));
  if (chained !== undefined) {
    return isOld ? 'Full' : chained;
  }
  const firstLogAt = (item.configuredAt ?? world.startedAt) + (logIntervalOf(policy) ?? 0);
  const heals = types.includes('Log') && keepsLog(vault, item) && at >= firstLogAt && (isOld || logs.reaches === undefined);
  return heals && databaseTrouble({ world }, vault, item, 'Full', []) === undefined ? 'Full' : undefined;
}

function compresses(policy: Policy): boolean {
  const { settings } = policy.properties;
  return typeof settings === 'object' && settings !== null && !Array.isArray(settings) && settings.isCompression === true;
}
