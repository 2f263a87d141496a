/** How operations on Azure Backup are followed: pure functions over JSON, for the engine. */
import type { Tracker } from '../../core/operation.ts';
import { armOperationTracker, armResultTracker } from './tracking/armOperation.ts';
import { jobTracker } from './tracking/jobTracker.ts';

export { trackingOfUrl } from './tracking/armOperation.ts';
export { jobTracking } from './tracking/jobTracker.ts';

export const trackers: readonly Tracker[] = [jobTracker, armOperationTracker, armResultTracker];
/** Names for `Action.tracker`. */
export const trackerNames = { job: jobTracker.name, armOperation: armOperationTracker.name, armResult: armResultTracker.name } as const;
