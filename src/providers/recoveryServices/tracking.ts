/** How operations on Azure Backup are followed: pure functions over JSON, for the engine. */
import { armOperationTracker, armResultTracker } from '../arm/armOperation.ts';
import { jobTracker } from './tracking/jobTracker.ts';

export { jobTracking } from './tracking/jobTracker.ts';

/** Names for `Action.tracker`. */
export const trackerNames = { job: jobTracker.name, armOperation: armOperationTracker.name, armResult: armResultTracker.name } as const;
