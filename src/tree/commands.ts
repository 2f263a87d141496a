import * as vscode from 'vscode';
import type { Connection } from '../cloud/types.ts';
import { isCancelled } from '../core/cancellation.ts';
import { lineText, messageText, visibleText, withoutIcons } from '../core/displayText.ts';
import { BackupError, messageOf, toErrorRecord } from '../core/errors.ts';
import type { InventoryNode } from '../inventory/types.ts';
import { capabilities } from '../inventory/tokens.ts';
import { treeCommands, type TreeCommand } from './ids.ts';
import type { JsonDocuments } from './jsonDocuments.ts';
import { portalUrlOf } from './portal.ts';
import { isNodeRow, nodesOf, type ErrorRow, type LoadMoreRow, type ProblemRow, type Row } from './rows.ts';
import type { TreeModel } from './treeModel.ts';

interface Services {
  readonly model: TreeModel;
  readonly connection: Pick<Connection, 'state'>;
  readonly documents: JsonDocuments;
  readonly view: vscode.TreeView<Row>;
}

/** Tabs that one click may open at most. */
const mostAtOnce = 10;

/** What each command of the tree does; the table's type makes a forgotten one a compile error. */
function handlers(services: Services): Readonly<Record<TreeCommand, (clicked?: unknown, selected?: unknown) => unknown>> {
  const { model, connection, documents, view } = services;
  const picked = (clicked: unknown, selected: unknown): readonly InventoryNode[] =>
    clicked === undefined ? view.selection.filter(isNodeRow).map((row) => row.node) : nodesOf(clicked, selected);
  return {
    [treeCommands.refresh]: () => (connection.state.kind === 'failed' ? model.reconnect() : model.refresh()),
    [treeCommands.refreshNode]: (clicked) => model.refresh(isNodeRow(clicked) ? clicked : undefined),
    [treeCommands.cancelLoading]: (clicked) => model.cancel(isRow(clicked) ? clicked : undefined),
    [treeCommands.retry]: (clicked) => (isRow(clicked) ? model.retry(clicked) : undefined),
    [treeCommands.loadMore]: (clicked) => (isLoadMore(clicked) ? model.loadMore(clicked) : undefined),
    [treeCommands.filter]: () => askFilter(model),
    [treeCommands.clearFilter]: () => model.setFilter(undefined),
    [treeCommands.openInPortal]: (clicked, selected) => openInPortal(connection, picked(clicked, selected)),
    [treeCommands.copyResourceId]: (clicked, selected) => copyIds(picked(clicked, selected)),
    [treeCommands.viewJson]: (clicked, selected) => viewJson(documents, picked(clicked, selected)),
    [treeCommands.copyStatement]: (clicked, selected) => copyStatements(picked(clicked, selected)),
    [treeCommands.showDetails]: (clicked) => (isErrorRow(clicked) ? showDetails(clicked.error) : undefined),
  };
}

/** Registers them. A failure is told to the person; nothing is thrown into the air. */
export function registerTreeCommands(services: Services): vscode.Disposable {
  const registrations = Object.entries(handlers(services)).map(([command, run]) =>
    vscode.commands.registerCommand(command, async (clicked?: unknown, selected?: unknown) => {
      try {
        await run(clicked, selected);
      } catch (error) {
        if (!isCancelled(error)) {
          await showDetails(error);
        }
      }
    }),
  );
  return vscode.Disposable.from(...registrations);
}

async function askFilter(model: TreeModel): Promise<void> {
  const text = await vscode.window.showInputBox({
    title: 'Filter Resources',
    prompt: 'Shows what holds these words in its name or description, of what is loaded. Leave it empty to show everything.',
    value: model.filterText ?? '',
  });
  if (text !== undefined) {
    model.setFilter(text);
  }
}

async function openInPortal(connection: Pick<Connection, 'state'>, nodes: readonly InventoryNode[]): Promise<void> {
  const { state } = connection;
  const urls = state.kind === 'connected' ? nodes.flatMap((node) => portalUrlOf(state.environment, node) ?? []) : [];
  if (urls.length === 0) {
    throw new BackupError('There is nothing to open in a portal: this cloud has none, or no resource is selected.', { code: 'NoPortal' });
  }
  for (const url of urls.slice(0, mostAtOnce)) {
    await vscode.env.openExternal(vscode.Uri.parse(url, true));
  }
}

async function copyIds(nodes: readonly InventoryNode[]): Promise<void> {
  const ids = nodes.flatMap((node) => node.resourceId ?? []);
  if (ids.length === 0) {
    throw new BackupError('No resource is selected, so there is no ID to copy.', { code: 'NothingSelected' });
  }
  await vscode.env.clipboard.writeText(ids.join('\n'));
  vscode.window.setStatusBarMessage(ids.length === 1 ? 'Resource ID copied' : `${ids.length} resource IDs copied`, 3000);
}

async function copyStatements(nodes: readonly InventoryNode[]): Promise<void> {
  const statements = nodes.flatMap((node) => node.statement ?? []);
  if (statements.length === 0) {
    throw new BackupError('Nothing is selected for which there is a statement to run.', { code: 'NothingSelected' });
  }
  // Several rows may be mended by the same statement.
  await vscode.env.clipboard.writeText([...new Set(statements.map(({ text }) => text))].join('\n'));
  vscode.window.setStatusBarMessage(`Statement copied. ${withoutIcons(lineText(statements[0]?.title ?? ''))}`, 8000);
}

async function viewJson(documents: JsonDocuments, nodes: readonly InventoryNode[]): Promise<void> {
  const resources = nodes.filter(({ resourceId, tokens }) => resourceId !== undefined || tokens.includes(capabilities.listed));
  if (resources.length === 0) {
    throw new BackupError('No resource is selected, so there is no JSON to show.', { code: 'NothingSelected' });
  }
  for (const node of resources.slice(0, mostAtOnce)) {
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: `Reading ${withoutIcons(visibleText(node.label))}` },
      () => documents.showNode(node),
    );
  }
}

/** The whole error: what, where, what to do, and the request's id for whoever is asked for help. */
async function showDetails(error: unknown): Promise<void> {
  const record = toErrorRecord(error);
  const sentence = messageText([messageOf(error), ...(record.remedies ?? [])].join(' '));
  const chosen = await vscode.window.showErrorMessage(sentence, 'Copy Details');
  if (chosen) {
    await vscode.env.clipboard.writeText(JSON.stringify(record, null, 2));
  }
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string' && 'key' in value;
}

function isLoadMore(value: unknown): value is LoadMoreRow {
  return isRow(value) && value.type === 'loadMore';
}

function isErrorRow(value: unknown): value is ErrorRow | ProblemRow {
  return isRow(value) && (value.type === 'error' || value.type === 'problem');
}
