import type { JsonObject } from '../arm/types.ts';
import type { AvailabilityGroup, Database, DatabaseInstance, DatabaseServer } from '../world/entities.ts';
import type { WorldContext } from './context.ts';
import { nodesList } from './groups.ts';
import type { Container, DatabaseWorkload, Inquiry, Management } from './model.ts';
import { insideFailures } from './sqlTroubles.ts';
import type { Vault } from './vault.ts';
import { canBeProtected, databaseItemName, parentsOf } from './workloadItems.ts';

export const protectableType = 'Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectableItems';

export interface Protectable {
  readonly management: Management;
  /** Azure's names for it in filters. */
  readonly workloads: readonly string[];
  readonly containerName: string;
  readonly friendlyName: string;
  readonly resource: JsonObject;
}

/** One look of a vault at a container. */
interface Look {
  readonly context: WorldContext;
  readonly vault: Vault;
  readonly container: Container;
  readonly workload: DatabaseWorkload;
  readonly inquiry: Inquiry;
  readonly found: DatabaseServer;
}

type Parent = DatabaseInstance | AvailabilityGroup;

/** What the last inquiries of a container have found: each instance or group, then its databases that are not protected. */
export function databases(context: WorldContext, vault: Vault, container: Container): Protectable[] {
  if (container.isSoftDeleted === true) {
    return [];
  }
  return [...(container.inquiries ?? [])].flatMap(([workload, inquiry]) => {
    const { found } = inquiry;
    return found === undefined ? [] : contentsOf({ context, vault, container, workload, inquiry, found });
  });
}

function contentsOf(look: Look): Protectable[] {
  const isProtected = (parent: Parent, { name }: Database): boolean =>
    look.vault.item(look.container.name, databaseItemName(look.workload, parent.name, name)) !== undefined;
  return parentsOf(look.found).flatMap((parent) => [
    parentEntry(look, parent),
    ...parent.databases.filter((database) => !isProtected(parent, database)).map((database) => databaseEntry(look, parent, database)),
  ]);
}

/** `sqlinstance;{instance}`, `saphanasystem;{system}`, `sqlavailabilitygroupcontainer;{group}`. */
export function parentItemName(workload: DatabaseWorkload, parent: Parent): string {
  return `${parentType(workload, parent)};${parent.name}`.toLowerCase();
}

function parentType(workload: DatabaseWorkload, parent: Parent): string {
  if ('nodes' in parent) {
    return 'SQLAvailabilityGroupContainer';
  }
  return workload === 'SQLDataBase' ? 'SQLInstance' : 'SAPHanaSystem';
}

/** Id of a protectable item: names of containers are in lower case here. */
function protectableId(vault: Vault, container: Container, name: string): string {
  return `${vault.id}/backupFabrics/Azure/protectionContainers/${container.name.toLowerCase()}/protectableItems/${name}`;
}

function parentEntry(look: Look, parent: Parent): Protectable {
  const { vault, container, workload, inquiry } = look;
  const error = inquiry.error;
  return entry(look, parent, {
    name: parentItemName(workload, parent),
    type: parentType(workload, parent),
    friendlyName: parent.name,
    isAutoProtectable: workload === 'SQLDataBase',
    isAutoProtected: [...vault.intents.values()].some(
      (intent) => intent.parentName === parent.name && intent.containerName.toLowerCase() === container.name.toLowerCase(),
    ),
    // Recorded: both counts are of all databases, protected ones too.
    found: parent.databases.length,
    protectable: parent.databases.filter(canBeProtected).length,
    validation:
      error === undefined ? { status: 'Success', code: 'Success' } : { status: 'Failed', code: error.code, message: error.message },
    isProtectable: false,
    more: 'nodes' in parent ? { nodesList: nodesList(look.context.world, vault, container) } : {},
  });
}

function databaseEntry(look: Look, parent: Parent, database: Database): Protectable {
  const isProtectable = canBeProtected(database);
  return entry(look, parent, {
    name: databaseItemName(look.workload, parent.name, database.name).toLowerCase(),
    type: look.workload,
    friendlyName: database.name,
    isAutoProtectable: false,
    isAutoProtected: false,
    found: 0,
    protectable: 0,
    ...(isProtectable ? {} : { validation: { status: 'Failed', ...refusalOf(database) } }),
    isProtectable,
    more: {},
  });
}

/** Not on record: what the check before a backup says of such a database. */
function refusalOf({ name, state }: Database): JsonObject {
  return { ...(state === 'Online' ? insideFailures.nameNotSupported(name) : insideFailures.databaseNotOnline(name, state)) };
}

interface Facts {
  readonly name: string;
  readonly type: string;
  readonly friendlyName: string;
  readonly isAutoProtectable: boolean;
  readonly isAutoProtected: boolean;
  readonly found: number;
  readonly protectable: number;
  readonly validation?: JsonObject;
  readonly isProtectable: boolean;
  readonly more: JsonObject;
}

function entry({ vault, container, workload, found }: Look, parent: Parent, of: Facts): Protectable {
  const workloadType = workload === 'SQLDataBase' ? 'SQL' : 'SAPHana';
  return {
    management: 'AzureWorkload',
    workloads: [workload, workloadType],
    containerName: container.name,
    friendlyName: of.friendlyName,
    resource: {
      id: protectableId(vault, container, of.name),
      name: of.name,
      type: protectableType,
      properties: {
        parentName: parent.name,
        serverName: found.hostName,
        isAutoProtectable: of.isAutoProtectable,
        isAutoProtected: of.isAutoProtected,
        subinquireditemcount: of.found,
        subprotectableitemcount: of.protectable,
        ...(of.validation === undefined ? {} : { prebackupvalidation: of.validation }),
        ...of.more,
        IsProtectable: of.isProtectable,
        backupManagementType: 'AzureWorkload',
        workloadType,
        protectableItemType: of.type,
        friendlyName: of.friendlyName,
        protectionState: 'NotProtected',
      },
    },
  };
}
