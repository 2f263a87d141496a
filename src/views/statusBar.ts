import * as vscode from 'vscode';
import type { Disposable } from '../core/events.ts';
import type { OperationEngine } from '../operations/types.ts';
import { statusText } from './statusText.ts';
import { viewCommands } from './viewCommands.ts';

/** Count of running operations; hidden where there are none. A click opens the Jobs panel. */
export function showStatus(engine: OperationEngine): Disposable {
  const item = vscode.window.createStatusBarItem('azureBackup.operations', vscode.StatusBarAlignment.Left);
  item.name = 'Backup operations';
  item.command = viewCommands.showJobs.id;
  const update = (): void => {
    const status = statusText(engine.list(), (id) => engine.standing(id));
    if (status) {
      item.text = status.text;
      // A plain string: names are shown as they are.
      item.tooltip = status.tooltip;
      item.accessibilityInformation = { label: status.tooltip.replace(/\n/g, ', ') };
      item.show();
    } else {
      item.hide();
    }
  };
  const subscriptions = [engine.onDidChange(update), engine.onDidRemove(update), item];
  update();
  return { dispose: () => subscriptions.forEach((subscription) => subscription.dispose()) };
}
