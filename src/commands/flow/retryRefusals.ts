/** Why what failed is not tried again. */
import { displayName } from '../../core/displayText.ts';
import { BackupError } from '../../core/errors.ts';
import type { OperationRecord } from '../../core/operation.ts';
import { isAlone } from '../../operations/retries.ts';

const attempted = 'try it again';

export function retryUnderWay(together: readonly OperationRecord[]): BackupError {
  const what = aloneOf(together) ? 'It is' : 'These are';
  return new BackupError(`${what} just being tried again.`, { code: 'RetryUnderWay', attempted, remedies: ['Answer what is asked.'] });
}

/** @param together all that were started with it; none where they are not in the list any more */
export function nothingToRetry(together: readonly OperationRecord[]): BackupError {
  const alone = aloneOf(together);
  const unknown = together.filter(({ status }) => status === 'unknown').length;
  const lookFirst = alone ? 'choose Look Again for it first.' : 'choose Look Again for each first.';
  return new BackupError(
    alone
      ? `"${nameOf(alone)}" is not to be tried again: it did not fail, or it was started again already.`
      : 'Nothing of these is to be tried again: none failed, or it was tried again already.',
    {
      code: 'NothingToRetry',
      attempted,
      ...(unknown > 0 ? { remedies: [`${unknown} ${unknown === 1 ? 'is' : 'are'} of unknown outcome: ${lookFirst}`] } : {}),
    },
  );
}

export function notRepeatable({ title }: OperationRecord): BackupError {
  return new BackupError(`What "${title}" failed for is not in the tree any more, or not what it was.`, {
    code: 'NotRepeatable',
    attempted,
    remedies: ['Refresh the tree, select what is to be done and start it there.'],
  });
}

export function otherCloud(record: OperationRecord): BackupError {
  return new BackupError(`"${nameOf(record)}" was not tried again: it belongs to ${record.cloud}, which is not connected.`, {
    code: 'NotConnected',
    attempted,
    resource: record.target.name,
    remedies: [`Connect to ${record.cloud}, then try again.`],
  });
}

function aloneOf([one, ...others]: readonly OperationRecord[]): OperationRecord | undefined {
  return one && others.length === 0 && isAlone(one) ? one : undefined;
}

function nameOf({ title, target }: OperationRecord): string {
  return `${title}, ${displayName(target.name)}`;
}
