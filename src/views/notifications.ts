import * as vscode from 'vscode';
import type { Disposable } from '../core/events.ts';
import type { OperationRecord } from '../core/operation.ts';
import type { OperationEngine } from '../operations/types.ts';
import { endMessage, type EndMessage } from './endMessage.ts';

/** What ends within this time of the first is told together. */
const gatherMs = 1_500;
const showJobs = 'Show Jobs';

/** Tells the end of operations, in the window that followed them. Progress is never told this way. */
export function notifyEnds(engine: Pick<OperationEngine, 'onDidEnd'>, show: (id: string) => void): Disposable {
  let gathered: OperationRecord[] = [];
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    const [first, ...rest] = gathered;
    gathered = [];
    timer = undefined;
    if (first) {
      void showMessage(endMessage([first, ...rest]), show);
    }
  };
  const subscription = engine.onDidEnd((record) => {
    gathered.push(record);
    timer ??= setTimeout(tell, gatherMs);
  });
  return {
    dispose: () => {
      subscription.dispose();
      clearTimeout(timer);
    },
  };
}

async function showMessage(message: EndMessage, show: (id: string) => void): Promise<void> {
  const open = {
    info: vscode.window.showInformationMessage,
    warning: vscode.window.showWarningMessage,
    error: vscode.window.showErrorMessage,
  }[message.level];
  const chosen = await open<string>(message.text, showJobs);
  if (chosen === showJobs) {
    show(message.showId);
  }
}
