import { armIdKey } from '../core/armId.ts';
import type { ListKey } from './lists.ts';
import { kinds } from './tokens.ts';

/**
 * Keys of the lists of restore points. The VMs' and the collections' are those of their groups in the tree; the others
 * belong to the resource, wherever that is shown.
 */
export const restorePointLists = {
  machines: (subscriptionId: string): ListKey => `${armIdKey(subscriptionId)}#${kinds.virtualMachines}`,
  collections: (subscriptionId: string): ListKey => `${armIdKey(subscriptionId)}#${kinds.restorePointCollections}`,
  points: (collectionId: string): ListKey => `${armIdKey(collectionId)}#points`,
  disks: (pointId: string): ListKey => `${armIdKey(pointId)}#disks`,
} as const;
