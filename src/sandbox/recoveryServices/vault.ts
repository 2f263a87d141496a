import type { JsonObject } from '../arm/types.ts';
import {
  itemKey,
  type Container,
  type Job,
  type Management,
  type Operation,
  type Policy,
  type ProtectedItem,
  type ProtectionIntent,
} from './model.ts';

/** A Recovery Services vault and what it holds. Names are looked up without case. */
export class Vault {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
  readonly location: string;
  readonly createdAt: number;
  updatedAt: number;
  tags: JsonObject;
  identity: JsonObject | undefined;
  /** As given at the last PUT or PATCH; what Azure adds is added when read. */
  settings: JsonObject;
  /** Until then a read says `Provisioning`. */
  provisionedAt: number;
  softDeleteState: string;
  softDeleteRetentionDays: number;
  enhancedSecurityState: string;
  storageType: string;
  readonly policies = new Map<string, Policy>();
  readonly containers = new Map<string, Container>();
  readonly items = new Map<string, ProtectedItem>();
  readonly operations = new Map<string, Operation>();
  /** By lower-case name. */
  readonly intents = new Map<string, ProtectionIntent>();
  /** When the vault last looked around for each kind: it knows what was there then. */
  readonly refreshedAt: Record<Management, number>;
  readonly #jobs = new Map<string, Job>();
  /** Jobs that started since the sandbox did, by item: only these can be running. */
  readonly #liveJobs = new Map<string, Job[]>();
  #pastJobs: (() => Job[]) | undefined;

  constructor(of: { subscriptionId: string; resourceGroup: string; name: string; location: string; createdAt: number }) {
    this.subscriptionId = of.subscriptionId;
    this.resourceGroup = of.resourceGroup;
    this.name = of.name;
    this.location = of.location;
    this.createdAt = of.createdAt;
    this.updatedAt = of.createdAt;
    this.provisionedAt = of.createdAt;
    this.refreshedAt = { AzureIaasVM: of.createdAt, AzureWorkload: of.createdAt, AzureStorage: of.createdAt };
    this.tags = {};
    this.settings = {};
    this.softDeleteState = 'Enabled';
    this.softDeleteRetentionDays = 14;
    this.enhancedSecurityState = 'Enabled';
    this.storageType = 'GeoRedundant';
  }

  get id(): string {
    return `/subscriptions/${this.subscriptionId}/resourceGroups/${this.resourceGroup}/providers/Microsoft.RecoveryServices/vaults/${this.name}`;
  }

  /** Jobs of before the sandbox started are made when somebody first lists them. */
  setPastJobs(make: () => Job[]): void {
    this.#pastJobs = make;
  }

  addJob(job: Job): void {
    this.#jobs.set(job.id.toLowerCase(), job);
    this.#liveJobs.set(job.itemKey, [job, ...(this.#liveJobs.get(job.itemKey) ?? [])]);
  }

  /** Of the item's jobs those that this process started. */
  liveJobs(key: string): readonly Job[] {
    return this.#liveJobs.get(key) ?? [];
  }

  job(id: string): Job | undefined {
    this.#loadPast();
    return this.#jobs.get(id.toLowerCase());
  }

  /** Newest first. */
  jobs(): Job[] {
    this.#loadPast();
    return [...this.#jobs.values()].sort((a, b) => b.startAt - a.startAt);
  }

  item(containerName: string, itemName: string): ProtectedItem | undefined {
    return this.items.get(itemKey(containerName, itemName));
  }

  addItem(item: ProtectedItem): void {
    this.items.set(itemKey(item.containerName, item.name), item);
  }

  policy(name: string): Policy | undefined {
    return this.policies.get(name.toLowerCase());
  }

  container(name: string): Container | undefined {
    return this.containers.get(name.toLowerCase());
  }

  addContainer(container: Container): void {
    this.containers.set(container.name.toLowerCase(), container);
  }

  itemsOf(container: Container): ProtectedItem[] {
    const key = container.name.toLowerCase();
    return [...this.items.values()].filter((item) => item.containerName.toLowerCase() === key);
  }

  #loadPast(): void {
    const make = this.#pastJobs;
    this.#pastJobs = undefined;
    for (const job of make?.() ?? []) {
      this.#jobs.set(job.id.toLowerCase(), job);
    }
  }
}
