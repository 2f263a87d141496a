import type { JsonObject } from '../arm/types.ts';
import type { DiskSku } from '../world/entities.ts';

/** Premium SSD by size (documented): up to so many GB, the tier's name, operations a second, MB a second. */
const premium = [
  [4, 'P1', 120, 25],
  [8, 'P2', 120, 25],
  [16, 'P3', 120, 25],
  [32, 'P4', 120, 25],
  [64, 'P6', 240, 50],
  [128, 'P10', 500, 100],
  [256, 'P15', 1100, 125],
  [512, 'P20', 2300, 150],
  [1024, 'P30', 5000, 200],
  [2048, 'P40', 7500, 250],
  [4096, 'P50', 7500, 250],
  [8192, 'P60', 16_000, 500],
  [16_384, 'P70', 18_000, 750],
  [Infinity, 'P80', 20_000, 900],
] as const;

/** What Azure says of a disk's performance; recorded for Premium SSD. Other kinds have no tier. */
export function performanceOf(sku: DiskSku, sizeGb: number): JsonObject {
  if (sku === 'Premium_LRS' || sku === 'Premium_ZRS') {
    const [, tier, diskIOPSReadWrite, diskMBpsReadWrite] = premium.find(([limit]) => sizeGb <= limit) ?? premium[0];
    return { diskIOPSReadWrite, diskMBpsReadWrite, tier };
  }
  return sku === 'Standard_LRS' ? { diskIOPSReadWrite: 500, diskMBpsReadWrite: 60 } : { diskIOPSReadWrite: 500, diskMBpsReadWrite: 100 };
}
