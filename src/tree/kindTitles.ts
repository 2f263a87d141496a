import { kinds, type Kind } from '../inventory/tokens.ts';

const titles: Readonly<Record<Kind, string>> = {
  [kinds.subscription]: 'subscription',
  [kinds.vaults]: 'group',
  [kinds.vault]: 'vault',
  [kinds.protectedItems]: 'group',
  [kinds.workload]: 'group',
  [kinds.protectableItems]: 'group',
  [kinds.containers]: 'group',
  [kinds.policies]: 'group',
  [kinds.jobs]: 'group',
  [kinds.protectedItem]: 'protected item',
  [kinds.protectableItem]: 'protectable item',
  [kinds.container]: 'container',
  [kinds.policy]: 'policy',
  [kinds.job]: 'job',
  [kinds.recoveryPoint]: 'recovery point',
  [kinds.protectableContainers]: 'group',
  [kinds.protectableContainer]: 'protectable container',
  [kinds.server]: 'server',
  [kinds.inquiry]: 'inquiry result',
  [kinds.virtualMachines]: 'group',
  [kinds.virtualMachine]: 'virtual machine',
  [kinds.restorePointCollections]: 'group',
  [kinds.restorePointCollection]: 'restore point collection',
  [kinds.restorePoint]: 'restore point',
  [kinds.diskRestorePoint]: 'disk restore point',
  [kinds.apiManagementServices]: 'group',
  [kinds.apiManagementService]: 'API Management service',
  [kinds.apiManagementBackups]: 'group',
  [kinds.apiManagementBackup]: 'backup',
  [kinds.veeamAppliances]: 'group',
  [kinds.veeamAppliance]: 'Veeam appliance',
  [kinds.veeamMachines]: 'group',
  [kinds.veeamMachine]: 'virtual machine',
  [kinds.veeamSessions]: 'group',
  [kinds.veeamSession]: 'session',
};

/** What a node is, for who cannot see its icon. */
export function kindTitle(kind: string): string {
  return titles[kind as Kind] ?? kind;
}
