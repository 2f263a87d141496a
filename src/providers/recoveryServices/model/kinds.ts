/**
 * Azure VMs as Azure Backup's discriminators name them. `Microsoft.Compute/virtualMachines` is what it answers;
 * `AzureIaaSVMProtectedItem` and its classic sisters are the base types' names, which some api-versions answer instead.
 */
const virtualMachineTypes = new Set([
  'microsoft.compute/virtualmachines',
  'microsoft.classiccompute/virtualmachines',
  'azureiaasvmprotecteditem',
  'iaasvmprotectableitem',
]);

export function isVirtualMachineType(type: string | undefined): boolean {
  return type !== undefined && virtualMachineTypes.has(type.toLowerCase());
}
