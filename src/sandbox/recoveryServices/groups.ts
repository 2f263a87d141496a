import { sameArmId } from '../../core/armId.ts';
import type { JsonObject } from '../arm/types.ts';
import { machineId, type AvailabilityGroup, type DatabaseServer, type VirtualMachine } from '../world/entities.ts';
import { ownRandom } from '../world/ownRandom.ts';
import type { World } from '../world/world.ts';
import type { WorldContext } from './context.ts';
import type { Container } from './model.ts';
import { insideFailures } from './sqlTroubles.ts';
import type { Vault } from './vault.ts';

/*
 * Availability groups in a vault. On record: a group is a container of its own, `SQLAGWorkLoadContainer;{guid}`, its items
 * are `SQLDataBase;{group};{database}`, and lists of containers leave it out (users' scripts); its protectable item is a
 * `SQLAvailabilityGroupContainer` with a `nodesList` (published contract), and begins its name with that word in lower case
 * (Azure PowerShell). Not on record: a whole answer with a group in it. So what the guid is made from, the words of a
 * node's status, and that the server's name is the cluster's, are this sandbox's choice.
 */

/** Makes what an inquiry of one of its machines has found known to the vault. */
export function keepGroups({ world }: WorldContext, vault: Vault, through: Container, server: DatabaseServer): void {
  for (const group of server.groups ?? []) {
    const container = groupContainer(world, vault, through, group);
    container.inquiries?.set(server.kind, {
      itemCount: group.databases.length,
      found: { kind: server.kind, hostName: group.cluster, instances: [], groups: [group] },
    });
    container.updatedAt = through.updatedAt;
    vault.addContainer(container);
  }
}

function groupContainer(world: World, vault: Vault, through: Container, group: AvailabilityGroup): Container {
  const name = `SQLAGWorkLoadContainer;${ownRandom(`${vault.id} ${group.cluster} ${group.name}`).guid()}`;
  return (
    vault.container(name) ?? {
      name,
      management: 'AzureWorkload',
      isGroup: true,
      sourceResourceId: through.sourceResourceId,
      resourceGroup: through.resourceGroup,
      friendlyName: group.name,
      inquired: true,
      inquiries: new Map(),
      updatedAt: through.updatedAt,
      get databaseServer(): DatabaseServer | undefined {
        const live = hostsOf(world, vault, group)
          .flatMap((machine) => machine.databaseServer?.groups ?? [])
          .find((known) => known.name === group.name && known.cluster === group.cluster);
        return live === undefined ? undefined : { kind: 'SQLDataBase', hostName: group.cluster, instances: [], groups: [live] };
      },
    }
  );
}

/** The machines that are the nodes of a group. */
function hostsOf(world: World, vault: Vault, group: AvailabilityGroup): VirtualMachine[] {
  return world
    .machines(vault.subscriptionId, vault.location)
    .filter((machine) => group.nodes.some((node) => node === machine.databaseServer?.hostName));
}

/** The machines behind a group's container, as far as they are there. */
export function machinesOfGroup(world: World, vault: Vault, container: Container): VirtualMachine[] {
  const group = groupIn(container);
  return group === undefined ? [] : hostsOf(world, vault, group);
}

function groupIn(container: Container): AvailabilityGroup | undefined {
  return container.inquiries?.get('SQLDataBase')?.found?.groups?.[0];
}

/** The container through which a vault reaches a machine; undefined where the machine is not registered. */
function registrationOf(vault: Vault, machine: VirtualMachine): Container | undefined {
  return [...vault.containers.values()].find(
    (container) =>
      container.management === 'AzureWorkload' &&
      container.isGroup === undefined &&
      container.isSoftDeleted !== true &&
      sameArmId(container.sourceResourceId, machineId(machine)),
  );
}

/** The containers of the registered machines of a group. */
export function registeredNodes(world: World, vault: Vault, container: Container): Container[] {
  return machinesOfGroup(world, vault, container).flatMap((machine) => registrationOf(vault, machine) ?? []);
}

/** The groups that a machine's container has a part in. */
export function groupsThrough(world: World, vault: Vault, node: Container): Container[] {
  return [...vault.containers.values()].filter(
    (container) => container.isGroup === true && registeredNodes(world, vault, container).includes(node),
  );
}

/** `nodesList` of the published contract. */
export function nodesList(world: World, vault: Vault, container: Container): JsonObject[] {
  const hosts = machinesOfGroup(world, vault, container);
  return (groupIn(container)?.nodes ?? []).map((nodeName) => {
    const machine = hosts.find((host) => host.databaseServer?.hostName === nodeName);
    const { code, message } = insideFailures.groupIncomplete();
    return {
      nodeName,
      ...(machine !== undefined && registrationOf(vault, machine) !== undefined
        ? { status: 'Succeeded' }
        : { status: 'Failed', errorDetail: { code, message, recommendations: [''] } }),
      ...(machine === undefined ? {} : { sourceResourceId: machineId(machine) }),
    };
  });
}

/** Forgets the groups that no registered machine leads to any more; one with items stays. */
export function forgetGroups(world: World, vault: Vault): void {
  for (const container of [...vault.containers.values()]) {
    if (container.isGroup === true && vault.itemsOf(container).length === 0 && registeredNodes(world, vault, container).length === 0) {
      vault.containers.delete(container.name.toLowerCase());
    }
  }
}
