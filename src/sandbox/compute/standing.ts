import { groupId, type VirtualMachine } from '../world/entities.ts';
import { ownRandom } from '../world/ownRandom.ts';
import { day, hour, minute } from '../world/wireFormat.ts';
import type { Estate } from './estate.ts';
import { PointStore, type Collection, type ConsistencyMode, type RestorePoint } from './model.ts';
import { copiedPoint, localPoint } from './pointBuilder.ts';
import { pointLimit } from './pointCreation.ts';

/** Points of a collection by their age, oldest first. */
interface Past {
  readonly name: string;
  readonly ageMs: number;
  readonly mode?: ConsistencyMode;
}

/**
 * Collections that people of the company made: of the webshop, some of them copied to the paired region (one copy is
 * under way, one failed for a disk), and one that is full.
 */
export function addStandingCollections(estate: Estate): void {
  const web = collectionOf(estate, 'vm-web-01', 'rpc-vm-web-01', daily(5));
  copiesOf(estate, web, 'rpc-vm-web-01-neu', 'northeurope', ['daily-5', 'daily-4']);
  const release = collectionOf(estate, 'vm-web-02', 'rpc-vm-web-02', [
    { name: 'before-release-41', ageMs: 20 * day },
    { name: 'before-release-42', ageMs: 6 * day, mode: 'CrashConsistent' },
  ]);
  // Under way.
  copiesOf(estate, release, 'rpc-vm-web-02-neu', 'northeurope', ['before-release-42'], estate.world.startedAt - estate.scaled(25 * minute));
  const troubled = collectionOf(estate, 'vm-web-03', 'rpc-vm-web-03', daily(2));
  const disk = machineNamed(estate, 'vm-web-03').disks[1];
  if (disk !== undefined) {
    // Whatever is tried, this disk does not get to another region.
    estate.uncopyable.add(disk.name);
  }
  copiesOf(estate, troubled, 'rpc-vm-web-03-neu', 'northeurope', ['daily-2']);
  collectionOf(estate, 'vm-api-01', 'rpc-vm-api-01', []);
  collectionOf(estate, 'fileserver01', 'rpc-fileserver01', [{ name: 'before-migration', ageMs: 3 * day }]);
  // Full: that is why its backups find no room for snapshots of their own.
  collectionOf(estate, 'erp-db-01', 'rpc-erp-db-01-hourly', hourly(pointLimit));
}

function daily(days: number): Past[] {
  return Array.from({ length: days }, (_, at) => ({ name: `daily-${days - at}`, ageMs: (days - at) * day - 7 * hour }));
}

function hourly(count: number): Past[] {
  return Array.from({ length: count }, (_, at) => ({
    name: `hourly-${String(at + 1).padStart(3, '0')}`,
    ageMs: (count - at) * hour,
    mode: 'CrashConsistent',
  }));
}

function machineNamed({ world }: Estate, name: string): VirtualMachine {
  const found = world.subscriptions.flatMap(({ subscriptionId }) => world.machines(subscriptionId)).find((known) => known.name === name);
  if (found === undefined) {
    throw new Error(`There is no machine ${name}.`);
  }
  return found;
}

function collectionOf(estate: Estate, machineName: string, name: string, past: readonly Past[]): Collection {
  const machine = machineNamed(estate, machineName);
  const { subscriptionId, resourceGroup, location, tags } = machine;
  const { startedAt } = estate.world;
  const natural: ConsistencyMode =
    machine.powerState !== 'running' ? 'CrashConsistent' : machine.osType === 'Windows' ? 'ApplicationConsistent' : 'FileSystemConsistent';
  const random = ownRandom(`points ${name}`);
  const make = (): RestorePoint[] =>
    past.map(({ name: point, ageMs, mode = natural }) => {
      const createdAt = startedAt - ageMs;
      const requestedMode = mode === 'CrashConsistent' ? mode : undefined;
      return localPoint(random, collection, machine, { name: point, createdAt, readyAt: createdAt, mode, requestedMode }, estate.scaled);
    });
  const collection: Collection = {
    id: `${groupId({ subscriptionId, resourceGroup })}/providers/Microsoft.Compute/restorePointCollections/${name}`,
    ...{ name, subscriptionId, resourceGroup, location },
    guid: ownRandom(`collection ${name}`).guid(),
    createdAt: startedAt - 30 * day,
    source: { kind: 'machine', id: `${groupId(machine)}/providers/Microsoft.Compute/virtualMachines/${machine.name}`, location },
    instantAccess: undefined,
    tags: { ...tags },
    points: new PointStore(make),
  };
  estate.addCollection(collection);
  return collection;
}

/** Copies of points in another region. @param startAt where they were not started an hour after their sources. */
function copiesOf(estate: Estate, source: Collection, name: string, location: string, points: readonly string[], startAt?: number): void {
  const { subscriptionId, resourceGroup } = source;
  const random = ownRandom(`copies ${name}`);
  const make = (): RestorePoint[] =>
    points.flatMap((pointName, at) => {
      const point = source.points.get(pointName);
      if (point === undefined) {
        return [];
      }
      const createdAt = startAt ?? point.createdAt + hour;
      const made = { name: `copy-of-${pointName}`, createdAt, readyAt: createdAt, isFirst: at === 0, uncopyable: estate.uncopyable };
      return [copiedPoint(random, target, { collection: source, point }, made, estate.scaled)];
    });
  const target: Collection = {
    id: `${groupId({ subscriptionId, resourceGroup })}/providers/Microsoft.Compute/restorePointCollections/${name}`,
    ...{ name, subscriptionId, resourceGroup, location },
    guid: ownRandom(`collection ${name}`).guid(),
    createdAt: estate.world.startedAt - 29 * day,
    source: { kind: 'collection', id: source.id, location: source.location },
    instantAccess: undefined,
    tags: { ...source.tags },
    points: new PointStore(make),
  };
  // Made now: later, a source may have been deleted.
  target.points.all.at(0);
  estate.addCollection(target);
}
