import { armIdKey } from '../../core/armId.ts';
import { groupId, machineId, totalGb, type VirtualMachine } from '../world/entities.ts';
import { ownRandom } from '../world/ownRandom.ts';
import { day, hour, minute } from '../world/wireFormat.ts';
import type { World } from '../world/world.ts';
import { Appliance, machineIdOf } from './appliance.ts';
import type { ApplianceEntry, Outcome, ProtectedMachine, Session } from './model.ts';
import { isGone } from './outcome.ts';

interface StandingEntry extends ApplianceEntry {
  /** Subscriptions of the world whose machines it knows. */
  readonly subscriptions: readonly string[];
}

const appliances: readonly StandingEntry[] = [
  {
    name: 'veeam',
    release: '8.1.0.285',
    newestVersion: 'v8.1',
    certificateNamesHost: true,
    numberedSessions: false,
    subscriptions: ['Northwind Production', 'Northwind Test'],
  },
  {
    name: 'veeam-old',
    release: '2.0.0.283',
    newestVersion: 'v2',
    certificateNamesHost: false,
    numberedSessions: true,
    subscriptions: ['Northwind Shared Platform'],
  },
];

/** Machines of a subscription of another company, which only the first appliance may see. The last is gone; its points are not. */
const foreign = {
  subscriptionId: '5d0f2c1e-7a44-4b8e-9f1b-2c6d3a9e8b70',
  subscriptionName: 'Northwind Logistics (acquired)',
  resourceGroup: 'rg-logistics',
  location: 'germanywestcentral',
  machines: [
    { name: 'logi-app-01', osType: 'Windows', size: 'Standard_D4s_v5', totalGb: 383 },
    { name: 'logi-db-01', osType: 'Linux', size: 'Standard_E8s_v5', totalGb: 1152 },
    { name: 'logi-edge-01', osType: 'Linux', size: 'Standard_B2ms', totalGb: 64 },
  ],
} as const;

const daysOfPolicy = 5;
const guardedByPolicy = ['vm-web-01', 'vm-web-02', 'fileserver01', 'erp-report-01', 'dc01', 'logi-db-01'];

const known = new WeakMap<World, readonly Appliance[]>();

/**
 * The appliances of a world; made, with their past, when they are first asked for. That is before there are generated
 * vaults: the machines of those belong to no appliance.
 */
export function appliancesOf(world: World): readonly Appliance[] {
  const made = known.get(world) ?? createAppliances(world);
  known.set(world, made);
  return made;
}

function createAppliances(world: World): readonly Appliance[] {
  return appliances.map((entry) => {
    const appliance = new Appliance(entry, world);
    for (const subscription of world.subscriptions.filter(({ name }) => entry.subscriptions.includes(name))) {
      for (const machine of world.machines(subscription.subscriptionId)) {
        appliance.addMachine(fromAzure(machine, subscription.name));
      }
    }
    if (entry.subscriptions.includes('Northwind Production')) {
      foreignMachines().forEach((machine) => appliance.addMachine(machine));
    }
    tellPast(appliance);
    return appliance;
  });
}

function fromAzure(machine: VirtualMachine, subscriptionName: string): ProtectedMachine {
  const azureId = armIdKey(machineId(machine));
  return {
    id: machineIdOf(azureId),
    azureId,
    name: machine.name,
    osType: machine.osType,
    location: machine.location,
    size: machine.size,
    totalGb: totalGb(machine),
    subscriptionId: machine.subscriptionId,
    subscriptionName,
    resourceGroup: machine.resourceGroup,
    hasEphemeralOsDisk: machine.disks.some((disk) => disk.ephemeral === true),
    ...(machine.zone === undefined ? {} : { zone: machine.zone }),
  };
}

function foreignMachines(): readonly ProtectedMachine[] {
  const { machines, ...place } = foreign;
  return machines.map((machine) => {
    const azureId = armIdKey(`${groupId(place)}/providers/Microsoft.Compute/virtualMachines/${machine.name}`);
    return { ...place, ...machine, id: machineIdOf(azureId), azureId, hasEphemeralOsDisk: false };
  });
}

/** Nightly sessions of a policy and of retention, and two manual snapshots of the day before: one with a warning, one that failed. */
function tellPast(appliance: Appliance): void {
  const { world, entry } = appliance;
  const random = ownRandom(`past of ${entry.name}`);
  const guarded = appliance.machines().filter(({ name }) => guardedByPolicy.includes(name));
  let count = 0;
  const add = (type: Session['type'], startedAt: number, machines: readonly ProtectedMachine[], outcome: Outcome): void => {
    const id = entry.numberedSessions ? String((count += 1)) : random.guid();
    const session = past(id, type, startedAt, machines, outcome);
    appliance.addSession(session);
    for (const machine of type === 'BackupRetention' || outcome === 'fails' ? [] : machines) {
      const takenAt = session.endedAt ?? startedAt;
      const destination = type === 'ManualSnapshot' ? type : 'Snapshot';
      appliance.addPoint({ machine, takenAt, destination, sessionId: id }, random.guid());
    }
  };
  for (let ago = daysOfPolicy; ago >= 1; ago--) {
    const night = world.startedAt - ago * day;
    add('PolicySnapshot', night, guarded, 'succeeds');
    if (ago === 1) {
      const [warned, failed] = appliance.machines().filter((machine) => !guarded.includes(machine) && !isGone(appliance, machine));
      add('ManualSnapshot', night + 6 * hour, warned === undefined ? [] : [warned], 'warns');
      add('ManualSnapshot', night + 7 * hour, failed === undefined ? [] : [failed], 'fails');
    }
    add('BackupRetention', night + 12 * hour, [], 'succeeds');
  }
}

function past(id: string, type: Session['type'], startedAt: number, machines: readonly ProtectedMachine[], outcome: Outcome): Session {
  const endedAt = startedAt + 2 * minute;
  const status = { succeeds: 'Success', warns: 'Warning', fails: 'Error' } as const;
  const doing = (name: string): string => `Creating a snapshot of the Azure VM ${name}.`;
  const trouble = { warns: 'the snapshot is crash-consistent only.', fails: 'the Azure VM did not answer in time.' } as const;
  return {
    id,
    type,
    startedAt,
    endedAt,
    machines,
    results: new Map(machines.map((machine) => [machine.id, outcome])),
    status: status[outcome],
    ...(type === 'PolicySnapshot' ? { policyName: 'northwind-nightly' } : {}),
    log: [
      ...machines.map((machine) => ({
        message: doing(machine.name),
        startedAt,
        endedAt,
        status: status[outcome],
        machineId: machine.id,
      })),
      ...(outcome === 'succeeds'
        ? []
        : machines.map(({ name, id: machineOf }) => ({
            message: `${name}: ${trouble[outcome]}`,
            startedAt: endedAt,
            endedAt,
            status: status[outcome],
            machineId: machineOf,
          }))),
      ...(type === 'BackupRetention' ? [{ message: 'No obsolete restore points.', startedAt, endedAt, status: 'Success' as const }] : []),
    ],
  };
}
