import type { Subscription } from '../../cloud/types.ts';
import { armIdKey } from '../../core/armId.ts';
import { isObject } from '../../core/json.ts';
import { joined, spelled } from '../text.ts';
import { capabilities, kinds } from '../tokens.ts';
import type { InventoryNode } from '../types.ts';
import { colours, fact, lines } from './common.ts';

/** @param forbidden true once Azure has refused to list its vaults. */
export function subscriptionNode(
  subscription: Subscription,
  options: { readonly portal: boolean; readonly forbidden: boolean },
): InventoryNode {
  const { portal, forbidden } = options;
  const tenant = subscription.tenantId === undefined ? {} : { tenantId: subscription.tenantId };
  const state = subscription.state.toLowerCase() === 'enabled' ? undefined : spelled(subscription.state).toLowerCase();
  return {
    key: armIdKey(subscription.id),
    kind: kinds.subscription,
    label: subscription.name || subscription.subscriptionId,
    ...(state || forbidden ? { description: joined(forbidden && 'no access', state) } : {}),
    tooltip: lines(
      subscription.name,
      fact('Subscription', subscription.subscriptionId),
      fact('Tenant', subscription.tenantId),
      fact('State', subscription.state),
      forbidden && 'You may not list the Recovery Services vaults of this subscription.',
    ),
    icon: forbidden ? { id: 'lock', color: colours.muted } : { id: 'key' },
    tokens: [kinds.subscription, capabilities.resource, ...(portal ? [capabilities.portal] : []), capabilities.refreshable],
    expandable: true,
    target: { kind: kinds.subscription, id: subscription.id, name: subscription.name, ...tenant, model: subscription },
    resourceId: subscription.id,
    ...tenant,
    ...(isObject(subscription.raw) ? { raw: subscription.raw } : {}),
  };
}
