import type { DatabaseServer, VirtualMachine } from '../world/entities.ts';
import type { WorldContext } from './context.ts';
import { keepGroups, machinesOfGroup } from './groups.ts';
import type { Container, DatabaseWorkload, Inquiry, OperationError } from './model.ts';
import { insideFailures, noSysadmin } from './sqlTroubles.ts';
import type { Vault } from './vault.ts';

/** Why nothing that Azure Backup does inside a machine can succeed at this moment; of a group one machine is enough. */
export function unreachable({ world }: WorldContext, vault: Vault, container: Container): OperationError | undefined {
  if (container.isGroup !== true) {
    return troubleOf(world.machine(container.sourceResourceId));
  }
  const machines = machinesOfGroup(world, vault, container);
  return machines.some((machine) => troubleOf(machine) === undefined) ? undefined : troubleOf(machines[0]);
}

function troubleOf(machine: VirtualMachine | undefined): OperationError | undefined {
  if (machine === undefined) {
    return insideFailures.machineGone();
  }
  if (machine.powerState !== 'running') {
    return insideFailures.machineOff();
  }
  return machine.trouble === 'agentUnavailable' ? insideFailures.noGuestAgent() : undefined;
}

/** Looks into a machine that can be reached, and keeps what is there at this moment. */
export function lookInside(context: WorldContext, vault: Vault, container: Container, workload: DatabaseWorkload): void {
  const running = container.databaseServer;
  const server = running?.kind === workload ? running : undefined;
  const result = resultOf(server, container.inquiries?.get(workload));
  container.inquiries?.set(workload, result);
  if (server !== undefined && result.error === undefined) {
    keepGroups(context, vault, container, server);
  }
}

/** One instance without the right spoils the inquiry for all of them (reported). */
function resultOf(server: DatabaseServer | undefined, before: Inquiry | undefined): Inquiry {
  if (server === undefined) {
    return { itemCount: 0 };
  }
  const itemCount = server.instances.reduce((sum, instance) => sum + instance.databases.length, 0);
  if (server.instances.some((instance) => instance.lacksSysadmin === true)) {
    return { itemCount, error: noSysadmin, ...(before?.found === undefined ? {} : { found: before.found }) };
  }
  // Databases of availability groups are not their machines' but their groups'.
  const { groups: _groups, ...found } = server;
  return { itemCount, found };
}
