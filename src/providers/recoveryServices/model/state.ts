/** What Azure's several state members come to, in one word: for icons, descriptions and the end of operations. */
import { fieldsOf } from '../../arm/fields.ts';
import type { Job } from './job.ts';
import type { ProtectedItem } from './protectedItem.ts';

export type ProtectedItemState =
  | { readonly kind: 'healthy' }
  | { readonly kind: 'firstBackupPending' }
  /** Data is kept, nothing is backed up. */
  | { readonly kind: 'stopped' }
  /** As stopped, but the policy goes on ageing the data out. */
  | { readonly kind: 'suspended' }
  /** `daysLeft` counts begun days; absent where Azure gave neither the moment nor the rest. 0: the purge is due. */
  | { readonly kind: 'softDeleted'; readonly daysLeft?: number }
  /** The last backup, or protecting itself, failed. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** Backed up so far, but something needs a look. */
  | { readonly kind: 'unhealthy'; readonly reason: string }
  /** A state that we have no word for; `said` is Azure's, or empty. */
  | { readonly kind: 'unknown'; readonly said: string };

const dayMs = 86_400_000;

/** @param nowMs milliseconds since the epoch, UTC; the days that a soft-deleted item has left are counted from it. */
export function protectedItemState(item: ProtectedItem, nowMs: number): ProtectedItemState {
  if (item.isScheduledForDeferredDelete) {
    const daysLeft = daysUntilPurge(item, nowMs);
    return daysLeft === undefined ? { kind: 'softDeleted' } : { kind: 'softDeleted', daysLeft };
  }
  const protection = word(item.protectionState);
  if (protection === 'protectionstopped' || protection === 'protectionpaused') {
    return { kind: 'stopped' };
  }
  if (protection === 'backupssuspended') {
    return { kind: 'suspended' };
  }
  const lastBackup = word(item.lastBackupStatus);
  if (protection === 'protectionerror' || lastBackup === 'failed' || lastBackup === 'unhealthy') {
    const said = item.lastBackupError ?? item.healthDetails.find((one) => one.remedies);
    return { kind: 'failed', reason: said?.message ?? (protection === 'protectionerror' ? 'Protection failed' : 'The last backup failed') };
  }
  if (protection === 'irpending') {
    return { kind: 'firstBackupPending' };
  }
  const ill = [item.healthStatus, item.protectionStatus].find((status) => illWords.has(word(status)));
  if (ill !== undefined) {
    return { kind: 'unhealthy', reason: item.lastBackupError?.message ?? item.healthDetails[0]?.message ?? ill };
  }
  return protection === 'protected' ? { kind: 'healthy' } : { kind: 'unknown', said: item.protectionState ?? '' };
}

const illWords = new Set(['unhealthy', 'notreachable', 'actionrequired', 'actionsuggested']);

/** Azure gives the moment of the delete, so the purge is that much later; the rest that it gives too is as old as the answer. */
function daysUntilPurge(item: ProtectedItem, nowMs: number): number | undefined {
  const days = item.softDeleteRetentionDays;
  if (item.deletedAt !== undefined && days !== undefined && days > 0) {
    return Math.max(0, Math.ceil((Date.parse(item.deletedAt) + days * dayMs - nowMs) / dayMs));
  }
  const [, whole, hours, minutes] = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):\d{2}/.exec(item.deferredDeleteTimeRemaining ?? '') ?? [];
  return hours === undefined ? undefined : Number(whole ?? 0) + (Number(hours) + Number(minutes) > 0 ? 1 : 0);
}

export type JobState = 'running' | 'cancelling' | 'succeeded' | 'succeededWithWarnings' | 'failed' | 'cancelled' | 'unknown';

const jobStates: Readonly<Record<string, JobState>> = {
  inprogress: 'running',
  cancelling: 'cancelling',
  completed: 'succeeded',
  completedwithwarnings: 'succeededWithWarnings',
  failed: 'failed',
  cancelled: 'cancelled',
  canceled: 'cancelled',
};

/** `unknown` for a status that we have no word for: such a job is not taken to have ended. */
export function jobState(job: Job): JobState {
  return jobStates[word(job.status)] ?? 'unknown';
}

/** Azure leaves `Cancellable` on jobs that have ended, so the state counts too. */
export function isCancellable(job: Job): boolean {
  return jobState(job) === 'running' && job.actions.some((action) => word(action) === 'cancellable');
}

/** Whether deleting in this vault keeps the data for a while, from `backupconfig/vaultconfig`; undefined where it does not say. */
export function softDeleteKeeps(vaultConfig: unknown): boolean | undefined {
  const state = word(fieldsOf(vaultConfig).object('properties').text('softDeleteFeatureState'));
  return state === 'enabled' || state === 'alwayson' ? true : state === 'disabled' ? false : undefined;
}

function word(text: string | undefined): string {
  return text?.toLowerCase() ?? '';
}
