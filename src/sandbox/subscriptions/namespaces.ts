import { ArmFailure, type ArmRouter, type ArmToolbox, type JsonObject } from '../arm/types.ts';
import { param, subscriptionOf } from '../world/scope.ts';
import { locations } from './locations.ts';
import type { World } from '../world/world.ts';

const regions = locations.map((location) => location.displayName);

/** Resource providers with the types and api-versions that clients choose from. */
const namespaces: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'Microsoft.RecoveryServices': {
    vaults: ['2025-08-01', '2025-02-01', '2024-10-01', '2024-04-01', '2023-06-01', '2023-04-01', '2023-02-01', '2021-12-01', '2016-06-01'],
    'locations/backupStatus': ['2025-02-01', '2024-04-01', '2023-06-01'],
    'vaults/backupJobs': ['2025-02-01', '2024-04-01', '2023-06-01', '2016-12-01'],
  },
  'Microsoft.Compute': {
    virtualMachines: ['2025-04-01', '2024-11-01', '2024-07-01', '2023-09-01', '2022-11-01'],
    disks: ['2025-01-02', '2024-03-02', '2023-04-02'],
    restorePointCollections: [
      '2026-03-01',
      '2025-04-01',
      '2024-11-01',
      '2024-07-01',
      '2023-07-01',
      '2022-11-01',
      '2021-11-01',
      '2021-03-01',
    ],
    'restorePointCollections/restorePoints': [
      '2026-03-01',
      '2025-04-01',
      '2024-11-01',
      '2024-07-01',
      '2023-07-01',
      '2022-11-01',
      '2021-03-01',
    ],
    'restorePointCollections/restorePoints/diskRestorePoints': ['2025-01-02', '2024-03-02', '2023-04-02', '2022-07-02', '2020-12-01'],
  },
  'Microsoft.ApiManagement': { service: ['2024-05-01', '2022-08-01', '2021-08-01'] },
  'Microsoft.Storage': {
    storageAccounts: ['2024-01-01', '2023-05-01', '2022-09-01'],
    'storageAccounts/blobServices/containers': ['2024-01-01', '2023-05-01', '2022-09-01'],
  },
  'Microsoft.ManagedIdentity': { userAssignedIdentities: ['2023-01-31', '2018-11-30'] },
  'Microsoft.Authorization': { roleAssignments: ['2022-04-01', '2020-04-01-preview', '2018-01-01-preview'] },
  'Microsoft.Resources': {
    subscriptions: ['2022-12-01', '2021-01-01', '2019-11-01', '2016-06-01'],
    resourceGroups: ['2024-11-01', '2022-09-01', '2021-04-01'],
    tenants: ['2022-12-01', '2020-01-01', '2016-06-01'],
  },
};

export function registerNamespaces(world: World, tools: ArmToolbox, router: ArmRouter): void {
  router.on('GET', '/subscriptions/{subscriptionId}/providers', (request) => {
    const id = subscriptionOf(world, request);
    return tools.paged(
      request,
      Object.keys(namespaces).map((name) => namespaceResource(id, name)),
    );
  });
  router.on('GET', '/subscriptions/{subscriptionId}/providers/{namespace}', (request) => {
    const id = subscriptionOf(world, request);
    const asked = param(request, 'namespace');
    const name = Object.keys(namespaces).find((known) => known.toLowerCase() === asked.toLowerCase());
    if (name === undefined) {
      throw new ArmFailure(404, 'InvalidResourceNamespace', `The resource namespace '${asked}' is invalid.`, { failureCause: 'gateway' });
    }
    return { status: 200, body: namespaceResource(id, name) };
  });
}

function namespaceResource(subscriptionId: string, name: string): JsonObject {
  return {
    id: `/subscriptions/${subscriptionId}/providers/${name}`,
    namespace: name,
    resourceTypes: Object.entries(namespaces[name] ?? {}).map(([resourceType, apiVersions]) => ({
      resourceType,
      locations: name === 'Microsoft.Resources' ? [] : regions,
      apiVersions: [...apiVersions],
      capabilities: 'SupportsTags, SupportsLocation',
    })),
    registrationState: 'Registered',
    registrationPolicy: 'RegistrationRequired',
  };
}
