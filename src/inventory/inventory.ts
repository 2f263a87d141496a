import type { Connection } from '../cloud/types.ts';
import { armIdKey, idUpTo, sameArmId } from '../core/armId.ts';
import { displayName } from '../core/displayText.ts';
import { BackupError } from '../core/errors.ts';
import { Emitter, type Disposable } from '../core/events.ts';
import type { OperationRecord } from '../core/operation.ts';
import type { Remembered } from '../core/remembered.ts';
import { serviceKeyIn } from '../providers/apiManagement/place.ts';
import type { GivenLinks } from '../providers/restorePoints/links.ts';
import { apiManagementLists } from './apiManagementLists.ts';
import { Catalog, cloudOf } from './catalog.ts';
import { findNode } from './find.ts';
import type { Built, Level } from './levels.ts';
import { changedKey, coveredBy, isBelow } from './refreshScope.ts';
import { isOfRestorePoints, rowsThatTellOf, staleSince, type Stale } from './restorePointScope.ts';
import { createOverlay, machineKey, type OverlayChange } from './overlay.ts';
import type { VeeamMachine } from '../providers/veeam/model.ts';
import { applianceId, originOfId } from '../providers/veeam/ids.ts';
import { veeamLists, type KnownAppliances } from './veeamLevels.ts';
import { kinds } from './tokens.ts';
import type { Inventory, InventoryNode, NodePage } from './types.ts';

export interface LiveInventory extends Inventory, Disposable {
  /** What the VMs of an appliance are searched for; empty where all are listed. */
  searchOf(origin: string): string;
  /** Lists only VMs of an appliance with this text in their names; all where it is empty. */
  search(origin: string, text: string): void;
  /** Tells it of an operation's step, so that rows show what runs and forget what has become old. */
  noteOperation(record: OperationRecord): void;
  /** Tells it that an operation was taken off the list: nobody will tell how it goes on. */
  noteRemoval(operationId: string): void;
}

export interface InventoryOptions {
  readonly connection: Connection;
  /** Download links that were handed out in this window. */
  readonly links?: Pick<GivenLinks, 'list' | 'onDidChange'>;
  /** What was used last: where the backups of a service are. */
  readonly remembered?: Remembered;
  /** The Veeam appliances that were added. */
  readonly appliances?: KnownAppliances;
  /** Milliseconds since the epoch, UTC. */
  readonly now?: () => number;
}

interface Entry {
  readonly parent: InventoryNode | undefined;
  readonly rebuild: () => InventoryNode;
}

/** What exists in the connected cloud, read level by level as it is asked for and kept until it is forgotten. */
export function createInventory({ connection, links, remembered, appliances, now = Date.now }: InventoryOptions): LiveInventory {
  /** Every node that was handed out and is not forgotten, by key. */
  const entries = new Map<string, Entry>();
  /** Keys of the nodes of a resource, of those that stand elsewhere than under its own. */
  const places = new Map<string, Set<string>>();
  const forbidden = new Set<string>();
  const overlay = createOverlay();
  const changes = new Emitter<InventoryNode | undefined>();
  const looks = new Emitter<InventoryNode>();
  const mended = new Emitter<InventoryNode>();
  const parentOf = (node: InventoryNode): InventoryNode | undefined => {
    const parent = entries.get(node.key)?.parent;
    return parent && (entries.get(parent.key)?.rebuild() ?? parent);
  };
  const catalog = new Catalog({
    connection,
    overlay,
    links,
    remembered,
    appliances,
    now,
    parentOf,
    isForbidden: (id) => forbidden.has(armIdKey(id)),
  });

  const handOut = (parent: InventoryNode | undefined, built: readonly Built[]): readonly InventoryNode[] =>
    built.map(({ node, rebuild }) => {
      entries.set(node.key, { parent, rebuild });
      const own = node.resourceId === undefined ? node.key : armIdKey(node.resourceId);
      if (own !== node.key) {
        places.set(own, (places.get(own) ?? new Set()).add(node.key));
      }
      return node;
    });

  const pageOf = (parent: InventoryNode | undefined, level: Level): NodePage => {
    const nodes = handOut(parent, level.nodes());
    const problems = level.problems ?? [];
    return {
      nodes,
      ...(level.next === undefined ? {} : { more: level.next, soFar: level.soFar }),
      ...(nodes.length === 0 && level.next === undefined && problems.length === 0 && level.empty ? { empty: level.empty } : {}),
      ...(problems.length === 0 ? {} : { problems }),
    };
  };

  const fire = (key: string): void => {
    const node = entries.get(key)?.rebuild();
    if (node) {
      changes.fire(node);
    }
  };

  const mend = (key: string): void => {
    const node = entries.get(key)?.rebuild();
    if (node) {
      mended.fire(node);
    }
  };

  /** The keys of a group by its key; those of a resource by its id, wherever it stands. */
  const keysOf = (id: string): ReadonlySet<string> => new Set([id, armIdKey(id), ...(places.get(armIdKey(id)) ?? [])]);

  const fireAll = (id: string): void => keysOf(id).forEach(fire);

  /** A group with what stands in it, or a resource wherever it stands: what they say may be something else now. */
  const redraw = (id: string): void => {
    for (const key of [id, ...(catalog.idsIn(id) ?? [])].flatMap((one) => [...keysOf(one)])) {
      const node = entries.get(key)?.rebuild();
      if (node) {
        looks.fire(node);
      }
    }
  };

  /** Remembers a refusal, so that the subscription itself says so. */
  const noteRefusal = (parent: InventoryNode | undefined, error: unknown): void => {
    const subscription = parent?.kind === kinds.vaults ? parentOf(parent) : undefined;
    if (subscription && error instanceof BackupError && error.facts.status === 403 && !forbidden.has(subscription.key)) {
      forbidden.add(subscription.key);
      fire(subscription.key);
    }
  };

  const noteAccess = (parent: InventoryNode | undefined): void => {
    const subscription = parent?.kind === kinds.vaults ? parentOf(parent) : undefined;
    if (subscription && forbidden.delete(subscription.key)) {
      fire(subscription.key);
    }
  };

  const children: Inventory['children'] = async (parent, { signal, more }) => {
    const level = catalog.levelOf(parent);
    if (!level) {
      if (parent?.expandable) {
        throw forgotten(parent);
      }
      return { nodes: [] };
    }
    const wasLoaded = level.loaded;
    try {
      if (more !== undefined && wasLoaded) {
        const { nodes, next } = await level.more(more, signal);
        announceCounts(parent);
        return { nodes: handOut(parent, nodes), ...(next === undefined ? {} : { more: next }) };
      }
      await level.load(signal);
    } catch (error) {
      noteRefusal(parent, error);
      throw error;
    }
    const page = pageOf(parent, level);
    if (!wasLoaded) {
      noteAccess(parent);
      announceCounts(parent);
    }
    return page;
  };

  /** A list that grew changes what its group, and the group above it, say of their number. */
  const announceCounts = (parent: InventoryNode | undefined): void => {
    if (parent !== undefined && isOfRestorePoints(parent.kind)) {
      [parent.key, ...rowsThatTellOf(parent)].forEach(redraw);
      return;
    }
    const group = parent?.kind === kinds.workload ? parentOf(parent) : parent;
    if (group && group.target?.kind !== kinds.protectedItem) {
      fire(group.key);
    }
    // Azure's own rows of the VMs say that an appliance knows them.
    if (parent?.kind === kinds.veeamMachines) {
      const level = catalog.levelOf(parent);
      level?.nodes().forEach(({ node }) => azureIdsOf(node).forEach(fireAll));
    }
    // What hosts databases has read the vault's protected items too.
    const vaultId = parent?.kind === kinds.protectableItem ? idUpTo(parent.key, 'vaults') : undefined;
    if (vaultId !== undefined) {
      fire(`${vaultId}#${kinds.protectedItems}`);
    }
  };

  const refresh = (node?: InventoryNode): void => {
    overlay.forget();
    if (node === undefined) {
      forbidden.clear();
      catalog.forget(() => true);
      changes.fire(undefined);
      return;
    }
    catalog.forget(coveredBy(node, parentOf));
    if (isOfRestorePoints(node.kind)) {
      rowsThatTellOf(node).forEach(fireAll);
    }
    fire(changedKey(node, parentOf));
  };

  const onOverlay = (change: OverlayChange): void => {
    if (change.kind === 'made') {
      forgetRestorePoints(staleSince(change, (key) => catalog.idsIn(key)));
      return;
    }
    if (change.kind === 'looks') {
      change.ids.forEach(fireAll);
      change.ids.forEach((id) => (/\/(backupJobs|jobSessions)\//i.test(id) ? announceJob(id) : announceRelated(id)));
      return;
    }
    forgetRestorePoints(staleSince(change, (key) => catalog.idsIn(key)));
    change.ids.filter(isService).forEach(forgetBackups);
    const vaultId = change.vaultId ?? change.ids.map((id) => idUpTo(id, 'vaults')).find(Boolean);
    const vaultKey = vaultId === undefined ? undefined : armIdKey(vaultId);
    const appliance = vaultId === undefined ? undefined : originOfId(vaultId);
    if (appliance !== undefined) {
      // Its VMs are what they were, but for what ran on them; so are Azure's own rows of them.
      change.ids.forEach(fireAll);
      forgetSessions(appliance);
    } else if (vaultKey !== undefined && entries.has(vaultKey)) {
      catalog.forget((key) => isBelow(key, vaultKey));
      fire(vaultKey);
    }
  };

  const forgetRestorePoints = ({ gone, rows }: Stale): void => {
    if (rows.length > 0) {
      catalog.forget(gone);
      rows.forEach(fireAll);
    }
  };

  /** A backup was made, or its service says that others are its backups. @param id of the service, or its key */
  const forgetBackups = (id: string): void => {
    catalog.forget((key) => key === apiManagementLists.backups(id));
    fireAll(id);
    fireAll(apiManagementLists.backups(id));
  };

  const onRemembered = (key: string): void => {
    const cloud = cloudOf(connection);
    const serviceKey = cloud === undefined ? undefined : serviceKeyIn(cloud, key);
    if (serviceKey !== undefined) {
      forgetBackups(serviceKey);
    }
  };

  const forgetSessions = (origin: string): void => {
    const key = veeamLists.sessions(origin);
    catalog.forget((one) => one === key);
    fire(key);
  };

  let linked: readonly string[] = [];
  const onLinks = (): void => {
    const before = linked;
    linked = links?.list().map(({ target }) => target.id) ?? [];
    [...before, ...linked].forEach(fireAll);
  };

  /** A job that began after its vault's, or its appliance's, jobs were read belongs among them. */
  const announceJob = (jobId: string): void => {
    const origin = originOfId(jobId);
    if (origin !== undefined) {
      if (catalog.idsIn(veeamLists.sessions(origin))?.some((id) => sameArmId(id, jobId)) === false) {
        forgetSessions(origin);
      }
      return;
    }
    const vaultId = idUpTo(jobId, 'vaults');
    const key = vaultId && `${armIdKey(vaultId)}#${kinds.jobs}`;
    if (key && catalog.idsIn(key)?.some((id) => sameArmId(id, jobId)) === false) {
      catalog.forget((one) => one === key);
      fire(key);
    }
  };

  /**
   * What is done to a thing shows wherever its machine stands: among what can be protected or registered, as a container,
   * as a server with its databases.
   */
  const announceRelated = (id: string): void => {
    const vaultId = idUpTo(id, 'vaults');
    const machine = machineKey(id);
    for (const group of vaultId === undefined ? [] : [kinds.protectableItems, kinds.containers, kinds.protectableContainers]) {
      const key = `${armIdKey(vaultId ?? '')}#${group}`;
      if (catalog.idsIn(key)?.some((one) => machineKey(one) === machine)) {
        fire(key);
      }
    }
  };

  /** What an appliance holds is asked anew; the group comes with the first one and goes with the last. */
  const onAppliances = (origin: string): void => {
    const key = armIdKey(applianceId(origin));
    const known = entries.has(key);
    catalog.forget((one) => isBelow(one, key));
    // Signed in again, another certificate trusted; not where it was just refused for its certificate.
    if (appliances?.otherCertificate(origin) === undefined) {
      mend(key);
    }
    if (known && appliances?.all().some((one) => one.origin === origin)) {
      fire(key);
    } else {
      changes.fire(undefined);
    }
  };

  const subscriptions = [
    overlay.onDidChange(onOverlay),
    ...(appliances ? [appliances.onDidChange(onAppliances)] : []),
    ...(links ? [links.onDidChange(onLinks)] : []),
    ...(remembered ? [remembered.onDidChange(onRemembered)] : []),
    // Another cloud, another account: nothing of what was read holds.
    connection.onDidChange(() => {
      entries.clear();
      places.clear();
      overlay.clear();
      refresh();
    }),
  ];

  const inventory: LiveInventory = {
    children,
    beside: () => handOut(undefined, catalog.veeam.groups()),
    searchOf: (origin) => catalog.veeam.searchOf(origin),
    search: (origin, text) => {
      const key = veeamLists.machines(origin);
      catalog.veeam.setSearch(origin, text);
      catalog.forget((one) => one === key);
      mend(key);
      fire(key);
    },
    loaded: (parent) => {
      const level = catalog.levelOf(parent);
      return level?.loaded ? pageOf(parent, level) : undefined;
    },
    parentOf,
    find: (resourceId, signal) => findNode(inventory, resourceId, signal),
    refresh,
    onDidChange: changes.event,
    onDidChangeLooks: looks.event,
    onDidMend: mended.event,
    noteOperation: (record) => overlay.note(record),
    noteRemoval: (operationId) => overlay.drop(operationId),
    dispose: () => {
      subscriptions.forEach((subscription) => subscription.dispose());
      changes.dispose();
      looks.dispose();
      mended.dispose();
    },
  };
  return inventory;
}

function isService(id: string): boolean {
  return /\/providers\/microsoft\.apimanagement\/service\/[^/]+$/i.test(id);
}

function azureIdsOf({ target }: InventoryNode): readonly string[] {
  const { azureId } = target?.model as VeeamMachine;
  return azureId === undefined ? [] : [azureId];
}

function forgotten(node: InventoryNode): BackupError {
  return new BackupError(`${displayName(node.label)} is not in the tree any more, so what it holds cannot be listed.`, {
    code: 'NotInTree',
    attempted: 'list what it holds',
    resource: node.label,
    remedies: ['Refresh the tree.'],
  });
}
