import { armIdKey, idUpTo, sameArmId } from '../../core/armId.ts';
import type { Vault } from '../recoveryServices/vault.ts';
import type { Random, SandboxClock } from '../arm/types.ts';
import { Agenda } from './agenda.ts';
import {
  groupId,
  machineId,
  storageAccountId,
  type ResourceGroup,
  type StorageAccount,
  type Subscription,
  type VirtualMachine,
} from './entities.ts';

/** Everything that exists in the sandbox. Keys are ids without case. */
export class World {
  readonly clock: SandboxClock;
  readonly random: Random;
  /** GUID of the directory that all subscriptions trust. */
  readonly tenantId: string;
  readonly startedAt: number;
  readonly subscriptions: Subscription[] = [];
  readonly agenda = new Agenda();
  readonly #groups = new Map<string, ResourceGroup>();
  readonly #machines = new Map<string, VirtualMachine>();
  /** By lower-case subscription, then region: lists of a fleet must not walk through all the others. */
  readonly #machinesByPlace = new Map<string, Map<string, VirtualMachine[]>>();
  readonly #unfilled = new Map<string, Unfilled>();
  readonly #accounts = new Map<string, StorageAccount>();
  readonly #vaults = new Map<string, Vault>();
  readonly #protectedBy = new Map<string, Vault>();
  readonly #claims = new Map<string, Vault>();
  readonly #machineWatchers: (() => void)[] = [];

  constructor(clock: SandboxClock, random: Random) {
    this.clock = clock;
    this.random = random;
    this.tenantId = random.guid();
    this.startedAt = clock.now();
  }

  get subscriptionIds(): readonly string[] {
    return this.subscriptions.map((subscription) => subscription.subscriptionId);
  }

  /** The present moment, with everything done that was due until it. */
  now(): number {
    const now = this.clock.now();
    this.agenda.settle(now);
    return now;
  }

  subscription(subscriptionId: string): Subscription | undefined {
    return this.subscriptions.find((known) => known.subscriptionId.toLowerCase() === subscriptionId.toLowerCase());
  }

  addGroup(group: ResourceGroup): void {
    this.#groups.set(armIdKey(groupId({ subscriptionId: group.subscriptionId, resourceGroup: group.name })), group);
  }

  group(subscriptionId: string, name: string): ResourceGroup | undefined {
    return this.#groups.get(armIdKey(groupId({ subscriptionId, resourceGroup: name })));
  }

  groups(subscriptionId: string): ResourceGroup[] {
    return [...this.#groups.values()].filter((group) => sameText(group.subscriptionId, subscriptionId));
  }

  addMachine(machine: VirtualMachine): void {
    this.#machines.set(armIdKey(machineId(machine)), machine);
    const subscription = machine.subscriptionId.toLowerCase();
    const regions = this.#machinesByPlace.get(subscription) ?? new Map<string, VirtualMachine[]>();
    this.#machinesByPlace.set(subscription, regions);
    const region = regions.get(machine.location) ?? [];
    regions.set(machine.location, region);
    region.push(machine);
  }

  /** `watcher` is called before and after a machine is changed or taken away. */
  onMachineChange(watcher: () => void): void {
    this.#machineWatchers.push(watcher);
  }

  /** Puts a changed machine in the place of the one with its id. */
  replaceMachine(machine: VirtualMachine): void {
    this.#tellWatchers();
    this.#machines.set(armIdKey(machineId(machine)), machine);
    const place = this.#machinesByPlace.get(machine.subscriptionId.toLowerCase())?.get(machine.location) ?? [];
    const at = place.findIndex((known) => sameArmId(machineId(known), machineId(machine)));
    place[at] = machine;
    this.#tellWatchers();
  }

  removeMachine(machine: VirtualMachine): void {
    this.#tellWatchers();
    this.#machines.delete(armIdKey(machineId(machine)));
    const place = this.#machinesByPlace.get(machine.subscriptionId.toLowerCase())?.get(machine.location) ?? [];
    place.splice(
      place.findIndex((known) => sameArmId(machineId(known), machineId(machine))),
      1,
    );
    this.#tellWatchers();
  }

  #tellWatchers(): void {
    for (const watcher of this.#machineWatchers) {
      watcher();
    }
  }

  /**
   * A group whose machines are made when somebody first asks for one of them: thousands of generated machines cost
   * neither time nor memory until then.
   */
  addLaterGroup(group: ResourceGroup, fill: () => void): void {
    this.addGroup(group);
    this.#unfilled.set(armIdKey(groupId({ subscriptionId: group.subscriptionId, resourceGroup: group.name })), { group, fill });
  }

  /** True while nobody has looked into the group of this id and its machines are not made. */
  isUntouched(id: string): boolean {
    return this.#unfilled.has(armIdKey(idUpTo(id, 'resourceGroups') ?? ''));
  }

  /** By its id in any spelling. */
  machine(id: string): VirtualMachine | undefined {
    this.#fillGroupOf(id);
    return this.#machines.get(armIdKey(id));
  }

  /** Of a subscription, or of one region of it. */
  machines(subscriptionId: string, location?: string): readonly VirtualMachine[] {
    for (const [key, { group }] of this.#unfilled) {
      if (sameText(group.subscriptionId, subscriptionId) && (location === undefined || group.location === location)) {
        this.#fill(key);
      }
    }
    const regions = this.#machinesByPlace.get(subscriptionId.toLowerCase());
    return location === undefined ? [...(regions?.values() ?? [])].flat() : (regions?.get(location) ?? []);
  }

  addStorageAccount(account: StorageAccount): void {
    this.#accounts.set(armIdKey(storageAccountId(account)), account);
  }

  storageAccount(id: string): StorageAccount | undefined {
    return this.#accounts.get(armIdKey(id));
  }

  storageAccounts(subscriptionId: string): StorageAccount[] {
    return [...this.#accounts.values()].filter((account) => sameText(account.subscriptionId, subscriptionId));
  }

  addVault(vault: Vault): void {
    this.#vaults.set(armIdKey(vault.id), vault);
  }

  removeVault(vault: Vault): void {
    this.#vaults.delete(armIdKey(vault.id));
  }

  /** By its id in any spelling. */
  vault(id: string): Vault | undefined {
    this.#fillGroupOf(id);
    return this.#vaults.get(armIdKey(id));
  }

  vaults(subscriptionId: string): Vault[] {
    return [...this.#vaults.values()].filter((vault) => sameText(vault.subscriptionId, subscriptionId));
  }

  /** Without making what was left for later. */
  allVaults(): Vault[] {
    return [...this.#vaults.values()];
  }

  /** The vault that holds backup data of a machine; a machine can be in one only. */
  protectorOf(sourceResourceId: string): Vault | undefined {
    this.#fillGroupOf(sourceResourceId);
    return this.#protectedBy.get(armIdKey(sourceResourceId));
  }

  /**
   * The vault that has begun to take a resource and is not done: of two requests at the same time only the first is served.
   * @param purpose what the vault takes it for: one resource can be in one vault as a machine and in another as a server.
   */
  claimantOf(sourceResourceId: string, purpose: string): Vault | undefined {
    return this.#claims.get(`${armIdKey(sourceResourceId)} ${purpose}`);
  }

  /** Until the function that it returns is called. */
  claim(sourceResourceId: string, purpose: string, vault: Vault): () => void {
    const key = `${armIdKey(sourceResourceId)} ${purpose}`;
    this.#claims.set(key, vault);
    return () => this.#claims.delete(key);
  }

  setProtector(sourceResourceId: string, vault: Vault | undefined): void {
    if (vault === undefined) {
      this.#protectedBy.delete(armIdKey(sourceResourceId));
    } else {
      this.#protectedBy.set(armIdKey(sourceResourceId), vault);
    }
  }

  /** Makes what was left for later in a vault's or machine's group. */
  #fillGroupOf(id: string): void {
    if (this.#unfilled.size > 0) {
      this.#fill(armIdKey(idUpTo(id, 'resourceGroups') ?? ''));
    }
  }

  #fill(groupKey: string): void {
    const { fill } = this.#unfilled.get(groupKey) ?? {};
    this.#unfilled.delete(groupKey);
    fill?.();
  }
}

interface Unfilled {
  readonly group: ResourceGroup;
  readonly fill: () => void;
}

function sameText(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
