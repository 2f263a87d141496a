import type { OperationTarget } from '../core/operation.ts';
import { originOfId } from '../providers/veeam/ids.ts';

/** What an operation's target stands in is called. */
export function containerWord({ containerId = '' }: Pick<OperationTarget, 'containerId'>): 'Vault' | 'Collection' | 'Appliance' {
  return originOfId(containerId) !== undefined ? 'Appliance' : /\/restorePointCollections\//i.test(containerId) ? 'Collection' : 'Vault';
}
