/**
 * What commands ask a person through. The real one is a wizard of quick picks (`wizardPrompter.ts`); tests hand in
 * scripted answers. Every prompt throws `CancelledError` when the person turns away.
 */

export interface PickItem {
  /** What comes back. */
  readonly value: string;
  /** Plain text; the prompter neutralises it. */
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  /** Codicon id before the label. */
  readonly icon?: string;
  /** Selected or active at first. */
  readonly preferred?: boolean;
  /** A row that says something and cannot be chosen, e.g. a subscription that could not be read. */
  readonly note?: boolean;
}

export interface PickPrompt {
  readonly placeholder: string;
  /** Called once the list is on screen; its signal aborts when the person turns away. */
  load(signal: AbortSignal): Promise<readonly PickItem[]>;
  /** Said where nothing can be chosen. */
  readonly empty: string;
  /** Of several: true where choosing none is an answer. */
  readonly optional?: boolean;
  /** Of several: a sentence where this selection cannot be taken, which keeps the list open. */
  refuse?(values: readonly string[]): string | undefined;
}

export interface InputPrompt {
  /** Loaded while the box is already on screen, where it takes a look first. */
  readonly prompt: string | ((signal: AbortSignal) => Promise<string>);
  readonly placeholder?: string;
  readonly value?: string;
  /** A password box: what is typed is not shown. */
  readonly hidden?: boolean;
  /** Called at each change: a refusal keeps the box open; a remark is shown below it in place of the prompt, undefined leaves the prompt. */
  check(text: string): { readonly refused: string } | { readonly remark: string | undefined };
}

/** Prompts of one step. */
export interface StepPrompts {
  pickOne(prompt: PickPrompt): Promise<string>;
  /** At least one, unless the prompt is optional. */
  pickMany(prompt: PickPrompt): Promise<readonly string[]>;
  input(prompt: InputPrompt): Promise<string>;
}

/** One question of a wizard. Whether it is needed is asked anew each time the person goes forward or back. */
export interface Step {
  readonly id: string;
  needed(): boolean;
  ask(prompts: StepPrompts): Promise<void>;
  /** Forgets the answer: the person went back before it. */
  undo(): void;
}

export interface WalkResult {
  /** The person asked to see the request before it is sent. */
  readonly showRequest: boolean;
}

export interface Prompter {
  /**
   * Asks the steps in order, with Back and a step count.
   * `offerRequest`: each step carries a button "Show the Request Before Sending It".
   */
  walk(title: string, steps: readonly Step[], options?: { readonly offerRequest?: boolean }): Promise<WalkResult>;
  /**
   * A modal with a paragraph for each of `detail`; resolves with the chosen one of `choices`.
   * `decline`: what turning away is called where "Cancel" could be misread.
   */
  confirm<Choice extends string>(message: string, detail: readonly string[], choices: readonly Choice[], decline?: string): Promise<Choice>;
  /** Shows that something is going on, and how far it is; the person can end it, which aborts the signal. */
  busy<Done>(message: string, work: (signal: AbortSignal, report: (howFar: string) => void) => Promise<Done>): Promise<Done>;
  /** Asked beside an open document, which stays readable. */
  askBeside<Choice extends string>(message: string, choices: readonly Choice[]): Promise<Choice>;
  /** Said in passing, an info without `choices` in the status bar; resolves with a chosen one of `choices`, or undefined. Never waited for by an action. */
  tell<Choice extends string>(kind: 'info' | 'warning' | 'error', message: string, choices: readonly Choice[]): Promise<Choice | undefined>;
}
