import type { AvailabilityGroup, Database, DatabaseServer, VirtualMachine } from './entities.ts';
import { machineId } from './entities.ts';
import type { World } from './world.ts';

/** Something that was asked of the world and that it cannot do: what, and what it could. */
export class WorldChangeError extends Error {
  override readonly name = 'WorldChangeError';
}

/** Where databases are: an instance, the only one where absent, or an availability group. */
export interface Place {
  readonly instance?: string | undefined;
  readonly group?: string | undefined;
}

/**
 * What happens in the world beside backup: machines that go on and off, databases that come and go. A vault knows of it
 * when it looks. Each throws a WorldChangeError where it cannot be.
 */
export class WorldChanges {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  machines(): VirtualMachine[] {
    this.#world.now();
    return this.#world.subscriptions.flatMap(({ subscriptionId }) => [...this.#world.machines(subscriptionId)]);
  }

  /** @param name its name, or its id in any spelling */
  machine(name: string): VirtualMachine {
    this.#world.now();
    const byId = name.includes('/') ? this.#world.machine(name) : undefined;
    const named = byId === undefined ? this.machines().filter((machine) => same(machine.name, name)) : [byId];
    const [machine, other] = named;
    if (machine === undefined) {
      throw new WorldChangeError(`There is no virtual machine ${JSON.stringify(name)}. GET /_sandbox/world/machines lists them.`);
    }
    if (other !== undefined) {
      throw new WorldChangeError(
        `Several virtual machines are called ${JSON.stringify(name)}; give an id: ${named.map(machineId).join(', ')}.`,
      );
    }
    return machine;
  }

  setPower(machine: VirtualMachine, powerState: VirtualMachine['powerState']): VirtualMachine {
    return this.#put({ ...machine, powerState });
  }

  remove(machine: VirtualMachine): void {
    this.#world.removeMachine(machine);
  }

  /** Whether the plug-in's account is a sysadmin, in one instance or, where none is named, in all of them. */
  setSysadmin(machine: VirtualMachine, instance: string | undefined, isSysadmin: boolean): VirtualMachine {
    const server = serverOf(machine);
    const wanted = instance === undefined ? undefined : instanceOf(server, instance).name;
    const instances = server.instances.map((one) => {
      const { lacksSysadmin: _lacks, ...rest } = one;
      return wanted !== undefined && one.name !== wanted ? one : isSysadmin ? rest : { ...rest, lacksSysadmin: true as const };
    });
    return this.#put({ ...machine, databaseServer: { ...server, instances } });
  }

  addDatabase(machine: VirtualMachine, place: Place, database: Database): VirtualMachine {
    return this.#change(machine, place, (databases, where) => {
      if (databases.some(({ name }) => same(name, database.name))) {
        throw new WorldChangeError(`${where} has a database ${JSON.stringify(database.name)} already.`);
      }
      return [...databases, database];
    });
  }

  changeDatabase(
    machine: VirtualMachine,
    place: Place,
    name: string,
    to: Partial<Pick<Database, 'recoveryModel' | 'state' | 'sizeGb'>>,
  ): VirtualMachine {
    return this.#change(machine, place, (databases, where) => {
      const wanted = databaseOf(databases, where, name);
      return databases.map((database) => (database === wanted ? { ...database, ...to } : database));
    });
  }

  dropDatabase(machine: VirtualMachine, place: Place, name: string): VirtualMachine {
    return this.#change(machine, place, (databases, where) => {
      const wanted = databaseOf(databases, where, name);
      return databases.filter((database) => database !== wanted);
    });
  }

  #change(machine: VirtualMachine, place: Place, change: (databases: readonly Database[], where: string) => Database[]): VirtualMachine {
    const server = serverOf(machine);
    if (place.group !== undefined) {
      const group = groupOf(server, place.group);
      return this.#putGroup(machine, { ...group, databases: change(group.databases, `The availability group ${group.name}`) });
    }
    const instance = instanceOf(server, place.instance);
    const changed = { ...instance, databases: change(instance.databases, `The instance ${instance.name} of ${machine.name}`) };
    const instances = server.instances.map((one) => (one === instance ? changed : one));
    return this.#put({ ...machine, databaseServer: { ...server, instances } });
  }

  /** All machines of a group hold the same databases. */
  #putGroup(machine: VirtualMachine, group: AvailabilityGroup): VirtualMachine {
    for (const node of this.machines()) {
      const server = node.databaseServer;
      if (server?.groups?.some((one) => isSameGroup(one, group)) === true) {
        const groups = server.groups.map((one) => (isSameGroup(one, group) ? group : one));
        this.#put({ ...node, databaseServer: { ...server, groups } });
      }
    }
    return this.machine(machineId(machine));
  }

  #put(machine: VirtualMachine): VirtualMachine {
    this.#world.replaceMachine(machine);
    return machine;
  }
}

function serverOf(machine: VirtualMachine): DatabaseServer {
  if (machine.databaseServer === undefined) {
    throw new WorldChangeError(`No database server runs on ${machine.name}.`);
  }
  return machine.databaseServer;
}

function instanceOf(server: DatabaseServer, name: string | undefined): DatabaseServer['instances'][number] {
  const wanted = server.instances.filter((instance) => name === undefined || same(instance.name, name));
  const [instance] = wanted;
  if (instance === undefined || wanted.length > 1) {
    const names = server.instances.map((one) => one.name).join(', ');
    throw new WorldChangeError(
      name === undefined
        ? `${server.hostName} has several instances: name one of ${names}.`
        : `${server.hostName} has no instance ${JSON.stringify(name)}; it has ${names}.`,
    );
  }
  return instance;
}

function groupOf(server: DatabaseServer, name: string): AvailabilityGroup {
  const group = server.groups?.find((one) => same(one.name, name));
  if (group === undefined) {
    const names = server.groups?.map((one) => one.name).join(', ') ?? 'none';
    throw new WorldChangeError(`${server.hostName} has no availability group ${JSON.stringify(name)}; it has ${names}.`);
  }
  return group;
}

function databaseOf(databases: readonly Database[], where: string, name: string): Database {
  const database = databases.find((one) => same(one.name, name));
  if (database === undefined) {
    throw new WorldChangeError(`${where} has no database ${JSON.stringify(name)}; it has ${databases.map((one) => one.name).join(', ')}.`);
  }
  return database;
}

function isSameGroup(one: AvailabilityGroup, other: AvailabilityGroup): boolean {
  return one.name === other.name && one.cluster === other.cluster;
}

/** SQL Server compares names without case unless it is told otherwise. */
function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
