import type { OperationTarget } from '../core/operation.ts';

/** What an operation's target stands in is called. */
export function containerWord({ containerId }: Pick<OperationTarget, 'containerId'>): 'Vault' | 'Collection' {
  return /\/restorePointCollections\//i.test(containerId ?? '') ? 'Collection' : 'Vault';
}
