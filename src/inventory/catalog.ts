/** What each kind of node holds: which list, shown as which nodes, and what to say where there is none. */
import type { Connection, Subscription } from '../cloud/types.ts';
import type { Container, ProtectedItem, RecoveryPoint, Vault } from '../providers/recoveryServices/model.ts';
import type { Remembered } from '../core/remembered.ts';
import type { GivenLinks } from '../providers/restorePoints/links.ts';
import { ApiManagementLevels } from './apiManagementLevels.ts';
import { byWorkload, countText, troubledText } from './counts.ts';
import { offered } from './emptyStates.ts';
import { groupText } from './groupTexts.ts';
import { fixedLevel, groupedLevel, listLevel, type Built, type Level } from './levels.ts';
import { Lists, type ListKey } from './lists.ts';
import type { NodeContext } from './nodes/common.ts';
import { containerNode } from './nodes/container.ts';
import { inquiryNodes } from './nodes/inquiry.ts';
import { protectableContainerNode } from './nodes/protectableContainer.ts';
import { vaultGroup, vaultGroupKinds, workloadGroup } from './nodes/groups.ts';
import { jobNode } from './nodes/job.ts';
import { policyNode } from './nodes/policy.ts';
import { protectedItemNode } from './nodes/protectedItem.ts';
import { recoveryPointNode } from './nodes/recoveryPoint.ts';
import { subscriptionNode } from './nodes/subscription.ts';
import { vaultNode } from './nodes/vault.ts';
import type { Overlay } from './overlay.ts';
import type { PagedList } from './pagedList.ts';
import { ProtectableLevels } from './protectableLevels.ts';
import { RestorePointLevels } from './restorePointLevels.ts';
import { VeeamLevels, type KnownAppliances } from './veeamLevels.ts';
import {
  containerSource,
  jobSource,
  policySource,
  protectableContainerSource,
  protectedItemSource,
  recoveryPointSource,
  subscriptionSource,
  vaultSource,
} from './sources.ts';
import { systemGroups, vaultsKey } from './systemGroups.ts';
import { joined } from './text.ts';
import { kinds } from './tokens.ts';
import type { InventoryNode } from './types.ts';
import { workloadOf, workloadOrder } from './workloads.ts';

export interface CatalogOptions {
  readonly connection: Connection;
  readonly overlay: Overlay;
  readonly links?: Pick<GivenLinks, 'list'> | undefined;
  readonly remembered?: Pick<Remembered, 'get'> | undefined;
  readonly appliances?: KnownAppliances | undefined;
  readonly now: () => number;
  /** The node that a node stands in. */
  parentOf(node: InventoryNode): InventoryNode | undefined;
  isForbidden(subscriptionKey: string): boolean;
}

export class Catalog {
  readonly #options: CatalogOptions;
  readonly #lists = new Lists();
  readonly #protectable: ProtectableLevels;
  readonly #restorePoints: RestorePointLevels;
  readonly #apiManagement: ApiManagementLevels;
  readonly veeam: VeeamLevels;

  constructor(options: CatalogOptions) {
    this.#options = options;
    this.#protectable = new ProtectableLevels({
      lists: this.#lists,
      overlay: options.overlay,
      context: (node) => this.#context(node),
      where: (node) => this.#where(node),
    });
    this.veeam = new VeeamLevels({
      lists: this.#lists,
      appliances: options.appliances,
      context: (node) => this.#context(node),
    });
    this.#restorePoints = new RestorePointLevels({
      lists: this.#lists,
      veeamMachine: (azureId) => this.veeam.machineOf(azureId),
      overlay: options.overlay,
      links: options.links,
      context: (node) => this.#context(node),
      where: (node) => this.#where(node),
    });
    this.#apiManagement = new ApiManagementLevels({
      lists: this.#lists,
      remembered: options.remembered,
      cloud: () => cloudOf(options.connection),
      context: (node) => this.#context(node),
      where: (node) => this.#where(node),
    });
  }

  /** What a node holds; undefined for nodes that hold nothing. */
  levelOf(parent: InventoryNode | undefined): Level | undefined {
    switch (parent?.kind) {
      case undefined:
        return this.#subscriptions();
      case kinds.subscription:
        return parent && fixedLevel(() => systemGroups(parent, this.#lists).map((rebuild) => this.#built(rebuild)));
      case kinds.virtualMachines:
      case kinds.virtualMachine:
      case kinds.restorePointCollections:
      case kinds.restorePointCollection:
      case kinds.restorePoint:
        return parent && this.#restorePoints.levelOf(parent);
      case kinds.apiManagementServices:
      case kinds.apiManagementService:
      case kinds.apiManagementBackups:
        return parent && this.#apiManagement.levelOf(parent);
      case kinds.veeamAppliances:
      case kinds.veeamAppliance:
      case kinds.veeamMachines:
      case kinds.veeamSessions:
        return parent && this.veeam.levelOf(parent);
      case kinds.vaults:
        return this.#vaults(parent);
      case kinds.vault:
        return parent && this.#vaultGroups(parent);
      case kinds.protectedItems:
        return this.#workloads(parent);
      case kinds.workload:
        return this.#itemsOfWorkload(parent);
      case kinds.protectableItems:
      case kinds.server:
      case kinds.protectableItem:
        return this.#protectableLevel(parent);
      case kinds.container:
        return parent && this.#inquiries(parent);
      case kinds.containers:
      case kinds.protectableContainers:
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
    this.#lists.forget(gone);
  }

  /** Ids of what a list holds; undefined where it is not loaded. */
  idsIn(key: ListKey): readonly string[] | undefined {
    return this.#lists.loaded<{ readonly id: string }>(key)?.records.map((record) => record.id);
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
    const list = this.#lists.get<Subscription>('', () => subscriptionSource(this.#where()));
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
    const list = this.#lists.get<Vault>(vaultsKey(subscription), () => vaultSource(this.#where(parent), scope));
    return listLevel(list, { build: (vault) => vaultNode(vault, this.#context(parent)), empty: offered.vaults });
  }

  #vaultGroups(vault: InventoryNode): Level {
    return fixedLevel(() =>
      vaultGroupKinds.map((kind) =>
        this.#built(() => vaultGroup(vault, kind, groupText(vault, kind, { ...this.#options, lists: this.#lists }), this.#context(vault))),
      ),
    );
  }

  #protectedItems(vault: InventoryNode): PagedList<ProtectedItem> {
    return this.#lists.get(`${vault.key}#${kinds.protectedItems}`, () =>
      protectedItemSource(this.#where(vault), vault.resourceId ?? vault.key),
    );
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

  /** The group itself, a server below it, or what hosts databases on that. */
  #protectableLevel(parent: InventoryNode): Level | undefined {
    if (!parent.expandable) {
      return undefined;
    }
    const line = [parent];
    for (let at = this.#options.parentOf(parent); at && at.kind !== kinds.subscription; at = this.#options.parentOf(at)) {
      line.push(at);
      if (at.kind === kinds.vault) {
        break;
      }
    }
    const [vault, group, server, host] = line.reverse();
    if (vault?.resourceId === undefined || !group) {
      return undefined;
    }
    if (!server) {
      return this.#protectable.ofGroup(group, vault.resourceId);
    }
    return host ? this.#protectable.ofHost(host, server, group, vault) : this.#protectable.ofServer(server, group, vault.resourceId);
  }

  /** What the last discovery of databases came to; the container's own record says it. */
  #inquiries(parent: InventoryNode): Level | undefined {
    if (!parent.expandable || !parent.target) {
      return undefined;
    }
    const container = parent.target.model as Container;
    return fixedLevel(() => inquiryNodes(parent, container).map((node) => this.#built(() => node)), offered.inquiries(parent));
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
      case kinds.containers:
        return listLevel(
          this.#lists.get(parent.key, () => containerSource(where, vaultId)),
          {
            build: (container) => containerNode(container, context()),
            belongs: (container) => !this.#options.overlay.isGone(container.id),
            empty: offered.containers,
          },
        );
      case kinds.protectableContainers:
        return listLevel(
          this.#lists.get(parent.key, () => protectableContainerSource(where, vaultId)),
          {
            build: (container) => protectableContainerNode(container, context()),
            belongs: (container) => !this.#options.overlay.isGone(container.id),
            empty: offered.protectableContainers,
          },
        );
      case kinds.policies:
        return listLevel(
          this.#lists.get(parent.key, () => policySource(where, vaultId)),
          {
            build: (policy) => policyNode(policy, context()),
            empty: offered.policies,
          },
        );
      default:
        return listLevel(
          this.#lists.get(parent.key, () => jobSource(where, vaultId)),
          {
            build: (job) => jobNode(job, context()),
            empty: offered.jobs,
          },
        );
    }
  }

  #recoveryPoints(parent: InventoryNode): Level {
    const workload = workloadOrder.find((one) => parent.tokens.includes(one)) ?? 'other';
    const list = this.#lists.get<RecoveryPoint>(`${parent.key}#recoveryPoints`, () =>
      recoveryPointSource(this.#where(parent), parent.resourceId ?? parent.key),
    );
    return listLevel(list, {
      build: (point) => recoveryPointNode(point, workload, this.#context(parent)),
      empty: offered.recoveryPoints(parent),
    });
  }
}

/** Origin of the connected resource manager. */
export function cloudOf({ state }: Pick<Connection, 'state'>): string | undefined {
  return state.kind === 'connected' ? state.environment.resourceManagerEndpoint : undefined;
}
