import type { World } from '../world/world.ts';
import { addBackupCollections } from './backupCollections.ts';
import { Estate } from './estate.ts';
import { addSpecialMachines } from './specialMachines.ts';
import { addStandingCollections } from './standing.ts';

const estates = new WeakMap<World, Estate>();

/** What a world holds of Microsoft.Compute besides machines; made, with its standing content, when it is first asked for. */
export function estateOf(world: World): Estate {
  const known = estates.get(world);
  if (known !== undefined) {
    return known;
  }
  const estate = new Estate(world);
  estates.set(world, estate);
  addSpecialMachines(world);
  addBackupCollections(estate);
  addStandingCollections(estate);
  return estate;
}
