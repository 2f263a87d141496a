import type { ArmProvider, ArmRouter, ArmToolbox } from '../arm/types.ts';
import { registerCollections } from './collections.ts';
import type { ComputeContext } from './context.ts';
import { registerDiskPoints } from './diskPoints.ts';
import { registerDisks } from './disks.ts';
import type { Estate } from './estate.ts';
import { registerMachines } from './machines.ts';
import { registerOperations } from './operations.ts';
import { registerPoints } from './points.ts';

/** Microsoft.Compute: machines, disks, restore point collections, restore points, disk restore points. */
export function computeProvider(estate: Estate, tools: ArmToolbox): ArmProvider {
  const context: ComputeContext = { estate, tools };
  return {
    register: (router: ArmRouter): void => {
      registerMachines(estate, tools, router);
      registerDisks(context, router);
      registerCollections(context, router);
      registerPoints(context, router);
      registerDiskPoints(context, router);
      registerOperations(estate, tools, router);
    },
  };
}
