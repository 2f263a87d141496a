/** What this extension follows is a person's choice: to stop following ends nothing at the service, and can be taken back. */
import { BackupError } from '../core/errors.ts';
import { hasEnded, isFollowed, type OperationRecord } from '../core/operation.ts';
import { isoTime } from './clock.ts';
import type { EngineContext } from './context.ts';
import { notConnected, otherWindow } from './refusals.ts';
import type { Entry } from './store.ts';
import type { Standing } from './types.ts';

/** @param isConnected its cloud can be asked */
export function standingOf(entry: Entry | undefined, isConnected: (entry: Entry) => boolean): Standing {
  const pending = entry !== undefined && isFollowed(entry.record);
  const notConnected = pending && entry.followedBy !== 'otherWindow' && !isConnected(entry);
  return {
    followedBy: !pending || notConnected ? 'nobody' : entry.followedBy,
    notConnected,
    ...(entry?.unsaved ? { unsaved: entry.unsaved } : {}),
  };
}

/** True where following it may be stopped: it is at the service, and nothing is left for this extension to send. */
export function mayStopWatching({ status, first, lane }: OperationRecord): boolean {
  return (status === 'accepted' || status === 'running') && (first === undefined || first.done === true) && lane === undefined;
}

/**
 * From now on nobody asks how it goes, in this window and in those to come. Nothing is sent.
 * @throws BackupError `AlreadyEnded`, `OtherWindow`, `StillNeeded` where others wait for its end or more of it is to be sent, `JournalUnwritable`
 */
export async function stopWatching(context: EngineContext, entry: Entry): Promise<void> {
  const { record } = entry;
  requireGoingOn(record);
  if (entry.followedBy === 'otherWindow') {
    throw otherWindow(record);
  }
  if (record.unwatchedAt !== undefined) {
    return;
  }
  if (!mayStopWatching(record)) {
    throw new BackupError(`"${record.title}" has to be watched for now: it is being sent, or something waits for its end.`, {
      code: 'StillNeeded',
      resource: record.target.name,
      remedies: ['Let it go on, or cancel it where that is offered.'],
    });
  }
  const unsaved = await context.store.update(entry, {
    unwatchedAt: isoTime(context.clock.now()),
    trouble: undefined,
    nextPollAt: undefined,
  });
  if (unsaved) {
    // A window to come would follow it, so that it is not is not said.
    await context.store.update(entry, { unwatchedAt: undefined });
    throw new BackupError(unsaved.message, { ...unsaved });
  }
  context.schedule(entry, 0);
}

/** Goes on where it was left. @throws BackupError `AlreadyEnded`, `OtherWindow`, `NotConnected` */
export async function followAgain(context: EngineContext, entry: Entry): Promise<void> {
  const { record } = entry;
  requireGoingOn(record);
  if (!(await context.store.claim(record.id))) {
    throw otherWindow(record);
  }
  if (!context.client(entry)) {
    throw notConnected(record);
  }
  entry.followedBy = 'here';
  entry.failures = 0;
  await context.store.update(entry, { unwatchedAt: undefined });
  context.schedule(entry, 0);
}

function requireGoingOn({ title, status, target }: OperationRecord): void {
  if (hasEnded(status)) {
    throw new BackupError(`"${title}" has ended: there is nothing to watch.`, { code: 'AlreadyEnded', resource: target.name });
  }
}
