/** How operations on restore points are followed: pure functions over JSON, for the engine. */
import { armOperationTracker } from '../arm/armOperation.ts';
import { pointTracker } from './tracking/pointTracker.ts';

export { pointTracking } from './tracking/pointTracker.ts';

/** Names for `Action.tracker`: `armOperation` is for what has no restore point behind it. */
export const trackerNames = { point: pointTracker.name, armOperation: armOperationTracker.name } as const;
