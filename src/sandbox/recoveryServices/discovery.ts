import { armIdKey } from '../../core/armId.ts';
import type { ArmReply, ArmRequest, ArmRouter } from '../arm/types.ts';
import { machineId, storageAccountId } from '../world/entities.ts';
import { matches } from '../world/scope.ts';
import { filterOf, vaultOf, vaultTemplate, type BackupContext } from './context.ts';
import { managementOf, type Management } from './model.ts';
import { accepted, startOperation } from './operations.ts';
import { refusals } from './rules.ts';
import type { Vault } from './vault.ts';

/** What a vault could register: it knows what was there when it last looked around. */
export function registerDiscovery(context: BackupContext, router: ArmRouter): void {
  router.on('GET', `${vaultTemplate}/backupFabrics/{fabric}/protectableContainers`, (request) => listProtectable(context, request));
  router.on('POST', `${vaultTemplate}/backupFabrics/{fabric}/refreshContainers`, (request) => refresh(context, request));
}

/** Machines and accounts that the vault knows and that are registered nowhere: those of other vaults are not listed (documented). */
function listProtectable(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const filter = filterOf(context, request, ['backupManagementType']);
  const taken = registered(context);
  const found = candidates(context, vault).filter(
    (candidate) =>
      matches(filter, 'backupmanagementtype', candidate.management) &&
      !taken.has(armIdKey(`${candidate.management}${candidate.containerId}`)),
  );
  return context.tools.paged(
    request,
    found.map((candidate) => ({
      id: `${vault.id}/backupFabrics/Azure/protectableContainers/${candidate.name}`,
      name: candidate.name,
      type: 'Microsoft.RecoveryServices/vaults/backupFabrics/protectableContainers',
      properties: {
        friendlyName: candidate.friendlyName,
        backupManagementType: candidate.management,
        protectableContainerType: candidate.management === 'AzureWorkload' ? 'VMAppContainer' : 'StorageContainer',
        healthStatus: 'Healthy',
        containerId: candidate.containerId,
      },
    })),
  );
}

/** Keys of what is registered with any vault. */
function registered({ world }: BackupContext): ReadonlySet<string> {
  const containers = world.allVaults().flatMap((vault) => [...vault.containers.values()]);
  return new Set(containers.map((container) => armIdKey(`${container.management}${container.sourceResourceId}`)));
}

function candidates(
  { world }: BackupContext,
  vault: Vault,
): { name: string; friendlyName: string; containerId: string; management: 'AzureWorkload' | 'AzureStorage' }[] {
  const known = world
    .machines(vault.subscriptionId, vault.location)
    .filter((machine) => machine.createdAt <= vault.refreshedAt.AzureWorkload);
  const machines = known.map((machine) => ({
    name: `VMAppContainer;Compute;${machine.resourceGroup};${machine.name}`,
    friendlyName: machine.name,
    containerId: machineId(machine),
    management: 'AzureWorkload' as const,
  }));
  const near = world.storageAccounts(vault.subscriptionId).filter((account) => account.location === vault.location);
  const accounts = near.map((account) => ({
    name: `StorageContainer;Storage;${account.resourceGroup};${account.name}`,
    friendlyName: account.name,
    containerId: storageAccountId(account),
    management: 'AzureStorage' as const,
  }));
  return [...machines, ...accounts];
}

const managements = [...new Set(Object.values(managementOf))];

/** Looks around for what the filter names, and for everything without one. */
function refresh(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const filter = filterOf(context, request, ['backupManagementType']);
  const wanted = managements.filter((management: Management) => matches(filter, 'backupmanagementtype', management));
  if (wanted.length === 0) {
    throw refusals.invalidInput(
      `'${filter.get('backupmanagementtype') ?? ''}' is not a backupManagementType of this vault; it is one of ${managements.join(', ')}.`,
    );
  }
  const operation = startOperation(context, vault, { family: 'fabric', takes: 30_000 });
  context.world.agenda.plan(operation.dueAt, (at) => {
    for (const management of wanted) {
      vault.refreshedAt[management] = at;
    }
  });
  return accepted(context, request, vault, operation);
}
