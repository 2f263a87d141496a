/** What a notification says of operations that have ended. */
import { lineText, messageText, shortened } from '../core/displayText.ts';
import type { OperationRecord } from '../core/operation.ts';
import { targetText, tellingApart } from '../core/targetText.ts';
import { fateOf } from '../operations/fates.ts';
import { canBeRetried, isAlone, toRetry, triedIdOf } from '../operations/retries.ts';
import { batchSummary, fates, type Batch } from './batches.ts';
import { onlyStatement } from './statements.ts';
import { statusLooks } from './stateWords.ts';

export interface EndMessage {
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
  /** The operation that the panel opens at. */
  readonly showId: string;
  /** Where one statement mends what went wrong: its text, exactly. */
  readonly statement?: string;
}

const order = { error: 0, warning: 1, info: 2 } as const;
const namedTogether = 3;

/** One message for all that ended at about the same time. Names are shown as text. */
export function endMessage(records: readonly [OperationRecord, ...OperationRecord[]]): EndMessage {
  const worstFirst = [...records].sort((a, b) => order[levelOf(a)] - order[levelOf(b)]);
  const worst = worstFirst[0] ?? records[0];
  const base = { level: levelOf(worst), showId: worst.id, ...statementIn(records) };
  if (records.length === 1) {
    return { ...base, text: messageText(sentenceOf(worst)) };
  }
  const counts = new Map<string, number>();
  for (const record of worstFirst) {
    const word = statusLooks[record.status].word.toLowerCase();
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const summary = [...counts].map(([word, count]) => `${counts.size === 1 ? 'all' : count} ${word}`).join(', ');
  const detail = levelOf(worst) === 'info' ? '' : ` ${sentenceOf(worst)}`;
  return { ...base, text: messageText(`${records.length} operations ended: ${summary}.${detail}`) };
}

/** One message for all that were started together: the counts, and the worst reason with those that it is of. */
export function batchMessage(batch: Batch): EndMessage {
  const { records } = batch;
  const names = tellingApart(records.map(({ target }) => target));
  const telling = records
    .map((record, at) => ({ record, name: names[at] ?? '', why: reasonOf(record) }))
    .filter(({ why }) => why !== undefined)
    .sort((a, b) => fates.indexOf(fateOf(a.record)) - fates.indexOf(fateOf(b.record)));
  const [first] = telling;
  const level = records.map(levelOf).sort((a, b) => order[a] - order[b])[0] ?? 'info';
  const same = telling.filter(({ why }) => why === first?.why);
  const rest = telling.length - same.length;
  const reason = first
    ? ` ${together(same.map(({ name }) => name))}: ${plain(first.why ?? '')}${rest > 0 ? ` And ${rest} more.` : ''}`
    : '';
  return {
    level: level === 'info' && records.length < batch.size ? 'warning' : level,
    text: messageText(`${batchSummary(batch)}.${reason}`),
    showId: (first?.record ?? records[0]).id,
    ...statementIn(records),
  };
}

/** The button that tries again what failed of those that are told, where all of it is tried again as one. */
export function retryOffer(
  told: readonly OperationRecord[],
  all: readonly OperationRecord[],
): { readonly label: string; readonly triedId: string } | undefined {
  const [first] = told;
  if (!first || !told.some(canBeRetried)) {
    return undefined;
  }
  const triedId = triedIdOf(first);
  if (told.some((record) => triedIdOf(record) !== triedId) || toRetry(all, triedId).length === 0) {
    return undefined;
  }
  return { label: isAlone(first) ? 'Try Again' : 'Retry the Failed', triedId };
}

function together(names: readonly string[]): string {
  return names.length <= namedTogether
    ? names.join(', ')
    : `${names.slice(0, namedTogether - 1).join(', ')} and ${names.length - namedTogether + 1} more`;
}

/** Why it is not as it should be; undefined where it is, or where the person wanted it so. */
function reasonOf(record: OperationRecord): string | undefined {
  return levelOf(record) === 'info' ? undefined : saidOf(record);
}

function statementIn(records: readonly OperationRecord[]): Pick<EndMessage, 'statement'> {
  const statement = onlyStatement(records);
  return statement === undefined ? {} : { statement: statement.text };
}

function levelOf(record: OperationRecord): EndMessage['level'] {
  switch (record.status) {
    case 'failed':
      return 'error';
    case 'succeededWithWarnings':
    case 'unknown':
      return 'warning';
    default:
      return 'info';
  }
}

function sentenceOf(record: OperationRecord): string {
  const head = `${plain(record.title)}, ${targetText(record.target)}: ${statusLooks[record.status].word.toLowerCase()}.`;
  const said = saidOf(record);
  return said === undefined ? head : `${head} ${plain(said)}`;
}

/** Of several warnings the first may only name the step that the others are of. */
function saidOf({ error, warnings = [], outcome }: OperationRecord): string | undefined {
  return error?.message ?? (warnings.length > 0 ? [...new Set(warnings.map(({ message }) => message))].join(' ') : outcome);
}

/** Long texts stand in the panel. */
function plain(text: string): string {
  return shortened(lineText(text), 300);
}
