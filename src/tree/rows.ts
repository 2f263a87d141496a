/** The rows of the tree: nodes of the inventory, and what stands in for nodes. Knows no vscode. */
import type { InventoryNode, NodePage } from '../inventory/types.ts';

/** A node. The object stays the same over refreshes, as VS Code wants it; what it shows is replaced. */
export interface NodeRow {
  readonly type: 'node';
  readonly key: string;
  node: InventoryNode;
}

interface StandIn {
  readonly key: string;
  /** The row that it stands below; undefined at the first level. */
  readonly parent: NodeRow | undefined;
}

/** The level, or its next page, could not be read. Clicking it tries again. */
export interface ErrorRow extends StandIn {
  readonly type: 'error';
  readonly error: unknown;
  /** True where earlier pages are shown above it. */
  readonly ofNextPage: boolean;
}

/** Part of the level could not be read; the rest stands beside it. */
export interface ProblemRow extends StandIn {
  readonly type: 'problem';
  readonly error: unknown;
}

export interface CancelledRow extends StandIn {
  readonly type: 'cancelled';
}

/** It takes a while. Clicking it cancels. */
export interface LoadingRow extends StandIn {
  readonly type: 'loading';
  readonly label: string;
  /** It is a level that is read, which a click ends. */
  readonly cancellable: boolean;
}

export interface LoadMoreRow extends StandIn {
  readonly type: 'loadMore';
  readonly more: string;
  readonly loaded: number;
  /** Said instead of how many are loaded. */
  readonly soFar?: string | undefined;
}

export interface EmptyRow extends StandIn {
  readonly type: 'empty';
  readonly empty: NonNullable<NodePage['empty']>;
  /** What the offered command is called with: an action's target, or the row to refresh. */
  readonly subject?: NodeRow;
  /** Where there is no subject: what the command is called with. */
  readonly argument?: string;
}

export type Row = NodeRow | ErrorRow | ProblemRow | CancelledRow | LoadingRow | LoadMoreRow | EmptyRow;

/** All that a person sees of a node. */
export function looksOf({ label, description, tooltip, icon, tokens, expandable }: InventoryNode): string {
  return JSON.stringify([label, description, tooltip, icon.id, icon.color, tokens, expandable]);
}

export function isNodeRow(value: unknown): value is NodeRow {
  return typeof value === 'object' && value !== null && (value as { type?: unknown }).type === 'node' && 'node' in value;
}

/**
 * The nodes that a command is for, from what VS Code hands it: the row that was clicked, and, where several are
 * selected and it is one of them, all of those.
 */
export function nodesOf(clicked: unknown, selected?: unknown): readonly InventoryNode[] {
  const rows = Array.isArray(selected) && selected.includes(clicked) ? (selected as unknown[]) : [clicked];
  return rows.filter(isNodeRow).map((row) => row.node);
}
