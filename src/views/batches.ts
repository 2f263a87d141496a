/** What was started together, by one choice of a person, and how that goes: pure functions over records. */
import { visibleText } from '../core/displayText.ts';
import { hasEnded, isFollowed, type OperationRecord } from '../core/operation.ts';
import { targetText } from '../core/targetText.ts';
import { fateOf, type Fate } from '../operations/fates.ts';
import { statusLooks } from './stateWords.ts';

export interface Batch {
  readonly id: string;
  readonly title: string;
  /** How many there were to be started; more than `records` where some were removed, or a window closed before their turn. */
  readonly size: number;
  /** In the order in which they were started. */
  readonly records: readonly [OperationRecord, ...OperationRecord[]];
}

/** Worst first, as a document lists them. */
export const fates: readonly Fate[] = ['failed', 'unknown', 'notStarted', 'warning', 'cancelled', 'unwatched', 'running', 'succeeded'];

export const fateWords: Readonly<Record<Fate, string>> = {
  failed: 'failed',
  unknown: 'of unknown outcome',
  notStarted: 'not started',
  warning: 'with warnings',
  cancelled: 'cancelled',
  unwatched: 'not watched any more',
  running: 'running',
  succeeded: 'succeeded',
};

/** Those of the records that were started together, the newest batch first. */
export function batchesOf(records: readonly OperationRecord[]): Batch[] {
  const found = new Map<string, [OperationRecord, ...OperationRecord[]]>();
  for (const record of records) {
    if (record.batch) {
      const known = found.get(record.batch.id);
      if (known) {
        known.push(record);
      } else {
        found.set(record.batch.id, [record]);
      }
    }
  }
  return [...found].map(([id, of]) => ({
    id,
    title: of[0].title,
    size: of[0].batch?.size ?? of.length,
    // Not by locale, which takes longer: this is asked several times a second of thousands.
    records: of.sort((a, b) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : 0)),
  }));
}

export function batchOf(records: readonly OperationRecord[], id: string): Batch | undefined {
  return batchesOf(records.filter(({ batch }) => batch?.id === id))[0];
}

export function isRunning({ records }: Batch): boolean {
  return records.some(isFollowed);
}

/** `Protect: 4 of 10 ended`: while it runs. */
export function batchProgress({ title, records, size }: Batch): string {
  return `${visibleText(title)}: ${records.filter(({ status }) => hasEnded(status)).length} of ${size} ended`;
}

/** `Protect: 8 of 10 succeeded, 1 with warnings, 1 failed`: at its end. Of one that was tried again alone: `Protect, vm-1: failed`. */
export function batchSummary({ title, records, size }: Batch): string {
  if (size === 1) {
    const [record] = records;
    return `${visibleText(title)}, ${targetText(record.target)}: ${statusLooks[record.status].word.toLowerCase()}`;
  }
  const count = (fate: Fate): number => records.filter((record) => fateOf(record) === fate).length;
  const succeeded = count('succeeded');
  const warned = count('warning');
  const others = (['warning', 'failed', 'unknown', 'notStarted', 'cancelled', 'unwatched', 'running'] as const)
    .filter((fate) => count(fate) > 0 && (fate !== 'warning' || succeeded > 0))
    .map((fate) => `${count(fate)} ${fateWords[fate]}`);
  const missing = size - records.length;
  // What ended with warnings did succeed: it is not counted beside a "none".
  const said = succeeded > 0 || warned === 0 ? `${ofAll(succeeded, size)} succeeded` : `${ofAll(warned, size)} succeeded with warnings`;
  return `${visibleText(title)}: ${[said, ...others, ...(missing > 0 ? [`${missing} not in the list any more`] : [])].join(', ')}`;
}

function ofAll(count: number, size: number): string {
  return count === size ? `all ${size}` : `${count === 0 ? 'none' : count} of ${size}`;
}
