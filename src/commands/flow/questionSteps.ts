import type { ActionContext, ActionTarget, Answers, AnySendAction, Choice, DateQuestion, PickQuestion } from '../../providers/action.ts';
import { dateOf, parseDate, readOut } from '../dates.ts';
import type { PickItem, Step, StepPrompts } from '../prompts/prompter.ts';

/** What the steps of one run read and fill. */
export interface Asking {
  targets(): readonly ActionTarget[];
  context(signal: AbortSignal): ActionContext;
  readonly answers: Record<string, string>;
  readonly now: () => number;
}

/** What a person had answered before going back: the default when the same is asked again. */
interface Earlier {
  /** The choice's value, or what was typed; absent where the proposal was taken as it was. */
  said?: string | undefined;
}

/** One step for each of an action's questions. Whether one is asked depends on the answers that were given before it. */
export function questionSteps(action: AnySendAction, asking: Asking): Step[] {
  return action.questions.map((question) => {
    const earlier: Earlier = {};
    return {
      id: `question.${question.id}`,
      needed: () => question.asked?.(asking.targets(), asking.answers) ?? true,
      undo: () => void delete asking.answers[question.id],
      async ask(prompts) {
        asking.answers[question.id] =
          question.type === 'pick' ? await pick(prompts, question, asking, earlier) : await date(prompts, question, asking, earlier);
      },
    };
  });
}

/** An answer before may have been changed since: what is not asked any more is not answered. */
export function forgetUnasked(action: AnySendAction, asking: Asking): void {
  for (const question of action.questions) {
    if (question.asked?.(asking.targets(), asking.answers) === false) {
      delete asking.answers[question.id];
    }
  }
}

async function pick(prompts: StepPrompts, question: PickQuestion<unknown>, asking: Asking, earlier: Earlier): Promise<string> {
  const answers: Answers = { ...asking.answers };
  const chosen = await prompts.pickOne({
    placeholder: question.placeholder ?? question.title,
    empty: question.empty,
    load: async (signal) => {
      const choices = await question.load(asking.context(signal), asking.targets(), answers);
      const again = choices.find((choice) => choice.value === earlier.said && !choice.note);
      return choices.map((choice) => itemOf(again === undefined ? choice : { ...choice, recommended: choice === again }));
    },
  });
  earlier.said = chosen;
  return chosen;
}

function itemOf(choice: Choice): PickItem {
  const { value, label, description, detail, recommended, note } = choice;
  return {
    value,
    label,
    ...(description === undefined ? {} : { description }),
    ...(detail === undefined ? {} : { detail }),
    ...(recommended === undefined ? {} : { preferred: recommended }),
    ...(note === undefined ? {} : { note }),
  };
}

async function date(prompts: StepPrompts, question: DateQuestion<unknown>, asking: Asking, earlier: Earlier): Promise<string> {
  const judge = (text: string): { ms: number } | { refused: string } => {
    const parsed = parseDate(text);
    if ('refused' in parsed) {
      return parsed;
    }
    const refused = question.refuse(parsed.ms, asking.now(), asking.targets(), { ...asking.answers });
    return refused === undefined ? parsed : { refused };
  };
  const proposed = dateOf(question.propose(asking.now(), asking.targets(), { ...asking.answers }));
  const typed = await prompts.input({
    prompt: `${question.title} (the end of a day, or a day and a time: 2027-01-31 18:30)`,
    placeholder: question.placeholder ?? '2027-01-31',
    // What was typed for another answer before it may not do for this one.
    value: earlier.said !== undefined && 'ms' in judge(earlier.said) ? earlier.said : proposed,
    check: (text) => {
      const judged = judge(text);
      return 'refused' in judged ? judged : { remark: `${question.title} ${readOut(judged.ms, asking.now())}` };
    },
  });
  earlier.said = typed === proposed ? undefined : typed;
  const judged = judge(typed);
  // The box does not let a refused text through; time may have passed since it was checked.
  if ('refused' in judged) {
    return date(prompts, question, asking, earlier);
  }
  return new Date(judged.ms).toISOString();
}
