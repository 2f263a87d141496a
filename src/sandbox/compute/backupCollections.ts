import { groupId, type VirtualMachine } from '../world/entities.ts';
import { ownRandom } from '../world/ownRandom.ts';
import type { ProtectedItem } from '../recoveryServices/model.ts';
import type { Estate } from './estate.ts';
import { PointStore, type Collection, type ConsistencyMode, type RestorePoint } from './model.ts';
import { localPoint } from './pointBuilder.ts';

const modes: Readonly<Record<string, ConsistencyMode>> = {
  AppConsistent: 'ApplicationConsistent',
  FileSystemConsistent: 'FileSystemConsistent',
};

/**
 * Azure Backup keeps the snapshots behind its recovery points in restore point collections of its own (documented:
 * `AzureBackup_{machine}_{number}` in `AzureBackupRG_{region}_{number}`). Here: of what the vaults held when the sandbox
 * started. Somebody has locked the groups: Azure Backup advises against it, and people do it.
 */
export function addBackupCollections(estate: Estate): void {
  for (const vault of estate.world.allVaults()) {
    for (const item of vault.items.values()) {
      const machine = item.workload === 'VM' ? estate.world.machine(item.sourceResourceId) : undefined;
      if (machine !== undefined) {
        addCollection(estate, machine, item);
      }
    }
  }
}

function addCollection(estate: Estate, machine: VirtualMachine, item: ProtectedItem): void {
  const { world } = estate;
  const { startedAt } = world;
  const isThere = (point: { readonly snapshotUntil?: number }): boolean => (point.snapshotUntil ?? 0) > startedAt;
  if (!item.points.all.some(isThere)) {
    return;
  }
  const { subscriptionId, location } = machine;
  const resourceGroup = groupFor(estate, subscriptionId, location);
  const random = ownRandom(`backup collection ${item.dataId}`);
  const number = String(Math.floor(random.next() * 9e17) + 1e17);
  const name = `AzureBackup_${machine.name}_${number}`;
  const collection: Collection = {
    id: `${groupId({ subscriptionId, resourceGroup })}/providers/Microsoft.Compute/restorePointCollections/${name}`,
    ...{ name, subscriptionId, resourceGroup, location },
    guid: random.guid(),
    createdAt: machine.createdAt,
    source: { kind: 'machine', id: item.sourceResourceId, location },
    instantAccess: undefined,
    tags: {},
    points: new PointStore(() => pointsOf(estate, collection, machine, item, isThere)),
  };
  // Made now: later, the vault may have dropped what has expired.
  collection.points.all.at(0);
  estate.addCollection(collection);
}

function pointsOf(
  estate: Estate,
  collection: Collection,
  machine: VirtualMachine,
  item: ProtectedItem,
  isThere: (point: { readonly snapshotUntil?: number }) => boolean,
): RestorePoint[] {
  const random = ownRandom(`backup points ${item.dataId}`);
  return item.points.all
    .filter((point) => isThere(point) && point.at <= estate.world.startedAt)
    .map((point) => {
      const stamp = new Date(point.at).toISOString().slice(0, 19).replaceAll('-', '').replaceAll(':', '').replace('T', '_');
      const made = { name: `AzureBackup_${stamp}`, createdAt: point.at, readyAt: point.at, mode: modes[point.type] ?? 'CrashConsistent' };
      return localPoint(random, collection, machine, made, estate.scaled);
    })
    .reverse();
}

function groupFor(estate: Estate, subscriptionId: string, location: string): string {
  const name = `AzureBackupRG_${location}_1`;
  if (estate.world.group(subscriptionId, name) === undefined) {
    estate.world.addGroup({ subscriptionId, name, location, tags: {} });
    estate.locks.push(groupId({ subscriptionId, resourceGroup: name }));
  }
  return name;
}
