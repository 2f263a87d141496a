import type { NodeRow } from './rows.ts';

/** Key of a level: of the row that it is below. */
export function levelKey(row: NodeRow | undefined): string {
  return row?.key ?? '';
}

export function moreKey(row: NodeRow | undefined): string {
  return `${levelKey(row)}!more`;
}

export function isAtOrBelow(key: string, rowKey: string): boolean {
  return key === rowKey || ['/', '#', '!'].some((separator) => key.startsWith(rowKey + separator));
}
