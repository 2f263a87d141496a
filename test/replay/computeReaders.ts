/** Which recorded requests of Microsoft.Compute our provider of restore points reads, and by which of its functions. */
import type { ArmClient } from '../../src/cloud/types.ts';
import type { ListQuery } from '../../src/providers/recoveryServices/api.ts';
import type { AzureRecord } from '../../src/providers/recoveryServices/model.ts';
import {
  getCollection,
  getDisk,
  getDiskRestorePoint,
  getRestorePoint,
  getVirtualMachine,
  lists,
} from '../../src/providers/restorePoints/api.ts';

export type ComputeKind = 'VM' | 'disk' | 'restore point collection' | 'restore point' | 'disk restore point';

export type ComputeReading =
  | { readonly is: 'list'; readonly kind: ComputeKind; readonly query: ListQuery<AzureRecord> }
  | { readonly is: 'detail'; readonly kind: ComputeKind; readonly get: (arm: ArmClient) => Promise<AzureRecord> };

/** Types below Microsoft.Compute; the id is that of the subscription, the resource group or the restore point. */
const listReaders: Readonly<Record<string, readonly [ComputeKind, (id: string) => ListQuery<AzureRecord>]>> = {
  virtualmachines: ['VM', lists.virtualMachines],
  disks: ['disk', lists.disks],
  restorepointcollections: ['restore point collection', lists.collections],
  'restorepointcollections/restorepoints/diskrestorepoints': ['disk restore point', lists.diskRestorePoints],
};

const detailReaders: Readonly<Record<string, readonly [ComputeKind, (arm: ArmClient, id: string) => Promise<AzureRecord>]>> = {
  virtualmachines: ['VM', getVirtualMachine],
  disks: ['disk', getDisk],
  restorepointcollections: ['restore point collection', getCollection],
  'restorepointcollections/restorepoints': ['restore point', getRestorePoint],
  'restorepointcollections/restorepoints/diskrestorepoints': ['disk restore point', getDiskRestorePoint],
};

/** @param segments of the whole path @param idOf the id made of the segments up to one */
export function computeReadingOf(segments: readonly string[], idOf: (last: number) => string): ComputeReading | undefined {
  const at = segments.findIndex((segment, index) => segment.toLowerCase() === 'microsoft.compute' && isProviders(segments[index - 1]));
  const below = segments.slice(at + 1);
  if (at < 0 || below.length === 0) {
    return undefined;
  }
  const types = below
    .filter((_, index) => index % 2 === 0)
    .join('/')
    .toLowerCase();
  if (below.length % 2 === 0) {
    const [kind, get] = detailReaders[types] ?? [];
    return kind && get && { is: 'detail', kind, get: (arm) => get(arm, idOf(segments.length - 1)) };
  }
  const [kind, query] = listReaders[types] ?? [];
  // What stands in a resource is asked of that; all else of the subscription or the group.
  return kind && query && { is: 'list', kind, query: query(idOf(below.length === 1 ? at - 2 : segments.length - 2)) };
}

const isProviders = (segment: string | undefined): boolean => segment?.toLowerCase() === 'providers';
