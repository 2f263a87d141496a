/** VMs, restore point collections and restore points as Azure answers them. */
import type { JsonObject } from '../../../src/core/json.ts';
import { subscriptionKey } from './fakeCloud.ts';

const compute = `${subscriptionKey}/resourceGroups/app-rg/providers/Microsoft.Compute`;
export const machinesPath = `${subscriptionKey}/providers/Microsoft.Compute/virtualMachines`;
export const collectionsPath = `${subscriptionKey}/providers/Microsoft.Compute/restorePointCollections`;

export const machineId = (name: string): string => `${compute}/virtualMachines/${name}`;
export const collectionId = (name: string): string => `${compute}/restorePointCollections/${name}`;
export const pointId = (collection: string, name: string): string => `${collectionId(collection)}/restorePoints/${name}`;
export const diskPointId = (collection: string, point: string, disk: string): string =>
  `${pointId(collection, point)}/diskRestorePoints/${disk}_1`;
/** Where a collection answers with its points, and a point with how far its disks are. */
export const pointsPath = (collection: string): string => `${collectionId(collection)}?$expand=restorePoints`;
export const viewPath = (collection: string, point: string): string => `${pointId(collection, point)}?$expand=instanceView`;

export function machineJson(name: string, properties: JsonObject = {}): JsonObject {
  return {
    id: machineId(name),
    name,
    type: 'Microsoft.Compute/virtualMachines',
    location: 'westeurope',
    properties: {
      provisioningState: 'Succeeded',
      hardwareProfile: { vmSize: 'Standard_D2s_v5' },
      storageProfile: {
        osDisk: {
          name: `${name}-os`,
          osType: 'Linux',
          diskSizeGB: 30,
          managedDisk: { id: `${compute}/disks/${name}-os`, storageAccountType: 'Premium_LRS' },
        },
        dataDisks: [],
      },
      ...properties,
    },
  };
}

/** @param source id of the VM, or of the collection that it holds copies of */
export function collectionJson(name: string, source: string, members: JsonObject = {}): JsonObject {
  return {
    id: collectionId(name),
    name,
    type: 'Microsoft.Compute/restorePointCollections',
    location: 'westeurope',
    properties: { source: { id: source, location: 'westeurope' }, provisioningState: 'Succeeded' },
    ...members,
  };
}

export function withPoints(collection: JsonObject, points: readonly JsonObject[]): JsonObject {
  return { ...collection, properties: { ...(collection['properties'] as JsonObject), restorePoints: [...points] } };
}

export function pointJson(collection: string, name: string, properties: JsonObject = {}): JsonObject {
  return {
    id: pointId(collection, name),
    name,
    properties: {
      provisioningState: 'Succeeded',
      consistencyMode: 'ApplicationConsistent',
      timeCreated: '2026-03-01T09:00:00Z',
      sourceMetadata: {
        storageProfile: {
          osDisk: diskJson(collection, name, 'os', 30),
          dataDisks: [{ lun: 0, ...diskJson(collection, name, 'data', 70) }],
        },
      },
      ...properties,
    },
  };
}

function diskJson(collection: string, point: string, disk: string, size: number): JsonObject {
  return {
    name: disk,
    diskSizeGB: size,
    managedDisk: { id: `${compute}/disks/${disk}`, storageAccountType: 'Premium_LRS' },
    diskRestorePoint: { id: diskPointId(collection, point, disk) },
  };
}

/** A copy; with `disks`, as the instance view tells of each. */
export function copyJson(collection: string, name: string, disks?: Readonly<Record<string, JsonObject>>): JsonObject {
  return pointJson(collection, name, {
    sourceRestorePoint: { id: pointId('own', name) },
    ...(disks === undefined
      ? {}
      : {
          instanceView: {
            diskRestorePoints: Object.entries(disks).map(([disk, replicationStatus]) => ({
              id: diskPointId(collection, name, disk),
              replicationStatus,
            })),
          },
        }),
  });
}

export const arrived: JsonObject = { status: { code: 'ReplicationState/succeeded', level: 'Info' }, completionPercent: 100 };
export const onItsWay = (percent: number): JsonObject => ({
  status: { code: 'ReplicationState/inprogress', level: 'Info' },
  completionPercent: percent,
});
export const lost: JsonObject = { status: { code: 'ReplicationState/failed', level: 'Error', message: 'The copy was ended.' } };
