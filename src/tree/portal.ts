import type { CloudEnvironment } from '../cloud/types.ts';
import type { InventoryNode } from '../inventory/types.ts';

/** Where the cloud's portal shows a resource; undefined where the cloud has none, as the sandbox. */
export function portalUrlOf(environment: CloudEnvironment, node: Pick<InventoryNode, 'resourceId' | 'tenantId'>): string | undefined {
  const { portalUrl } = environment;
  if (portalUrl === undefined || node.resourceId === undefined) {
    return undefined;
  }
  const id = node.resourceId.split('/').map(encodeSegment).join('/');
  return `${portalUrl.replace(/\/$/, '')}/#${node.tenantId === undefined ? '' : `@${encodeURIComponent(node.tenantId)}/`}resource${id}`;
}

/** Container and item names hold semicolons, which the portal wants as they are. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replaceAll('%3B', ';');
}
