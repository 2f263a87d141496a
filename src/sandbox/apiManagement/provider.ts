import type { ArmProvider, ArmRouter, ArmToolbox } from '../arm/types.ts';
import type { ApiContext } from './estate.ts';
import { registerEntities } from './entities.ts';
import { registerOperations } from './operations.ts';
import { registerServices } from './services.ts';

/** Microsoft.ApiManagement: services, what is in them, their backups and restores. */
export function apiManagementProvider(context: ApiContext, tools: ArmToolbox): ArmProvider {
  return {
    register: (router: ArmRouter): void => {
      registerServices(context, tools, router);
      registerEntities(context, tools, router);
      registerOperations(context, tools, router);
    },
  };
}
