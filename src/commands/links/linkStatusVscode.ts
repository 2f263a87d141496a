import * as vscode from 'vscode';
import type { Disposable } from '../../core/events.ts';
import { systemClock } from '../../operations/clock.ts';
import { flowCommands } from '../commandIds.ts';
import { countDown } from './countdown.ts';
import type { HeldLinks } from './heldLinks.ts';

/** The links in force, counted down in the status bar; a click offers what can be done with them. */
export function showLinks(links: HeldLinks): Disposable {
  const item = vscode.window.createStatusBarItem('azureBackup.diskLinks', vscode.StatusBarAlignment.Left);
  item.name = 'Backup download links';
  item.command = flowCommands.showDiskLinks.command;
  const counting = countDown(links, systemClock, (now) => {
    if (now === undefined) {
      item.hide();
      return;
    }
    item.text = now.text;
    // A plain string: names are shown as they are.
    item.tooltip = now.tooltip;
    item.accessibilityInformation = { label: now.tooltip.replace(/\n/g, ', ') };
    item.show();
  });
  return {
    dispose: () => {
      counting.dispose();
      item.dispose();
    },
  };
}
