import { lastSegment } from '../../core/armId.ts';
import { readVirtualMachine } from '../../providers/restorePoints/model.ts';
import { capabilities, kinds } from '../tokens.ts';
import type { InventoryNode } from '../types.ts';

/**
 * An item of a vault with the Azure VM that it protects, or could: what is done to a VM can be done here too. Only its id is
 * known; the actions read the VM itself, and say so where it is gone.
 */
export function withMachine(
  node: InventoryNode,
  { isVirtualMachine, sourceResourceId: id }: { readonly isVirtualMachine: boolean; readonly sourceResourceId?: string },
): InventoryNode {
  // A classic VM is no VM of Microsoft.Compute.
  if (!isVirtualMachine || id === undefined || !/\/providers\/microsoft\.compute\/virtualmachines\/[^/]+$/i.test(id)) {
    return node;
  }
  const name = lastSegment(id);
  const tenant = node.tenantId === undefined ? {} : { tenantId: node.tenantId };
  const target = { kind: kinds.virtualMachine, id, name, ...tenant, model: readVirtualMachine({ id, name }) };
  return { ...node, tokens: [...node.tokens, capabilities.ofVm], also: { target, tokens: [kinds.virtualMachine] } };
}
