import { lineText } from '../core/displayText.ts';
import type { ErrorRecord } from '../core/errors.ts';
import type { OperationRecord } from '../core/operation.ts';
import { targetText } from '../core/targetText.ts';
import { fateOf, type Fate } from '../operations/fates.ts';
import { batchSummary, fates, fateWords, type Batch } from './batches.ts';
import { containerWord } from './containerWord.ts';
import { statusLooks } from './stateWords.ts';
import { codeLines } from './statements.ts';

/** Each of what was started together: its fate, why, and what to do about it; the worst first. Plain text. */
export function batchDocument(batch: Batch): string {
  const parts = fates.flatMap((fate) => {
    const of = batch.records.filter((record) => fateOf(record) === fate);
    return of.length === 0
      ? []
      : [`${headings[fate]} (${of.length})`, ...of.flatMap((record) => [`  ${targetText(record.target)}`, ...about(record)]), ''];
  });
  const missing = batch.size - batch.records.length;
  const gone =
    missing > 0
      ? [
          `${missing} of the ${batch.size} ${missing === 1 ? 'is' : 'are'} not in the list: removed from it, or the window closed before ${missing === 1 ? 'its' : 'their'} turn.`,
          '',
        ]
      : [];
  return [`${batchSummary(batch)}.`, '', ...parts, ...gone].join('\n');
}

const headings: Readonly<Record<Fate, string>> = {
  failed: statusLooks.failed.word,
  unknown: statusLooks.unknown.word,
  notStarted: `Not started`,
  warning: statusLooks.succeededWithWarnings.word,
  cancelled: statusLooks.cancelled.word,
  unwatched: 'Not watched any more',
  running: `Still ${fateWords.running}`,
  succeeded: statusLooks.succeeded.word,
};

function about(record: OperationRecord): string[] {
  const { error, warnings = [], outcome, target } = record;
  return [
    ...(outcome === undefined ? [] : [`    ${lineText(outcome)}`]),
    ...[...(error ? [error] : []), ...warnings].flatMap(said),
    ...(target.containerName === undefined ? [] : [`    ${containerWord(target)}: ${lineText(target.containerName)}`]),
  ];
}

function said(error: ErrorRecord): string[] {
  // The service's refusals end with their code already.
  const code = error.message.includes(`(${error.code})`) ? [] : [error.code];
  const ids = [...code, ...(error.requestId === undefined ? [] : [`request ${error.requestId}`])].join(', ');
  return [
    `    ${lineText(error.message)}${ids && ` (${ids})`}`,
    ...(error.remedies ?? []).map((remedy) => `    What to do: ${lineText(remedy)}`),
    ...(error.statement
      ? [`    ${lineText(error.statement.title)}:`, ...codeLines(error.statement.text).map((line) => `      ${line}`)]
      : []),
  ];
}
