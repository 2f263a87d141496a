/**
 * Azure lists what servers hold flat: instances, availability groups and databases side by side. Here they become
 * what they are: a server, what hosts databases on it, and the databases.
 */
import { armIdKey } from '../core/armId.ts';
import type { ProtectableItem, ProtectedItem } from '../providers/recoveryServices/model.ts';

/** An instance, an availability group or a HANA system, and those of its databases that are in the list. */
export interface Host {
  readonly item: ProtectableItem;
  readonly databases: readonly ProtectableItem[];
}

export interface Server {
  /** In the spelling of the list. */
  readonly containerId: string;
  /** `armIdKey` of it. */
  readonly containerKey: string;
  readonly hosts: readonly Host[];
  /** What stands in no host of the list. */
  readonly others: readonly ProtectableItem[];
}

/** What the flat list comes to. */
export interface Machines {
  /** VMs, file shares: what stands in no server. */
  readonly flat: readonly ProtectableItem[];
  readonly servers: ReadonlyMap<string, Server>;
}

/** The container that a record of a workload in a machine is of; undefined for VMs and file shares. */
export function serverContainerOf(item: Pick<ProtectableItem, 'backupManagementType' | 'containerId'>): string | undefined {
  return item.backupManagementType?.toLowerCase() === 'azureworkload' ? item.containerId : undefined;
}

/** Databases stand in it; what hosts and is protected as a whole (a HANA instance for snapshots) is an item like a database. */
function isHost(item: ProtectableItem): boolean {
  return (item.role === 'instance' || item.role === 'availabilityGroup') && !(item.role === 'instance' && item.isProtectable);
}

/** Keeps the order of the records. */
export function machinesOf(records: readonly ProtectableItem[]): Machines {
  const flat: ProtectableItem[] = [];
  const keys = new Map<string, string>();
  const keyOf = (containerId: string): string => {
    const key = keys.get(containerId) ?? armIdKey(containerId);
    keys.set(containerId, key);
    return key;
  };
  const byContainer = new Map<string, { readonly containerId: string; readonly items: ProtectableItem[] }>();
  for (const item of records) {
    const containerId = serverContainerOf(item);
    if (containerId === undefined) {
      flat.push(item);
      continue;
    }
    const key = keyOf(containerId);
    const of = byContainer.get(key) ?? { containerId, items: [] };
    of.items.push(item);
    byContainer.set(key, of);
  }
  const servers = new Map(
    [...byContainer].map(([containerKey, { containerId, items }]) => [containerKey, { containerId, containerKey, ...arranged(items) }]),
  );
  return { flat, servers };
}

function arranged(items: readonly ProtectableItem[]): Pick<Server, 'hosts' | 'others'> {
  const hosts = items.filter(isHost).map((item) => ({ item, databases: [] as ProtectableItem[] }));
  const others: ProtectableItem[] = [];
  for (const item of items.filter((one) => !isHost(one))) {
    (hostOf(item, hosts)?.databases ?? others).push(item);
  }
  return { hosts, others };
}

/**
 * The host that a database is in. Azure names it by `parentName`; where two are called the same (an instance and an
 * availability group may be), or it does not say, the names tell: `sqldatabase;mssqlserver;msdb` is in `sqlinstance;mssqlserver`.
 */
export function hostOf<H extends Pick<Host, 'item'>>(
  database: Pick<ProtectableItem, 'parentName' | 'name'>,
  hosts: readonly H[],
): H | undefined {
  const parent = database.parentName?.toLowerCase();
  const named = parent === undefined ? hosts : hosts.filter(({ item }) => item.friendlyName.toLowerCase() === parent);
  const fits = ({ item }: H): boolean => withoutType(database.name).startsWith(`${withoutType(item.name)};`);
  return named.find(fits) ?? (parent === undefined ? undefined : named[0]);
}

function withoutType(name: string): string {
  return name.slice(name.indexOf(';') + 1).toLowerCase();
}

/** The protected databases of a host, out of all that the vault protects. */
export function protectedIn(host: Host, server: Server, items: readonly ProtectedItem[]): readonly ProtectedItem[] {
  return (byContainerOf(items).get(server.containerKey) ?? []).filter((item) => hostOf(item, server.hosts)?.item === host.item);
}

const byContainer = new WeakMap<readonly ProtectedItem[], ReadonlyMap<string, readonly ProtectedItem[]>>();

/** By `armIdKey` of the container. A list is sorted into its containers once: every host of a vault asks for its own. */
function byContainerOf(items: readonly ProtectedItem[]): ReadonlyMap<string, readonly ProtectedItem[]> {
  const known = byContainer.get(items);
  if (known) {
    return known;
  }
  const sorted = new Map<string, ProtectedItem[]>();
  for (const item of items) {
    if (item.containerId !== undefined) {
      const key = armIdKey(item.containerId);
      const of = sorted.get(key) ?? [];
      of.push(item);
      sorted.set(key, of);
    }
  }
  byContainer.set(items, sorted);
  return sorted;
}
