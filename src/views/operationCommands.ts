/** What the palette does with an operation or a batch: which ones it offers, and what each is asked. Free of vscode. */
import { lineText, withoutIcons } from '../core/displayText.ts';
import { targetText } from '../core/targetText.ts';
import { Retries, toRetry } from '../operations/retries.ts';
import type { OperationEngine } from '../operations/types.ts';
import { batchesOf, batchSummary } from './batches.ts';
import { operationDetails } from './operationDetails.ts';
import { retriedOf } from './operationRow.ts';
import type { BatchAction, RowAction } from './protocol.ts';
import { statusLooks } from './stateWords.ts';

/** What of the panel's buttons the palette has too. */
export type PaletteAction = Extract<RowAction, 'cancel' | 'stopWatching' | 'followAgain' | 'tryAgain'> | BatchAction;

export interface Offer {
  /** Of an operation or a batch. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
}

/** Newest first; empty where there is nothing to do it to. Labels show no icons that a name asks for. */
export function offersOf(action: PaletteAction, engine: Pick<OperationEngine, 'list' | 'standing'>): Offer[] {
  const records = engine.list();
  const retries = new Retries(records);
  if (action === 'retryFailed' || action === 'cancelUnsent') {
    const countOf = (id: string): number =>
      action === 'retryFailed'
        ? toRetry(records, id, retries).length
        : records.filter((record) => record.batch?.id === id && mayCancelUnsent(record, engine)).length;
    return batchesOf(records).flatMap((batch) => {
      const count = action === 'retryFailed' && batch.size === 1 ? 0 : countOf(batch.id);
      const what = action === 'retryFailed' ? 'to try again' : 'not sent yet';
      return count === 0 ? [] : [{ id: batch.id, label: shownName(batchSummary(batch)), description: `${count} ${what}` }];
    });
  }
  return records
    .filter((record) => operationDetails(record, engine.standing(record.id), retriedOf(retries, record)).actions.includes(action))
    .map((record) => ({
      id: record.id,
      label: shownName(`${record.title}: ${targetText(record.target)}`),
      description: statusLooks[record.status].word,
    }));
}

function mayCancelUnsent(record: ReturnType<OperationEngine['list']>[number], engine: Pick<OperationEngine, 'standing'>): boolean {
  return record.status === 'planned' && operationDetails(record, engine.standing(record.id)).actions.includes('cancel');
}

function shownName(text: string): string {
  return withoutIcons(lineText(text));
}
