import { machineOf } from '../world/populate.ts';
import { ownRandom } from '../world/ownRandom.ts';
import type { Disk, VirtualMachine } from '../world/entities.ts';
import type { World } from '../world/world.ts';

const group = { name: 'rg-analytics-test', location: 'swedencentral', tags: { environment: 'test', owner: 'analytics' } };

/** What is different about a machine or its disks; a disk's own name where it has one. */
interface Special {
  readonly name: string;
  readonly os: 'windows' | 'ubuntu';
  readonly size?: string;
  /** GB. */
  readonly disks: readonly number[];
  readonly machine?: Partial<VirtualMachine>;
  readonly disk?: (disk: Disk, at: number) => Partial<Disk>;
}

/** Kinds of machines and disks that restore points know limits of, in a group of their own. */
const machines: readonly Special[] = [
  {
    name: 'lake-01',
    os: 'ubuntu',
    size: 'Standard_E16ds_v5',
    disks: [64, 1024, 512],
    machine: { zone: '1' },
    disk: (_, at) => (at === 1 ? { sku: 'UltraSSD_LRS' } : at === 2 ? { sku: 'PremiumV2_LRS' } : {}),
  },
  ...['cluster-01', 'cluster-02'].map((name): Special => ({
    name,
    os: 'windows',
    disks: [127, 256],
    disk: (_, at) =>
      at === 1 ? { name: 'cluster-quorum', sku: 'Premium_LRS', maxShares: 2, uniqueId: ownRandom('cluster-quorum').guid() } : {},
  })),
  { name: 'render-01', os: 'ubuntu', disks: [64, 128], disk: (_, at) => (at === 0 ? { ephemeral: true, sku: 'Standard_LRS' } : {}) },
  {
    name: 'legacy-01',
    os: 'windows',
    size: 'Standard_D2_v2',
    disks: [127],
    disk: (disk) => ({ vhdUri: `https://stnwlegacy.blob.core.windows.net/vhds/${disk.name}.vhd` }),
  },
  {
    name: 'secure-01',
    os: 'windows',
    size: 'Standard_DC4as_v5',
    disks: [127],
    machine: { securityType: 'ConfidentialVM' },
  },
  { name: 'trusted-01', os: 'ubuntu', disks: [64], machine: { securityType: 'TrustedLaunch', zone: '2' } },
];

/** Adds them behind everything else, from random numbers of their own: what was there stays as it was. */
export function addSpecialMachines(world: World): void {
  const subscription = world.subscriptions.find((known) => known.name === 'Northwind Test');
  if (subscription === undefined) {
    return;
  }
  const { subscriptionId } = subscription;
  world.addGroup({ subscriptionId, ...group });
  for (const special of machines) {
    const entry = { name: special.name, os: special.os, size: special.size ?? 'Standard_D4s_v5', disks: special.disks };
    const place = { subscriptionId, resourceGroup: group.name, location: group.location, tags: group.tags };
    const machine = machineOf(ownRandom(`special ${special.name}`), world.startedAt, entry, place);
    const disks = machine.disks.map((disk, at) => ({ ...disk, ...special.disk?.(disk, at) }));
    world.addMachine({ ...machine, ...special.machine, disks });
  }
}
