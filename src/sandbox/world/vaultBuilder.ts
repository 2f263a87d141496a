import { softDelete } from '../recoveryServices/deleteItem.ts';
import type { Container, Job, Policy, ProtectedItem, Workload } from '../recoveryServices/model.ts';
import { RecoveryPointStore } from '../recoveryServices/recoveryPointStore.ts';
import { Vault } from '../recoveryServices/vault.ts';
import { addToVault, newMachineItem } from '../recoveryServices/machineItems.ts';
import { lookInside } from '../recoveryServices/inquiry.ts';
import { ofMachine } from '../recoveryServices/registration.ts';
import { databaseItemName, newWorkloadItem, parentsOf, shareItemName } from '../recoveryServices/workloadItems.ts';
import { addStandardPolicies } from '../recoveryServices/standardPolicies.ts';
import { troubles } from '../recoveryServices/troubles.ts';
import type { Random } from '../arm/types.ts';
import { machineId, storageAccountId, type VirtualMachine } from './entities.ts';
import { keepsLog } from '../recoveryServices/logs.ts';
import { lastRun, pastJobs, pastLogs, pastPoints, type Past } from './past.ts';
import { day, hour } from './wireFormat.ts';
import type { World } from './world.ts';

export interface ItemPast extends Past {
  readonly policy: string;
  /** Soft-deleted so many days ago. */
  readonly deletedDays?: number;
}

/** Builds one vault and its past. */
export class VaultBuilder {
  readonly world: World;
  readonly vault: Vault;
  readonly #random: Random;
  readonly #pasts: (() => Job[])[] = [];

  constructor(
    world: World,
    of: { subscriptionId: string; resourceGroup: string; name: string; location: string; ageDays: number },
    random: Random = world.random,
  ) {
    const { ageDays, ...rest } = of;
    this.world = world;
    this.#random = random;
    this.vault = new Vault({ ...rest, createdAt: world.startedAt - ageDays * day });
    this.vault.settings = {
      monitoringSettings: {
        azureMonitorAlertSettings: {
          alertsForAllJobFailures: 'Enabled',
          alertsForAllReplicationIssues: 'Enabled',
          alertsForAllFailoverIssues: 'Enabled',
        },
        classicAlertSettings: { alertsForCriticalOperations: 'Disabled', emailNotificationsForSiteRecovery: 'Enabled' },
      },
    };
    addStandardPolicies(this.vault, world.startedAt);
    // The vaults looked around an hour ago: machines that are younger need a refresh.
    const refreshedAt = world.startedAt - hour;
    Object.assign(this.vault.refreshedAt, { AzureIaasVM: refreshedAt, AzureWorkload: refreshedAt, AzureStorage: refreshedAt });
    this.vault.setPastJobs(() => this.#pasts.flatMap((make) => make()));
    world.addVault(this.vault);
  }

  policy(policy: Policy): this {
    this.vault.policies.set(policy.name.toLowerCase(), policy);
    return this;
  }

  /** Protects a machine; without a past its first backup is pending. */
  machine(machine: VirtualMachine, past: ItemPast): ProtectedItem {
    return this.#add(newMachineItem(machine, this.#random.next()), past, machine);
  }

  /** Registers a machine, which was looked into then. */
  databaseServer(machine: VirtualMachine): Container {
    const container = ofMachine(this.world, this.vault, machineId(machine));
    container.updatedAt = this.vault.createdAt + day;
    lookInside({ world: this.world }, this.vault, container, machine.databaseServer?.kind ?? 'SQLDataBase');
    this.vault.addContainer(container);
    return container;
  }

  storageAccount(account: {
    subscriptionId: string;
    resourceGroup: string;
    name: string;
    location: string;
    shares: readonly string[];
  }): Container {
    const container: Container = {
      name: `StorageContainer;Storage;${account.resourceGroup};${account.name}`,
      management: 'AzureStorage',
      sourceResourceId: storageAccountId(account),
      resourceGroup: account.resourceGroup,
      friendlyName: account.name,
      shares: account.shares,
      inquired: true,
      updatedAt: this.vault.createdAt + day,
    };
    this.vault.addContainer(container);
    return container;
  }

  /** A database of the container's first instance, or of its group. */
  database(container: Container, workload: Workload, database: string, past: ItemPast): ProtectedItem {
    const server = container.databaseServer;
    const parent = server === undefined ? undefined : parentsOf(server)[0];
    const name = databaseItemName(workload, parent?.name ?? '', database);
    return this.#add(newWorkloadItem(this.vault, workload, container.name, name, this.#random), past);
  }

  /** The container of an availability group, once one of its machines is registered. */
  group(name: string): Container {
    const found = [...this.vault.containers.values()].find((container) => container.isGroup === true && container.friendlyName === name);
    if (found === undefined) {
      throw new Error(`The vault ${this.vault.name} knows no availability group ${name}.`);
    }
    return found;
  }

  share(container: Container, share: string, past: ItemPast): ProtectedItem {
    const name = `AzureFileShare;${shareItemName(container.friendlyName, share)}`;
    return this.#add(newWorkloadItem(this.vault, 'AzureFileShare', container.name, name, this.#random), past);
  }

  #add(blank: ProtectedItem, past: ItemPast, machine?: VirtualMachine): ProtectedItem {
    const { startedAt } = this.world;
    const policy = this.vault.policy(past.policy);
    if (policy === undefined) {
      throw new Error(`The vault ${this.vault.name} has no policy ${past.policy}.`);
    }
    const item: ProtectedItem = {
      ...blank,
      policyName: policy.name,
      points: new RecoveryPointStore(
        () => pastPoints(startedAt, policy, past, item, machine?.osType === 'Linux'),
        () => (keepsLog(this.vault, item) ? pastLogs(startedAt, policy, past, item) : []),
      ),
    };
    const last = lastRun(startedAt, policy, past, item.dataId);
    if (last !== undefined) {
      this.#live(item, last);
    }
    if (past.untilDays !== undefined) {
      item.policyName = undefined;
      item.protectionState = 'ProtectionStopped';
    }
    addToVault({ world: this.world }, this.vault, item, startedAt - past.sinceDays * day);
    if (past.deletedDays !== undefined) {
      softDelete({ world: this.world }, this.vault, item, startedAt - past.deletedDays * day);
    }
    this.#pasts.push(() => pastJobs(startedAt, policy, past, item));
    return item;
  }

  #live(item: ProtectedItem, last: NonNullable<ReturnType<typeof lastRun>>): void {
    const isDatabase = item.workload === 'SQLDataBase' || item.workload === 'SAPHanaDatabase';
    const good = last.trouble === undefined ? 'Completed' : 'CompletedWithWarnings';
    item.protectionState = 'Protected';
    item.lastBackupAt = last.at;
    item.lastBackupStatus = last.failed ? (isDatabase ? 'Unhealthy' : 'Failed') : isDatabase ? 'Healthy' : good;
    item.lastError = last.failed && last.trouble !== undefined ? troubles[last.trouble] : undefined;
  }
}
