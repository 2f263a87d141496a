/** What each kind of node holds: which list, shown as which nodes, and what to say where there is none. */
import type { Connection, Subscription } from '../cloud/types.ts';
import type { Vault } from '../providers/recoveryServices/model.ts';
import type { Remembered } from '../core/remembered.ts';
import type { GivenLinks } from '../providers/restorePoints/links.ts';
import { ApiManagementLevels } from './apiManagementLevels.ts';
import { offered } from './emptyStates.ts';
import { fixedLevel, listLevel, type Built, type Level } from './levels.ts';
import { Lists, type ListKey } from './lists.ts';
import type { NodeContext } from './nodes/common.ts';
import { subscriptionNode } from './nodes/subscription.ts';
import { vaultNode } from './nodes/vault.ts';
import type { Overlay } from './overlay.ts';
import { RestorePointLevels } from './restorePointLevels.ts';
import { VaultLevels } from './vaultLevels.ts';
import { VeeamLevels, type KnownAppliances } from './veeamLevels.ts';
import { subscriptionSource, vaultSource } from './sources.ts';
import { systemGroups, vaultsKey } from './systemGroups.ts';
import { kinds } from './tokens.ts';
import type { InventoryNode } from './types.ts';

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
  readonly #vaultLevels: VaultLevels;
  readonly #restorePoints: RestorePointLevels;
  readonly #apiManagement: ApiManagementLevels;
  readonly veeam: VeeamLevels;

  constructor(options: CatalogOptions) {
    this.#options = options;
    this.#vaultLevels = new VaultLevels({
      lists: this.#lists,
      overlay: options.overlay,
      now: options.now,
      parentOf: (node) => options.parentOf(node),
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
      case kinds.protectedItems:
      case kinds.workload:
      case kinds.protectableItems:
      case kinds.server:
      case kinds.protectableItem:
      case kinds.container:
      case kinds.containers:
      case kinds.protectableContainers:
      case kinds.policies:
      case kinds.jobs:
      case kinds.protectedItem:
        return parent && this.#vaultLevels.levelOf(parent);
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
}

/** Origin of the connected resource manager. */
export function cloudOf({ state }: Pick<Connection, 'state'>): string | undefined {
  return state.kind === 'connected' ? state.environment.resourceManagerEndpoint : undefined;
}
