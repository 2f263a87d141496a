import { createHash } from 'node:crypto';
import type { Random } from '../arm/types.ts';
import type { AvailabilityGroup, Database, DatabaseInstance, DatabaseServer } from '../world/entities.ts';
import type { Container, ProtectedItem, Workload } from './model.ts';
import { RecoveryPointStore } from './recoveryPointStore.ts';
import { refusals } from './rules.ts';
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
  const offered = container === undefined ? undefined : offer(container, workload, itemName);
  if (container === undefined || offered === undefined || !container.inquired) {
    throw refusals.itemNotFound();
  }
  return {
    workload,
    containerName: container.name.replace(
      /^(\w+);(\w+);(.*)$/s,
      (_all, kind: string, source: string, rest: string) => `${kind};${source.toLowerCase()};${rest.toLowerCase()}`,
    ),
    ...offered,
    sourceResourceId: container.sourceResourceId.replace('/Microsoft.Storage/', '/Microsoft.storage/'),
    dataId: String(70_000_000_000_000 + Math.floor(random.next() * 9e12)),
    sizeGb: 4 + Math.round(random.next() * 60),
    policyName: undefined,
    protectionState: 'IRPending',
    lastBackupStatus: 'IRPending',
    lastBackupAt: undefined,
    lastError: undefined,
    deletedAt: undefined,
    points: new RecoveryPointStore(),
  };
}

type Offered = Pick<ProtectedItem, 'name' | 'friendlyName'> & { parentName?: string; hostName?: string };

function offer(container: Container, workload: Workload, itemName: string): Offered | undefined {
  const key = itemName.toLowerCase();
  if (workload === 'AzureFileShare') {
    const share = container.shares?.find((name) => `azurefileshare;${shareItemName(container.friendlyName, name)}` === key);
    return share === undefined
      ? undefined
      : { name: `AzureFileShare;${key.slice('azurefileshare;'.length)}`, friendlyName: share, parentName: container.friendlyName };
  }
  const server = container.databaseServer;
  for (const parent of server?.kind === workload ? parentsOf(server) : []) {
    const database = parent.databases.find(({ name }) => `${workload};${parent.name};${name}`.toLowerCase() === key);
    if (server !== undefined && database !== undefined) {
      return {
        name: `${workload};${parent.name.toLowerCase()};${database.name.toLowerCase()}`,
        friendlyName: database.name,
        parentName: parent.name,
        hostName: server.hostName,
      };
    }
  }
  return undefined;
}

/** What databases stand under: instances, then availability groups. */
export function parentsOf(server: DatabaseServer): readonly (DatabaseInstance | AvailabilityGroup)[] {
  return [...server.instances, ...(server.groups ?? [])];
}

/** The database that an item protects, as its server has it; undefined where it is not there. */
export function databaseOf(container: Container, item: ProtectedItem): Database | undefined {
  const parents = container.databaseServer === undefined ? [] : parentsOf(container.databaseServer);
  return parents.find(({ name }) => name === item.parentName)?.databases.find(({ name }) => name === item.friendlyName);
}
