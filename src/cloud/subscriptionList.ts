/** Which subscriptions the chosen tenants give, and which tenants let nobody in. */
import { isCancelled, throwIfCancelled } from '../core/cancellation.ts';
import { BackupError, messageOf } from '../core/errors.ts';
import { stringAt } from '../core/json.ts';
import { apiVersions } from './apiVersions.ts';
import type { Tenant } from './credentials/types.ts';
import type { ArmClient, Subscription, TenantProblem } from './types.ts';

export interface SubscriptionList {
  /** After the filter, by name; each once. */
  readonly subscriptions: readonly Subscription[];
  readonly problems: readonly TenantProblem[];
}

/** All tenants that the home tenant's token can see. @throws BackupError; CancelledError. */
export async function listTenants(arm: ArmClient, signal: AbortSignal): Promise<readonly Tenant[]> {
  const tenants: Tenant[] = [];
  for await (const page of arm.pages(`/tenants?api-version=${apiVersions.tenants}`, { signal, attempted: 'list the tenants' })) {
    for (const item of page.items) {
      const tenantId = stringAt(item, 'tenantId');
      if (tenantId !== undefined) {
        tenants.push({ tenantId, name: stringAt(item, 'displayName') ?? stringAt(item, 'defaultDomain') ?? tenantId });
      }
    }
  }
  return tenants;
}

/**
 * The subscriptions of tenants, asked one tenant beside the other. A tenant without id is the sign-in's own.
 * @param filter ids in lower case; empty lets all through
 * @throws BackupError where no tenant at all let us in; CancelledError.
 */
export async function listSubscriptions(
  arm: ArmClient,
  tenants: readonly Tenant[],
  filter: readonly string[],
  signal: AbortSignal,
): Promise<SubscriptionList> {
  const answers = await Promise.allSettled(tenants.map((tenant) => ofTenant(arm, tenant, filter, signal)));
  throwIfCancelled(signal);
  const found = new Map<string, Subscription>();
  const problems: TenantProblem[] = [];
  for (const [index, answer] of answers.entries()) {
    const tenant = tenants[index];
    if (answer.status === 'rejected') {
      if (isCancelled(answer.reason)) {
        throw answer.reason;
      }
      problems.push({ tenantId: tenant?.tenantId ?? '', tenantName: tenant?.name ?? '', error: asBackupError(answer.reason) });
      continue;
    }
    for (const subscription of answer.value) {
      const key = subscription.subscriptionId.toLowerCase();
      const known = found.get(key);
      // Seen through two tenants: the one that it belongs to gives the better token.
      if (!known || stringAt(subscription.raw, 'tenantId')?.toLowerCase() === tenant?.tenantId.toLowerCase()) {
        found.set(key, subscription);
      }
    }
  }
  const first = problems[0];
  if (first && problems.length === tenants.length) {
    throw first.error;
  }
  const subscriptions = [...found.values()].sort(
    (a, b) =>
      a.name.localeCompare(b.name, 'en', { sensitivity: 'base', numeric: true }) || a.subscriptionId.localeCompare(b.subscriptionId),
  );
  return { subscriptions, problems };
}

async function ofTenant(arm: ArmClient, tenant: Tenant, filter: readonly string[], signal: AbortSignal): Promise<Subscription[]> {
  const found: Subscription[] = [];
  const via = tenant.tenantId === '' ? {} : { tenantId: tenant.tenantId };
  const options = { signal, attempted: 'list the subscriptions', resource: tenant.name, ...via };
  for await (const page of arm.pages(`/subscriptions?api-version=${apiVersions.subscriptions}`, options)) {
    for (const item of page.items) {
      const subscriptionId = stringAt(item, 'subscriptionId');
      if (subscriptionId !== undefined && (filter.length === 0 || filter.includes(subscriptionId.toLowerCase()))) {
        found.push({
          subscriptionId,
          id: stringAt(item, 'id') ?? `/subscriptions/${subscriptionId}`,
          name: stringAt(item, 'displayName') ?? subscriptionId,
          state: stringAt(item, 'state') ?? 'Unknown',
          ...via,
          raw: item,
        });
      }
    }
  }
  return found;
}

function asBackupError(error: unknown): BackupError {
  return error instanceof BackupError ? error : new BackupError(messageOf(error), { code: 'Unexpected' }, { cause: error });
}
