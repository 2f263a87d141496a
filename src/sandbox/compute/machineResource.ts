import type { JsonObject } from '../arm/types.ts';
import { diskId, groupId, machineId, type Disk, type VirtualMachine } from '../world/entities.ts';
import { offsetTime } from '../world/wireFormat.ts';
import type { World } from '../world/world.ts';

/** How Microsoft.Compute answers a machine. */
export function machineResource(world: World, machine: VirtualMachine, expanded: boolean): JsonObject {
  return {
    name: machine.name,
    id: machineId(machine),
    type: 'Microsoft.Compute/virtualMachines',
    location: machine.location,
    ...(Object.keys(machine.tags).length > 0 ? { tags: { ...machine.tags } } : {}),
    ...(machine.zone === undefined ? {} : { zones: [machine.zone] }),
    properties: {
      hardwareProfile: { vmSize: machine.size },
      provisioningState: 'Succeeded',
      vmId: machine.vmId,
      ...(machine.disks.some((disk) => disk.sku === 'UltraSSD_LRS') ? { additionalCapabilities: { ultraSSDEnabled: true } } : {}),
      storageProfile: storageProfile(machine),
      osProfile: osProfile(machine),
      ...securityProfile(machine),
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

export function securityProfile(machine: VirtualMachine): JsonObject {
  return machine.securityType === undefined
    ? {}
    : { securityProfile: { uefiSettings: { secureBootEnabled: true, vTpmEnabled: true }, securityType: machine.securityType } };
}

function storageProfile(machine: VirtualMachine): JsonObject {
  const [osDisk, ...dataDisks] = machine.disks;
  return {
    imageReference: { ...machine.image, version: 'latest' },
    ...(osDisk === undefined
      ? {}
      : {
          osDisk: {
            osType: machine.osType,
            ...diskOf(machine, osDisk),
            createOption: 'FromImage',
            caching: osDisk.ephemeral === true ? 'ReadOnly' : 'ReadWrite',
            ...(osDisk.ephemeral === true ? { diffDiskSettings: { option: 'Local', placement: 'CacheDisk' } } : {}),
          },
        }),
    dataDisks: dataDisks.map((disk) => ({
      lun: disk.lun ?? 0,
      ...diskOf(machine, disk),
      createOption: 'Attach',
      caching: cachingOf(disk),
      toBeDetached: false,
    })),
    diskControllerType: 'SCSI',
  };
}

/** Ultra, Premium SSD v2 and shared disks take no host cache. */
export function cachingOf(disk: Disk): string {
  if (disk.lun === undefined) {
    return disk.ephemeral === true ? 'ReadOnly' : 'ReadWrite';
  }
  return disk.sku === 'UltraSSD_LRS' || disk.sku === 'PremiumV2_LRS' || (disk.maxShares ?? 1) > 1 ? 'None' : 'ReadOnly';
}

function diskOf(machine: VirtualMachine, disk: Disk): JsonObject {
  const { name, vhdUri, sizeGb } = disk;
  if (vhdUri !== undefined) {
    return { name, vhd: { uri: vhdUri }, diskSizeGB: sizeGb };
  }
  return {
    name,
    managedDisk: { storageAccountType: disk.sku, id: diskId(machine, disk) },
    deleteOption: disk.ephemeral === true ? 'Delete' : 'Detach',
    diskSizeGB: sizeGb,
  };
}

export function osProfile(machine: VirtualMachine): JsonObject {
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

export function instanceView(world: World, machine: VirtualMachine): JsonObject {
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
    hyperVGeneration: hyperVGeneration(machine),
    statuses: [provisioned, { code: `PowerState/${machine.powerState}`, level: 'Info', displayStatus: `VM ${machine.powerState}` }],
  };
}

/** Machines with unmanaged disks are of the first generation. */
export function hyperVGeneration(machine: VirtualMachine): 'V1' | 'V2' {
  return machine.disks.some((disk) => disk.vhdUri !== undefined) ? 'V1' : 'V2';
}
