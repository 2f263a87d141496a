import type { ArmReply, ArmRequest, ArmRouter, JsonObject } from '../arm/types.ts';
import type { BackupContext } from './context.ts';

/** Actions of Microsoft.RecoveryServices that the sandbox serves, as roles and clients name them. */
const actions: readonly (readonly [action: string, resource: string, operation: string])[] = [
  ['vaults/read', 'Vaults', 'Get Vaults'],
  ['vaults/write', 'Vaults', 'Create or Update Vaults'],
  ['vaults/delete', 'Vaults', 'Delete Vaults'],
  ['vaults/backupPolicies/read', 'Backup Policies', 'Get Protection Policies'],
  ['vaults/backupPolicies/write', 'Backup Policies', 'Create or Update Protection Policies'],
  ['vaults/backupPolicies/delete', 'Backup Policies', 'Delete Protection Policies'],
  ['vaults/backupProtectionContainers/read', 'Backup Containers', 'Get Protection Containers'],
  ['vaults/backupProtectableItems/read', 'Backup Protectable Items', 'Get Protectable Items'],
  ['vaults/backupProtectedItems/read', 'Backup Items', 'Get Protected Items'],
  ['vaults/backupFabrics/refreshContainers/action', 'Backup Fabrics', 'Refresh Containers'],
  ['vaults/backupFabrics/protectionContainers/write', 'Backup Containers', 'Register Containers'],
  ['vaults/backupFabrics/protectionContainers/delete', 'Backup Containers', 'Unregister Containers'],
  ['vaults/backupFabrics/protectionContainers/inquire/action', 'Backup Containers', 'Inquire Containers'],
  ['vaults/backupFabrics/protectionContainers/protectedItems/read', 'Backup Items', 'Get a Protected Item'],
  ['vaults/backupFabrics/protectionContainers/protectedItems/write', 'Backup Items', 'Create or Update a Protected Item'],
  ['vaults/backupFabrics/protectionContainers/protectedItems/delete', 'Backup Items', 'Delete a Protected Item'],
  ['vaults/backupFabrics/protectionContainers/protectedItems/backup/action', 'Backup Items', 'Back Up a Protected Item'],
  ['vaults/backupFabrics/protectionContainers/protectedItems/recoveryPoints/read', 'Recovery Points', 'Get Recovery Points'],
  ['vaults/backupJobs/read', 'Backup Jobs', 'Get Jobs'],
  ['vaults/backupJobs/cancel/action', 'Backup Jobs', 'Cancel Jobs'],
];

export function registerProviderOperations({ tools }: BackupContext, router: ArmRouter): void {
  router.on('GET', '/providers/Microsoft.RecoveryServices/operations', (request: ArmRequest): ArmReply => {
    const value = actions.map(([action, resource, operation]): JsonObject => ({
      name: `Microsoft.RecoveryServices/${action}`,
      display: { provider: 'Microsoft Recovery Services', resource, operation, description: operation },
      origin: 'user',
    }));
    return tools.paged(request, value);
  });
}
