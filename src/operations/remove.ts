/** Takes an operation off the list and the journal. */
import { BackupError } from '../core/errors.ts';
import { hasEnded } from '../core/operation.ts';
import type { EngineContext } from './context.ts';
import { isUnsent } from './phase.ts';
import { otherWindow } from './refusals.ts';
import type { Entry } from './store.ts';

/**
 * One that waits is never sent; one that runs goes on at the service, unwatched.
 * @param beingSent a request of it is on its way
 * @throws BackupError `BeingSent`, `OtherWindow`, `JournalUnwritable`
 */
export async function remove(context: EngineContext, entry: Entry, beingSent: boolean): Promise<void> {
  const { record } = entry;
  const waits = isUnsent(record);
  if (!waits && (record.status === 'planned' || beingSent)) {
    throw new BackupError(`"${record.title}" is being sent this moment. Try again when it has been answered.`, { code: 'BeingSent' });
  }
  if (entry.followedBy === 'otherWindow') {
    throw otherWindow(record);
  }
  try {
    await context.store.remove(entry);
  } catch (error) {
    if (!hasEnded(record.status)) {
      // Still on disk, so still to be followed.
      entry.abort = new AbortController();
      context.schedule(entry, 0);
    }
    throw error;
  }
}
