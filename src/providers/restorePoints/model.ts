/** What Microsoft.Compute answers about VMs and their restore points, read tolerantly. */
export { readCollection, type RestorePointCollection, type SourceKind } from './model/collection.ts';
export { readDisk, type Disk } from './model/disk.ts';
export { readDiskRestorePoint, type DiskRestorePoint } from './model/diskRestorePoint.ts';
export { canRestore, diskStatus, disksOf, isWhole, percentOf, pointState, reasonOfDisk, type PointState } from './model/pointState.ts';
export { readRegion, readResourceGroup, regionKey, sameRegion, type Region, type ResourceGroup } from './model/regions.ts';
export { readRestorePoint, type PointDisk, type Replication, type RestorePoint } from './model/restorePoint.ts';
export {
  isConfidential,
  manyPointsOfMachine,
  mostPointsOfMachine,
  whyLeftOut,
  whyNotConsistency,
  whyUnsupported,
  type Consistency,
} from './model/support.ts';
export { diskText, readVirtualMachine, withDisks, type VirtualMachine, type VmDisk } from './model/virtualMachine.ts';
