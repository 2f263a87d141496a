import * as vscode from 'vscode';
import { isCancelled } from '../core/cancellation.ts';
import { messageText } from '../core/displayText.ts';
import { messageOf } from '../core/errors.ts';
import type { Disposable } from '../core/events.ts';
import type { OperationEngine } from '../operations/types.ts';
import type { JobsModelOptions } from './jobsModel.ts';
import { offersOf, type PaletteAction } from './operationCommands.ts';
import { viewCommands, type ViewCommand } from './viewCommands.ts';

const commands: Readonly<Record<PaletteAction, ViewCommand>> = {
  cancel: viewCommands.cancel,
  stopWatching: viewCommands.stopWatching,
  followAgain: viewCommands.followAgain,
  tryAgain: viewCommands.tryAgain,
  retryFailed: viewCommands.retryFailed,
  cancelUnsent: viewCommands.cancelUnsent,
};

/** The palette's way to what the panel's buttons do: choose the operation, or the batch, then the same. */
export function registerOperationCommands(engine: OperationEngine, act: JobsModelOptions['act']): Disposable {
  const registered = (Object.keys(commands) as PaletteAction[]).map((action) =>
    vscode.commands.registerCommand(commands[action].id, () => run(action, engine, act)),
  );
  return { dispose: () => registered.forEach((command) => void command.dispose()) };
}

async function run(action: PaletteAction, engine: OperationEngine, act: JobsModelOptions['act']): Promise<void> {
  const { title, nothing = '' } = commands[action];
  const offers = offersOf(action, engine);
  if (offers.length === 0) {
    void vscode.window.showInformationMessage(nothing);
    return;
  }
  const chosen = await vscode.window.showQuickPick([...offers], { title: title.replace(/\.\.\.$/, ''), matchOnDescription: true });
  if (!chosen) {
    return;
  }
  try {
    await act({ kind: action, id: chosen.id }, undefined);
  } catch (error) {
    if (!isCancelled(error)) {
      void vscode.window.showErrorMessage(messageText(messageOf(error)));
    }
  }
}
