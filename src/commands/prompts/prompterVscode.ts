import * as vscode from 'vscode';
import { CancelledError } from '../../core/cancellation.ts';
import { visibleText } from '../../core/displayText.ts';
import type { Prompter } from './prompter.ts';

/** Asks through VS Code's own quick picks, modals and notifications. */
export function createPrompter(): Prompter {
  return {
    async walk(title, steps, options) {
      const { walkWizard } = await import('./wizardVscode.ts');
      return walkWizard(title, steps, options?.offerRequest ?? false);
    },

    async confirm(message, detail, choices) {
      const options = { modal: true, detail: detail.map(visibleText).join('\n\n') };
      const chosen = await vscode.window.showWarningMessage(visibleText(message), options, ...choices);
      if (chosen === undefined) {
        throw new CancelledError('Not confirmed');
      }
      return chosen;
    },

    async askBeside<Choice extends string>(message: string, choices: readonly Choice[]) {
      const items = choices.map((choice) => ({ value: choice, label: choice }));
      const prompt = { placeholder: 'Nothing has been sent yet', empty: '', load: () => Promise.resolve(items) };
      const { pick } = await import('./quickInputVscode.ts');
      const [chosen] = await pick({ title: message, buttons: [] }, prompt, false);
      return chosen as Choice;
    },

    busy(message, work) {
      const options = { location: vscode.ProgressLocation.Notification, title: visibleText(message), cancellable: true };
      return Promise.resolve(
        vscode.window.withProgress(options, async (_progress, token) => {
          const ended = new AbortController();
          const listening = token.onCancellationRequested(() => ended.abort());
          try {
            return await work(ended.signal);
          } finally {
            listening.dispose();
          }
        }),
      );
    },

    async tell(kind, message, choices) {
      const show = {
        info: vscode.window.showInformationMessage,
        warning: vscode.window.showWarningMessage,
        error: vscode.window.showErrorMessage,
      }[kind];
      return show(visibleText(message), ...choices);
    },
  };
}
