import type { Vault } from '../../providers/recoveryServices/model.ts';
import { joined, spelled } from '../text.ts';
import { capabilities, kinds } from '../tokens.ts';
import type { InventoryNode } from '../types.ts';
import { colours, fact, lines, resourceNode, type NodeContext } from './common.ts';

export function vaultNode(vault: Vault, context: NodeContext): InventoryNode {
  const provisioning = vault.provisioningState?.toLowerCase() ?? 'succeeded';
  const state = provisioning === 'succeeded' ? undefined : spelled(vault.provisioningState ?? '').toLowerCase();
  const days = vault.softDelete.retentionDays;
  return resourceNode(context, kinds.vault, vault, {
    label: vault.name,
    description: joined(vault.location, vault.resourceGroup, state),
    tooltip: lines(
      vault.name,
      fact('Region', vault.location),
      fact('Resource group', vault.resourceGroup),
      fact('Provisioning', vault.provisioningState),
      fact('Soft delete', vault.softDelete.state && `${vault.softDelete.state}${days ? `, ${days} days` : ''}`),
      fact('Immutability', vault.immutability),
      fact('Redundancy', vault.storageRedundancy),
      fact('Cross-region restore', vault.crossRegionRestore),
      fact('Public network access', vault.publicNetworkAccess),
    ),
    icon: provisioning === 'failed' ? { id: 'warning', color: colours.warning } : { id: 'archive' },
    expandable: true,
    states: [capabilities.discover],
  });
}
