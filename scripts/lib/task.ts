// How every task ends: a failure is said in words, and the exit code agrees.
import { say, SetupError } from './deps.mjs';

/** A failure that has already been explained on the screen: only the exit code is left to set. */
export class AlreadySaid extends Error {
  override name = 'AlreadySaid';
}

/** Runs a task's body; a failure becomes exit code 1 and a message that a person can act on. */
export async function runTask(body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof AlreadySaid) return;
    if (error instanceof SetupError || isUsageError(error)) say(error.message);
    else say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

function isUsageError(error: unknown): error is Error {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}
