import { readdir } from 'node:fs/promises';
import * as vscode from 'vscode';

import { textScheme } from './commands/textScheme.ts';
import type { House } from './houseVscode.ts';
import { jsonScheme, viewIds } from './tree/ids.ts';
import { LateProvider } from './tree/lateProvider.ts';
import type { Row } from './tree/rows.ts';
import { jobsViewType } from './views/viewCommands.ts';

let house: Promise<House> | undefined;

/**
 * Hangs up the doors: everything that a person or VS Code can come in by. The house behind them is loaded by the first
 * that is opened, so a window in which nobody looks at backups pays next to nothing.
 */
export function activate(context: vscode.ExtensionContext): void {
  const doors: vscode.Disposable[] = [];
  const open = (): Promise<House> =>
    (house ??= import('./houseVscode.ts').then(({ openHouse }) => {
      doors.forEach((door) => void door.dispose());
      return openHouse(context, view, rows);
    }));
  const rows = new LateProvider(open);
  const view = vscode.window.createTreeView<Row>(viewIds.resources, {
    treeDataProvider: rows,
    canSelectMany: true,
    showCollapseAll: true,
  });
  for (const { command } of contributedCommands(context)) {
    doors.push(
      vscode.commands.registerCommand(command, (...args: unknown[]) => open().then(() => vscode.commands.executeCommand(command, ...args))),
    );
  }
  for (const scheme of [jsonScheme, textScheme]) {
    const provideTextDocumentContent = async (uri: vscode.Uri): Promise<string> => (await open()).textOf(uri);
    doors.push(vscode.workspace.registerTextDocumentContentProvider(scheme, { provideTextDocumentContent }));
  }
  context.subscriptions.push(
    rows,
    view,
    vscode.window.registerWebviewPanelSerializer(jobsViewType, {
      deserializeWebviewPanel: async (panel) => (await open()).restorePanel(panel),
    }),
    { dispose: () => doors.forEach((door) => void door.dispose()) },
  );
  openIfSomethingRan(context, open).catch((error: unknown) => {
    void vscode.window.showErrorMessage(
      `Running operations cannot be followed: ${error instanceof Error ? error.message : String(error)}. Reload the window to try again.`,
    );
  });
}

/** Closing the window stops the following; the journal keeps what runs. */
export async function deactivate(): Promise<void> {
  await (await house)?.dispose();
}

function contributedCommands(context: vscode.ExtensionContext): { command: string }[] {
  return (context.extension.packageJSON as { contributes: { commands: { command: string }[] } }).contributes.commands;
}

/** A window that was reloaded goes on with what it followed: where there is a journal, somebody has to read it. */
async function openIfSomethingRan(context: vscode.ExtensionContext, open: () => Promise<House>): Promise<void> {
  const journal = vscode.Uri.joinPath(context.globalStorageUri, 'operations').fsPath;
  const entries = await readdir(journal).catch((error: NodeJS.ErrnoException) => {
    // No folder: nothing was ever started. Any other trouble is the engine's to report, with what it means.
    return error.code === 'ENOENT' ? [] : ['unreadable'];
  });
  if (entries.length > 0) {
    await open();
  }
}
