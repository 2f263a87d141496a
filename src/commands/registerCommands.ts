import * as vscode from 'vscode';
import { actionIds, commandIdOf, paletteCommandIdOf, paletteTitles } from '../providers/actionIds.ts';
import { flowCommands } from './commandIds.ts';
import { pickedNodes } from './pickedNodes.ts';
import type { CommandServices } from './services.ts';

/** Registers a command for each entry of the action table, and the room's own. What they do is loaded when they run. */
export function registerCommands(context: Pick<vscode.ExtensionContext, 'subscriptions'>, services: CommandServices): void {
  const register = (command: string, work: (...args: unknown[]) => Promise<void>): void =>
    void context.subscriptions.push(vscode.commands.registerCommand(command, work));

  for (const id of actionIds) {
    register(commandIdOf({ id }), async (...args) => {
      const { runCommand } = await import('./runCommand.ts');
      await runCommand(services, id, pickedNodes(args));
    });
    if (paletteTitles[id] !== undefined) {
      register(paletteCommandIdOf({ id }), async () => {
        const { runCommand } = await import('./runCommand.ts');
        await runCommand(services, id, undefined);
      });
    }
  }
  register(flowCommands.showDiskLinks.command, async () => {
    const { showLinks } = await import('./runCommand.ts');
    await showLinks(services);
  });
  register(flowCommands.fetchAzurite.command, async () => {
    const { fetchAzurite } = await import('./runCommand.ts');
    await fetchAzurite(services);
  });
  register(flowCommands.previewRequest.command, async (...args) => {
    const { previewRequest } = await import('./runCommand.ts');
    await previewRequest(services, pickedNodes(args));
  });
}
