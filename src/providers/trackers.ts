/** How every system's operations are followed: pure functions over JSON, for the engine. */
import type { Tracker } from '../core/operation.ts';
import { apiManagementTracker } from './apiManagement/tracking.ts';
import { armOperationTracker, armResultTracker } from './arm/armOperation.ts';
import { jobTracker } from './recoveryServices/tracking/jobTracker.ts';
import { pointTracker } from './restorePoints/tracking/pointTracker.ts';
import { sessionTracker } from './veeam/tracking.ts';

/** By the name that records in the journal bear: one that is renamed leaves its operations behind. */
export const trackers: ReadonlyMap<string, Tracker> = new Map(
  [armOperationTracker, armResultTracker, jobTracker, pointTracker, apiManagementTracker, sessionTracker].map((tracker) => [
    tracker.name,
    tracker,
  ]),
);
