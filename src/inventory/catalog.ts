/** What each kind of node holds: which list, shown as which nodes, and what to say where there is none. */
import type { Connection, Subscription } from '../cloud/types.ts';
import type { Job, ProtectedItem, RecoveryPoint, Vault } from '../providers/recoveryServices/model.ts';
import { byWorkload, countText, jobsText, troubledText } from './counts.ts';
import { offered } from './emptyStates.ts';
import { fixedLevel, groupedLevel, listLevel, type Built, type Level } from './levels.ts';
import type { NodeContext } from './nodes/common.ts';
import { containerNode } from './nodes/container.ts';
import { vaultGroup, vaultGroupKinds, vaultsGroup, workloadGroup } from './nodes/groups.ts';
import { jobNode } from './nodes/job.ts';
import { policyNode } from './nodes/policy.ts';
import { protectableItemNode } from './nodes/protectableItem.ts';
import { protectedItemNode } from './nodes/protectedItem.ts';
import { recoveryPointNode } from './nodes/recoveryPoint.ts';
import { subscriptionNode } from './nodes/subscription.ts';
import { vaultNode } from './nodes/vault.ts';
import type { Overlay } from './overlay.ts';
import { PagedList, type ListSource } from './pagedList.ts';
import {
  containerSource,
  jobSource,
  policySource,
  protectableItemSource,
  protectedItemSource,
  recoveryPointSource,
  subscriptionSource,
  vaultSource,
} from './sources.ts';
import { joined } from './text.ts';
import { kinds } from './tokens.ts';
import type { InventoryNode } from './types.ts';
import { workloadOf, workloadOrder } from './workloads.ts';

export interface CatalogOptions {
  readonly connection: Connection;
  readonly overlay: Overlay;
  readonly now: () => number;
  /** The node that a node stands in. */
  parentOf(node: InventoryNode): InventoryNode | undefined;
  isForbidden(subscriptionKey: string): boolean;
}

/** Key of a list: the node that it belongs to, so that forgetting a node finds all lists below it. */
export type ListKey = string;

export class Catalog {
  readonly #options: CatalogOptions;
  readonly #lists = new Map<ListKey, PagedList<never>>();

  constructor(options: CatalogOptions) {
    this.#options = options;
  }

  /** What a node holds; undefined for nodes that hold nothing. */
  levelOf(parent: InventoryNode | undefined): Level | undefined {
    switch (parent?.kind) {
      case undefined:
        return this.#subscriptions();
      case kinds.subscription:
        return parent && fixedLevel(() => [this.#built(() => vaultsGroup(parent, this.#count(vaultsKey(parent))))]);
      case kinds.vaults:
        return this.#vaults(parent);
      case kinds.vault:
        return parent && this.#vaultGroups(parent);
      case kinds.protectedItems:
        return this.#workloads(parent);
      case kinds.workload:
        return this.#itemsOfWorkload(parent);
      case kinds.protectableItems:
      case kinds.containers:
      case kinds.policies:
      case kinds.jobs:
        return this.#vaultList(parent);
      case kinds.protectedItem:
        return this.#recoveryPoints(parent);
      default:
        return undefined;
    }
  }

  /** Forgets the lists whose key `gone` says to. Whoever waits for one still gets what it brings. */
  forget(gone: (key: ListKey) => boolean): void {
    for (const key of [...this.#lists.keys()].filter(gone)) {
      this.#lists.delete(key);
    }
  }

  /** Whether a record of this id is in a list that is loaded; undefined where the list is not. */
  holds(key: ListKey, isIt: (id: string) => boolean): boolean | undefined {
    const list = this.#lists.get(key) as PagedList<{ readonly id: string }> | undefined;
    return list?.loaded ? list.records.some((record) => isIt(record.id)) : undefined;
  }

  #list<R>(key: ListKey, source: () => ListSource<R>): PagedList<R> {
    const known = this.#lists.get(key) as PagedList<R> | undefined;
    if (known) {
      return known;
    }
    const list = new PagedList(source());
    this.#lists.set(key, list as PagedList<never>);
    return list;
  }

  #context(node: InventoryNode | undefined): NodeContext {
    const { connection, overlay, now } = this.#options;
    const { state } = connection;
    return {
      nowMs: now(),
      portal: state.kind === 'connected' && state.environment.portalUrl !== undefined,
      running: (id) => overlay.running(id),
      ...(node?.tenantId === undefined ? {} : { tenantId: node.tenantId }),
    };
  }

  #where(node?: InventoryNode): { readonly connection: Connection; readonly tenantId?: string } {
    const { connection } = this.#options;
    return node?.tenantId === undefined ? { connection } : { connection, tenantId: node.tenantId };
  }

  #built(rebuild: () => InventoryNode): Built {
    return { node: rebuild(), rebuild };
  }

  #subscriptions(): Level {
    const list = this.#list<Subscription>('', () => subscriptionSource(this.#where()));
    return listLevel(list, {
      build: (subscription) =>
        subscriptionNode(subscription, {
          portal: this.#context(undefined).portal,
          forbidden: this.#options.isForbidden(subscription.id),
        }),
      empty: offered.subscriptions,
    });
  }

  #vaults(parent: InventoryNode): Level | undefined {
    const subscription = this.#options.parentOf(parent);
    const scope = subscription?.resourceId;
    if (scope === undefined || subscription === undefined) {
      return undefined;
    }
    const list = this.#list<Vault>(vaultsKey(subscription), () => vaultSource(this.#where(parent), scope));
    return listLevel(list, { build: (vault) => vaultNode(vault, this.#context(parent)), empty: offered.vaults });
  }

  #vaultGroups(vault: InventoryNode): Level {
    return fixedLevel(() => vaultGroupKinds.map((kind) => this.#built(() => vaultGroup(vault, kind, this.#groupDescription(vault, kind)))));
  }

  #groupDescription(vault: InventoryNode, kind: (typeof vaultGroupKinds)[number]): string | undefined {
    const key = `${vault.key}#${kind}`;
    const count = this.#count(key);
    if (count === undefined) {
      return undefined;
    }
    const list = this.#lists.get(key) as PagedList<unknown> | undefined;
    if (kind === 'protectedItems') {
      return joined(count, troubledText((list?.records ?? []) as readonly ProtectedItem[], this.#options.now()));
    }
    return kind === 'jobs' ? joined(count, jobsText((list?.records ?? []) as readonly Job[])) : count;
  }

  /** `12`, or `200 loaded, there are more`; undefined where nothing is loaded. */
  #count(key: ListKey): string | undefined {
    const list = this.#lists.get(key) as PagedList<unknown> | undefined;
    return list?.loaded ? countText(list.records.length, list.next) : undefined;
  }

  #protectedItems(vault: InventoryNode): PagedList<ProtectedItem> {
    return this.#list(`${vault.key}#${kinds.protectedItems}`, () => protectedItemSource(this.#where(vault), vault.resourceId ?? vault.key));
  }

  #workloads(parent: InventoryNode): Level | undefined {
    const vault = this.#options.parentOf(parent);
    if (!vault) {
      return undefined;
    }
    const list = this.#protectedItems(vault);
    return groupedLevel(
      list,
      (records) => {
        const present = byWorkload(records);
        return workloadOrder.flatMap((workload) => {
          const items = present.get(workload);
          const text = items && joined(countText(items.length, list.next), troubledText(items, this.#options.now()));
          return text === undefined ? [] : [this.#built(() => workloadGroup(parent, workload, text, present.size === 1))];
        });
      },
      offered.protectedItems,
    );
  }

  #itemsOfWorkload(parent: InventoryNode): Level | undefined {
    const group = this.#options.parentOf(parent);
    const vault = group && this.#options.parentOf(group);
    const workload = workloadOrder.find((one) => parent.tokens.includes(one));
    if (!vault || !workload) {
      return undefined;
    }
    return listLevel(this.#protectedItems(vault), {
      build: (item) => protectedItemNode(item, this.#context(vault)),
      belongs: (item) => workloadOf(item) === workload,
      empty: offered.protectedItems,
    });
  }

  #vaultList(parent: InventoryNode): Level | undefined {
    const vault = this.#options.parentOf(parent);
    const vaultId = vault?.resourceId;
    if (vaultId === undefined) {
      return undefined;
    }
    const where = this.#where(parent);
    const context = (): NodeContext => this.#context(parent);
    switch (parent.kind) {
      case kinds.protectableItems:
        return listLevel(
          this.#list(parent.key, () => protectableItemSource(where, vaultId)),
          {
            build: (item) => protectableItemNode(item, context()),
            belongs: (item) => !this.#options.overlay.isGone(item.id),
            empty: offered.protectableItems,
          },
        );
      case kinds.containers:
        return listLevel(
          this.#list(parent.key, () => containerSource(where, vaultId)),
          {
            build: (container) => containerNode(container, context()),
            empty: offered.containers,
          },
        );
      case kinds.policies:
        return listLevel(
          this.#list(parent.key, () => policySource(where, vaultId)),
          {
            build: (policy) => policyNode(policy, context()),
            empty: offered.policies,
          },
        );
      default:
        return listLevel(
          this.#list(parent.key, () => jobSource(where, vaultId)),
          {
            build: (job) => jobNode(job, context()),
            empty: offered.jobs,
          },
        );
    }
  }

  #recoveryPoints(parent: InventoryNode): Level {
    const workload = workloadOrder.find((one) => parent.tokens.includes(one)) ?? 'other';
    const list = this.#list<RecoveryPoint>(`${parent.key}#recoveryPoints`, () =>
      recoveryPointSource(this.#where(parent), parent.resourceId ?? parent.key),
    );
    return listLevel(list, {
      build: (point) => recoveryPointNode(point, workload, this.#context(parent)),
      empty: offered.recoveryPoints(parent),
    });
  }
}

function vaultsKey(subscription: InventoryNode): ListKey {
  return `${subscription.key}#${kinds.vaults}`;
}
