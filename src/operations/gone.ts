/** Operations whose cloud is gone for good: nobody will ever answer for them. */
import { BackupError, messageOf } from '../core/errors.ts';
import { hasEnded } from '../core/operation.ts';
import type { EngineContext } from './context.ts';
import { end } from './poller.ts';
import type { Entry } from './store.ts';

/** Ends one that is followed here and whose cloud has ended with all it held. Never rejects: a problem is told. */
export async function endIfGone(context: EngineContext, entry: Entry): Promise<void> {
  const { isGone } = context.options;
  try {
    if (!isGone || !(await isGone(entry.record.cloud))) {
      return;
    }
  } catch (error) {
    // Not knowing is no news: it waits for its cloud as before.
    const message = `Whether ${entry.record.cloud} is gone could not be found out: ${messageOf(error)}`;
    context.store.problem.fire(new BackupError(message, { code: 'Unexpected' }, { cause: error }));
    return;
  }
  // Meanwhile it may have ended, or its cloud may have come.
  if (entry.followedBy !== 'here' || hasEnded(entry.record.status) || context.client(entry)) {
    return;
  }
  if (entry.record.status === 'planned') {
    await end(context, entry, {
      status: 'failed',
      error: { code: 'NotSent', message: 'Nothing was sent: the sandbox that it was meant for has ended; its world is gone.' },
    });
    return;
  }
  await end(context, entry, {
    status: 'unknown',
    error: { code: 'SandboxGone', message: 'The sandbox that it ran in has ended; its world is gone.' },
  });
}
