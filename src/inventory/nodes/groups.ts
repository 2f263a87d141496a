import { joined } from '../text.ts';
import { capabilities, kinds, serviceStates, systems, type Kind } from '../tokens.ts';
import type { InventoryNode } from '../types.ts';
import { workloadIcons, workloadTitles, type Workload } from '../workloads.ts';
import { colours, type NodeContext } from './common.ts';
import { runningText } from './protectedItem.ts';

/** "Recovery Services vaults" of a subscription: the groups of other systems stand beside it. */
export function vaultsGroup(subscription: InventoryNode, description: string | undefined): InventoryNode {
  return { ...group(subscription, kinds.vaults, 'Recovery Services vaults', 'library', description), expanded: true };
}

/** "Virtual machines" of a subscription. */
export function virtualMachinesGroup(subscription: InventoryNode, description: string | undefined): InventoryNode {
  return ofRestorePoints(group(subscription, kinds.virtualMachines, 'Virtual machines', 'vm', description));
}

/** "Restore point collections" of a subscription. */
export function collectionsGroup(subscription: InventoryNode, description: string | undefined): InventoryNode {
  return ofRestorePoints(group(subscription, kinds.restorePointCollections, 'Restore point collections', 'versions', description));
}

/** "API Management services" of a subscription. */
export function servicesGroup(subscription: InventoryNode, description: string | undefined): InventoryNode {
  const title = 'API Management services';
  return ofSystem(systems.apiManagement, group(subscription, kinds.apiManagementServices, title, 'cloud', description));
}

/** "Backups" of an API Management service, to which the actions on the service apply too. */
export function backupsGroup(service: InventoryNode, description: string | undefined): InventoryNode {
  const node = ofSystem(systems.apiManagement, group(service, kinds.apiManagementBackups, 'Backups', 'archive', description));
  return {
    ...node,
    tokens: [...node.tokens, serviceStates.canBackUp],
    ...(service.target === undefined ? {} : { target: service.target }),
  };
}

function ofRestorePoints(node: InventoryNode): InventoryNode {
  return ofSystem(systems.restorePoints, node);
}

function ofSystem(system: string, node: InventoryNode): InventoryNode {
  return { ...node, tokens: node.tokens.map((token) => (token === systems.recoveryServices ? system : token)) };
}

export type VaultGroup = 'protectedItems' | 'protectableItems' | 'containers' | 'protectableContainers' | 'policies' | 'jobs';

const groupLooks: Readonly<Record<VaultGroup, { readonly title: string; readonly icon: string }>> = {
  protectedItems: { title: 'Protected items', icon: 'shield' },
  protectableItems: { title: 'Protectable items', icon: 'add' },
  containers: { title: 'Containers', icon: 'server-environment' },
  protectableContainers: { title: 'Protectable containers', icon: 'plug' },
  policies: { title: 'Policies', icon: 'calendar' },
  jobs: { title: 'Jobs', icon: 'checklist' },
};

export const vaultGroupKinds: readonly VaultGroup[] = [
  'protectedItems',
  'protectableItems',
  'containers',
  'protectableContainers',
  'policies',
  'jobs',
];

/** Discovering is done to the vault; these are where one looks for it. */
const discovering: readonly VaultGroup[] = ['protectableItems', 'protectableContainers'];

/** @param description what is known of its children without asking. */
export function vaultGroup(
  vault: InventoryNode,
  kind: VaultGroup,
  description: string | undefined,
  context: Pick<NodeContext, 'running'>,
): InventoryNode {
  const { title, icon } = groupLooks[kind];
  const node = group(vault, kind, title, icon, description);
  if (!discovering.includes(kind) || !vault.target) {
    return node;
  }
  const running = context.running(vault.target.id);
  return {
    ...node,
    ...(running ? { description: joined(runningText(running), description), icon: { id: 'sync~spin', color: colours.active } } : {}),
    tokens: [...node.tokens, capabilities.discover],
    target: vault.target,
  };
}

/** The protected items of one workload. */
export function workloadGroup(parent: InventoryNode, workload: Workload, description: string, alone: boolean): InventoryNode {
  const node = group(parent, kinds.workload, workloadTitles[workload], workloadIcons[workload], description, workload);
  return { ...node, tokens: [...node.tokens, workload], ...(alone ? { expanded: true } : {}) };
}

function group(
  parent: InventoryNode,
  kind: Kind,
  label: string,
  icon: string,
  description: string | undefined,
  suffix: string = kind,
): InventoryNode {
  return {
    key: `${parent.key}#${suffix}`,
    kind,
    label,
    ...(description ? { description } : {}),
    icon: { id: icon },
    tokens: [kind, systems.recoveryServices, capabilities.refreshable],
    expandable: true,
    ...(parent.tenantId === undefined ? {} : { tenantId: parent.tenantId }),
  };
}
