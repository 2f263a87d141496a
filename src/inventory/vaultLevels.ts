/** The levels of a vault: its groups, what they hold, and what stands below that. */
import type { Container, ProtectedItem, RecoveryPoint } from '../providers/recoveryServices/model.ts';
import { byWorkload, countText, troubledText } from './counts.ts';
import { offered } from './emptyStates.ts';
import { groupText } from './groupTexts.ts';
import { fixedLevel, groupedLevel, listLevel, type Built, type Level } from './levels.ts';
import type { Lists } from './lists.ts';
import type { NodeContext } from './nodes/common.ts';
import { containerNode } from './nodes/container.ts';
import { vaultGroup, vaultGroupKinds, workloadGroup } from './nodes/groups.ts';
import { inquiryNodes } from './nodes/inquiry.ts';
import { jobNode } from './nodes/job.ts';
import { policyNode } from './nodes/policy.ts';
import { protectableContainerNode } from './nodes/protectableContainer.ts';
import { protectedItemNode } from './nodes/protectedItem.ts';
import { recoveryPointNode } from './nodes/recoveryPoint.ts';
import type { Overlay } from './overlay.ts';
import type { PagedList } from './pagedList.ts';
import { ProtectableLevels } from './protectableLevels.ts';
import {
  containerSource,
  jobSource,
  policySource,
  protectableContainerSource,
  protectedItemSource,
  recoveryPointSource,
  type Where,
} from './sources.ts';
import { joined } from './text.ts';
import { kinds } from './tokens.ts';
import type { InventoryNode } from './types.ts';
import { workloadOf, workloadOrder } from './workloads.ts';

export interface VaultOptions {
  readonly lists: Lists;
  readonly overlay: Overlay;
  readonly now: () => number;
  /** The node that a node stands in. */
  parentOf(node: InventoryNode): InventoryNode | undefined;
  readonly context: (node: InventoryNode) => NodeContext;
  readonly where: (node: InventoryNode) => Where;
}

export class VaultLevels {
  readonly #options: VaultOptions;
  readonly #protectable: ProtectableLevels;

  constructor(options: VaultOptions) {
    this.#options = options;
    const { lists, overlay, context, where } = options;
    this.#protectable = new ProtectableLevels({ lists, overlay, context, where });
  }

  /** Undefined for nodes that hold nothing, and for what is of no vault. */
  levelOf(parent: InventoryNode): Level | undefined {
    switch (parent.kind) {
      case kinds.vault:
        return this.#vaultGroups(parent);
      case kinds.protectedItems:
        return this.#workloads(parent);
      case kinds.workload:
        return this.#itemsOfWorkload(parent);
      case kinds.protectableItems:
      case kinds.server:
      case kinds.protectableItem:
        return this.#protectableLevel(parent);
      case kinds.container:
        return this.#inquiries(parent);
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

  get #lists(): Lists {
    return this.#options.lists;
  }

  #context(node: InventoryNode): NodeContext {
    return this.#options.context(node);
  }

  #where(node: InventoryNode): Where {
    return this.#options.where(node);
  }

  #built(rebuild: () => InventoryNode): Built {
    return { node: rebuild(), rebuild };
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
