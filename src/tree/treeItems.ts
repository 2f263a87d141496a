import * as vscode from 'vscode';
import { displayName, lineText, shortened, visibleText } from '../core/displayText.ts';
import { BackupError, messageOf, toErrorRecord } from '../core/errors.ts';
import { contextValueOf, rows as rowTokens } from '../inventory/tokens.ts';
import type { InventoryNode, NodeIcon } from '../inventory/types.ts';
import { treeCommands } from './ids.ts';
import { kindTitle } from './kindTitles.ts';
import type { CancelledRow, EmptyRow, ErrorRow, LoadingRow, LoadMoreRow, NodeRow, ProblemRow, Row } from './rows.ts';

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;

/** How VS Code shows a row. All text is plain: labels, descriptions and string tooltips know no markup and no icons. */
export function treeItemOf(row: Row, isOpen: (row: NodeRow) => boolean): vscode.TreeItem {
  switch (row.type) {
    case 'node':
      return nodeItem(row.node, row.node.expandable && isOpen(row));
    case 'error':
    case 'problem':
      return errorItem(row);
    case 'cancelled':
      return cancelledItem(row);
    case 'loading':
      return loadingItem(row);
    case 'loadMore':
      return loadMoreItem(row);
    case 'empty':
      return emptyItem(row);
  }
}

function nodeItem(node: InventoryNode, open: boolean): vscode.TreeItem {
  const item = new vscode.TreeItem(displayName(node.label), node.expandable ? (open ? Expanded : Collapsed) : None);
  item.id = node.key;
  item.contextValue = contextValueOf(node.tokens);
  item.iconPath = themeIcon(node.icon);
  const description = node.description ? shortened(visibleText(node.description), 200) : undefined;
  if (description) {
    item.description = description;
  }
  item.tooltip = (node.tooltip ?? [node.label]).map(visibleText).join('\n');
  item.accessibilityInformation = {
    label: [displayName(node.label), kindTitle(node.kind), description].filter((part) => part !== undefined).join(', '),
  };
  return item;
}

function errorItem(row: ErrorRow | ProblemRow): vscode.TreeItem {
  const { code, status, requestId, remedies } = toErrorRecord(row.error);
  const message = lineText(messageOf(row.error));
  const forbidden = status === 403;
  const item = standIn(row, `${forbidden ? 'No access: ' : ''}${shortened(reasonIn(message, row.error), 160)}`);
  item.contextValue = contextValueOf([rowTokens.error]);
  item.iconPath = forbidden
    ? themeIcon({ id: 'lock', color: 'list.warningForeground' })
    : row.type === 'problem'
      ? themeIcon({ id: 'warning', color: 'list.warningForeground' })
      : themeIcon({ id: 'error', color: 'list.errorForeground' });
  item.description = row.type === 'problem' ? code : `${code} · click to retry`;
  item.tooltip = [
    message,
    ...(remedies ?? []).map(lineText),
    `Code: ${code}${status === undefined ? '' : `, HTTP ${status}`}`,
    ...(row.error instanceof BackupError && row.error.facts.resource ? [`Resource: ${visibleText(row.error.facts.resource)}`] : []),
    ...(requestId === undefined ? [] : [`Request ID: ${requestId}`]),
  ].join('\n');
  item.command =
    row.type === 'problem'
      ? { command: treeCommands.showDetails, title: 'Show Error Details', arguments: [row] }
      : { command: treeCommands.retry, title: 'Retry', arguments: [row] };
  item.accessibilityInformation = { label: `Error: ${message}${row.type === 'problem' ? '' : ' Press Enter to retry.'}` };
  return item;
}

/** Where the row stands tells what could not be read, and its description tells the code: a narrow view has room for the reason. */
function reasonIn(message: string, error: unknown): string {
  const { attempted, resource, code } = error instanceof BackupError ? error.facts : {};
  const prefix = attempted === undefined ? '' : lineText(`Could not ${attempted}${resource === undefined ? '' : ` (${resource})`}: `);
  const suffix = ` (${code ?? ''})`;
  const reason = message.startsWith(prefix) ? message.slice(prefix.length).trimStart() : message;
  return (reason.endsWith(suffix) ? reason.slice(0, -suffix.length) : reason) || message;
}

function cancelledItem(row: CancelledRow): vscode.TreeItem {
  const item = standIn(row, 'Loading was cancelled');
  item.description = 'click to retry';
  item.iconPath = themeIcon({ id: 'circle-slash', color: 'disabledForeground' });
  item.contextValue = contextValueOf([rowTokens.cancelledRow]);
  item.command = { command: treeCommands.retry, title: 'Retry', arguments: [row] };
  return item;
}

function loadingItem(row: LoadingRow): vscode.TreeItem {
  const item = standIn(row, row.label);
  item.iconPath = themeIcon({ id: 'loading~spin' });
  if (row.cancellable) {
    item.description = 'click to cancel';
    item.contextValue = contextValueOf([rowTokens.loading]);
    item.command = { command: treeCommands.cancelLoading, title: 'Cancel Loading', arguments: [row] };
  }
  return item;
}

function loadMoreItem(row: LoadMoreRow): vscode.TreeItem {
  const item = standIn(row, 'Load more...');
  item.description = row.soFar ?? `${row.loaded} loaded`;
  item.iconPath = themeIcon({ id: 'fold-down' });
  item.contextValue = contextValueOf([rowTokens.loadMore]);
  item.command = { command: treeCommands.loadMore, title: 'Load More', arguments: [row] };
  return item;
}

function emptyItem(row: EmptyRow): vscode.TreeItem {
  const { message, command, commandTitle } = row.empty;
  const item = standIn(row, visibleText(message));
  item.iconPath = themeIcon({ id: command && !commandTitle ? 'arrow-right' : 'info' });
  item.contextValue = contextValueOf([rowTokens.empty]);
  if (commandTitle) {
    item.description = `click: ${commandTitle}`;
  }
  if (command) {
    item.command = { command, title: commandTitle ?? message, arguments: [row.subject ?? row.argument].filter((one) => one !== undefined) };
  }
  return item;
}

function standIn(row: Exclude<Row, { type: 'node' }>, label: string): vscode.TreeItem {
  const item = new vscode.TreeItem(label, None);
  item.id = row.key;
  item.tooltip = label;
  return item;
}

function themeIcon({ id, color }: NodeIcon): vscode.ThemeIcon {
  return new vscode.ThemeIcon(id, color === undefined ? undefined : new vscode.ThemeColor(color));
}
