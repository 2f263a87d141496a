/** The records of Azure Backup as the rest of the house sees them. Each keeps Azure's own JSON in `raw`. */
export type { AzureRecord, RecordList } from '../arm/record.ts';
export type { Vault } from './model/vault.ts';
export type { Container, WorkloadInquiry } from './model/container.ts';
export type { ProtectableItem } from './model/protectableItem.ts';
export type { ProtectedItem } from './model/protectedItem.ts';
export type { ProtectionIntent } from './model/protectionIntent.ts';
export type { Policy } from './model/policy.ts';
export type { Job } from './model/job.ts';
export type { RecoveryPoint, RecoveryPointTier } from './model/recoveryPoint.ts';
export { readVault } from './model/vault.ts';
export { readContainer } from './model/container.ts';
export { readProtectableItem } from './model/protectableItem.ts';
export { readProtectedItem } from './model/protectedItem.ts';
export { readPolicy } from './model/policy.ts';
export { readJob } from './model/job.ts';
export { readRecoveryPoint } from './model/recoveryPoint.ts';
export { isCancellable, jobState, protectedItemState, softDeleteKeeps } from './model/state.ts';
export type { JobState, ProtectedItemState } from './model/state.ts';
