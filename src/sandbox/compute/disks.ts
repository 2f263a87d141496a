import { ArmFailure, type ArmReply, type ArmRequest, type ArmRouter, type ArmToolbox, type JsonObject } from '../arm/types.ts';
import { groupOf, param, subscriptionOf } from '../world/scope.ts';
import { diskId, machineId, type Disk, type VirtualMachine } from '../world/entities.ts';
import { offsetTime } from '../world/wireFormat.ts';
import type { World } from '../world/world.ts';

/** A disk and the machine it is attached to. */
interface Attached {
  readonly machine: VirtualMachine;
  readonly disk: Disk;
}

export function registerDisks(world: World, tools: ArmToolbox, router: ArmRouter): void {
  const inSubscription = '/subscriptions/{subscriptionId}/providers/Microsoft.Compute/disks';
  const inGroup = '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.Compute/disks';
  const list = (request: ArmRequest, disks: readonly Attached[]): ArmReply => tools.paged(request, disks.map(diskResource));
  router.on('GET', inSubscription, (request) => list(request, disksOf(world.machines(subscriptionOf(world, request)))));
  router.on('GET', inGroup, (request) => list(request, inGroupOf(world, request).disks));
  router.on('GET', `${inGroup}/{disk}`, (request) => {
    const { group, disks } = inGroupOf(world, request);
    const name = param(request, 'disk');
    const found = disks.find(({ disk }) => disk.name.toLowerCase() === name.toLowerCase());
    if (found === undefined) {
      throw new ArmFailure(
        404,
        'ResourceNotFound',
        `The Resource 'Microsoft.Compute/disks/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
        { failureCause: 'gateway' },
      );
    }
    return { status: 200, body: diskResource(found) };
  });
}

function inGroupOf(world: World, request: ArmRequest): { group: string; disks: Attached[] } {
  const { group, subscriptionId } = groupOf(world, request);
  return { group, disks: disksOf(world.machines(subscriptionId).filter((machine) => machine.resourceGroup === group)) };
}

function disksOf(machines: readonly VirtualMachine[]): Attached[] {
  return machines.flatMap((machine) => machine.disks.map((disk) => ({ machine, disk })));
}

function diskResource({ machine, disk }: Attached): JsonObject {
  return {
    name: disk.name,
    id: diskId(machine, disk),
    type: 'Microsoft.Compute/disks',
    location: machine.location,
    managedBy: machineId(machine),
    sku: { name: disk.sku, tier: disk.sku === 'Premium_LRS' ? 'Premium' : 'Standard' },
    properties: {
      ...(disk.lun === undefined ? { osType: machine.osType, hyperVGeneration: 'V2' } : {}),
      creationData: { createOption: disk.lun === undefined ? 'FromImage' : 'Empty' },
      diskSizeGB: disk.sizeGb,
      encryption: { type: 'EncryptionAtRestWithPlatformKey' },
      networkAccessPolicy: 'AllowAll',
      publicNetworkAccess: 'Enabled',
      timeCreated: offsetTime(machine.createdAt),
      provisioningState: 'Succeeded',
      diskState: machine.powerState === 'running' ? 'Attached' : 'Reserved',
      diskSizeBytes: disk.sizeGb * 1024 ** 3,
      uniqueId: disk.uniqueId,
    },
  };
}
