import type { ArmProvider, ArmRouter } from '../arm/types.ts';
import { registerBackup } from './backup.ts';
import { registerBackupStatus } from './backupStatus.ts';
import { registerContainers } from './containers.ts';
import type { BackupContext } from './context.ts';
import { registerDeleteItem } from './deleteItem.ts';
import { registerDiscovery } from './discovery.ts';
import { registerInquire } from './inquire.ts';
import { registerItems } from './items.ts';
import { registerJobs } from './jobRoutes.ts';
import { registerOperations } from './operations.ts';
import { registerPolicies } from './policies.ts';
import { registerProtect } from './protect.ts';
import { registerProtectable } from './protectable.ts';
import { registerProtectionIntents } from './protectionIntents.ts';
import { registerProviderOperations } from './providerOperations.ts';
import { registerRecoveryPoints } from './recoveryPoints.ts';
import { registerRegistration } from './registration.ts';
import { registerUsages } from './usages.ts';
import { registerVaultConfig } from './vaultConfig.ts';
import { registerVaults } from './vaults.ts';

/** Microsoft.RecoveryServices: vaults and all of Backup. */
export function recoveryServicesProvider(context: BackupContext): ArmProvider {
  return {
    register: (router: ArmRouter): void => {
      for (const register of [
        registerVaults,
        registerVaultConfig,
        registerUsages,
        registerPolicies,
        registerContainers,
        registerDiscovery,
        registerRegistration,
        registerInquire,
        registerProtectable,
        registerProtectionIntents,
        registerItems,
        registerProtect,
        registerDeleteItem,
        registerBackup,
        registerRecoveryPoints,
        registerJobs,
        registerOperations,
        registerBackupStatus,
        registerProviderOperations,
      ]) {
        register(context, router);
      }
    },
  };
}
