import { armIdKey, idUpTo, sameArmId, segmentOf } from '../core/armId.ts';
import { subjectKey } from './overlay.ts';
import { collectionOfId, originOfId } from '../providers/veeam/ids.ts';
import { kinds } from './tokens.ts';
import type { Inventory, InventoryNode } from './types.ts';

/** Pages of one list that are read before giving up: 10 000 entries. */
const maxPages = 50;

type Reader = Pick<Inventory, 'children' | 'beside'>;
type Test = (node: InventoryNode) => boolean;

/** Walks down to a resource, level by level, as a person would. Undefined where it is not there (any more). */
export async function findNode(inventory: Reader, resourceId: string, signal: AbortSignal): Promise<InventoryNode | undefined> {
  const key = armIdKey(resourceId);
  const step = (parent: InventoryNode | undefined, test: Test): Promise<InventoryNode | undefined> => seek(inventory, parent, test, signal);
  if (originOfId(resourceId) !== undefined) {
    return findOnAppliance(inventory, resourceId, step);
  }
  const subscriptionId = segmentOf(resourceId, 'subscriptions')?.toLowerCase();
  const subscription = await step(undefined, (node) => node.key === `/subscriptions/${subscriptionId}`);
  if (!subscription || subscription.key === key) {
    return subscription;
  }
  if (/\/providers\/microsoft\.compute\//i.test(resourceId)) {
    return findOfCompute(resourceId, subscription, step);
  }
  if (/\/providers\/microsoft\.apimanagement\//i.test(resourceId)) {
    const services = await step(subscription, (node) => node.kind === kinds.apiManagementServices);
    const serviceId = idUpTo(resourceId, 'service');
    const service = services && (await step(services, (node) => sameArmId(node.resourceId, serviceId)));
    if (!service || segmentOf(resourceId, 'backups') === undefined) {
      return service;
    }
    const backups = await step(service, (node) => node.kind === kinds.apiManagementBackups);
    return backups && step(backups, (node) => node.key === key);
  }
  const vaultId = idUpTo(resourceId, 'vaults');
  const vaults = await step(subscription, (node) => node.kind === kinds.vaults);
  const vault = vaultId && vaults && (await step(vaults, (node) => sameArmId(node.resourceId, vaultId)));
  if (!vault || vault.key === key) {
    return vault || undefined;
  }
  const group = (kind: string): Promise<InventoryNode | undefined> => step(vault, (node) => node.kind === kind);
  if (segmentOf(resourceId, 'protectedItems') !== undefined) {
    const itemId = idUpTo(resourceId, 'protectedItems');
    const item = await findItem(inventory, await group(kinds.protectedItems), (node) => sameArmId(node.resourceId, itemId), signal);
    return !item || item.key === key ? item : step(item, (node) => node.key === key);
  }
  const kind = groupKindOf(resourceId);
  const parent = kind && (await group(kind));
  const isIt: Test = (node) => node.key === key;
  const found =
    parent &&
    (kind === kinds.protectableItems && !isVirtualMachine(resourceId)
      ? await findOnServer(inventory, parent, resourceId, signal)
      : await step(parent, isIt));
  if (found) {
    return found;
  }
  const moved: Test = (node) => node.resourceId !== undefined && subjectKey(node.resourceId) === subjectKey(resourceId);
  switch (kind) {
    // What was protectable may be protected by now.
    case kinds.protectableItems:
      return findItem(inventory, await group(kinds.protectedItems), moved, signal);
    // What could be registered may be registered by now, and the other way round.
    case kinds.protectableContainers:
    case kinds.containers: {
      const other = await group(kind === kinds.containers ? kinds.protectableContainers : kinds.containers);
      return other && step(other, moved);
    }
    default:
      return undefined;
  }
}

/** An appliance, and its VMs and sessions in their groups. */
async function findOnAppliance(
  { beside }: Reader,
  id: string,
  step: (parent: InventoryNode, test: Test) => Promise<InventoryNode | undefined>,
): Promise<InventoryNode | undefined> {
  const appliances = beside().find(({ kind }) => kind === kinds.veeamAppliances);
  const origin = originOfId(id);
  const appliance = appliances && (await step(appliances, (node) => originOfId(node.resourceId ?? '') === origin));
  const groups: Readonly<Record<string, string>> = { virtualMachines: kinds.veeamMachines, jobSessions: kinds.veeamSessions };
  const kind = groups[collectionOfId(id) ?? ''];
  if (!appliance || kind === undefined) {
    return appliance;
  }
  const group = await step(appliance, (node) => node.kind === kind);
  return group && step(group, (node) => sameArmId(node.resourceId, id));
}

/** A VM among the VMs; a collection, and what it holds, among the collections of the subscription. */
async function findOfCompute(
  resourceId: string,
  subscription: InventoryNode,
  step: (parent: InventoryNode, test: Test) => Promise<InventoryNode | undefined>,
): Promise<InventoryNode | undefined> {
  const ofMachine = segmentOf(resourceId, 'restorePointCollections') === undefined;
  const group = ofMachine ? kinds.virtualMachines : kinds.restorePointCollections;
  const line = ofMachine ? ['virtualMachines'] : ['restorePointCollections', 'restorePoints', 'diskRestorePoints'];
  let at = await step(subscription, (node) => node.kind === group);
  for (const name of line) {
    const id = idUpTo(resourceId, name);
    if (at === undefined || id === undefined) {
      break;
    }
    at = await step(at, (node) => sameArmId(node.resourceId, id));
  }
  return at && sameArmId(at.resourceId, resourceId) ? at : undefined;
}

function isVirtualMachine(resourceId: string): boolean {
  return /\/protectionContainers\/iaasvmcontainer/i.test(resourceId);
}

/** Among the servers: on the one of its container, and there in what hosts databases. */
async function findOnServer(
  inventory: Reader,
  group: InventoryNode,
  resourceId: string,
  signal: AbortSignal,
): Promise<InventoryNode | undefined> {
  const key = armIdKey(resourceId);
  const containerId = idUpTo(resourceId, 'protectionContainers');
  const server = await seek(inventory, group, (node) => node.kind === kinds.server && sameArmId(node.resourceId, containerId), signal);
  if (!server) {
    // File shares stand in no server.
    return seek(inventory, group, (node) => node.key === key, signal);
  }
  const onServer = await seek(inventory, server, (node) => node.key === key, signal);
  if (onServer) {
    return onServer;
  }
  for (const host of (await inventory.children(server, { signal })).nodes.filter((node) => node.expandable)) {
    const database = await seek(inventory, host, (node) => node.key === key, signal);
    if (database) {
      return database;
    }
  }
  return undefined;
}

function groupKindOf(resourceId: string): string | undefined {
  const has = (name: string): boolean => segmentOf(resourceId, name) !== undefined;
  return has('protectableItems')
    ? kinds.protectableItems
    : has('backupJobs')
      ? kinds.jobs
      : has('backupPolicies')
        ? kinds.policies
        : has('protectableContainers')
          ? kinds.protectableContainers
          : has('protectionContainers')
            ? kinds.containers
            : undefined;
}

/** Protected items stand below the group of their workload; all groups share one list. */
async function findItem(
  inventory: Reader,
  items: InventoryNode | undefined,
  test: Test,
  signal: AbortSignal,
): Promise<InventoryNode | undefined> {
  if (!items) {
    return undefined;
  }
  const seen = new Set<string>();
  const first = await inventory.children(items, { signal });
  let groups = first.nodes;
  let more = first.more;
  for (let page = 0; page < maxPages; page++) {
    for (const group of groups) {
      const { nodes } = await inventory.children(group, { signal });
      const found = nodes.find((node) => !seen.has(node.key) && test(node));
      if (found) {
        return found;
      }
      nodes.forEach((node) => seen.add(node.key));
    }
    if (more === undefined) {
      return undefined;
    }
    ({ nodes: groups, more } = await inventory.children(items, { signal, more }).then((next) => ({ more: undefined, ...next })));
  }
  return undefined;
}

async function seek(
  inventory: Reader,
  parent: InventoryNode | undefined,
  test: Test,
  signal: AbortSignal,
): Promise<InventoryNode | undefined> {
  let page = await inventory.children(parent, { signal });
  for (let count = 0; count < maxPages; count++) {
    const found = page.nodes.find(test);
    if (found || page.more === undefined) {
      return found;
    }
    page = await inventory.children(parent, { signal, more: page.more });
  }
  return undefined;
}
