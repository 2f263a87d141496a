/** What a notification says of operations that have ended. */
import { displayName, lineText, messageText, shortened } from '../core/displayText.ts';
import type { OperationRecord } from '../core/operation.ts';
import { statusLooks } from './stateWords.ts';

export interface EndMessage {
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
  /** The operation that the panel opens at. */
  readonly showId: string;
}

const order = { error: 0, warning: 1, info: 2 } as const;

/** One message for all that ended at about the same time. Names are shown as text. */
export function endMessage(records: readonly [OperationRecord, ...OperationRecord[]]): EndMessage {
  const worstFirst = [...records].sort((a, b) => order[levelOf(a)] - order[levelOf(b)]);
  const worst = worstFirst[0] ?? records[0];
  if (records.length === 1) {
    return { level: levelOf(worst), text: messageText(sentenceOf(worst)), showId: worst.id };
  }
  const counts = new Map<string, number>();
  for (const record of worstFirst) {
    const word = statusLooks[record.status].word.toLowerCase();
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const summary = [...counts].map(([word, count]) => `${counts.size === 1 ? 'all' : count} ${word}`).join(', ');
  const detail = levelOf(worst) === 'info' ? '' : ` ${sentenceOf(worst)}`;
  return { level: levelOf(worst), text: messageText(`${records.length} operations ended: ${summary}.${detail}`), showId: worst.id };
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
  const head = `${plain(record.title)}, ${displayName(record.target.name)}: ${statusLooks[record.status].word.toLowerCase()}.`;
  const said = record.error?.message ?? record.warnings?.[0]?.message ?? record.outcome;
  return said === undefined ? head : `${head} ${plain(said)}`;
}

/** Long texts stand in the panel. */
function plain(text: string): string {
  return shortened(lineText(text), 300);
}
