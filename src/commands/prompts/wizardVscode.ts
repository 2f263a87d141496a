/**
 * The wizard: azext-utils' `AzureWizard` keeps the steps, Back and the step count; the prompts are our own, so that
 * names are shown as text, lists explain why they are empty, and closing one aborts what it was loading.
 * azext-utils is loaded here, with the first command that asks something.
 */
import type { AzureWizardPromptStep, IActionContext, IWizardOptions } from '@microsoft/vscode-azext-utils';
import * as vscode from 'vscode';
import { CancelledError } from '../../core/cancellation.ts';
import type { Step, StepPrompts, WalkResult } from './prompter.ts';
import { ask, pick, type Frame, type FrameButton } from './quickInputVscode.ts';

/** Known to the wizard by its code, which survives minifying; class names need not. */
class BackError extends Error {
  readonly code = 'GoBackError';
}

/** @throws CancelledError where the person turns away; what a step throws */
export async function walkWizard(title: string, steps: readonly Step[], offerRequest: boolean): Promise<WalkResult> {
  const { AzureWizard, AzureWizardPromptStep } = await import('@microsoft/vscode-azext-utils');
  const finished = new vscode.EventEmitter<{ value: unknown }>();
  // The wizard writes itself here while it asks; of a user input it needs no more than this.
  const ui: { readonly onDidFinishPrompt: vscode.Event<{ value: unknown }>; readonly isPrompting: boolean; wizard?: AzureWizardState } = {
    onDidFinishPrompt: finished.event,
    isPrompting: false,
  };
  let showRequest = false;
  const frame = (): Frame => {
    const { currentStep, totalSteps, showBackButton } = ui.wizard ?? {};
    return {
      title,
      // One step needs no count.
      ...(currentStep !== undefined && totalSteps !== undefined && totalSteps > 1 ? { step: currentStep, totalSteps } : {}),
      buttons: [...(showBackButton ? [backButton] : []), ...(offerRequest ? [requestButton()] : [])],
    };
  };
  const requestButton = (): FrameButton => ({
    button: () => ({
      iconPath: new vscode.ThemeIcon(showRequest ? 'pass-filled' : 'json'),
      tooltip: showRequest ? 'The request will be shown before it is sent' : 'Show the request before sending it',
    }),
    pressed: () => {
      showRequest = !showRequest;
      return undefined;
    },
  });
  const done = <Answer>(answer: Answer): Answer => {
    finished.fire({ value: answer });
    return answer;
  };
  const prompts: StepPrompts = {
    pickOne: async (prompt) => done(onlyOne(await pick(frame(), prompt, false))),
    pickMany: async (prompt) => done(await pick(frame(), prompt, true)),
    input: async (prompt) => done(await ask(frame(), prompt)),
  };
  class OneStep extends AzureWizardPromptStep<IActionContext> {
    readonly #step: Step;
    constructor(step: Step) {
      super();
      this.id = step.id;
      this.#step = step;
    }
    override shouldPrompt(): boolean {
      return this.#step.needed();
    }
    override prompt(): Promise<void> {
      return this.#step.ask(prompts);
    }
    override undo(): void {
      this.#step.undo();
    }
  }
  const context = { telemetry: { properties: {}, measurements: {} }, errorHandling: {}, ui, valuesToMask: [] } as unknown as IActionContext;
  const options: IWizardOptions<IActionContext> = {
    title,
    promptSteps: steps.map((step): AzureWizardPromptStep<IActionContext> => new OneStep(step)),
  };
  try {
    await new AzureWizard(context, options).prompt();
  } finally {
    finished.dispose();
  }
  return { showRequest };
}

/** What the wizard tells of itself while it asks. */
interface AzureWizardState {
  readonly currentStep: number;
  readonly totalSteps: number;
  readonly showBackButton: boolean;
}

const backButton: FrameButton = { button: () => vscode.QuickInputButtons.Back, pressed: () => new BackError('Back') };

function onlyOne(values: readonly string[]): string {
  const [value] = values;
  if (value === undefined) {
    throw new CancelledError('Nothing was chosen');
  }
  return value;
}
