/** The status bar's words: how many operations have not ended. */
import { visibleText, withoutIcons } from '../core/displayText.ts';
import { isFollowed, type OperationRecord } from '../core/operation.ts';
import { targetText } from '../core/targetText.ts';
import { isWaiting } from '../operations/phase.ts';
import type { Standing } from '../operations/types.ts';
import { batchesOf, batchProgress, isRunning } from './batches.ts';

export interface StatusText {
  readonly text: string;
  readonly tooltip: string;
}

const listedInTooltip = 10;

/** Undefined where nothing runs. What was started together is one line, and the text where nothing else runs. */
export function statusText(records: readonly OperationRecord[], standingOf: (id: string) => Standing): StatusText | undefined {
  const active = records.filter(isFollowed);
  if (active.length === 0) {
    return undefined;
  }
  const queued = active.filter(isWaiting).length;
  const stuck = active.filter((record) => record.trouble !== undefined || standingOf(record.id).notConnected);
  const icon = stuck.length === 0 ? '$(sync~spin)' : stuck.length === active.length ? '$(warning)' : '$(sync~spin) $(warning)';
  const noun = active.length === 1 ? 'operation' : 'operations';
  const batches = batchesOf(records).filter((batch) => batch.size > 1 && isRunning(batch));
  const alone = active.filter(({ batch }) => batch === undefined || batch.size === 1);
  const lines = [
    ...batches.map(batchProgress),
    ...alone.map((record) => `${visibleText(record.title)}: ${targetText(record.target)}${suffixOf(record, standingOf)}`),
  ];
  const more = lines.length > listedInTooltip ? [`and ${lines.length - listedInTooltip} more`] : [];
  const [only] = batches;
  return {
    text: `${icon} ${only && batches.length === 1 && alone.length === 0 ? withoutIcons(batchProgress(only)) : `${active.length} backup ${noun}`}`,
    tooltip: [
      `Azure Backup: ${active.length} ${noun} running${queued === 0 ? '' : `, ${queued} of them queued`}`,
      ...lines.slice(0, listedInTooltip),
      ...more,
    ].join('\n'),
  };
}

function suffixOf(record: OperationRecord, standingOf: (id: string) => Standing): string {
  if (standingOf(record.id).notConnected) {
    return ' (not connected)';
  }
  if (isWaiting(record)) {
    return ' (queued)';
  }
  if (record.trouble) {
    return record.trouble.kind === 'paused' ? ' (paused)' : ' (no answer)';
  }
  return record.progress.percent === undefined ? '' : ` (${record.progress.percent} %)`;
}
