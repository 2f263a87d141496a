import {
  answerOfMany,
  manyOf,
  type ActionContext,
  type ActionTarget,
  type Answers,
  type AnySendAction,
  type Choice,
  type DateQuestion,
  type PickManyQuestion,
  type PickQuestion,
  type Question,
  type SecretQuestion,
  type TextQuestion,
} from '../../providers/action.ts';
import { dateOf, parseDate, readOut } from '../dates.ts';
import type { PickItem, Step, StepPrompts } from '../prompts/prompter.ts';

/** What the steps of one run read and fill. */
export interface Asking {
  targets(): readonly ActionTarget[];
  context(signal: AbortSignal): ActionContext;
  readonly answers: Record<string, string>;
  readonly now: () => number;
}

// The models of the questions meet here as they do in the table.
type Asks = Pick<AnySendAction, 'questions'>;

/** What a person had answered before going back: the default when the same is asked again. */
interface Earlier {
  /** The choice's value, or what was typed; absent where the proposal was taken as it was. */
  said?: string | undefined;
}

/** One step for each of an action's questions. Whether one is asked depends on the answers that were given before it. */
export function questionSteps(action: Asks, asking: Asking): Step[] {
  return action.questions.map((question) => {
    const earlier: Earlier = {};
    return {
      id: `question.${question.id}`,
      needed: () => question.asked?.(asking.targets(), asking.answers) ?? true,
      undo: () => void delete asking.answers[question.id],
      async ask(prompts) {
        asking.answers[question.id] = await answered(prompts, question, asking, earlier);
      },
    };
  });
}

/** An answer before may have been changed since: what is not asked any more is not answered. */
export function forgetUnasked(action: Asks, asking: Asking): void {
  for (const question of action.questions) {
    if (question.asked?.(asking.targets(), asking.answers) === false) {
      delete asking.answers[question.id];
    }
  }
}

function answered(prompts: StepPrompts, question: Question<unknown>, asking: Asking, earlier: Earlier): Promise<string> {
  switch (question.type) {
    case 'pick':
      return pick(prompts, question, asking, earlier);
    case 'pickMany':
      return pickMany(prompts, question, asking, earlier);
    case 'date':
      return date(prompts, question, asking, earlier);
    case 'text':
      return text(prompts, question, asking, earlier);
    case 'secret':
      return secret(prompts, question, asking);
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

async function pickMany(prompts: StepPrompts, question: PickManyQuestion<unknown>, asking: Asking, earlier: Earlier): Promise<string> {
  const answers: Answers = { ...asking.answers };
  let choices: readonly Choice[] = [];
  const chosen = await prompts.pickMany({
    placeholder: question.placeholder ?? question.title,
    empty: question.empty,
    load: async (signal) => {
      choices = await question.load(asking.context(signal), asking.targets(), answers);
      const again = earlier.said === undefined ? undefined : manyOf(earlier.said);
      return choices.map((choice) => itemOf(again === undefined ? choice : { ...choice, recommended: again.includes(choice.value) }));
    },
    ...(question.optional ? { optional: true } : {}),
    ...(question.refuse ? { refuse: (values: readonly string[]) => question.refuse?.(values, choices, answers) } : {}),
  });
  earlier.said = answerOfMany(chosen);
  return earlier.said;
}

async function text(prompts: StepPrompts, question: TextQuestion<unknown>, asking: Asking, earlier: Earlier): Promise<string> {
  const answers: Answers = { ...asking.answers };
  const proposed = question.propose(asking.now(), asking.targets(), answers);
  const typed = await prompts.input({
    prompt: question.title,
    ...(question.placeholder === undefined ? {} : { placeholder: question.placeholder }),
    value: earlier.said ?? proposed,
    check: (typed) => {
      const refused = question.refuse(typed, asking.targets(), answers);
      return refused === undefined ? { remark: question.title } : { refused };
    },
  });
  earlier.said = typed === proposed ? undefined : typed;
  return typed;
}

/** Asked anew whenever its step comes: what was typed before is nowhere any more. */
function secret(prompts: StepPrompts, question: SecretQuestion<unknown>, asking: Asking): Promise<string> {
  const answers: Answers = { ...asking.answers };
  return prompts.input({
    prompt: question.title,
    ...(question.placeholder === undefined ? {} : { placeholder: question.placeholder }),
    hidden: true,
    check: (typed) => {
      const refused = question.refuse(typed, asking.targets(), answers);
      return refused === undefined ? { remark: question.title } : { refused };
    },
  });
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
