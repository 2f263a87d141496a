import { machineOf } from './populate.ts';
import { ownRandom } from './ownRandom.ts';
import { VaultBuilder } from './vaultBuilder.ts';
import type { World } from './world.ts';

const regions = [
  'swedencentral',
  'eastus',
  'eastus2',
  'westus2',
  'westus3',
  'uksouth',
  'francecentral',
  'southeastasia',
  'japaneast',
  'brazilsouth',
];

/**
 * Generated vaults of generated machines, for trying out sizes. Names count from 1: `rsv-fleet-001`, `fleet-001-vm-0001`.
 * All of a vault's machines are protected; they are made when somebody first looks into the vault.
 */
export function addFleet(world: World, vaults: number, items: number): void {
  for (let at = 0; at < vaults; at++) {
    const number = String(at + 1).padStart(3, '0');
    const { subscriptionId } = world.subscriptions[at % world.subscriptions.length] ?? { subscriptionId: '' };
    const location = regions[Math.floor(at / world.subscriptions.length) % regions.length] ?? 'eastus';
    const place = { subscriptionId, resourceGroup: `rg-fleet-${number}`, location, tags: {} };
    const builder = new VaultBuilder(world, { ...place, name: `rsv-fleet-${number}`, ageDays: 30 }, ownRandom(`vault ${number}`));
    world.addLaterGroup({ subscriptionId, name: place.resourceGroup, location, tags: {} }, () => {
      const random = ownRandom(`fleet ${number}`);
      for (let index = 1; index <= items; index++) {
        const name = `fleet-${number}-vm-${String(index).padStart(4, '0')}`;
        const machine = machineOf(random, world.startedAt, { name, size: 'Standard_B2ms', os: 'ubuntu', disks: [64] }, place);
        world.addMachine(machine);
        builder.machine(machine, { policy: 'DefaultPolicy', sinceDays: 3 });
      }
    });
  }
}
