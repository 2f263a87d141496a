import type { Random } from '../arm/types.ts';
import { groups, storageAccounts, subscriptionNames, type GroupEntry, type MachineEntry, type SubscriptionName } from './catalogue.ts';
import type { Disk, VirtualMachine } from './entities.ts';
import { ownRandom } from './ownRandom.ts';
import { sqlGroup } from './sqlCatalogue.ts';
import { day } from './wireFormat.ts';
import type { World } from './world.ts';

const images = {
  windows: { publisher: 'MicrosoftWindowsServer', offer: 'WindowsServer', sku: '2022-datacenter-g2' },
  ubuntu: { publisher: 'Canonical', offer: '0001-com-ubuntu-server-jammy', sku: '22_04-lts-gen2' },
  rhel: { publisher: 'RedHat', offer: 'RHEL', sku: '9-lvm-gen2' },
  sles: { publisher: 'SUSE', offer: 'sles-sap-15-sp5', sku: 'gen2' },
} as const;

/** Fills a world with the catalogue's subscriptions, groups, machines and storage accounts. */
export function populate(world: World): void {
  const ids = new Map<SubscriptionName, string>();
  for (const name of subscriptionNames) {
    const subscriptionId = world.random.guid();
    ids.set(name, subscriptionId);
    world.subscriptions.push({ subscriptionId, name });
  }
  const idOf = (name: SubscriptionName): string => ids.get(name) ?? '';
  for (const group of groups) {
    const subscriptionId = idOf(group.subscription);
    addGroup(world, world.random, subscriptionId, group);
  }
  for (const account of storageAccounts) {
    const { subscription, group, ...rest } = account;
    world.addStorageAccount({ ...rest, subscriptionId: idOf(subscription), resourceGroup: group });
  }
  // With numbers of their own, so that those of all others are what they were before there were SQL Servers.
  addGroup(world, ownRandom(`${sqlGroup.name} ${world.tenantId}`), idOf(sqlGroup.subscription), sqlGroup);
}

function addGroup(world: World, random: Random, subscriptionId: string, group: GroupEntry): void {
  const tags = group.tags ?? {};
  world.addGroup({ subscriptionId, name: group.name, location: group.location, tags });
  for (const entry of group.machines ?? []) {
    const place = { subscriptionId, resourceGroup: group.name, location: group.location, tags };
    world.addMachine(machineOf(random, world.startedAt, entry, place));
  }
}

interface Place {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Age of machines that no vault has seen yet. */
const newDays = 0.02;

export function machineOf(random: Random, startedAt: number, entry: MachineEntry, place: Place): VirtualMachine {
  return {
    ...place,
    name: entry.name,
    size: entry.size,
    osType: entry.os === 'windows' ? 'Windows' : 'Linux',
    image: images[entry.os],
    vmId: random.guid(),
    createdAt: startedAt - Math.round((entry.isNew ? newDays : 120 + random.next() * 500) * day),
    powerState: entry.off ? 'deallocated' : 'running',
    disks: entry.disks.map((sizeGb, at) => diskOf(random, entry.name, sizeGb, at)),
    ...(entry.server === undefined ? {} : { databaseServer: entry.server }),
    ...(entry.trouble === undefined ? {} : { trouble: entry.trouble }),
  };
}

function diskOf(random: Random, machine: string, sizeGb: number, at: number): Disk {
  const uniqueId = random.guid();
  if (at === 0) {
    return { name: `${machine}_OsDisk_1_${uniqueId.replaceAll('-', '')}`, sizeGb, sku: 'Premium_LRS', uniqueId };
  }
  return { name: `${machine}_DataDisk_${at - 1}`, sizeGb, sku: sizeGb >= 1024 ? 'Premium_LRS' : 'StandardSSD_LRS', lun: at - 1, uniqueId };
}
