import * as vscode from 'vscode';
import { showFailure } from '../failure.ts';
import { pickedNodes } from '../pickedNodes.ts';
import { veeamCommands } from './commandIds.ts';
import type { VeeamServices } from './services.ts';

/** Registers the commands of `veeamCommands`. What they do is loaded when they run; whatever goes wrong is told. */
export function registerVeeamCommands(
  context: Pick<vscode.ExtensionContext, 'subscriptions'>,
  services: Omit<VeeamServices, 'openBrowser'>,
): void {
  const all: VeeamServices = {
    ...services,
    openBrowser: async (url) => void (await vscode.env.openExternal(vscode.Uri.parse(url, true))),
  };
  for (const [name, { command, title }] of Object.entries(veeamCommands)) {
    context.subscriptions.push(
      vscode.commands.registerCommand(command, async (...args: unknown[]) => {
        try {
          const { runs } = await import('./applianceCommands.ts');
          await runs[name as keyof typeof veeamCommands](all, pickedNodes(args));
        } catch (error) {
          await showFailure(all, title, error);
        }
      }),
    );
  }
}
