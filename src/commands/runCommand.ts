import type { InventoryNode } from '../inventory/types.ts';
import { appliesTo, type AnyAction } from '../providers/action.ts';
import { paletteTitles, type ActionId } from '../providers/actionIds.ts';
import { actionTable } from '../providers/actionTable.ts';
import { flowCommands } from './commandIds.ts';
import { showFailure } from './failure.ts';
import { fetchBlobService } from './fetchBlobService.ts';
import { retryFailed } from './flow/retryFailed.ts';
import { runAction, type RunOptions } from './flow/runAction.ts';
import { showDiskLinks } from './links/showDiskLinks.ts';
import type { Step } from './prompts/prompter.ts';
import type { CommandServices } from './services.ts';

/** Runs an action for a person: whatever goes wrong is told, and nothing is thrown at VS Code. */
export async function runCommand(
  services: CommandServices,
  id: ActionId,
  picked: readonly InventoryNode[] | undefined,
  options?: RunOptions,
): Promise<void> {
  const action = actionTable.find((one) => one.id === id);
  if (!action) {
    throw new TypeError(`There is no action ${id}`);
  }
  try {
    await runAction(services, action, picked, options);
  } catch (error) {
    await showFailure(services, action.title, error);
  }
}

/** What failed, once more. @param triedId of a batch, or of an operation that was started alone */
export async function tryAgain(services: CommandServices, triedId: string): Promise<void> {
  try {
    await retryFailed(services, triedId);
  } catch (error) {
    await showFailure(services, 'Try again', error);
  }
}

/** The links in force, to copy, extend or revoke one. */
export async function showLinks(services: CommandServices): Promise<void> {
  try {
    await showDiskLinks(services);
  } catch (error) {
    await showFailure(services, flowCommands.showDiskLinks.title, error);
  }
}

/** Azurite for the sandbox, on the person's word. */
export async function fetchAzurite(services: CommandServices): Promise<void> {
  try {
    await fetchBlobService(services);
  } catch (error) {
    await showFailure(services, flowCommands.fetchAzurite.title, error);
  }
}

/** Chooses an action that sends something, then goes its way up to the request. */
export async function previewRequest(services: CommandServices, picked: readonly InventoryNode[] | undefined): Promise<void> {
  const fitting = actionTable.filter(
    (action) => action.does === 'send' && (picked === undefined || picked.some((node) => appliesTo(action, node.tokens))),
  );
  let chosen: AnyAction | undefined;
  const step: Step = {
    id: 'action',
    needed: () => true,
    undo: () => void (chosen = undefined),
    async ask(prompts) {
      const id = await prompts.pickOne({
        placeholder: 'The action whose request you want to see',
        empty: 'No action applies to what is selected.',
        load: () =>
          Promise.resolve(
            fitting.map((action) => ({ value: action.id, label: paletteTitles[action.id] ?? action.title, detail: action.summary })),
          ),
      });
      chosen = fitting.find((action) => action.id === id);
    },
  };
  try {
    await services.prompter.walk('Preview a Request', [step]);
    if (chosen) {
      await runAction(services, chosen, picked, { showRequest: true });
    }
  } catch (error) {
    await showFailure(services, 'Preview a Request', error);
  }
}
