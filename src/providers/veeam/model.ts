/** What an appliance tells, as this extension uses it. Field names: Veeam's REST references of v1 to v8. */
export { readMachine, type VeeamMachine } from './model/machine.ts';
export { isStoppable, readSession, sessionState, type SessionState, type VeeamSession } from './model/session.ts';
export { readLog, type LogItem } from './model/log.ts';
