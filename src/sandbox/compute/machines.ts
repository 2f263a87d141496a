import {
  ArmFailure,
  type ArmProvider,
  type ArmReply,
  type ArmRequest,
  type ArmRouter,
  type ArmToolbox,
  type JsonObject,
} from '../arm/types.ts';
import { groupOf, param, subscriptionOf } from '../world/scope.ts';
import { diskId, groupId, machineId, type Disk, type VirtualMachine } from '../world/entities.ts';
import { offsetTime } from '../world/wireFormat.ts';
import type { World } from '../world/world.ts';
import { registerDisks } from './disks.ts';
import { registerPower } from './power.ts';

const inSubscription = '/subscriptions/{subscriptionId}/providers/Microsoft.Compute/virtualMachines';
const inLocation = '/subscriptions/{subscriptionId}/providers/Microsoft.Compute/locations/{location}/virtualMachines';
const inGroup = '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.Compute/virtualMachines';

/** Microsoft.Compute: machines and their disks to look at, and machines to switch on and off. */
export function computeProvider(world: World, tools: ArmToolbox): ArmProvider {
  return {
    register: (router: ArmRouter): void => {
      const list = (request: ArmRequest, machines: readonly VirtualMachine[]): ArmReply =>
        tools.paged(
          request,
          machines.map((machine) => machineResource(world, machine, wantsInstanceView(request, 'statusOnly'))),
        );
      router.on('GET', inSubscription, (request) => list(request, world.machines(subscriptionOf(world, request))));
      router.on('GET', inGroup, (request) => {
        const { group, subscriptionId } = groupOf(world, request);
        return list(
          request,
          world.machines(subscriptionId).filter((machine) => machine.resourceGroup === group),
        );
      });
      router.on('GET', inLocation, (request) =>
        list(request, world.machines(subscriptionOf(world, request), param(request, 'location').toLowerCase())),
      );
      router.on('GET', `${inGroup}/{virtualMachine}`, (request) => ({
        status: 200,
        body: machineResource(world, find(world, request), wantsInstanceView(request, '$expand')),
      }));
      router.on('GET', `${inGroup}/{virtualMachine}/instanceView`, (request) => ({
        status: 200,
        body: instanceView(world, find(world, request)),
      }));
      registerPower(world, tools, router, `${inGroup}/{virtualMachine}`, (request) => find(world, request));
      registerDisks(world, tools, router);
    },
  };
}

/** A GET asks with `$expand=instanceView`, a list with `$expand` too or with `statusOnly=true`. */
function wantsInstanceView(request: ArmRequest, key: 'statusOnly' | '$expand'): boolean {
  const query = new Map([...request.query].map(([name, value]) => [name.toLowerCase(), value.toLowerCase()]));
  return query.get('$expand')?.includes('instanceview') === true || (key === 'statusOnly' && query.get('statusonly') === 'true');
}

function find(world: World, request: ArmRequest): VirtualMachine {
  const { group } = groupOf(world, request);
  const name = param(request, 'virtualMachine');
  const machine = world.machine(
    `${groupId({ subscriptionId: param(request, 'subscriptionId'), resourceGroup: group })}/providers/Microsoft.Compute/virtualMachines/${name}`,
  );
  if (machine === undefined) {
    throw new ArmFailure(
      404,
      'ResourceNotFound',
      `The Resource 'Microsoft.Compute/virtualMachines/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
      { failureCause: 'gateway' },
    );
  }
  return machine;
}

function machineResource(world: World, machine: VirtualMachine, expanded: boolean): JsonObject {
  return {
    name: machine.name,
    id: machineId(machine),
    type: 'Microsoft.Compute/virtualMachines',
    location: machine.location,
    ...(Object.keys(machine.tags).length > 0 ? { tags: { ...machine.tags } } : {}),
    properties: {
      hardwareProfile: { vmSize: machine.size },
      provisioningState: 'Succeeded',
      vmId: machine.vmId,
      storageProfile: storageProfile(machine),
      osProfile: osProfile(machine),
      networkProfile: {
        networkInterfaces: [
          { id: `${groupId(machine)}/providers/Microsoft.Network/networkInterfaces/${machine.name}-nic`, properties: { primary: true } },
        ],
      },
      timeCreated: offsetTime(machine.createdAt),
      ...(expanded ? { instanceView: instanceView(world, machine) } : {}),
    },
    etag: '"2"',
  };
}

function storageProfile(machine: VirtualMachine): JsonObject {
  const [osDisk, ...dataDisks] = machine.disks;
  return {
    imageReference: { ...machine.image, version: 'latest' },
    ...(osDisk === undefined
      ? {}
      : { osDisk: { osType: machine.osType, ...diskOf(machine, osDisk), createOption: 'FromImage', caching: 'ReadWrite' } }),
    dataDisks: dataDisks.map((disk) => ({
      lun: disk.lun ?? 0,
      ...diskOf(machine, disk),
      createOption: 'Attach',
      caching: 'ReadOnly',
      toBeDetached: false,
    })),
    diskControllerType: 'SCSI',
  };
}

function diskOf(machine: VirtualMachine, disk: Disk): JsonObject {
  return {
    name: disk.name,
    managedDisk: { storageAccountType: disk.sku, id: diskId(machine, disk) },
    deleteOption: 'Detach',
    diskSizeGB: disk.sizeGb,
  };
}

function osProfile(machine: VirtualMachine): JsonObject {
  const config: JsonObject =
    machine.osType === 'Windows'
      ? {
          windowsConfiguration: {
            provisionVMAgent: true,
            enableAutomaticUpdates: true,
            patchSettings: { patchMode: 'AutomaticByOS', assessmentMode: 'ImageDefault' },
          },
        }
      : {
          linuxConfiguration: {
            disablePasswordAuthentication: true,
            provisionVMAgent: true,
            patchSettings: { patchMode: 'ImageDefault', assessmentMode: 'ImageDefault' },
          },
        };
  return {
    computerName: machine.name.slice(0, machine.osType === 'Windows' ? 15 : 64),
    adminUsername: 'azureadmin',
    ...config,
    secrets: [],
    allowExtensionOperations: true,
    requireGuestProvisionSignal: true,
  };
}

function instanceView(world: World, machine: VirtualMachine): JsonObject {
  const time = offsetTime(machine.createdAt + 90_000);
  const provisioned = { code: 'ProvisioningState/succeeded', level: 'Info', displayStatus: 'Provisioning succeeded', time };
  const running = machine.powerState === 'running';
  const ready = machine.trouble !== 'agentUnavailable';
  const agent: JsonObject = {
    code: ready ? 'ProvisioningState/succeeded' : 'ProvisioningState/Unavailable',
    level: ready ? 'Info' : 'Warning',
    displayStatus: ready ? 'Ready' : 'Not Ready',
    message: ready ? 'GuestAgent is running and processing the extensions.' : 'VM status blob is found but not yet populated.',
    time: offsetTime(world.now()),
  };
  return {
    ...(running
      ? { computerName: machine.name, osName: machine.osType === 'Windows' ? 'Windows Server' : machine.image.publisher.toLowerCase() }
      : {}),
    ...(running ? { vmAgent: { vmAgentVersion: ready ? '2.7.41491.1176' : 'Unknown', statuses: [agent] } } : {}),
    disks: machine.disks.map((disk) => ({ name: disk.name, statuses: [provisioned] })),
    hyperVGeneration: 'V2',
    statuses: [provisioned, { code: `PowerState/${machine.powerState}`, level: 'Info', displayStatus: `VM ${machine.powerState}` }],
  };
}
