import type { ArmProvider, ArmRouter, ArmToolbox } from '../arm/types.ts';
import { registerAccounts } from './accounts.ts';
import type { BlobStore } from './blobStore.ts';
import { registerContainers } from './containers.ts';
import type { StorageEstate } from './estate.ts';
import { registerIdentities } from './identities.ts';
import { registerRoleAssignments } from './roleAssignments.ts';

/** Microsoft.Storage, Microsoft.ManagedIdentity and Microsoft.Authorization, as far as backups to a storage account need them. */
export function storageProvider(estate: StorageEstate, blobs: BlobStore, tools: ArmToolbox): ArmProvider {
  return {
    register: (router: ArmRouter): void => {
      registerAccounts(estate, tools, router);
      registerContainers(estate, blobs, router);
      registerIdentities(estate, tools, router);
      registerRoleAssignments(estate, tools, router);
    },
  };
}
