import * as vscode from 'vscode';
import { lineText } from '../core/displayText.ts';
import type { Disposable } from '../core/events.ts';
import type { OperationEngine } from '../operations/types.ts';
import { JobsPanel } from './jobsPanel.ts';
import { notifyEnds } from './notifications.ts';
import { registerOperationCommands } from './operationCommandsVscode.ts';
import type { RecentJobs } from './recentJobs.ts';
import { rowActions, type RowServices } from './rowActions.ts';
import { showStatus } from './statusBar.ts';
import { viewCommands } from './viewCommands.ts';

export interface ViewServices extends Pick<RowServices, 'reveal' | 'showDocument' | 'copyText' | 'tryAgain'> {
  readonly extensionUri: vscode.Uri;
  readonly engine: OperationEngine;
  readonly recentJobs: RecentJobs;
  /** Opens a plain text that cannot be edited. */
  showText(name: string, text: string): Promise<void>;
}

export interface Views extends Disposable {
  /** Brings the Jobs panel forward, at an operation where one is named. */
  showJobs(operationId?: string): void;
  /** Takes a Jobs panel back that outlived a reload. */
  restorePanel(panel: vscode.WebviewPanel): Promise<void>;
}

/** Status bar, notifications and the Jobs panel with its command. */
export function registerViews(services: ViewServices): Views {
  const { engine, recentJobs, extensionUri } = services;
  const act = rowActions({ ...services, confirm, showJobs: (id) => panel.show(id) });
  const panel = new JobsPanel({ extensionUri, engine, recentJobs, act });
  const disposables: Disposable[] = [
    panel,
    vscode.commands.registerCommand(viewCommands.showJobs.id, (id?: unknown) => panel.show(typeof id === 'string' ? id : undefined)),
    registerOperationCommands(engine, act),
    showStatus(engine),
    notifyEnds({ ...services, showJobs: (id) => panel.show(id) }),
  ];
  return {
    showJobs: (id) => panel.show(id),
    restorePanel: (restored) => panel.deserializeWebviewPanel(restored),
    dispose: () => disposables.forEach((disposable) => disposable.dispose()),
  };
}

async function confirm(question: string, detail: string, yes: string, no?: string): Promise<boolean> {
  const items: vscode.MessageItem[] = [{ title: yes }, ...(no === undefined ? [] : [{ title: no, isCloseAffordance: true }])];
  return (await vscode.window.showWarningMessage(lineText(question), { modal: true, detail }, ...items))?.title === yes;
}
