/** The levels of "Protectable items": VMs and servers, what hosts databases on a server, databases. All of one flat list. */
import { throwIfCancelled } from '../core/cancellation.ts';
import { armIdKey } from '../core/armId.ts';
import { isFor } from '../providers/recoveryServices/actions/intents.ts';
import { fieldsOf } from '../providers/arm/fields.ts';
import type { Container, ProtectableItem, ProtectedItem, ProtectionIntent } from '../providers/recoveryServices/model.ts';
import { offered } from './emptyStates.ts';
import type { Built, Level } from './levels.ts';
import type { Lists, SideList } from './lists.ts';
import type { NodeContext } from './nodes/common.ts';
import { hostNode, protectedDatabaseNode } from './nodes/host.ts';
import { protectableItemNode } from './nodes/protectableItem.ts';
import { foundIn, serverNode } from './nodes/server.ts';
import type { Overlay } from './overlay.ts';
import type { PagedList } from './pagedList.ts';
import { hostOf, machinesOf, protectedIn, serverContainerOf, type Host, type Machines, type Server } from './servers.ts';
import { protectableItemSource, protectedItemSource, protectionIntentSource, serverContainerSource, type Where } from './sources.ts';
import { kinds } from './tokens.ts';
import type { InventoryNode } from './types.ts';
import { workloadOf } from './workloads.ts';

export interface ProtectableOptions {
  readonly lists: Lists;
  readonly overlay: Pick<Overlay, 'isGone' | 'version'>;
  readonly context: (node: InventoryNode) => NodeContext;
  readonly where: (node: InventoryNode) => Where;
}

/** A level of the flat list: how it is loaded, and what of it stands there. */
interface Part {
  readonly group: InventoryNode;
  readonly vaultId: string;
  nodes(): readonly Built[];
  /** Lists that it is fuller with; asked for once the flat list is there. */
  beside(): readonly SideList<unknown>[];
  /** True where what could not be read of the flat list is told: once, not at each of its levels. */
  readonly tells?: boolean;
  /** Whether a record that a page brought is shown here. */
  belongs(item: ProtectableItem): boolean;
  /** A side list of which a next page is offered when the flat list has ended. */
  continues?(): SideList<unknown> | undefined;
  /** True where all that it holds is known to be there, whatever pages follow. */
  isFull?(): boolean;
  readonly empty: Level['empty'];
}

export class ProtectableLevels {
  readonly #options: ProtectableOptions;
  readonly #arranged = new WeakMap<readonly ProtectableItem[], { readonly version: number; readonly machines: Machines }>();

  readonly #byKey = new WeakMap<readonly Container[], ReadonlyMap<string, Container>>();

  constructor(options: ProtectableOptions) {
    this.#options = options;
  }

  /** VMs as they are, a server for each registered machine, then what else there is. */
  ofGroup(group: InventoryNode, vaultId: string): Level {
    const context = (): NodeContext => this.#options.context(group);
    return this.#level({
      group,
      vaultId,
      tells: true,
      belongs: () => true,
      beside: () =>
        this.#machines(group, vaultId).servers.size > 0 && !this.#allContainers(vaultId) ? [this.#containers(group, vaultId)] : [],
      nodes: () => {
        const { flat, servers } = this.#machines(group, vaultId);
        const item = (one: ProtectableItem): Built => built(() => protectableItemNode(one, context()));
        return [
          ...flat.filter((one) => workloadOf(one) === 'vm').map(item),
          ...[...servers.values()].map((server) => this.#server(group, vaultId, server)).sort(byLabel),
          ...flat.filter((one) => workloadOf(one) !== 'vm').map(item),
        ];
      },
      empty: offered.protectableItems,
    });
  }

  /** Instances, availability groups and systems; below them what belongs to none of those. */
  ofServer(parent: InventoryNode, group: InventoryNode, vaultId: string): Level {
    const server = (): Server | undefined => this.#serverOf(parent, group, vaultId);
    const context = (): NodeContext => this.#options.context(group);
    return this.#level({
      group,
      vaultId,
      belongs: (item) => isIn(item, server()),
      beside: () => (server()?.hosts.some(({ item }) => leavesOpen(item)) ? [this.#intents(group, vaultId)] : []),
      nodes: () => [
        ...(server()?.hosts ?? []).map((host) => this.#host(parent, group, vaultId, host)),
        ...(server()?.others ?? []).map((item) => built(() => protectableItemNode(item, context(), true))),
      ],
      empty: offered.server,
    });
  }

  /** Databases: those that could be protected, and those that are, which the vault lists elsewhere. */
  ofHost(parent: InventoryNode, server: InventoryNode, group: InventoryNode, vault: InventoryNode): Level | undefined {
    const vaultId = vault.resourceId ?? vault.key;
    const context = (): NodeContext => this.#options.context(group);
    const now = (): { readonly server: Server; readonly host: Host } | undefined => {
      const of = this.#serverOf(server, group, vaultId);
      const host = of?.hosts.find(({ item }) => armIdKey(item.id) === parent.key);
      return of && host && { server: of, host };
    };
    const protectedItems = (): SideList<ProtectedItem> =>
      this.#options.lists.beside(`${vault.key}#${kinds.protectedItems}`, () => protectedItemSource(this.#options.where(group), vaultId));
    const protectedHere = (): readonly ProtectedItem[] => {
      const at = now();
      return at ? protectedIn(at.host, at.server, protectedItems().records) : [];
    };
    return this.#level({
      group,
      vaultId,
      belongs: (item) => {
        const at = now();
        return at !== undefined && isIn(item, at.server) && hostOf(item, at.server.hosts)?.item === at.host.item;
      },
      beside: () => [protectedItems()],
      continues: protectedItems,
      isFull: () => {
        const host = now()?.host;
        const found = host && host.item.foundCount !== undefined ? foundIn(host) : undefined;
        return host !== undefined && found !== undefined && host.databases.length + protectedHere().length >= found;
      },
      nodes: () => [
        ...(now()?.host.databases ?? []).map((item) => built(() => protectableItemNode(item, context(), true))),
        ...protectedHere().map((item) => built(() => protectedDatabaseNode(parent, item, context()))),
      ],
      empty: offered.host,
    });
  }

  #level(part: Part): Level {
    const { group, vaultId } = part;
    const list = this.#list(group, vaultId);
    const full = (): boolean => part.isFull?.() === true;
    const continued = (): SideList<unknown> | undefined => part.continues?.();
    const next = (): string | undefined => (full() ? undefined : (list.next ?? continued()?.next));
    const load = async (signal: AbortSignal): Promise<void> => {
      await list.first(signal);
      for (const side of part.beside()) {
        await side.load(signal);
      }
    };
    return {
      get loaded() {
        return list.loaded && part.beside().every((side) => side.settled);
      },
      load,
      more: async (asked, signal) => {
        const before = new Set(part.nodes().map(({ node }) => node.key));
        await this.#more(list, part, asked, signal);
        await load(signal);
        const added = part.nodes().filter(({ node }) => !before.has(node.key));
        const after = next();
        return after === undefined ? { nodes: added } : { nodes: added, next: after };
      },
      nodes: () => part.nodes(),
      get next() {
        return next();
      },
      get problems() {
        return [...(part.tells ? list.problems : []), ...part.beside().flatMap((side) => side.problems)];
      },
      empty: part.empty,
    };
  }

  /** Pages of the flat list, and then of the list beside it; one may bring nothing for this level: on until one does. */
  async #more(list: PagedList<ProtectableItem>, part: Part, next: string, signal: AbortSignal): Promise<void> {
    const side = list.next === undefined ? part.continues?.() : undefined;
    const before = part.nodes().length;
    for (let at: string | undefined = next; at !== undefined;) {
      throwIfCancelled(signal);
      if (side) {
        await side.more(at, signal);
        at = part.nodes().length > before ? undefined : side.next;
      } else {
        const { added, next: after }: { added: readonly ProtectableItem[]; next?: string } = await list.more(at, signal);
        at = added.some((item) => part.belongs(item)) ? undefined : after;
      }
    }
  }

  #list(group: InventoryNode, vaultId: string): PagedList<ProtectableItem> {
    return this.#options.lists.get(group.key, () => protectableItemSource(this.#options.where(group), vaultId));
  }

  /** The list arranged, without what was just protected or whose machine was just unregistered. */
  #machines(group: InventoryNode, vaultId: string): Machines {
    const { overlay } = this.#options;
    const { records } = this.#list(group, vaultId);
    const known = this.#arranged.get(records);
    if (known && known.version === overlay.version) {
      return known.machines;
    }
    const isGone = (item: ProtectableItem): boolean => {
      const container = serverContainerOf(item);
      return overlay.isGone(item.id) || (container !== undefined && overlay.isGone(container));
    };
    const machines = machinesOf(records.filter((item) => !isGone(item)));
    this.#arranged.set(records, { version: overlay.version, machines });
    return machines;
  }

  #serverOf(node: InventoryNode, group: InventoryNode, vaultId: string): Server | undefined {
    return this.#machines(group, vaultId).servers.get(node.key.slice(group.key.length + 1));
  }

  #server(group: InventoryNode, vaultId: string, server: Server): Built {
    return built(() => {
      // What more pages brought counts too.
      const latest = this.#machines(group, vaultId).servers.get(server.containerKey) ?? server;
      const complete = this.#list(group, vaultId).next === undefined;
      return serverNode(group, latest, { container: this.#containerOf(group, vaultId, latest), complete }, this.#options.context(group));
    });
  }

  #host(parent: InventoryNode, group: InventoryNode, vaultId: string, host: Host): Built {
    return built(() => {
      const latest = this.#serverOf(parent, group, vaultId)?.hosts.find(({ item }) => item.id === host.item.id) ?? host;
      const intents = leavesOpen(latest.item) ? this.#intents(group, vaultId).records : [];
      const intent = intents.find((one) => isFor(one, latest.item));
      const complete = this.#list(group, vaultId).next === undefined;
      return hostNode(latest, { complete, intent }, this.#options.context(group));
    });
  }

  #containerOf(group: InventoryNode, vaultId: string, server: Server): Container | undefined {
    const all = this.#allContainers(vaultId)?.records ?? this.#containers(group, vaultId).records;
    let byKey = this.#byKey.get(all);
    if (!byKey) {
      byKey = new Map(all.map((container) => [armIdKey(container.id), container]));
      this.#byKey.set(all, byKey);
    }
    return byKey.get(server.containerKey);
  }

  /** What the group "Containers" has read, where somebody has opened it. */
  #allContainers(vaultId: string): PagedList<Container> | undefined {
    const list = this.#options.lists.loaded<Container>(`${armIdKey(vaultId)}#${kinds.containers}`);
    return list?.next === undefined ? list : undefined;
  }

  #containers(group: InventoryNode, vaultId: string): SideList<Container> {
    return this.#options.lists.beside(`${group.key}#${kinds.containers}`, () => serverContainerSource(this.#options.where(group), vaultId));
  }

  #intents(group: InventoryNode, vaultId: string): SideList<ProtectionIntent> {
    return this.#options.lists.beside(`${group.key}#intents`, () => protectionIntentSource(this.#options.where(group), vaultId));
  }
}

/** Older answers do not say whether an instance is auto-protected; the vault's own orders do. */
function leavesOpen(item: ProtectableItem): boolean {
  return item.isAutoProtectable && fieldsOf(item.raw['properties']).flag('isAutoProtected') === undefined;
}

function isIn(item: ProtectableItem, server: Server | undefined): boolean {
  const container = serverContainerOf(item);
  return container !== undefined && server !== undefined && armIdKey(container) === server.containerKey;
}

function built(rebuild: () => InventoryNode): Built {
  return { node: rebuild(), rebuild };
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

function byLabel(a: Built, b: Built): number {
  return collator.compare(a.node.label, b.node.label) || (a.node.key < b.node.key ? -1 : 1);
}
