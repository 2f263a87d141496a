/** How sessions are followed: pure functions over JSON, for the engine. */
export { sessionTracker, sessionTracking, stopUrlOf } from './tracking/sessionTracker.ts';
