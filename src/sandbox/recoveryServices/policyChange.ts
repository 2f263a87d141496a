import type { JsonObject } from '../arm/types.ts';
import type { BackupContext } from './context.ts';
import { configured } from './itemBags.ts';
import { startChange } from './itemChanges.ts';
import { advanceLogs } from './logs.ts';
import type { Operation, Policy, ProtectedItem } from './model.ts';
import { startOperation } from './operations.ts';
import type { Vault } from './vault.ts';
import { troubleInside } from './workloadItems.ts';

/** Azure milliseconds of the operation and its jobs. */
const takes = 70_000;

/**
 * Changes a policy that items have: one ConfigureBackup job for each of them (documented), all named by one operation
 * (published contract). An item that cannot be reached keeps its old configuration, an "inconsistent policy" (documented);
 * that the operation succeeds all the same has no record.
 */
export function changePolicy(
  context: BackupContext,
  vault: Vault,
  items: readonly ProtectedItem[],
  policy: Policy,
  result: () => JsonObject,
): Operation {
  const { world } = context;
  const now = world.now();
  for (const item of items) {
    advanceLogs(context, vault, item, now);
  }
  vault.policies.set(policy.name.toLowerCase(), policy);
  const failedJobs: Record<string, string> = {};
  const jobIds = items.map((item) => {
    const error = troubleInside(context, vault, item);
    const job = startChange(
      context,
      vault,
      item,
      {
        operation: 'ConfigureBackup',
        takes,
        properties: configured(item, policy, vault),
        ...(error === undefined ? {} : { error }),
        apply: () => {
          item.policyState = 'Consistent';
        },
      },
      now,
    );
    if (error !== undefined) {
      item.policyState = 'Inconsistent';
      failedJobs[job.id] = error.code;
    }
    return job.id;
  });
  return startOperation(context, vault, { family: 'policy', takes, jobIds, failedJobs, result });
}
