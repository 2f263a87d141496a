import { createHash } from 'node:crypto';
import type { Random } from '../arm/types.ts';
import type { AvailabilityGroup, Database, DatabaseInstance, DatabaseServer } from '../world/entities.ts';
import type { WorldContext } from './context.ts';
import { unreachable } from './inquiry.ts';
import type { Container, OperationError, ProtectedItem, Workload } from './model.ts';
import { RecoveryPointStore } from './recoveryPointStore.ts';
import { refusals } from './rules.ts';
import { insideFailures } from './sqlTroubles.ts';
import type { Vault } from './vault.ts';

/** A share's name in ids is a hash, as only Azure knows how to make it. */
export function shareItemName(account: string, share: string): string {
  return createHash('sha256').update(`${account}/${share}`).digest('hex');
}

/**
 * A new item for a database or share of a registered container. Its id is Azure's mix of spellings:
 * `VMAppContainer;compute;{group};{vm}` and `SQLDataBase;{instance};{database}`.
 * @throws ArmFailure 404 where the container does not offer it.
 */
export function newWorkloadItem(vault: Vault, workload: Workload, containerName: string, itemName: string, random: Random): ProtectedItem {
  const container = vault.container(containerName);
  if (container?.isSoftDeleted === true) {
    throw refusals.containerNotRegistered();
  }
  const offered = container === undefined ? undefined : offer(container, workload, itemName);
  if (container === undefined || offered === undefined) {
    throw refusals.itemNotFound();
  }
  const { sizeGb, ...names } = offered;
  const [id, size] = [random.next(), random.next()];
  return {
    workload,
    containerName: container.name.replace(
      /^(\w+);(\w+);(.*)$/s,
      (_all, kind: string, source: string, rest: string) => `${kind};${source.toLowerCase()};${rest.toLowerCase()}`,
    ),
    ...names,
    sourceResourceId: container.sourceResourceId.replace('/Microsoft.Storage/', '/Microsoft.storage/'),
    dataId: String(70_000_000_000_000 + Math.floor(id * 9e12)),
    sizeGb: sizeGb ?? 4 + Math.round(size * 60),
    policyName: undefined,
    protectionState: 'IRPending',
    lastBackupStatus: 'IRPending',
    lastBackupAt: undefined,
    lastError: undefined,
    deletedAt: undefined,
    points: new RecoveryPointStore(),
  };
}

type Offered = Pick<ProtectedItem, 'name' | 'friendlyName'> & { parentName?: string; hostName?: string; sizeGb?: number };

function offer(container: Container, workload: Workload, itemName: string): Offered | undefined {
  const key = itemName.toLowerCase();
  if (workload === 'AzureFileShare') {
    const share = (container.inquired ? container.shares : undefined)?.find(
      (name) => `azurefileshare;${shareItemName(container.friendlyName, name)}` === key,
    );
    return share === undefined
      ? undefined
      : { name: `AzureFileShare;${key.slice('azurefileshare;'.length)}`, friendlyName: share, parentName: container.friendlyName };
  }
  const found = workload === 'VM' ? undefined : container.inquiries?.get(workload)?.found;
  for (const parent of found === undefined ? [] : parentsOf(found)) {
    const database = parent.databases.find(({ name }) => databaseItemName(workload, parent.name, name).toLowerCase() === key);
    if (found !== undefined && database !== undefined) {
      return {
        name: databaseItemName(workload, parent.name, database.name),
        friendlyName: database.name,
        parentName: parent.name,
        hostName: found.hostName,
        sizeGb: database.sizeGb,
      };
    }
  }
  return undefined;
}

/** `SQLDataBase;{instance or group};{database}`, the names in lower case. */
export function databaseItemName(workload: Workload, parentName: string, databaseName: string): string {
  return `${workload};${parentName.toLowerCase()};${wireName(databaseName)}`;
}

/**
 * A database's name in ids. What would end a path is written as an alias: that Azure has aliases for such names is
 * documented, what they look like is not.
 */
function wireName(databaseName: string): string {
  return databaseName.toLowerCase().replace(/[/\\%?#]/g, (character) => `_${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What databases stand under: instances, then availability groups. */
export function parentsOf(server: DatabaseServer): readonly (DatabaseInstance | AvailabilityGroup)[] {
  return [...server.instances, ...(server.groups ?? [])];
}

/** The database that an item protects, as its server has it at this moment; undefined where it is not there. */
export function databaseOf(container: Container, item: ProtectedItem): Database | undefined {
  const parents = container.databaseServer === undefined ? [] : parentsOf(container.databaseServer);
  return parents.find(({ name }) => name === item.parentName)?.databases.find(({ name }) => name === item.friendlyName);
}

/**
 * Why Azure Backup cannot do anything with an item's database at this moment: its machine is off or gone, or it is itself
 * gone or not online. Undefined where it can.
 */
export function troubleInside(context: WorldContext, vault: Vault, item: ProtectedItem): OperationError | undefined {
  const container = vault.container(item.containerName);
  if (container === undefined || item.workload === 'VM' || item.workload === 'AzureFileShare') {
    return undefined;
  }
  const trouble = unreachable(context, vault, container);
  if (trouble !== undefined) {
    return trouble;
  }
  const database = databaseOf(container, item);
  if (database === undefined) {
    return insideFailures.databaseGone();
  }
  if (database.state !== 'Online') {
    return insideFailures.databaseNotOnline(database.name, database.state);
  }
  return canBeProtected(database) ? undefined : insideFailures.nameNotSupported(database.name);
}

/**
 * Whether Azure Backup takes a database at all. Names that it does not support are documented: spaces at an end, an
 * exclamation mark at the end, square brackets.
 */
export function canBeProtected(database: Database): boolean {
  return database.state === 'Online' && !/^\s|[\s!]$|[[\]]/.test(database.name);
}
