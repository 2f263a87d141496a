/** What Microsoft.Compute answers about VMs and their restore points, read tolerantly. */
export { readCollection, type RestorePointCollection } from './model/collection.ts';
export { readDisk, type Disk } from './model/disk.ts';
export { readDiskRestorePoint, type DiskRestorePoint } from './model/diskRestorePoint.ts';
export { canRestore, diskStatus, disksOf, isWhole, pointState, type PointState } from './model/pointState.ts';
export { readRegion, readResourceGroup, sameRegion, type Region, type ResourceGroup } from './model/regions.ts';
export { readRestorePoint, type PointDisk, type RestorePoint } from './model/restorePoint.ts';
export {
  isConfidential,
  keysOfCopy,
  manyPointsOfMachine,
  mostPointsOfMachine,
  whyLeftOut,
  whyNotConsistency,
  whyUnsupported,
  type Consistency,
} from './model/support.ts';
export { diskText, readVirtualMachine, withDisks, type VirtualMachine } from './model/virtualMachine.ts';
