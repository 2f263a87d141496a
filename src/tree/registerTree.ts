import * as vscode from 'vscode';
import type { Connection } from '../cloud/types.ts';
import { shortened, visibleText } from '../core/displayText.ts';
import type { Inventory, InventoryNode } from '../inventory/types.ts';
import { registerTreeCommands } from './commands.ts';
import type { Disposable } from '../core/events.ts';
import { contextKeys, viewIds } from './ids.ts';
import { JsonDocuments } from './jsonDocuments.ts';
import type { LateProvider } from './lateProvider.ts';
import { ResourceTreeProvider } from './provider.ts';
import type { Row } from './rows.ts';
import { TreeModel } from './treeModel.ts';

const offerAfterMs = 700;

export interface TreeServices {
  readonly connection: Connection;
  readonly inventory: Inventory;
  /** The tree's place in the window. */
  readonly view: vscode.TreeView<Row>;
  /** What the view asks for rows. */
  readonly rows: Pick<LateProvider, 'use'>;
}

export interface Tree {
  readonly view: vscode.TreeView<Row>;
  /**
   * Opens the tree at a resource, loading what lies on the way; false where it is not there.
   * @throws BackupError, CancelledError
   */
  reveal(resourceId: string, signal: AbortSignal): Promise<boolean>;
  /** Opens a read-only document of a resource, read just now. @throws BackupError */
  viewJson(resourceId: string, tenantId?: string): Promise<void>;
  /** Opens a text as a read-only document; `name` becomes the tab's title. */
  showDocument(name: string, text: string): Promise<void>;
  /** The text of a document of ours, read anew where it is a resource's. @throws BackupError */
  textOf(uri: vscode.Uri): Promise<string>;
  /** Nodes that are selected. */
  selection(): readonly InventoryNode[];
}

/** The view's rows, its commands and its documents. Asks nothing of the cloud until the view is open. */
export function registerTree(context: Pick<vscode.ExtensionContext, 'subscriptions'>, services: TreeServices): Tree {
  const { connection, inventory, view, rows } = services;
  const model = new TreeModel({ connection, inventory });
  const provider = new ResourceTreeProvider(model, view, (reading) => {
    void vscode.window.withProgress({ location: { viewId: viewIds.resources } }, () => reading);
  });
  const documents = new JsonDocuments(connection);
  rows.use(provider);
  const showState = (): void => describe(view, connection, model);
  const keys = new Map<string, unknown>();
  const setKey = (key: string, value: unknown): void => {
    if (keys.get(key) !== value) {
      keys.set(key, value);
      void vscode.commands.executeCommand('setContext', key, value);
    }
  };
  context.subscriptions.push(
    model,
    provider,
    documents,
    registerTreeCommands({ model, connection, documents, view }),
    view.onDidExpandElement(({ element }) => model.noteFolding(element, true)),
    view.onDidCollapseElement(({ element }) => {
      model.noteFolding(element, false);
      provider.noteClosed(element);
    }),
    connection.onDidChange(showState),
    offerToCancel(model, (offered) => setKey(contextKeys.loading, offered)),
    model.onDidChange(() => {
      setKey(contextKeys.filtered, model.filterText !== undefined);
      showState();
    }),
  );
  showState();
  return {
    view,
    reveal: async (resourceId, signal) => {
      const node = await inventory.find(resourceId, signal);
      if (node) {
        await view.reveal(model.rowOf(node), { select: true, focus: true });
      }
      return node !== undefined;
    },
    viewJson: (id, tenantId) => documents.showResource(tenantId === undefined ? { id } : { id, tenantId }),
    showDocument: (name, text) => documents.showText(name, text),
    textOf: (uri) => documents.provideTextDocumentContent(uri),
    selection: () => view.selection.flatMap((row) => (row.type === 'node' ? [row.node] : [])),
  };
}

/** Most levels come at once: a button for as long as that would only make the title flicker. */
function offerToCancel(model: TreeModel, offer: (offered: boolean) => void): Disposable {
  let timer: NodeJS.Timeout | undefined;
  const listening = model.onDidChangeLoading((loading) => {
    clearTimeout(timer);
    if (loading) {
      timer = setTimeout(() => offer(true), offerAfterMs);
    } else {
      offer(false);
    }
  });
  return {
    dispose: () => {
      clearTimeout(timer);
      listening.dispose();
    },
  };
}

/** Beside the view's title: which cloud, who. Above its rows: what is filtered. */
function describe(view: vscode.TreeView<Row>, connection: Pick<Connection, 'state'>, model: TreeModel): void {
  const { state } = connection;
  const account =
    state.kind === 'connected' && state.account && state.environment.kind !== 'sandbox' ? ` · ${visibleText(state.account)}` : '';
  const description = state.kind === 'connected' ? visibleText(state.environment.label) + account : '';
  const message = filterMessage(model);
  // Setting either makes the view draw: only where it says something else.
  if ((view.description ?? '') !== description) {
    view.description = description;
  }
  if ((view.message ?? '') !== message) {
    // An empty message, not undefined, would still count as one and hide the welcome.
    (view as { message: string | undefined }).message = message || undefined;
  }
}

function filterMessage(model: TreeModel): string {
  const text = model.filterText;
  const result = model.filterResult;
  if (text === undefined || !result) {
    return '';
  }
  const found = `Filter "${shortened(visibleText(text), 60)}": ${result.matches} ${result.matches === 1 ? 'match' : 'matches'}.`;
  return result.complete ? found : `${found} Only what is loaded is searched: open more vaults, or load more, to search there.`;
}
