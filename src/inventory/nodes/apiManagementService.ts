import { isAtRest, tierHasBackups, type ApiService } from '../../providers/apiManagement/model.ts';
import { joined, spelled } from '../text.ts';
import { itemStates, kinds, serviceStates, systems } from '../tokens.ts';
import type { InventoryNode, NodeIcon } from '../types.ts';
import { colours, fact, lines, resourceNode, type NodeContext } from './common.ts';
import { runningText } from './protectedItem.ts';

/** Its name, tier, region and state. One whose tier has no backups holds nothing, and says why. */
export function apiManagementServiceNode(service: ApiService, context: NodeContext): InventoryNode {
  const running = context.running(service.id);
  const hasBackups = tierHasBackups(service.tier) !== false;
  const state = isAtRest(service) ? undefined : spelled(service.provisioningState ?? '').toLowerCase();
  return resourceNode(context, kinds.apiManagementService, service, {
    label: service.name,
    description: joined(running && runningText(running), state, service.tier, service.location, service.resourceGroup),
    tooltip: lines(
      service.name,
      running && lines(runningText(running), running.message).join(': '),
      !hasBackups && `${service.tier ?? 'This tier'} has no backup and restore: Developer, Basic, Standard and Premium do.`,
      fact(
        'Tier',
        joined(
          service.tier,
          service.capacity !== undefined && service.capacity > 0 && `${service.capacity} ${service.capacity === 1 ? 'unit' : 'units'}`,
        ),
      ),
      fact('Region', service.location),
      fact('Resource group', service.resourceGroup),
      fact('State', service.provisioningState),
      fact('Gateway', service.gatewayUrl),
      fact('Managed identities', service.identities.map(({ user }) => user?.name ?? 'system-assigned').join(', ')),
    ),
    icon: running ? { id: 'sync~spin', color: colours.active } : iconOf(service, hasBackups),
    expandable: hasBackups,
    system: systems.apiManagement,
    states: [hasBackups ? serviceStates.canBackUp : serviceStates.cannotBackUp, ...(running ? [itemStates.busy] : [])],
  });
}

function iconOf(service: ApiService, hasBackups: boolean): NodeIcon {
  if (service.provisioningState?.toLowerCase() === 'failed') {
    return { id: 'error', color: colours.bad };
  }
  return isAtRest(service) ? { id: 'cloud', ...(hasBackups ? {} : { color: colours.muted }) } : { id: 'sync', color: colours.active };
}
