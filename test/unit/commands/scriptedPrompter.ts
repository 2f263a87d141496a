import { CancelledError } from '../../../src/core/cancellation.ts';
import type { PickItem, PickPrompt, Prompter, Step, StepPrompts } from '../../../src/commands/prompts/prompter.ts';

/** Chooses items by label (exact), types a text, goes back, turns away, or chooses a button. */
export type Scripted =
  | { readonly pick: string | readonly string[] }
  | { readonly type: string }
  | { readonly back: true }
  | { readonly escape: true }
  | { readonly choose: string };

/** A prompter that answers from a script, in order. A prompt that the script does not foresee throws. */
export class ScriptedPrompter implements Prompter {
  readonly #script: Scripted[];
  /** Everything that was shown, a line each. */
  readonly shown: string[] = [];
  readonly told: { kind: string; message: string; choices: readonly string[] }[] = [];
  readonly refusals: string[] = [];
  /** What was said of work under way, e.g. `Preparing Protect: 3 of 10`. */
  readonly progress: string[] = [];
  /** The person cancels when this is said. */
  cancelAt: string | undefined;
  /** The button "Show the request" is on during the next wizards. */
  showRequest = false;

  constructor(...script: Scripted[]) {
    this.#script = script;
  }

  get left(): number {
    return this.#script.length;
  }

  async walk(title: string, steps: readonly Step[], options?: { readonly offerRequest?: boolean }): Promise<{ showRequest: boolean }> {
    this.shown.push(`wizard: ${title}`);
    const finished: Step[] = [];
    for (let at = 0; at < steps.length;) {
      const step = steps[at] as Step;
      if (!step.needed()) {
        at++;
        continue;
      }
      if (await this.#asked(step)) {
        finished.push(step);
        at++;
      } else {
        const before = finished.pop();
        if (!before) {
          throw new Error('The script goes back from the first step');
        }
        before.undo();
        at = steps.indexOf(before);
      }
    }
    return { showRequest: this.showRequest && options?.offerRequest === true };
  }

  /** False where the script goes back. */
  async #asked(step: Step): Promise<boolean> {
    class Back extends Error {}
    const prompts: StepPrompts = {
      pickOne: async (prompt) => {
        const [one] = await this.#pick(prompt, Back);
        return one as string;
      },
      pickMany: (prompt) => this.#pick(prompt, Back),
      input: async (prompt) => {
        const text = typeof prompt.prompt === 'string' ? prompt.prompt : await prompt.prompt(new AbortController().signal);
        this.shown.push(`input: ${text} [${prompt.value ?? ''}]${prompt.hidden ? ' (hidden)' : ''}`);
        for (;;) {
          const answer = this.#next(`input: ${text}`, Back);
          if (!('type' in answer)) {
            throw new Error(`The script has ${JSON.stringify(answer)} for the input "${text}"`);
          }
          const typed = answer.type === '<enter>' ? (prompt.value ?? '') : answer.type;
          const verdict = prompt.check(typed);
          if (!('refused' in verdict)) {
            this.shown.push(`remark: ${verdict.remark}`);
            return typed;
          }
          this.refusals.push(verdict.refused);
        }
      },
    };
    try {
      await step.ask(prompts);
      return true;
    } catch (error) {
      if (error instanceof Back) {
        return false;
      }
      throw error;
    }
  }

  async #pick(prompt: PickPrompt, Back: new () => Error): Promise<string[]> {
    const items = await prompt.load(new AbortController().signal);
    this.shown.push(`pick: ${prompt.placeholder}`, ...items.map((item) => `  ${textOf(item)}`));
    const choosable = items.filter((item) => !item.note);
    if (choosable.length === 0) {
      this.shown.push(`  (${prompt.empty})`);
    }
    const answer = this.#next(`pick: ${prompt.placeholder}`, Back);
    if (!('pick' in answer)) {
      throw new Error(`The script has ${JSON.stringify(answer)} for the list "${prompt.placeholder}"`);
    }
    return [answer.pick].flat().map((label) => {
      // Enter takes what is active: the preferred one, or the first.
      const active = choosable.find((item) => item.preferred) ?? choosable[0];
      const found = label === '<enter>' ? active : choosable.find((item) => item.label === label);
      if (!found) {
        throw new Error(`"${label}" cannot be chosen from ${JSON.stringify(choosable.map((item) => item.label))}`);
      }
      return found.value;
    });
  }

  #next(prompt: string, Back: new () => Error): Scripted {
    const answer = this.#script.shift();
    if (!answer) {
      throw new Error(`A prompt that the script does not foresee: ${prompt}`);
    }
    if ('escape' in answer) {
      throw new CancelledError();
    }
    if ('back' in answer) {
      throw new Back();
    }
    return answer;
  }

  confirm<Choice extends string>(message: string, detail: readonly string[], choices: readonly Choice[]): Promise<Choice> {
    this.shown.push(`modal: ${message}`, ...detail.map((line) => `  ${line}`));
    return this.#choose(message, choices);
  }

  askBeside<Choice extends string>(message: string, choices: readonly Choice[]): Promise<Choice> {
    this.shown.push(`beside: ${message}`);
    return this.#choose(message, choices);
  }

  #choose<Choice extends string>(message: string, choices: readonly Choice[]): Promise<Choice> {
    return Promise.resolve().then(() => {
      const answer = this.#next(message, Error);
      const found = 'choose' in answer ? choices.find((choice) => choice === answer.choose) : undefined;
      if (found === undefined) {
        throw new Error(`The script has ${JSON.stringify(answer)} for "${message}" (${choices.join(', ')})`);
      }
      return found;
    });
  }

  busy<Done>(message: string, work: (signal: AbortSignal, report: (howFar: string) => void) => Promise<Done>): Promise<Done> {
    const ended = new AbortController();
    return work(ended.signal, (howFar) => {
      this.progress.push(`${message}: ${howFar}`);
      if (this.progress.at(-1) === this.cancelAt) {
        ended.abort();
      }
    });
  }

  tell<Choice extends string>(kind: string, message: string, choices: readonly Choice[]): Promise<Choice | undefined> {
    this.told.push({ kind, message, choices });
    return Promise.resolve(undefined);
  }
}

function textOf(item: PickItem): string {
  return `${item.note ? '(note) ' : ''}${[item.label, item.description, item.detail].filter(Boolean).join(' | ')}`;
}
