import { BackupError } from '../core/errors.ts';
import { hasEnded } from '../core/operation.ts';
import type { EngineContext } from './context.ts';
import { notConnected, otherWindow } from './refusals.ts';
import type { Entry } from './store.ts';

/** Asks now what would be asked later, or not at all. @throws BackupError where it has ended, or is not followed here */
export function retry(context: EngineContext, entry: Entry): void {
  const { record } = entry;
  if (hasEnded(record.status)) {
    throw new BackupError(`"${record.title}" has ended: there is nothing to ask.`, { code: 'AlreadyEnded' });
  }
  if (entry.followedBy === 'otherWindow') {
    throw otherWindow(record);
  }
  if (!context.client(entry)) {
    throw notConnected(record);
  }
  entry.failures = 0;
  context.askItself(entry);
}
