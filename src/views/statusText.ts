/** The status bar's words: how many operations have not ended. */
import { displayName, visibleText } from '../core/displayText.ts';
import { hasEnded, type OperationRecord } from '../core/operation.ts';
import type { Standing } from '../operations/types.ts';

export interface StatusText {
  readonly text: string;
  readonly tooltip: string;
}

const listedInTooltip = 10;

/** Undefined where nothing runs. */
export function statusText(records: readonly OperationRecord[], standingOf: (id: string) => Standing): StatusText | undefined {
  const active = records.filter((record) => !hasEnded(record.status));
  if (active.length === 0) {
    return undefined;
  }
  const stuck = active.filter((record) => record.trouble !== undefined || standingOf(record.id).notConnected);
  const icon = stuck.length === 0 ? '$(sync~spin)' : stuck.length === active.length ? '$(warning)' : '$(sync~spin) $(warning)';
  const noun = active.length === 1 ? 'operation' : 'operations';
  const lines = active
    .slice(0, listedInTooltip)
    .map((record) => `${visibleText(record.title)}: ${displayName(record.target.name)}${suffixOf(record, standingOf)}`);
  const more = active.length > listedInTooltip ? [`and ${active.length - listedInTooltip} more`] : [];
  return {
    text: `${icon} ${active.length} backup ${noun}`,
    tooltip: [`Azure Backup: ${active.length} ${noun} running`, ...lines, ...more].join('\n'),
  };
}

function suffixOf(record: OperationRecord, standingOf: (id: string) => Standing): string {
  if (standingOf(record.id).notConnected) {
    return ' (not connected)';
  }
  if (record.trouble) {
    return record.trouble.kind === 'paused' ? ' (paused)' : ' (no answer)';
  }
  return record.progress.percent === undefined ? '' : ` (${record.progress.percent} %)`;
}
