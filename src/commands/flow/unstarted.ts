/** What is said of targets that could not be started: in a notification, a log and a document. */
import { BackupError, messageOf } from '../../core/errors.ts';
import { tellingApart } from '../../core/targetText.ts';
import type { AnySendAction } from '../../providers/action.ts';
import { listed } from '../plainText.ts';
import type { Unstarted } from './startOperations.ts';

const namedReasons = 3;

/** One line each, `name: reason`, in their order. */
export function linesOf(unstarted: readonly Unstarted[]): string[] {
  const names = tellingApart(unstarted.map(({ target }) => target));
  return unstarted.map(({ error }, at) => `${names[at]}: ${messageOf(error)}`);
}

/** The same for a document, with what to do about each. */
export function documentOf(unstarted: readonly Unstarted[]): string {
  const lines = linesOf(unstarted);
  return unstarted
    .flatMap(({ error }, at) => {
      const remedies = error instanceof BackupError ? (error.facts.remedies ?? []) : [];
      return [lines[at] ?? '', ...remedies.map((remedy) => `    What to do: ${remedy}`)];
    })
    .join('\n');
}

/** For a notification: a reason that all have in common is said once; of many, the first three. */
export function reasonsOf(unstarted: readonly Unstarted[]): string {
  const [reason = '', ...others] = new Set(unstarted.map(({ error }) => messageOf(error)));
  if (others.length === 0) {
    return `${listed(tellingApart(unstarted.map(({ target }) => target)))}. ${reason}`;
  }
  const lines = linesOf(unstarted)
    .slice(0, namedReasons)
    .map((line) => line.replace(/\.$/, ''));
  return `${lines.join('; ')}${unstarted.length > namedReasons ? `; and ${unstarted.length - namedReasons} more` : ''}.`;
}

/** The one error as it is, or one that holds them all. */
export function soleError(action: AnySendAction, unstarted: readonly Unstarted[]): unknown {
  const first = unstarted[0]?.error;
  if (unstarted.length === 1) {
    return first;
  }
  return new BackupError(
    `${action.title} could be started for none of ${unstarted.length}: ${reasonsOf(unstarted)}`,
    {
      code: first instanceof BackupError ? first.facts.code : 'NoneStarted',
      attempted: action.title,
      ...(first instanceof BackupError && first.facts.remedies ? { remedies: first.facts.remedies } : {}),
    },
    { cause: first },
  );
}
