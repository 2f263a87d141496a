import { startBackup, runningBackup } from '../recoveryServices/backup.ts';
import type { Policy } from '../recoveryServices/model.ts';
import type { Vault } from '../recoveryServices/vault.ts';
import { retentionOf, scheduleOf } from '../recoveryServices/retention.ts';
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

function runVault(world: World, vault: Vault, at: number): void {
  const due = new Map([...vault.policies.values()].filter((policy) => isDue(policy, at)).map((policy) => [policy.name, policy]));
  // A generated vault that nobody has looked into yet has its past made when somebody does.
  if (due.size === 0 || world.isUntouched(vault.id)) {
    return;
  }
  for (const item of vault.items.values()) {
    const policy = item.policyName === undefined ? undefined : due.get(item.policyName);
    if (policy === undefined || item.deletedAt !== undefined || runningBackup(vault, item, at) !== undefined) {
      continue;
    }
    const trouble = world.machine(item.sourceResourceId)?.trouble;
    startBackup({ world }, vault, item, {
      startAt: at,
      expiresAt: at + retentionOf(policy, at).keepMs,
      userTriggered: false,
      isFirst: item.points.all.length === 0,
      scaled: (azureMs) => world.clock.scaled(azureMs),
      ...(trouble === undefined || item.workload !== 'VM' ? {} : { trouble }),
    });
  }
}

function isDue(policy: Policy, at: number): boolean {
  const { times, weekdays } = scheduleOf(policy);
  return times.includes(at % day) && (weekdays === undefined || weekdays.includes(new Date(at).getUTCDay()));
}
