/** How operations on restore points are followed: pure functions over JSON, for the engine. */
import type { Tracker } from '../../core/operation.ts';
import { trackerNames as armTrackerNames } from '../recoveryServices/tracking.ts';
import { pointTracker } from './tracking/pointTracker.ts';

export { pointTracking } from './tracking/pointTracker.ts';
export { trackingOfUrl } from '../recoveryServices/tracking.ts';

/** Beside those of Azure Backup, of which `arm.operation` follows what has no restore point behind it. */
export const restorePointTrackers: readonly Tracker[] = [pointTracker];
/** Names for `Action.tracker`. */
export const trackerNames = { point: pointTracker.name, armOperation: armTrackerNames.armOperation } as const;
