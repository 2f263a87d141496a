import type { WorldContext } from './context.ts';
import { groupsThrough } from './groups.ts';
import { lookInside, unreachable } from './inquiry.ts';
import { startChange } from './itemChanges.ts';
import { isRunning } from './jobs.ts';
import { addToVault } from './machineItems.ts';
import { itemKey, type Container, type ProtectionIntent } from './model.ts';
import { canBeProtected, databaseItemName, newWorkloadItem, parentsOf, troubleInside } from './workloadItems.ts';
import type { Vault } from './vault.ts';

/** Azure milliseconds until an intent, or an inquiry that found something new, leads to jobs. */
const soon = 20_000;
/** Azure milliseconds between two looks of the vault's own for new databases: that it looks is documented, how often is not. */
const rounds = 8 * 3_600_000;
const configureTakes = 70_000;

/** Protects what an inquiry has newly found, where a protection intent asks for it. */
export function startIntents(context: WorldContext, vault: Vault, container: Container, at: number): void {
  const places = [container, ...groupsThrough(context.world, vault, container)].map((place) => place.name.toLowerCase());
  for (const intent of vault.intents.values()) {
    if (places.includes(intent.containerName.toLowerCase())) {
      planProtection(context, vault, intent, at);
    }
  }
}

/** Lets a new intent take effect, now and for as long as it stands. */
export function followIntent(context: WorldContext, vault: Vault, intent: ProtectionIntent, at: number): void {
  planProtection(context, vault, intent, at);
  planRound(context, vault, intent, at);
}

/** The jobs of an intent that is taken back stop; what they have protected stays protected (both documented). */
export function stopIntent(vault: Vault, intent: ProtectionIntent, now: number): void {
  for (const id of intent.jobIds) {
    const job = vault.job(id);
    if (job !== undefined && isRunning(job, now)) {
      job.cancel = { requestedAt: now, doneAt: now };
    }
  }
}

function planProtection(context: WorldContext, vault: Vault, intent: ProtectionIntent, at: number): void {
  const { agenda, clock } = context.world;
  agenda.plan(at + clock.scaled(soon), (dueAt) => protect(context, vault, intent, dueAt));
}

function planRound(context: WorldContext, vault: Vault, intent: ProtectionIntent, at: number): void {
  const { agenda, clock } = context.world;
  agenda.plan(at + clock.scaled(rounds), (dueAt) => {
    const container = vault.container(intent.containerName);
    if (!stands(vault, intent) || container === undefined) {
      return;
    }
    if (container.isGroup === undefined && unreachable(context, vault, container) === undefined) {
      lookInside(context, vault, container, 'SQLDataBase');
    }
    planProtection(context, vault, intent, dueAt);
    planRound(context, vault, intent, dueAt);
  });
}

function stands(vault: Vault, intent: ProtectionIntent): boolean {
  return vault.intents.get(intent.name.toLowerCase()) === intent;
}

/** One ConfigureBackup job for each database that is not in the vault yet; stopped and soft-deleted ones stay as they are. */
function protect(context: WorldContext, vault: Vault, intent: ProtectionIntent, at: number): void {
  const container = vault.container(intent.containerName);
  const policy = vault.policy(intent.policyName);
  const found = container?.inquiries?.get('SQLDataBase')?.found;
  if (!stands(vault, intent) || container === undefined || policy === undefined || found === undefined) {
    return;
  }
  const parent = parentsOf(found).find(({ name }) => name === intent.parentName);
  for (const database of parent?.databases.filter(canBeProtected) ?? []) {
    const name = databaseItemName('SQLDataBase', intent.parentName, database.name);
    const isUnderWay = vault.liveJobs(itemKey(container.name, name)).some((job) => isRunning(job, at));
    if (vault.item(container.name, name) !== undefined || isUnderWay) {
      continue;
    }
    const item = newWorkloadItem(vault, 'SQLDataBase', container.name, name, context.world.random);
    const error = troubleInside(context, vault, item);
    const change = {
      operation: 'ConfigureBackup' as const,
      takes: configureTakes,
      properties: { 'Policy Name': policy.name },
      ...(error === undefined ? {} : { error }),
      apply: (end: number): void => {
        item.policyName = policy.name;
        addToVault(context, vault, item, end);
      },
    };
    intent.jobIds.add(startChange(context, vault, item, change, at).id);
  }
}
