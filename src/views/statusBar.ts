import * as vscode from 'vscode';
import type { Disposable } from '../core/events.ts';
import { systemClock } from '../operations/clock.ts';
import type { OperationEngine } from '../operations/types.ts';
import { calmly } from './calm.ts';
import { statusText } from './statusText.ts';
import { viewCommands } from './viewCommands.ts';

/** Each change of the text is a message to the window: many operations change many times a second. */
const everyMs = 250;

/** Count of running operations; hidden where there are none. A click opens the Jobs panel. */
export function showStatus(engine: OperationEngine): Disposable {
  const item = vscode.window.createStatusBarItem('azureBackup.operations', vscode.StatusBarAlignment.Left);
  item.name = 'Backup operations';
  item.command = viewCommands.showJobs.id;
  const update = calmly(everyMs, systemClock, () => {
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
  });
  const subscriptions = [engine.onDidChange(update.touch), engine.onDidRemove(update.touch), update, item];
  update.touch();
  return { dispose: () => subscriptions.forEach((subscription) => subscription.dispose()) };
}
