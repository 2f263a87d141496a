import * as vscode from 'vscode';
import { CancelledError } from '../../core/cancellation.ts';
import { Emitter, type Event } from '../../core/events.ts';
import { lineText, messageText, withoutIcons } from '../../core/displayText.ts';
import type { Prompter } from './prompter.ts';

/** What is done sooner needs no word. */
const patienceMs = 700;
/** Long enough to be read in passing. */
const readMs = 8_000;

/** Asks through VS Code's own quick picks, modals and notifications. */
export function createPrompter(): Prompter {
  return {
    async walk(title, steps, options) {
      const { walkWizard } = await import('./wizardVscode.ts');
      return walkWizard(title, steps, options?.offerRequest ?? false);
    },

    async confirm(message, detail, choices, decline) {
      const options = { modal: true, detail: detail.map(lineText).join('\n\n') };
      const items: vscode.MessageItem[] = choices.map((title) => ({ title }));
      const away = decline === undefined ? [] : [{ title: decline, isCloseAffordance: true }];
      const chosen = await vscode.window.showWarningMessage(lineText(message), options, ...items, ...away);
      const choice = choices.find((one) => one === chosen?.title);
      if (choice === undefined) {
        throw new CancelledError('Not confirmed');
      }
      return choice;
    },

    async askBeside<Choice extends string>(message: string, choices: readonly Choice[]) {
      const items = choices.map((choice) => ({ value: choice, label: choice }));
      const prompt = { placeholder: 'Nothing has been sent yet', empty: '', load: () => Promise.resolve(items) };
      const { pick } = await import('./quickInputVscode.ts');
      const [chosen] = await pick({ title: message, buttons: [] }, prompt, false);
      return chosen as Choice;
    },

    async busy(message, work) {
      const ended = new AbortController();
      const howFar = new Emitter<string>();
      let last: string | undefined;
      const working = work(ended.signal, (said) => {
        last = said;
        howFar.fire(said);
      });
      const showing = setTimeout(() => showProgress(message, working, ended, howFar.event, last), patienceMs);
      try {
        return await working;
      } finally {
        clearTimeout(showing);
      }
    },

    async tell(kind, message, choices) {
      if (kind === 'info' && choices.length === 0) {
        // Nothing to decide and nothing to worry about: no box that covers the work.
        vscode.window.setStatusBarMessage(withoutIcons(lineText(message)), readMs);
        return undefined;
      }
      const show = {
        info: vscode.window.showInformationMessage,
        warning: vscode.window.showWarningMessage,
        error: vscode.window.showErrorMessage,
      }[kind];
      return show(messageText(message), ...choices);
    },
  };
}

/** Until the work has ended; how it ended is told by whoever waits for it. */
function showProgress(message: string, working: Promise<unknown>, ended: AbortController, howFar: Event<string>, first?: string): void {
  const options = { location: vscode.ProgressLocation.Notification, title: messageText(message), cancellable: true };
  void vscode.window.withProgress(options, async (progress, token) => {
    const listening = [
      token.onCancellationRequested(() => ended.abort()),
      howFar((said) => progress.report({ message: messageText(said) })),
    ];
    if (first !== undefined) {
      progress.report({ message: messageText(first) });
    }
    await working.then(
      () => undefined,
      () => undefined,
    );
    listening.forEach((one) => void one.dispose());
  });
}
