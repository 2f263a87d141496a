import { apiVersions } from '../cloud/apiVersions.ts';
import type { ArmClient } from '../cloud/types.ts';
import { lastSegment, segmentOf } from '../core/armId.ts';
import type { InventoryNode } from '../inventory/types.ts';
import { armPath } from '../providers/arm/armUrl.ts';
import { laidOutJson } from './jsonText.ts';

export interface ResourceAddress {
  readonly id: string;
  /** The sign-in's home tenant where absent. */
  readonly tenantId?: string;
}

/** Azure only lists them: there is no address of a single one. */
const onlyListed = ['protectableItems', 'protectableContainers'];

/** Where the JSON of a node is read; undefined for groups, for what Azure only lists, and for what stands on an appliance. */
export function addressOf({ resourceId: id, tenantId }: InventoryNode): ResourceAddress | undefined {
  if (id === undefined || !id.startsWith('/') || onlyListed.some((segment) => segmentOf(id, segment) !== undefined)) {
    return undefined;
  }
  return tenantId === undefined ? { id } : { id, tenantId };
}

/** A resource as it is now, laid out, as it came but for the space between. @throws BackupError */
export async function readResourceJson(arm: ArmClient, { id, tenantId }: ResourceAddress, signal?: AbortSignal): Promise<string> {
  const answer = await arm.get(armPath(id, [], { apiVersion: apiVersionOf(id) }), {
    attempted: 'read its JSON',
    resource: lastSegment(id),
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(signal === undefined ? {} : { signal }),
  });
  return laidOutJson(answer.text);
}

/** Of Microsoft.Compute, by the last type of an id; its other resources are read as restore points are. */
const computeVersions: Readonly<Record<string, string>> = {
  virtualmachines: apiVersions.virtualMachines,
  disks: apiVersions.disks,
  diskrestorepoints: apiVersions.disks,
};

/** Which api-version reads a resource of this id. */
function apiVersionOf(id: string): string {
  if (segmentOf(id, 'providers') === undefined) {
    return segmentOf(id, 'resourceGroups') === undefined ? apiVersions.subscriptions : apiVersions.resources;
  }
  const type = /\/providers\/microsoft\.compute\/(?:[^/]+\/[^/]+\/)*([^/]+)\/[^/]+\/?$/i.exec(id)?.[1]?.toLowerCase();
  if (type !== undefined) {
    return computeVersions[type] ?? apiVersions.restorePoints;
  }
  return /\/vaults\/[^/]+\/?$/i.test(id) ? apiVersions.vaults : apiVersions.backup;
}
